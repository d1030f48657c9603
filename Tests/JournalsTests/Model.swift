import Events
import Expressions
import Glibc
import Journals

/// A recorded event as the model keeps it.
struct ModelRecord {
    var sequence: Int
    var id: Int
    var type: Int
    var time: Int64
    var fields: [FieldValue?]

    var amount: Double? { if case .minorUnits(let units)? = fields[TestStream.amount] { Double(units) / 100 } else { nil } }
    var items: Int64? { if case .int(let value)? = fields[TestStream.items] { value } else { nil } }
    var ratio: Double? { if case .double(let value)? = fields[TestStream.ratio] { value } else { nil } }
    var flag: Bool? { if case .bool(let value)? = fields[TestStream.flag] { value } else { nil } }
    var direction: String? { if case .choice(let index)? = fields[TestStream.direction] { TestStream.directions[index] } else { nil } }
    var party: String? { if case .text(let text)? = fields[TestStream.party] { text } else { nil } }
    var stamp: Int64? { if case .time(let time)? = fields[TestStream.stamp] { time } else { nil } }
}

/// A condition twice: as an expression and as a function; an error is false.
struct ModelCondition: Sendable {
    var text: String
    var holds: @Sendable (ModelRecord) -> Bool

    init(_ text: String, _ holds: @escaping @Sendable (ModelRecord) -> Bool) {
        self.text = text
        self.holds = holds
    }

    private static func seconds(_ time: Int64) -> Int64 { time / 1000 % 60 }

    static let all: [ModelCondition] = [
        .init("direction == \"in\"") { $0.direction == "in" },
        .init("direction != \"out\"") { $0.direction != nil && $0.direction != "out" },
        .init("direction == \"nowhere\"") { _ in false },
        .init("direction != \"nowhere\"") { $0.direction != nil },
        .init("amount >= large") { $0.amount.map { $0 >= 50 } ?? false },
        .init("direction == \"in\" && amount < 20.0") { $0.direction == "in" && $0.amount.map { $0 < 20 } ?? false },
        .init("flag") { $0.flag == true },
        .init("!flag") { $0.flag == false },
        .init("flag != true") { $0.flag == false },
        .init("party == \"p1\"") { $0.party == "p1" },
        .init("party != \"p1\"") { $0.party != nil && $0.party != "p1" },
        .init("party in [\"p0\", \"p2\", \"zz\"]") { $0.party == "p0" || $0.party == "p2" },
        .init("party in suspects") { $0.party == "p1" || $0.party == "p3" },
        .init("event_type == \"login\"") { $0.type == 1 },
        .init("event_type != \"login\" && event_time.getSeconds() % 3 != 0") { $0.type != 1 && seconds($0.time) % 3 != 0 },
        .init("items > 3 || flag") { $0.items.map { $0 > 3 } ?? false || $0.flag == true },
        .init("ratio > 0.5 && items - 2 < 10") { $0.ratio.map { $0 > 0.5 } ?? false && ($0.items.map { $0 > .min + 1 && $0 - 2 < 10 } ?? false) },
        .init("default(items, 0) >= 2") { ($0.items ?? 0) >= 2 },
        .init("default(party, \"none\") == \"none\"") { ($0.party ?? "none") == "none" },
        .init("stamp < event_time") { record in record.stamp.map { $0 < record.time } ?? false },
        .init("stamp - event_time > duration(\"1s\")") { record in record.stamp.map { $0 - record.time > 1000 } ?? false },
        .init("flag ? items > 2 : amount > 30.0") { record in
            switch record.flag {
            case true: record.items.map { $0 > 2 } ?? false
            case false: record.amount.map { $0 > 30 } ?? false
            default: false
            }
        },
        .init("items == 3") { $0.items == 3 },
        .init("items in [1, 3, 5]") { $0.items == 1 || $0.items == 3 || $0.items == 5 },
        .init("direction in [\"in\", \"both\"]") { $0.direction == "in" || $0.direction == "both" },
        .init("(flag ? party : \"p1\") == \"p1\"") { $0.flag == false || $0.flag == true && $0.party == "p1" },
        .init("party in [default(direction, \"p0\"), \"p1\"]") { record in record.party.map { $0 == (record.direction ?? "p0") || $0 == "p1" } ?? false },
        .init("event_time.getSeconds(\"Asia/Kathmandu\") < 30") { seconds($0.time) < 30 },
        .init("true") { _ in true },
    ]
}

/// An indicator twice: for the store, and with conditions as functions.
struct ModelIndicator {
    enum Kind {
        case aggregate(Aggregate, where: ModelCondition?, of: ModelCondition?, Window)
        case sequence([(condition: ModelCondition, atLeast: Int)], within: Int64)
    }

