extension Conformance {
    static let conversions = ##"""
        {"expr":"int(18446744073709551615u)"} => !overflow
        {"expr":"int(1.9)"} => {"value":1}
        {"expr":"int(-1.9)"} => {"value":-1}
        {"expr":"int(9223372036854775807.0)"} => !overflow
        {"expr":"int(-9223372036854775808.0)"} => !overflow
        {"expr":"int(0.0/0.0)"} => !overflow
        {"expr":"int('-987')"} => {"value":-987}
        {"expr":"int('1.5')"} => !invalid_argument
        {"expr":"int(' 1')"} => !invalid_argument
        {"expr":"int(timestamp('2004-09-16T23:59:59Z'))"} => {"value":1095379199}
        {"expr":"uint(-1)"} => !overflow
        {"expr":"uint(3.14)"} => {"value":3,"type":"uint"}
        {"expr":"uint('12')"} => {"value":12,"type":"uint"}
        {"expr":"uint(18446744073709551616.0)"} => !overflow
        {"expr":"uint('-1')"} => !invalid_argument
        {"expr":"double('6.02214e23')"} => {"value":6.02214e+23}
        {"expr":"double('NaN')"} => {"value":"NaN","type":"double"}
        {"expr":"double('-Infinity')"} => {"value":"-Infinity","type":"double"}
        {"expr":"double('abc')"} => !invalid_argument
        {"expr":"double(9223372036854775807) == 9223372036854775808.0"} => {"value":true}
        {"expr":"string(123.456)"} => {"value":"123.456"}
        {"expr":"string(-0.0)"} => {"value":"-0"}
        {"expr":"string(1e21)"} => {"value":"1e+21"}
        {"expr":"string(1.0)"} => {"value":"1"}
        {"expr":"string(true)"} => {"value":"true"}
        {"expr":"string(b'\\xc3\\xbf')"} => {"value":"ÿ"}
        {"expr":"string(b'\\xff')"} => !invalid_argument
        {"expr":"string(timestamp('2009-02-13T23:31:30.5Z'))"} => {"value":"2009-02-13T23:31:30.5Z"}
        {"expr":"string(duration('1000000s'))"} => {"value":"1000000s"}
        {"expr":"bytes('ÿ')"} => {"value":"w78=","type":"bytes"}
        {"expr":"bool('true') && bool('T') && bool('1')"} => {"value":true}
        {"expr":"bool('tRuE')"} => !invalid_argument
        {"expr":"bool('FALSE') || bool('f') || bool('0')"} => {"value":false}
        {"expr":"duration('1h34us')"} => {"value":"3600.000034s","type":"duration"}
        {"expr":"duration('1')"} => !invalid_argument
        {"expr":"duration('9223372037s')"} => !invalid_argument
        {"expr":"timestamp('2009-02-13')"} => !invalid_argument
        {"expr":"dyn('x') + 'y'"} => {"value":"xy"}
        {"expr":"dyn(null)"} => {"value":null}
        {"expr":"type([1,'a'])"} => {"value":"list","type":"type"}
        {"expr":"type(type(b'')) == type"} => {"value":true}
        {"expr":"type(null) == null_type"} => {"value":true}
        {"expr":"int(dyn([]))"} => !no_such_overload
        {"expr":"string({})"} => !no_such_overload
        """##
}
