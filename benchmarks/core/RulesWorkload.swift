internal import Glibc

/// Rules over 20 numeric fields, three to five conditions each, and events that meet about one of them. Numbers, not meaning: what counts is how many
/// rules there are and how their conditions tell events apart.
struct RulesWorkload {
    enum Shape: String {
        /// One comparison for equality in each rule that few events meet, the rest thresholds that most do.
        case selective
        /// Thresholds only.
        case dense
    }

    let shape: Shape
    let count: Int
    private var state: UInt64

    private static let fieldCount = 20
    /// Thresholds are drawn from this range, and so are the events' values.
    private static let valueMax = 1_000_000.0

    init(_ shape: Shape, rules count: Int) {
        self.shape = shape
        self.count = count
        state = UInt64(count)
    }

    /// Even fields are whole numbers, odd ones doubles.
    static var schema: String {
        let fields = (0..<fieldCount).map { "f\($0): {type: \($0 % 2 == 0 ? "int" : "double")}" }.joined(separator: ", ")
        return "events:\n  t: {topic: t, id: i, time: t, fields: {\(fields)}}\nentities: {}\n"
    }

    private mutating func random() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 0x1p53
    }

    /// Of the selective shape: how many values a field has. Of the conditions beside the equality 0.7 each hold.
    private var domain: Int { max(1, Int(Double(count) * 0.36)) }

    private func number(_ value: Double, _ field: Int) -> String { field % 2 == 0 ? "\(Int(value))" : "\(Int(value)).5" }

    /// A threshold that a share of the values meets.
    private mutating func threshold(_ field: Int, share: Double) -> String {
        let greatest = shape == .selective ? Double(domain) : Self.valueMax
        return random() < 0.5 ? "f\(field) < \(number(greatest * share, field))" : "f\(field) > \(number(greatest * (1 - share), field))"
    }

    mutating func package() -> String {
        var text = "package: p\nversion: '1'\non: [t]\nrules:\n"
        for rule in 0..<count {
            let conditions = 3 + rule % 3
            var fields = [rule % Self.fieldCount]
            while fields.count < conditions {
                let field = Int(random() * Double(Self.fieldCount))
                if !fields.contains(field) { fields.append(field) }
            }
            var terms: [String] = []
            switch shape {
            case .selective:
                let value = Double(Int(random() * Double(domain)))
                terms.append("f\(fields[0]) == \(number(value, fields[0]))")
                for field in fields.dropFirst() { terms.append(threshold(field, share: 0.7)) }
            case .dense:
                // The shares multiply to one rule per event.
                let weights = fields.map { _ in 0.2 + random() }
                let total = weights.reduce(0, +)
                for (field, weight) in zip(fields, weights) { terms.append(threshold(field, share: pow(1 / Double(count), weight / total))) }
            }
            text += "  - {id: R\(rule), kind: score, score: 1, when: '\(terms.joined(separator: " && "))'}\n"
        }
        return text
    }

    mutating func event(_ id: Int) -> String {
        var text = "{\"i\":\"\(id)\",\"t\":\(1_600_000_000_000 + id)"
        for field in 0..<Self.fieldCount {
            let value = shape == .selective ? Double(Int(random() * Double(domain))) : random() * Self.valueMax
            text += ",\"f\(field)\":\(number(value, field))"
        }
        return text + "}"
    }
}
