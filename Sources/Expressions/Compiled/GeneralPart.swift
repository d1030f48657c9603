/// A part of a condition without a compiled form, evaluated over the frame by the general evaluator.
struct GeneralPart: Sendable {
    init(
        _ expression: CheckedExpression, _ node: Expr, _ bindings: [ConditionProgram.Binding], result: CellType, fingerprint: @escaping (String) -> UInt64,
        timeZones: (any TimeZoneProvider)?
    ) {}
    func condition(_ frame: Frame) -> ConditionProgram.Truth { .error }
    func value(_ frame: Frame) -> (UInt64, UInt8) { (0, Presence.failed) }
    static func constant(_ expression: CheckedExpression, _ node: Expr, timeZones: (any TimeZoneProvider)?) -> Value? { nil }
}
enum Geography { static func distanceKilometres(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double { 0 } }
public struct TimeZoneRules: Sendable { public func offsetSeconds(atUTC seconds: Int64) -> Int32 { 0 } }
public protocol TimeZoneProvider: Sendable { func rules(named: String) -> TimeZoneRules? }
