extension Node {
    /// A share from 0 to 1, as a percentage such as `10%` or as a number such as `0.1`.
    public func share(_ name: String, _ diagnostics: DiagnosticList) -> Double? {
        let remedy = "write a percentage from 0% to 100%, or a number from 0 to 1"
        let value: Double?
        switch content {
        case .double(let number): value = number
        case .int(let number): value = Double(number)
        case .string(let text): value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : nil
        default:
            diagnostics.error(code: "wrong-type", "\(name) must be a share, not \(kind)", remedy: remedy, at: position)
            return nil
        }
        if let value, (0...1).contains(value) { return value }
        diagnostics.error(code: "bad-value", "\(name) is '\(text)', which is no share", remedy: remedy, at: position)
        return nil
    }
}

extension MapReader {
    /// From 0 to 1.
    public mutating func share(_ key: String, _ presence: Presence = .optional) -> Double? { value(key, presence)?.share("'\(key)'", diagnostics) }
}

/// A share as a percentage, to a hundredth: `10 %`, `0.25 %`.
public func formatPercentage(_ share: Double) -> String {
    let hundredths = Int((share * 10_000).rounded())
    let fraction = hundredths % 100
    if fraction == 0 { return "\(hundredths / 100) %" }
    let digits = fraction % 10 == 0 ? "\(fraction / 10)" : fraction < 10 ? "0\(fraction)" : "\(fraction)"
    return "\(hundredths / 100).\(digits) %"
}
