extension Conformance {
    static let logic = ##"""
        {"expr":"true && true"} => {"value":true}
        {"expr":"true && false"} => {"value":false}
        {"expr":"false && 1/0 > 0"} => {"value":false}
        {"expr":"1/0 > 0 && false"} => {"value":false}
        {"expr":"1/0 > 0 && true"} => !divide_by_zero
        {"expr":"true && 1/0 > 0"} => !divide_by_zero
        {"expr":"true || 1/0 > 0"} => {"value":true}
        {"expr":"1/0 > 0 || true"} => {"value":true}
        {"expr":"1/0 > 0 || false"} => !divide_by_zero
        {"expr":"false || dyn('x')"} => !no_such_overload
        {"expr":"'horses' && false"} => {"value":false}
        {"expr":"0 || true"} => {"value":true}
        {"expr":"dyn('h') && true"} => !no_such_overload
        {"expr":"!true"} => {"value":false}
        {"expr":"!!true"} => {"value":true}
        {"expr":"!0"} => !no_such_overload
        {"expr":"true ? 1 : 2"} => {"value":1}
        {"expr":"false ? 1/0 : 2"} => {"value":2}
        {"expr":"true ? 1 : 1/0"} => {"value":1}
        {"expr":"1/0 > 0 ? 1 : 1"} => !divide_by_zero
        {"expr":"dyn('x') ? 1 : 2"} => !no_such_overload
        {"expr":"true ? dyn(1) : dyn('a')"} => {"value":1}
        {"expr":"false ? 1 : true ? 2 : 3"} => {"value":2}
        {"expr":"1/0 > 0 && 2/0 > 0"} => !divide_by_zero
        {"expr":"(1/0 > 0 || true) && (false || {}.a == 1 || true)"} => {"value":true}
        {"expr":"true || false && false"} => {"value":true}
        {"expr":"a || nobody","bind":{"a":true}} => {"value":true}
        {"expr":"a && nobody","bind":{"a":true}} => !unknown_name
        """##
}
