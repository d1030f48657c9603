extension Conformance {
    static let comparisons = ##"""
        {"expr":"1 == 1"} => {"value":true}
        {"expr":"dyn(1) == 1u"} => {"value":true}
        {"expr":"dyn(1) == 1.0"} => {"value":true}
        {"expr":"1.0 == 1"} => {"value":true}
        {"expr":"dyn(-1) == 18446744073709551615u"} => {"value":false}
        {"expr":"dyn(9007199254740993) == 9007199254740992.0"} => {"value":false}
        {"expr":"0.0/0.0 == 0.0/0.0"} => {"value":false}
        {"expr":"0.0/0.0 != 0.0/0.0"} => {"value":true}
        {"expr":"0.0 == -0.0"} => {"value":true}
        {"expr":"dyn('a') == 1"} => {"value":false}
        {"expr":"dyn(null) == false"} => {"value":false}
        {"expr":"b'a' == b'a'"} => {"value":true}
        {"expr":"'a' == 'A'"} => {"value":false}
        {"expr":"'é' == 'é'"} => {"value":false}
        {"expr":"[1, 2.0] == [1.0, 2u]"} => {"value":true}
        {"expr":"[0.0/0.0] == [0.0/0.0]"} => {"value":false}
        {"expr":"{'a':1,'b':2} == {'b':2u,'a':1.0}"} => {"value":true}
        {"expr":"{1:'x'} == {1u:'x'}"} => {"value":true}
        {"expr":"{'a':1} == {'a':1,'b':2}"} => {"value":false}
        {"expr":"-1 < 0u"} => {"value":true}
        {"expr":"dyn(18446744073709551615u) > 9223372036854775807"} => {"value":true}
        {"expr":"1 < 1.5"} => {"value":true}
        {"expr":"2u >= 2.0"} => {"value":true}
        {"expr":"0.0/0.0 < 1.0"} => {"value":false}
        {"expr":"0.0/0.0 >= 1.0"} => {"value":false}
        {"expr":"dyn(9223372036854775807) < 9223372036854775808.0"} => {"value":false}
        {"expr":"false < true"} => {"value":true}
        {"expr":"'a' < 'aa'"} => {"value":true}
        {"expr":"'Z' < 'a'"} => {"value":true}
        {"expr":"'\\uffff' < '\\U00010000'"} => {"value":true}
        {"expr":"b'\\x00' < b'\\xff'"} => {"value":true}
        {"expr":"timestamp(0) < timestamp(1)"} => {"value":true}
        {"expr":"duration('-1s') < duration('0s')"} => {"value":true}
        {"expr":"1 in [3u, 1.0]"} => {"value":true}
        {"expr":"'a' in {'a':0}"} => {"value":true}
        {"expr":"1.0 in {1:0}"} => {"value":true}
        {"expr":"0.0/0.0 in [0.0/0.0]"} => {"value":false}
        {"expr":"type(1) == int && type(int) == type"} => {"value":true}
        {"expr":"type(1u) != type(1)"} => {"value":true}
        {"expr":"dyn(1) < 'a'"} => !no_such_overload
        {"expr":"[1] < [2]"} => !no_such_overload
        {"expr":"null < null"} => !no_such_overload
        {"expr":"1 in 1"} => !no_such_overload
        """##
}
