extension Conformance {
    static let namespace = ##"""
        {"expr":"x.y","bind":{"x.y":true}} => {"value":true}
        {"expr":"x.y","bind":{"x":{"y":1}}} => {"value":1}
        {"expr":"x.y","bind":{"x":{"y":1},"x.y":2}} => {"value":2}
        {"expr":"y","bind":{"x.y":true},"container":"x"} => {"value":true}
        {"expr":"y","bind":{"x.y":1,"y":2},"container":"x"} => {"value":1}
        {"expr":".y","bind":{"x.y":1,"y":2},"container":"x"} => {"value":2}
        {"expr":"y","bind":{"y":2},"container":"x.z"} => {"value":2}
        {"expr":"b.c","bind":{"a.b.c":1,"b.c":2},"container":"a.x"} => {"value":1}
        {"expr":"b.c","bind":{"a.x.b.c":3,"a.b.c":1},"container":"a.x"} => {"value":3}
        {"expr":".a.b.c","bind":{"a.b.c":1},"container":"a"} => {"value":1}
        {"expr":"x.y.z","bind":{"x.y":{"z":5}}} => {"value":5}
        {"expr":"x.y.z","bind":{"x.y":{"z":5},"x.y.z":6}} => {"value":6}
        {"expr":"[{'z':0}].exists(y, y.z == 0)","bind":{"x.y":{"z":1}},"container":"x"} => {"value":true}
        {"expr":"[{'z':0}].exists(y, y.z == 0 && .y.z == 1)","bind":{"y":{"z":1}}} => {"value":true}
        {"expr":"[0].map(x, .x)","bind":{"x":7}} => {"value":[7]}
        {"expr":"[1].map(x, x + 1)","bind":{"x":7}} => {"value":[2]}
        {"expr":"[1].map(x, x)[0] + x","bind":{"x":7}} => {"value":8}
        {"expr":"int(x)","bind":{"x":3.7},"container":"math"} => {"value":3}
        {"expr":"abs(-3)","bind":{},"container":"math"} => {"value":3}
        {"expr":"math.abs(-3)","bind":{},"container":"math"} => {"value":3}
        {"expr":"has(x.y)","bind":{"x.y":1}} => {"value":true}
        {"expr":"type(x.y) == google.protobuf.Timestamp","bind":{"x.y":1}} => {"value":false}
        {"expr":"x","bind":{"y":1},"container":"z"} => !unknown_name
        {"expr":"cel.bind(x, 2, x * x)","bind":{"x":7}} => {"value":4}
        {"expr":"cel.bind(a, 1, cel.bind(b, a + 1, a + b))"} => {"value":3}
        """##
}