    var kind: Kind
    var text: String {
        switch kind {
        case .aggregate(let aggregate, let condition, let of, let window): "\(aggregate) where \(condition?.text ?? "-") of \(of?.text ?? "-") over \(window)"
        case .sequence(let steps, let within): "\(steps.map { "\($0.atLeast) x \($0.condition.text)" }) within \(within)"
        }
    }

    func indicator(_ schema: Schema, _ id: Int) throws -> Indicator {
        func make(_ condition: ModelCondition?) throws -> RecordCondition? { try condition.map { try TestConditions.make(schema, $0.text) } }
        switch kind {
        case .aggregate(let aggregate, let condition, let of, let window):
            return Indicator(id: "i\(id)", entity: 0, computation: .aggregate(aggregate, where: try make(condition), of: try make(of), window))
        case .sequence(let steps, let within):
            let steps = try steps.map { SequenceStep(condition: try make($0.condition)!, atLeast: $0.atLeast) }
            return Indicator(id: "i\(id)", entity: 0, computation: .sequence(steps, withinMilliseconds: within))
        }
    }

    var needsStamp: Bool { text.contains("(\(TestStream.stamp))") || text.contains("stamp") }

    var isLifetime: Bool {
        if case .aggregate(_, _, _, let window) = kind, window.span == .all { return true }
        return false
    }
}

/// What the model expects of a value.
enum Expected {
    case absent
    case bits(UInt64)
    /// To 10⁻¹² of the greatest number that took part.
    case near(Double, scale: Double)

    static func int(_ value: Int64) -> Expected { .bits(UInt64(bitPattern: value)) }
    static func double(_ value: Double) -> Expected { .bits(value.bitPattern) }
    static func near(_ value: Double) -> Expected { .near(value, scale: 0) }

    func agrees(_ cell: UInt64?) -> Bool {
        switch self {
        case .absent: return cell == nil
        case .bits(let bits): return cell == bits
        case .near(let expected, let scale):
            guard let cell else { return false }
            let value = Double(bitPattern: cell)
            if value == expected { return true }
            return (value - expected).magnitude <= 1e-12 * max(expected.magnitude, scale) + 0x1p-1070
        }
    }

    var text: String {
        switch self {
        case .absent: "nothing"
        case .bits(let bits): "bits \(bits) (as a double \(Double(bitPattern: bits)))"
        case .near(let value, _): "about \(value)"
        }
    }
}

/// One entity's records, kept as they came; every answer is worked out from scratch.
struct Model {
    enum Outcome { case recorded(ModelRecord), duplicate(ModelRecord), tooOld }

    let history: Int64
    let retention: Int64
    let startOfDay: (Int64) -> Int64
    let startOfMonth: (Int64) -> Int64
    private(set) var records: [ModelRecord] = []
    private var nextSequence = 0

    init(history: Int64, retention: Int64, startOfDay: @escaping (Int64) -> Int64, startOfMonth: @escaping (Int64) -> Int64) {
        self.history = history
        self.retention = retention
        self.startOfDay = startOfDay
        self.startOfMonth = startOfMonth
    }

    var lastTime: Int64? { records.map(\.time).max() }
    /// Records at or before this are out of sight, except for `all`.
    var horizon: Int64 { (lastTime ?? 0) - history - history / 3 }

    mutating func append(_ event: TestEvent) -> Outcome {
        if let lastTime {
            if event.time > lastTime + retention {
                records = []
            } else if event.time <= horizon {
                return .tooOld
            }
        }
        if let known = records.first(where: { $0.time == event.time && $0.id == event.id }) { return .duplicate(known) }
        if let lastTime, event.time <= lastTime - history { return .tooOld }
        let fields = event.fields.indices.map { TestStream.fieldsOfType[event.type].contains($0) ? event.fields[$0] : nil }
        let record = ModelRecord(sequence: nextSequence, id: event.id, type: event.type, time: event.time, fields: fields)
        nextSequence += 1
        records.append(record)
        return .recorded(record)
    }

    func isLatest(_ record: ModelRecord) -> Bool { record.sequence == nextSequence - 1 && record.time == lastTime }

    private func bounds(_ window: Window, _ time: Int64) -> (low: Int64, high: Int64) {
        switch window.span {
        case .sliding(let length): (time - window.offsetMilliseconds - length, time - window.offsetMilliseconds)
        case .lastEvents: (time - history, time)
        case .today: (startOfDay(time) - 1, time)
        case .thisMonth: (startOfMonth(time) - 1, time)
        case .all: (.min, time)
        }
    }

