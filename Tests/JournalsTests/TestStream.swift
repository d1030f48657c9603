import Documents
import Events
import Expressions
import Glibc
import Journals

/// Reads the zone files of the machine that runs the tests.
struct SystemTimeZones: TimeZoneProvider {
    static let isInstalled = access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0

    func rules(named name: String) -> TimeZoneRules? {
        guard !name.hasPrefix("/"), !name.contains("."), let file = fopen("/usr/share/zoneinfo/\(name)", "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return TimeZoneRules(tzif: Array(bytes[..<count]))
    }
}

/// One value of a recorded field, as the tests know it.
enum FieldValue: Hashable {
    case minorUnits(Int64)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case choice(Int)
    case text(String)
    case time(Int64)
}

/// An event before it is JSON. Fields are in the order of `TestStream.fieldNames`.
struct TestEvent {
    var type: Int
    var id: Int
    var account: Int
    var time: Int64
    var fields: [FieldValue?]
}

enum TestStream {
    static let fieldNames = ["amount", "items", "ratio", "flag", "direction", "party", "stamp"]
    static let amount = 0, items = 1, ratio = 2, flag = 3, direction = 4, party = 5, stamp = 6
    static let directions = ["in", "out", "both"]
    static let typeNames = ["transaction", "login", "audit"]
    /// Which fields each event type has.
    static let fieldsOfType: [[Int]] = [[0, 1, 2, 3, 4, 5, 6], [1, 5], []]

    /// - Parameters:
    ///   - history: in milliseconds, as `retention`.
    ///   - isEarly: an earlier schema, without the field `stamp` and the event type `audit`.
    static func schema(history: String, retention: String, timeZone: String = "UTC", isEarly: Bool = false) throws -> Schema {
        var text = """
            timezone: \(timeZone)
            events:
              transaction:
                topic: transactions
                id: id
                time: time
                fields:
                  account: {type: string}
                  amount: {type: decimal, scale: 2, optional: true}
                  items: {type: int, optional: true}
                  ratio: {type: double, optional: true}
                  flag: {type: bool, optional: true}
                  direction: {type: enum, values: [in, out, both], optional: true}
                  party: {type: string, optional: true}
                  stamp: {type: timestamp, optional: true}
              login:
                topic: logins
                id: id
                time: time
                fields:
                  account: {type: string}
                  party: {type: string, optional: true}
                  items: {type: int, optional: true}
              audit:
                topic: audits
                id: id
                time: time
                fields:
                  account: {type: string}
            entities:
              account: {key: account, history: \(history), retention: \(retention), record: [amount, items, ratio, flag, direction, party, stamp]}
            """
        if isEarly {
            let lines = text.split(separator: "\n")
            let audit = lines.firstIndex { $0.contains("audit:") }!
            text = (lines[..<audit] + lines[(audit + 6)...]).filter { !$0.contains("stamp: {") }.joined(separator: "\n").replacing(", stamp]", with: "]")
        }
        return try Schema.read(Array(text.utf8), file: "schema.yaml")
    }

    static func json(_ event: TestEvent) -> String {
        var text = "{\"id\":\"e\(event.id)\",\"time\":\(event.time),\"account\":\"a\(event.account)\""
        for field in fieldsOfType[event.type] {
            guard let value = event.fields[field] else { continue }
            text += ",\"\(fieldNames[field])\":"
            switch value {
            case .minorUnits(let units):
                text += (units < 0 ? "-" : "") + "\(units.magnitude / 100)." + (units.magnitude % 100 < 10 ? "0" : "") + "\(units.magnitude % 100)"
            case .int(let int): text += "\(int)"
            case .double(let double): text += "\(double)"
            case .bool(let bool): text += bool ? "true" : "false"
            case .choice(let index): text += "\"\(directions[index])\""
            case .text(let string): text += "\"\(string)\""
            case .time(let time): text += "\(time)"
            }
        }
        return text + "}"
    }
}

/// Feeds events to a store.
final class Feeder {
    private(set) var store: JournalStore
    private var decoder: Decoder
    private var batch: EventBatch

    init(_ schema: Schema, timeZone: TimeZoneRules = TimeZoneRules(fixedOffsetSeconds: 0), limits: JournalStore.Limits = .init()) {
        store = JournalStore(schema: schema, calendar: Calendar(rules: timeZone), timeZones: SystemTimeZones(), limits: limits)
        decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        batch = EventBatch(capacity: 4, schema: schema)
    }

    /// Goes on with a schema that adds to the one before.
    func extend(by schema: Schema, _ indicators: (Schema) throws -> [Indicator]) throws {
        let extended = try store.schema.extended(by: schema)
        let plan = try IndicatorPlan(schema: extended, indicators: indicators(extended), timeZones: SystemTimeZones())
        store = JournalStore(schema: extended, succeeding: store, plan)
        decoder = Decoder(schema: extended, pseudonymiser: nil, timeZones: nil)
        batch = EventBatch(capacity: 4, schema: extended)
    }

    func append(_ event: TestEvent) throws -> JournalStore.Outcome {
        batch.removeAll()
        let row = try Array(TestStream.json(event).utf8).withUnsafeBytes { try decoder.decode($0, eventType: event.type, into: batch) }
        return store.append(entity: 0, key: store.key(entity: 0, batch, row: row)!, batch, row: row)
    }

    /// The value's cell; nil where it does not exist.
    func read(_ indicator: Int, _ position: JournalStore.Position) -> UInt64? {
        var cell: UInt64 = 0
        return store.read(indicator: indicator, at: position, into: &cell) ? cell : nil
    }
}

/// Conditions over records, as expressions.
enum TestConditions {
    static func make(_ schema: Schema, _ text: String) throws -> RecordCondition {
        var environment = Environment()
        var variables: [RecordCondition.Variable] = []
        for (index, field) in schema.entities[0].record.enumerated() {
            environment.declare(variable: field.name, field.type == .string ? .opaqueString : field.type.expressionType)
            variables.append(.field(index))
        }
        environment.declare(variable: "event_time", .timestamp)
        environment.declare(variable: "event_type", .opaqueString)
        variables += [.eventTime, .eventType]
        environment.declare(constant: "large", .double(50))
        environment.declare(constant: "suspects", .list([.string("p1"), .string("p3")]))
        let source = Source(text)
        let (checked, diagnostics) = check(try parse(source), source: source, environment: environment)
        if !diagnostics.isEmpty { throw Invalid(text: "\(text): \(diagnostics.map(\.message))") }
        return RecordCondition(expression: checked, variables: variables)
    }

    struct Invalid: Error { var text: String }
}
