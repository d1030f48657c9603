import Expressions
import Testing

/// A bank's event with an absent field, one list and one function of the host's own.
private struct Event: Activation {
    func value(at index: Int) -> Value? { index == 0 ? .double(250) : nil }

    func value(of name: String) -> Value? { name == "payee" ? .string("mule") : nil }

    func isOnList(_ name: String, subject: Value) throws(EvaluationError) -> Bool {
        guard name == "mules" else { throw EvaluationError(.noSuchList, "there is no list '\(name)'") }
        return subject == .string("mule")
    }

    func listAttribute(_ name: String, subject: Value, attribute: String) throws(EvaluationError) -> Value? {
        try isOnList(name, subject: subject) && attribute == "reason" ? .string("police") : nil
    }

    func call(_ function: String, _ arguments: [Value]) throws(EvaluationError) -> Value? {
        function == "risk" ? .int(Int64(arguments.count)) : nil
    }
}

@Test(
    "Checked expressions see the host's values, lists and functions",
    arguments: [
        ("amount > 200.0", "true"), ("payee == 'mule'", "true"), ("device.os == 'x'", "no_such_value"), ("default(device.os, 'none')", "\"none\""),
        ("default(amount, 0.0)", "250.0"), ("default(1 / 0, 2)", "divide_by_zero"), ("default(default(device.os, device.os), 'x')", "\"x\""),
        ("has(device.os)", "false"), ("has(event.amount)", "true"), ("device.os == 'x' || amount > 1", "true"), ("device.os == 'x' && amount < 1", "false"),
        ("device.os == 'x' && amount > 1", "no_such_value"), ("in_list('mules', payee)", "true"), ("in_list('mules', 'x')", "false"),
        ("in_list('nobody', payee)", "no_such_list"),
        ("list_attr('mules', payee, 'reason')", "\"police\""), ("list_attr('mules', payee, 'since')", "no_such_value"),
        ("default(list_attr('mules', 'x', 'reason'), 'none')", "\"none\""),
        ("risk(amount, payee)", "2"), ("other(amount)", "unknown_function"), ("limit * 2", "10"), ("[device.os].size()", "no_such_value"),
    ])
func hostValues(text: String, expected: String) throws {
    var environment = Environment()
    #expect(environment.declare(variable: "amount", .double) == 0)
    environment.declare(variable: "payee", .opaqueString)
    environment.declare(variable: "device.os", .string)
    environment.declare(constant: "event.amount", .int(1))
    environment.declare(constant: "limit", .int(5))
    environment.declare(function: Overload("risk", [.double, .opaqueString], .int))
    environment.declare(function: Overload("other", [.double], .int))
    let source = Source(text)
    let (checked, diagnostics) = check(try parse(source), source: source, environment: environment)
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    do {
        let value = try Program(checked, environment: environment).evaluate(Event())
        #expect(JSONText.result(value) == "{\"value\":\(expected)}")
    } catch {
        #expect(error.code.rawValue == expected)
        #expect(error.nodeID >= 0)
    }
}
