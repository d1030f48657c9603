extension Conformance {
    static let integerMath = ##"""
        {"expr":"40 + 2"} => {"value":42}
        {"expr":"42 - 45"} => {"value":-3}
        {"expr":"-3 * 14"} => {"value":-42}
        {"expr":"84 / -2"} => {"value":-42}
        {"expr":"-7 / 2"} => {"value":-3}
        {"expr":"-7 % 2"} => {"value":-1}
        {"expr":"7 % -2"} => {"value":1}
        {"expr":"47 % 5"} => {"value":2}
        {"expr":"10 / 0"} => !divide_by_zero
        {"expr":"10 % 0"} => !divide_by_zero
        {"expr":"10u / 0u"} => !divide_by_zero
        {"expr":"9223372036854775807 + 1"} => !overflow
        {"expr":"-9223372036854775808 - 1"} => !overflow
        {"expr":"9223372036854775807 * 2"} => !overflow
        {"expr":"-(-9223372036854775808)"} => !overflow
        {"expr":"-9223372036854775808 / -1"} => !overflow
        {"expr":"-9223372036854775808 % -1"} => !overflow
        {"expr":"5000000000 * 5000000000"} => !overflow
        {"expr":"18446744073709551615u + 1u"} => !overflow
        {"expr":"0u - 1u"} => !overflow
        {"expr":"5000000000u * 5000000000u"} => !overflow
        {"expr":"46u % 7u"} => {"value":4,"type":"uint"}
        {"expr":"-(1u)"} => !no_such_overload
        {"expr":"1 + 1u"} => !no_such_overload
        {"expr":"2 - -3"} => {"value":5}
        {"expr":"---1"} => {"value":-1}
        {"expr":"x + y","bind":{"x":-9223372036854775807,"y":-1}} => {"value":-9223372036854775808}
        {"expr":"1 - 2 - 3 * 4 / 5 % 6"} => {"value":-3}
        """##
}
