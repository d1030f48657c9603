import TestSupport
import Events
import Expressions
import Journals

/// Random schemas, events and indicators, the same for the same seed.
struct RandomStream {
    enum Doubles: CaseIterable { case few, decimal, wild, extreme }

    var random: SeededGenerator
    let historyText: String
    let retentionText: String
    let history: Int64
    let retention: Int64
    let unit: Int64
    private let doubles: Doubles
    private let extremeInts: Bool
    private let presentShare: Double
    private let lateShare: Double
    private let accounts: Int
    private var sent: [TestEvent] = []
    private var lastTimes: [Int64?]
    private let start: Int64
    private var nextID = 0

    init(seed: UInt64, accounts: Int? = nil) {
        random = SeededGenerator(seed: seed)
        let (text, milliseconds): (String, Int64) = random.pick([
            ("20s", 20_000), ("5m", 300_000), ("2h", 7_200_000), ("3d", 259_200_000), ("40d", 3_456_000_000),
        ])
        historyText = text
        history = milliseconds
        retention = history * Int64(random.pick([1, 2, 5]))
        retentionText = "\(retention / 1000)s"
        unit = history / 20
        doubles = random.pick(Doubles.allCases)
        extremeInts = random.chance(0.15)
        presentShare = random.pick([1, 0.8, 0.4])
        lateShare = random.pick([0, 0.05, 0.3])
        let few = random.pick([1, 1, 2, 3])
        let count = accounts ?? few
        self.accounts = count
        lastTimes = Array(repeating: nil, count: count)
        // Twelve hours before clocks change in Europe, in spring or in autumn.
        start = random.pick([1_774_699_200_000, 1_792_843_200_000])
    }

    mutating func event() -> TestEvent {
        let account = random.below(accounts)
        guard let last = lastTimes[account] else { return fresh(account, at: start + Int64(random.below(Int(unit)))) }
        if random.chance(0.08), let known = repeated(account) { return known }
        if random.chance(lateShare) {
            let back = random.chance(0.5) ? unit * Int64(random.below(20)) : Int64(random.below(Int(history)))
            return fresh(account, at: last - back)
        }
        switch random.below(100) {
        case 0..<3: return fresh(account, at: last - history - Int64(random.below(2)) * unit)
        case 3..<20: return fresh(account, at: last)
        case 20..<35: return fresh(account, at: last + unit * Int64(1 + random.below(4)))
        case 35..<38: return fresh(account, at: last + history * Int64(1 + random.below(2)) + Int64(random.below(3)) - 1)
        case 38: return fresh(account, at: last + retention + Int64(random.below(3)) - 1)
        default: return fresh(account, at: last + Int64(random.below(Int(unit) * 3 / 2)))
        }
    }

    private mutating func repeated(_ account: Int) -> TestEvent? {
        let own = sent.suffix(80).filter { $0.account == account }
        return own.isEmpty ? nil : random.chance(0.3) ? own.last : random.pick(Array(own))
    }

    private mutating func fresh(_ account: Int, at time: Int64) -> TestEvent {
        let type = random.pick([0, 0, 0, 0, 1, 2])
        var fields: [FieldValue?] = []
        for field in TestStream.fieldNames.indices { fields.append(random.chance(presentShare) ? value(field, time) : nil) }
        // The same id at another time is another event.
        if random.chance(0.97) { nextID += 1 }
        let event = TestEvent(type: type, id: nextID, account: account, time: time, fields: fields)
        lastTimes[account] = max(lastTimes[account] ?? time, time)
        sent.append(event)
        return event
    }

    private mutating func value(_ field: Int, _ time: Int64) -> FieldValue {
        switch field {
        case TestStream.amount: .minorUnits(random.chance(0.05) ? (1 << 53) - Int64(random.below(3)) : Int64(random.below(10_000)) - 500)
        case TestStream.items: .int(extremeInts && random.chance(0.3) ? random.pick([.max, .min, .max - 1, 1 << 53 + 1]) : Int64(random.below(8)) - 1)
        case TestStream.ratio: .double(double())
        case TestStream.flag: .bool(random.chance(0.5))
        case TestStream.direction: .choice(random.below(3))
        case TestStream.party: .text("p\(random.below(5))")
        default: .time(time + Int64(random.below(6000)) - 3000)
        }
    }

    private mutating func double() -> Double {
        switch doubles {
        case .few: return random.pick([0.1, 0.2, 0.3, -0.1, 0, 1e16, 1])
        case .decimal: return Double(random.below(2_000_000) - 1_000_000) / 10_000
        case .wild:
            let magnitude = Double(sign: .plus, exponent: random.below(200) - 100, significand: 1 + Double(random.below(1 << 30)) * 0x1p-30)
            return random.chance(0.5) ? magnitude : -magnitude
        case .extreme:
            return random.pick([1e300, -1e300, 1e-300, -1e-300, 1, -1, 1e16, -1e16, 0.1, 1e-160, 3e-155, 1e154, 1.7e308, -1.7e308, 0x1p-1074, 0])
        }
    }

    // MARK: Indicators

    mutating func indicator() -> ModelIndicator {
        if random.chance(0.08) {
            let steps = (0..<1 + random.below(3)).map { _ in (condition: random.pick(ModelCondition.all), atLeast: 1 + random.below(3)) }
            return ModelIndicator(kind: .sequence(steps, within: unit * Int64(1 + random.below(20))))
        }
        let aggregate = self.aggregate()
        return ModelIndicator(
            kind: .aggregate(
                aggregate, where: random.chance(0.6) ? random.pick(ModelCondition.all) : nil,
                of: aggregate == .ratio && random.chance(0.6) ? random.pick(ModelCondition.all) : nil, window()))
    }

    private mutating func aggregate() -> Aggregate {
        let numeric = random.pick([TestStream.amount, TestStream.items, TestStream.ratio, TestStream.ratio, TestStream.flag])
        let ordered = random.pick([TestStream.amount, TestStream.items, TestStream.ratio, TestStream.flag, TestStream.stamp])
        let any = random.below(TestStream.fieldNames.count)
        return switch random.below(20) {
        case 0: .count
        case 1: .sum(numeric)
        case 2: .average(numeric)
        case 3: .minimum(ordered)
        case 4: .maximum(ordered)
        case 5: .variance(numeric, sample: false)
        case 6: .variance(numeric, sample: true)
        case 7: .standardDeviation(numeric, sample: false)
        case 8: .standardDeviation(numeric, sample: true)
        case 9: .distinct(any)
        case 10: .first(any)
        case 11: .last(any)
        case 12: .previous(any)
        case 13: .sinceLast
        case 14: .sinceFirst
        case 15: random.chance(0.5) ? .increasing(ordered) : .decreasing(ordered)
        case 16: .topShare(any)
        case 17: .entropy(any)
        case 18: .quantile(numeric, random.pick([0, 0.25, 0.5, 0.95, 1, 0.333]))
        default: .ratio
        }
    }

    private mutating func window() -> Window {
        switch random.below(10) {
        case 0: return Window(.lastEvents(random.pick([1, 2, 3, 5, 10, 100])))
        case 1: return Window(.today)
        case 2: return Window(.thisMonth)
        case 3: return Window(.all)
        case 4, 5:
            let length = 1 + random.below(15)
            return Window(.sliding(unit * Int64(length)), offsetMilliseconds: unit * Int64(1 + random.below(20 - length)))
        case 6: return Window(.sliding(1 + Int64(random.below(Int(history)))))
        default: return Window(.sliding(unit * Int64(1 + random.below(20))))
        }
    }
}