    /// Records that an event sees, in order.
    private func seen(_ own: ModelRecord, above low: Int64, through high: Int64) -> [ModelRecord] {
        records.filter { $0.sequence <= own.sequence && $0.time > low && $0.time <= high }
            .sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
    }

    func expected(_ indicator: ModelIndicator, _ own: ModelRecord) -> Expected {
        switch indicator.kind {
        case .sequence(let steps, let within): return sequence(steps, seen(own, above: max(own.time - within, horizon), through: own.time), own)
        case .aggregate(let aggregate, let condition, let of, let window):
            var (low, high) = bounds(window, own.time)
            if window.span != .all { low = max(low, horizon) }
            var stretch = seen(own, above: low, through: high)
            if aggregate == .ratio {
                if case .lastEvents(let count) = window.span { stretch = Array(stretch.suffix(count)) }
                let divisor = stretch.count { of?.holds($0) ?? true }
                let dividend = stretch.count { condition?.holds($0) ?? true }
                return divisor == 0 ? .absent : .double(Double(dividend) / Double(divisor))
            }
            stretch = stretch.filter { condition?.holds($0) ?? true }
            if case .lastEvents(let count) = window.span { stretch = Array(stretch.suffix(count)) }
            return value(aggregate, stretch, own)
        }
    }

    /// Records of the window that match, as evidence counts them; of a sequence those that it comprises, where it has happened.
    func events(_ indicator: ModelIndicator, _ own: ModelRecord) -> Int? {
        if case .sequence(let steps, _) = indicator.kind { return expected(indicator, own).agrees(1) ? steps.reduce(0) { $0 + $1.atLeast } : nil }
        guard case .aggregate(let aggregate, let condition, _, let window) = indicator.kind else { return nil }
        var (low, high) = bounds(window, own.time)
        if window.span != .all { low = max(low, horizon) }
        var stretch = seen(own, above: low, through: high)
        if aggregate == .ratio, case .lastEvents(let count) = window.span { stretch = Array(stretch.suffix(count)) }
        stretch = stretch.filter { condition?.holds($0) ?? true }
        if case .lastEvents(let count) = window.span { stretch = Array(stretch.suffix(count)) }
        return stretch.count
    }

    /// Brute force from the end: the latest records that fit, ending with the event itself.
    private func sequence(_ steps: [(condition: ModelCondition, atLeast: Int)], _ seen: [ModelRecord], _ own: ModelRecord) -> Expected {
        let wanted = steps.flatMap { step in (0..<step.atLeast).map { _ in step.condition } }
        guard let last = wanted.last, seen.last?.sequence == own.sequence, last.holds(own) else { return .int(0) }
        var index = seen.count - 2
        for condition in wanted.dropLast().reversed() {
            while index >= 0 && !condition.holds(seen[index]) { index -= 1 }
            if index < 0 { return .int(0) }
            index -= 1
        }
        return .int(1)
    }

    private func value(_ aggregate: Aggregate, _ records: [ModelRecord], _ own: ModelRecord) -> Expected {
        let having = aggregate.field.map { field in records.filter { $0.fields[field] != nil } } ?? records
        let values = aggregate.field.map { field in having.map { $0.fields[field]! } } ?? []
        switch aggregate {
        case .count: return .int(Int64(records.count))
        case .ratio: preconditionFailure("handled before")
        case .sum: return sum(values, aggregate)
        case .average:
            if values.isEmpty { return .absent }
            if let whole = wholes(values) {
                let sum = whole.numbers.reduce(BigInteger()) { $0 + BigInteger($1) }
                return .near(sum.double() / (Double(values.count) * whole.unit))
            }
            return .near(ExactDoubles(values.map(double)).roundedSum / Double(values.count))
        case .variance(_, let sample): return spread(values, isSample: sample, root: false)
        case .standardDeviation(_, let sample): return spread(values, isSample: sample, root: true)
        case .minimum: return values.min { order($0) < order($1) }.map(cell) ?? .absent
        case .maximum: return values.max { order($0) < order($1) }.map(cell) ?? .absent
        case .distinct: return values.isEmpty ? .absent : .int(Int64(Set(values).count))
        case .first: return values.first.map(stored) ?? .absent
        case .last: return values.last.map(stored) ?? .absent
        case .previous: return having.last { $0.sequence != own.sequence }.map { stored($0.fields[aggregate.field!]!) } ?? .absent
        case .sinceLast: return records.last { $0.sequence != own.sequence }.map { .int(own.time - $0.time) } ?? .absent
        case .sinceFirst: return records.first.map { .int(own.time - $0.time) } ?? .absent
        case .increasing: return run(values) { order($0) < order($1) }
        case .decreasing: return run(values) { order($0) > order($1) }
        case .topShare:
            if values.isEmpty { return .absent }
            return .double(Double(frequencies(values).max()!) / Double(values.count))
        case .entropy:
            if values.isEmpty { return .absent }
            let total = Double(values.count)
            return .near(frequencies(values).reduce(0) { $0 + Double($1) / total * binaryLogarithm(ofOnePlus: (total - Double($1)) / Double($1)) })
        case .quantile(_, let q):
            if values.isEmpty { return .absent }
            let sorted = values.map(double).sorted()
            let rank = q * Double(sorted.count - 1)
            let low = sorted[Int(rank)]
            let high = sorted[min(Int(rank) + 1, sorted.count - 1)]
            let share = rank - rank.rounded(.down)
            return .near(low * (1 - share) + high * share, scale: max(low.magnitude, high.magnitude))
        }
    }

