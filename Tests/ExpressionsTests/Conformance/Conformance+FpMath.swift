extension Conformance {
    static let fpMath = ##"""
        {"expr":"4.25 + 15.25"} => {"value":19.5}
        {"expr":"42.0 - 0.5"} => {"value":41.5}
        {"expr":"1.5 * -4.0"} => {"value":-6.0}
        {"expr":"39.0 / 13.0"} => {"value":3.0}
        {"expr":"1.0 / 0.0"} => {"value":"Infinity","type":"double"}
        {"expr":"-1.0 / 0.0"} => {"value":"-Infinity","type":"double"}
        {"expr":"1.0 / -0.0"} => {"value":"-Infinity","type":"double"}
        {"expr":"0.0 / 0.0"} => {"value":"NaN","type":"double"}
        {"expr":"1e308 * 10.0"} => {"value":"Infinity","type":"double"}
        {"expr":"1e-308 / 1e300"} => {"value":0.0}
        {"expr":"-(5.5)"} => {"value":-5.5}
        {"expr":"--5.5"} => {"value":5.5}
        {"expr":"0.1 + 0.2"} => {"value":0.30000000000000004}
        {"expr":"9007199254740992.0 + 1.0"} => {"value":9007199254740992.0}
        {"expr":"47.5 % 5.5"} => !no_such_overload
        {"expr":"1.0 + 1"} => !no_such_overload
        {"expr":"2 * 0.5"} => !no_such_overload
        {"expr":"double(2) * 0.5"} => {"value":1.0}
        {"expr":"-(0.0)"} => {"value":-0.0}
        {"expr":"2.5e-324 > 0.0"} => {"value":true}
        {"expr":"[1.0/0.0, 0.0/0.0]"} => {"value":["Infinity","NaN"]}
        """##
}
