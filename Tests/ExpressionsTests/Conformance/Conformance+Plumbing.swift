extension Conformance {
    static let plumbing = ##"""
        {"expr":"1 / 0"} => !divide_by_zero
        {"expr":"x","bind":{"x":1}} => {"value":1}
        {"expr":"x"} => !unknown_name
        {"expr":"nope(1)"} => !unknown_function
        {"expr":"1.nope()"} => !unknown_function
        {"expr":"x.nope()","bind":{"x":1}} => !unknown_function
        {"expr":"x.y.z","bind":{"x":{"y":{"z":null}}}} => {"value":null}
        {"expr":"x","bind":{"x":[1,[2.5,{"a":"b"}]]}} => {"value":[1,[2.5,{"a":"b"}]]}
        {"expr":"x","bind":{"x":9223372036854775807}} => {"value":9223372036854775807}
        {"expr":"type(x)","bind":{"x":1.0}} => {"value":"double","type":"type"}
        {"expr":"type(x)","bind":{"x":1e2}} => {"value":"double","type":"type"}
        {"expr":"type(x)","bind":{"x":-3}} => {"value":"int","type":"type"}
        {"expr":"type(x)","bind":{"x":{}}} => {"value":"map","type":"type"}
        {"expr":"x == y","bind":{"x":1,"y":1.0}} => {"value":true}
        {"expr":"x + y","bind":{"x":"a","y":"b"}} => {"value":"ab"}
        {"expr":"x","bind":{"x":"\"\\\u0000\n/é"}} => {"value":"\"\\\u0000\n/é"}
        {"expr":""} => !syntax
        {"expr":"x.a[0].b","bind":{"x":{"a":[{"b":7}]}}} => {"value":7}
        {"expr":"x && 1/0 > 0","bind":{"x":false}} => {"value":false}
        {"expr":1} => {"error":"the line is no object with an \"expr\""}
        [] => {"error":"the line is no object with an \"expr\""}
        {"expr":"1","bind":[]} => {"error":"\"bind\" is no object"}
        {"bind":{},"expr":"1","other":2} => {"value":1}
        """##
}
