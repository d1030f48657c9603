import Documents
import Expressions
import Testing

/// The names that the rows below may use.
private func makeEnvironment() -> Environment {
    var environment = Environment(container: "bank")
    for (name, type) in [
        ("amount", CELType.double), ("count", .int), ("total", .uint), ("name", .string), ("payee", .opaqueString), ("raw", .bytes),
        ("at", .timestamp), ("age", .duration), ("flag", .bool), ("tags", .list(.string)), ("payees", .list(.opaqueString)),
        ("scores", .map(.string, .int)), ("anything", .dyn), ("device.os", .string), ("bank.branch", .int), ("branch", .string),
    ] {
        environment.declare(variable: name, type)
    }
    environment.declare(constant: "limit", .int(5))
    environment.declare(function: Overload("near", [.string, .string], .bool))
    environment.declare(function: Overload("known", [.opaqueString, .opaqueString], .bool))
    return environment
}

@Test(
    "The checker infers the type of an expression",
    arguments: [
        ("1", CELType.int), ("1u", .uint), ("1.5", .double), ("'a'", .string), ("b'a'", .bytes), ("null", .null), ("true", .bool),
        ("amount", .double), ("device.os", .string), ("branch", .int), (".branch", .string), ("bank.branch", .int), ("limit", .int),
        ("amount > 1", .bool), ("1 < 2u", .bool), ("count == 1.0", .bool), ("count + limit", .int), ("amount * 2.0", .double),
        ("name + 'x'", .string), ("raw + raw", .bytes), ("at - at", .duration), ("at + age", .timestamp), ("-amount", .double),
        ("!flag", .bool), ("flag ? 1 : 2", .int), ("flag ? 1 : anything", .dyn), ("[1, 2]", .list(.int)), ("[1, 'a']", .list(.dyn)),
        ("[]", .list(.dyn)), ("[] + [1]", .list(.int)), ("{'a': 1}", .map(.string, .int)), ("{}", .map(.dyn, .dyn)),
        ("scores.x", .int), ("scores['x']", .int), ("tags[0]", .string), ("has(scores.x)", .bool), ("'a' in tags", .bool),
        ("'a' in scores", .bool), ("size(tags)", .int), ("tags.size()", .int), ("tags.map(t, size(t))", .list(.int)),
        ("tags.filter(t, t == 'a')", .list(.string)), ("tags.all(t, t != '')", .bool), ("tags.exists_one(t, t == 'a')", .bool),
        ("scores.transformList(k, v, k)", .list(.string)), ("scores.transformMap(k, v, double(v))", .map(.string, .double)),
        ("scores.transformMapEntry(k, v, {v: k})", .map(.int, .string)), ("tags.transformList(i, t, i)", .list(.int)),
        ("cel.bind(x, 1.5, x * amount)", .double), ("anything + 1", .int), ("anything + anything", .dyn), ("anything.x.y", .dyn),
        ("type(1)", .type(.int)), ("type(1) == string", .bool), ("int", .type(.int)), ("dyn(1)", .dyn), ("default(amount, 0.0)", .double),
        ("default(payee, 'none')", .opaqueString), ("payee == 'x'", .bool), ("'x' != payee", .bool), ("payee in ['a', 'b']", .bool),
        ("payee in payees", .bool), ("payees.exists(p, p == name)", .bool), ("in_list('mules', payee)", .bool),
        ("list_attr('mules', payee, 'reason')", .dyn), ("distance_km(1.0, 2.0, 3.0, 4.0)", .double),
        ("ip_in_cidr(name, '10.0.0.0/8')", .bool), ("math.greatest(1, 2)", .int), ("math.greatest(1, 2.0, 3)", .dyn),
        ("math.greatest([1, 2])", .int), ("math.abs(amount)", .double), ("'a,b'.split(',')", .list(.string)), ("['a'].join()", .string),
        ("'%d'.format([1, 'x'])", .string), ("at.getHours('UTC')", .int), ("near(name, 'x')", .bool), ("payee == null || flag", .bool),
        ("[[]] + [[1]]", .list(.list(.int))), ("flag ? [] : [1]", .list(.int)),
        ("flag ? payee : anything", .opaqueString), ("flag ? ['a'] : payees", .list(.opaqueString)), ("default(anything, payee)", .opaqueString),
        ("[payee, 'x']", .list(.opaqueString)), ("{'a': payee}.a", .opaqueString), ("has(device.os)", .bool), ("known(payee, 'x')", .bool),
        ("known('x', payee)", .bool),
        ("payees + ['x']", .list(.opaqueString)), ("payees.filter(p, p != name)", .list(.opaqueString)),
    ] as [(String, CELType)])
