extension Conformance {
    static let basic = ##"""
        {"expr":"0"} => {"value":0}
        {"expr":"0u"} => {"value":0,"type":"uint"}
        {"expr":"0.0"} => {"value":0.0}
        {"expr":"-0.0"} => {"value":-0.0}
        {"expr":"''"} => {"value":""}
        {"expr":"b''"} => {"value":"","type":"bytes"}
        {"expr":"false"} => {"value":false}
        {"expr":"null"} => {"value":null}
        {"expr":"[]"} => {"value":[]}
        {"expr":"{}"} => {"value":{}}
        {"expr":"42u == 42u"} => {"value":true}
        {"expr":"0x55555555"} => {"value":1431655765}
        {"expr":"-0x55555555"} => {"value":-1431655765}
        {"expr":"0x55555555u"} => {"value":1431655765,"type":"uint"}
        {"expr":"-9223372036854775808"} => {"value":-9223372036854775808}
        {"expr":"9223372036854775807"} => {"value":9223372036854775807}
        {"expr":"18446744073709551615u"} => {"value":18446744073709551615,"type":"uint"}
        {"expr":"-2.3e+1"} => {"value":-23.0}
        {"expr":"\"!\\u00a2\\u20ac\""} => {"value":"!¢€"}
        {"expr":"b'ÿ'"} => {"value":"w78=","type":"bytes"}
        {"expr":"b'\\377'"} => {"value":"/w==","type":"bytes"}
        {"expr":"{'k':'v'}"} => {"value":{"k":"v"}}
        {"expr":"{1:'a',2u:'b',true:'c'}"} => {"value":{"1":"a","2":"b","true":"c"}}
        {"expr":"[1u, b'a', duration('1s')]"} => {"value":[1,"YQ==","1s"]}
        {"expr":"bool"} => {"value":"bool","type":"type"}
        {"expr":"type(duration('0s'))"} => {"value":"google.protobuf.Duration","type":"type"}
        {"expr":"x","bind":{"x":123}} => {"value":123}
        {"expr":"x","bind":{"x":1.0}} => {"value":1.0}
        {"expr":"x","bind":{"x":1e25}} => {"value":1e+25}
        {"expr":"[x, y.z]","bind":{"x":true,"y":{"z":null}}} => {"value":[true,null]}
        {"expr":"x == '😀' && size(x) == 1","bind":{"x":"\ud83d\ude00"}} => {"value":true}
        """##
}
