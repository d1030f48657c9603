internal import Documents

/// Evaluates an expression that nobody declared variables for: every binding is a variable of type `dyn`, and mismatches are errors of
/// evaluation. Returns `{"value":…}` or `{"error":"…"}`.
public func evaluate(
    _ text: String, bindings: MapValue = MapValue(), container: String = "", timeZones: (any TimeZoneProvider)? = nil,
    costMax: Int = Limits.evaluationCostMax
) -> String {
    var environment = Environment(container: container)
    var values: [String: Value] = [:]
    for (key, value) in zip(bindings.keys, bindings.values) {
        guard case .string(let name) = key else { continue }
        environment.declare(variable: name, .dyn)
        values[name] = value
    }
    let source = Source(text)
    do {
        let expression = try parse(source)
        // The checker's findings are not wanted here: what is wrong shows when it is evaluated.
        let (checked, _) = check(expression, source: source, environment: environment)
        let program = Program(checked, environment: environment)
        return JSONText.result(try program.evaluate(Bindings(values, timeZones: timeZones), costMax: costMax))
    } catch let error as EvaluationError {
        return JSONText.error(error.description)
    } catch {
        return JSONText.error("\(error)")
    }
}

/// One line of `vane eval --batch`: `{"expr":"…","bind":{…},"container":"…"}`, the last two optional.
public func evaluateLine(_ json: [UInt8], timeZones: (any TimeZoneProvider)? = nil) -> String {
    let request: Value
    do {
        request = try parseJSONValue(json)
    } catch {
        return JSONText.error("the line is not JSON: \(error)")
    }
    guard case .map(let map) = request, case .string(let text)? = map.value(for: .string("expr")) else {
        return JSONText.error("the line is no object with an \"expr\"")
    }
    var bindings = MapValue()
    switch map.value(for: .string("bind")) {
    case nil: break
    case .map(let bound)?: bindings = bound
    default: return JSONText.error("\"bind\" is no object")
    }
    var container = ""
    switch map.value(for: .string("container")) {
    case nil: break
    case .string(let name)?: container = name
    default: return JSONText.error("\"container\" is no text")
    }
    return evaluate(text, bindings: bindings, container: container, timeZones: timeZones)
}