func checkerInfers(expression: String, type: CELType) throws {
    let source = Source(expression)
    let (checked, diagnostics) = check(try parse(source), source: source, environment: makeEnvironment())
    if expression == "payee == null || flag" {
        #expect(diagnostics.map(\.code) == ["type-mismatch"])
        return
    }
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    #expect(checked.type == type)
}

@Test(
    "The checker says where, what and what to do",
    arguments: [
        ("amout > 1", "e:1:1: error[unknown-name]: nothing is named 'amout'; did you mean 'amount'?"),
        ("flag && nonsense_here", "e:1:9: error[unknown-name]: nothing is named 'nonsense_here'; declare it, or put text in quotes: \"nonsense_here\""),
        ("device.oss == 'x'", "e:1:1: error[unknown-name]: nothing is named 'device.oss'; did you mean 'device.os'?"),
        ("name == 1", "e:1:1: error[type-mismatch]: '==' cannot compare string with int; convert the text with int(…), or put the number in quotes"),
        ("amount + 1", "e:1:1: error[no-such-overload]: '+' does not take (double, int); convert with double(x), and write literals with a point: 1.0"),
        ("name + 1", "e:1:1: error[no-such-overload]: '+' does not take (string, int); convert the other side with string(x)"),
        ("siz(tags)", "e:1:1: error[unknown-function]: there is no function 'siz'; did you mean 'size'?"),
        ("contains(name, 'x')", "e:1:1: error[no-such-overload]: contains does not take (string, string); call it as string.contains(string) -> bool"),
        ("name.contains(1)", "e:1:1: error[no-such-overload]: contains does not take string.(int); it takes string.contains(string) -> bool"),
        (
            "payee.startsWith('a')",
            "e:1:1: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so startsWith cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "size(payee) > 1",
            "e:1:6: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so size cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "payee < 'a'",
            "e:1:1: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so '<' cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "payee + 'a' == 'b'",
            "e:1:1: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so '+' cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "scores[payee] > 1",
            "e:1:8: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so '[ ]' cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "default(payee, 'x').contains('y')",
            "e:1:1: error[fingerprint-only]: only the fingerprint of 'default(payee, 'x')' is kept, so contains cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "dyn(payee).contains('x')",
            "e:1:5: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so dyn cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "[1, payee][1].contains('x')",
            "e:1:5: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so a literal of mixed types cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "payees.exists(p, p.contains('x'))",
            "e:1:18: error[fingerprint-only]: only the fingerprint of 'p' is kept, so contains cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "payee in scores",
            "e:1:1: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so 'in' cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        (
            "near(payee, 'x')",
            "e:1:6: error[fingerprint-only]: only the fingerprint of 'payee' is kept, so near cannot look into it; add a derived field to the schema that computes it, and record that"
        ),
        ("default(amount, 0)", "e:1:1: error[no-such-overload]: default does not take (double, int); the fallback has the type of the first argument"),
        (
            "in_list(name, payee)",
            "e:1:9: error[list-name]: the name of a list is written as text, so that the lists a package needs are known when it is loaded; write in_list(\"name\", …)"
        ),
        ("name.matches('(')", "e:1:14: error[pattern]: the pattern is not valid: missing ): (; see the RE2 syntax"),
        ("ip_in_cidr(name, '10.0.0.0/33')", "e:1:18: error[address-block]: \"10.0.0.0/33\" is no block of addresses; write it as 10.0.0.0/8 or 2001:db8::/32"),
        ("amount.x", "e:1:1: error[no-such-field]: double has no fields; remove '.x'"),
        ("{1.5: 2}", "e:1:2: error[type-mismatch]: a map key is a bool, int, uint or string, not double; convert it, for example with string(x)"),
        ("amount.all(x, true)", "e:1:1: error[type-mismatch]: a macro goes over a list or a map, not double; put the value in a list: [x]"),
        (
            "flag ? 1 : 'a'",
            "e:1:1: error[no-such-overload]: '? :' does not take (bool, int, string); both outcomes of ? : have the same type; wrap one in dyn(…) if that is meant"
        ),
        ("size", "e:1:1: error[unknown-name]: 'size' is a function, not a value; call it: size(…)"),
        ("1 && true", "e:1:1: error[no-such-overload]: '&&' does not take (int, bool); it takes _&&_(bool, bool) -> bool"),
    ])
func checkerReports(expression: String, description: String) throws {
    let source = Source(expression, file: "e")
    let (_, diagnostics) = check(try parse(source), source: source, environment: makeEnvironment())
    #expect(Diagnostics(diagnostics).description == description)
}