    private func binaryLogarithm(ofOnePlus x: Double) -> Double { log1p(x) / log(2) }

    private func frequencies(_ values: [FieldValue]) -> [Int] {
        var counts: [FieldValue: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return counts.values.sorted()
    }

    private func wholes(_ values: [FieldValue]) -> (numbers: [Int64], unit: Double)? {
        var numbers: [Int64] = []
        var unit = 1.0
        for value in values {
            switch value {
            case .minorUnits(let number):
                numbers.append(number)
                unit = 100
            case .int(let number): numbers.append(number)
            case .bool(let flag): numbers.append(flag ? 1 : 0)
            default: return nil
            }
        }
        return (numbers, unit)
    }

    private func double(_ value: FieldValue) -> Double {
        switch value {
        case .minorUnits(let units): Double(units) / 100
        case .int(let int): Double(int)
        case .double(let double): double
        case .bool(let bool): bool ? 1 : 0
        default: .nan
        }
    }

    private func sum(_ values: [FieldValue], _ aggregate: Aggregate) -> Expected {
        let isDouble = aggregate.field == TestStream.ratio
        if isDouble { return .double(ExactDoubles(values.map(double)).roundedSum) }
        let sum = wholes(values)!.numbers.reduce(BigInteger()) { $0 + BigInteger($1) }
        if aggregate.field == TestStream.amount { return .double(sum.double() / 100) }
        return sum.whole.map { .int($0) } ?? .absent
    }

    private func spread(_ values: [FieldValue], isSample: Bool, root: Bool) -> Expected {
        let count = Double(values.count)
        if values.count < (isSample ? 2 : 1) { return .absent }
        var (significand, exponent): (Double, Int)
        if case .minorUnits = values[0] {
            (significand, exponent) = ExactDoubles(wholes(values)!.numbers.map { Double($0) }).scatter
            significand /= 10_000
        } else {
            (significand, exponent) = ExactDoubles(values.map(double)).scatter
        }
        significand /= count * (isSample ? count - 1 : count)
        guard root else { return .near(Double(sign: .plus, exponent: exponent, significand: significand)) }
        if exponent & 1 != 0 {
            significand *= 2
            exponent -= 1
        }
        return .near(Double(sign: .plus, exponent: exponent / 2, significand: significand.squareRoot()))
    }

    private func order(_ value: FieldValue) -> (Int64, Double) {
        switch value {
        case .minorUnits(let number), .int(let number), .time(let number): (number, 0)
        case .bool(let flag): (flag ? 1 : 0, 0)
        case .double(let double): (0, double)
        case .choice(let index): (Int64(index), 0)
        case .text: (0, 0)
        }
    }

    /// The value as `min` and `max` give it: of a bool an int.
    private func cell(_ value: FieldValue) -> Expected { stored(value) }

    private func stored(_ value: FieldValue) -> Expected {
        switch value {
        case .minorUnits(let units): .double(Double(units) / 100)
        case .int(let number), .time(let number): .int(number)
        case .double(let double): .double(double)
        case .bool(let flag): .int(flag ? 1 : 0)
        case .choice(let index): .int(Int64(index))
        case .text(let text): .bits(Fingerprint.of(text))
        }
    }

    private func run(_ values: [FieldValue], _ goesOn: (FieldValue, FieldValue) -> Bool) -> Expected {
        if values.isEmpty { return .absent }
        var length: Int64 = 1
        for index in stride(from: values.count - 1, to: 0, by: -1) {
            guard goesOn(values[index - 1], values[index]) else { break }
            length += 1
        }
        return .int(length)
    }
}
