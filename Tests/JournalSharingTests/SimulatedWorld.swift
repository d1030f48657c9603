import Documents
import Engine
import Events
import Expressions
@testable import Journals
@testable import JournalSharing
import RedisStore
import Rules
import Testing

private let schemaText = """
    events:
      payment:
        topic: payments
        id: id
        time: time
        fields:
          account: {type: string}
          device: {type: string, optional: true}
          value: {type: int, optional: true}
    entities:
      account: {key: account, history: 10m, retention: 1h, record: [value, device]}
      device: {key: device, history: 5m, record: [value]}
    """

private let packageText = """
    package: p
    version: "1"
    on: [payment]
    indicators:
      - {id: a_count, entity: account, aggregate: count, window: 8m}
      - {id: a_sum, entity: account, aggregate: sum(value), window: 10m}
      - {id: a_max, entity: account, aggregate: max(value), window: 5m}
      - {id: a_devices, entity: account, aggregate: distinct(device), window: 10m}
      - {id: a_before, entity: account, aggregate: sum(value), window: 4m, offset: 2m}
      - {id: a_all, entity: account, aggregate: count, window: all}
      - {id: a_all_sum, entity: account, aggregate: sum(value), window: all}
      - {id: a_all_devices, entity: account, aggregate: distinct(device), window: all}
      - {id: d_count, entity: device, aggregate: count, window: 5m}
      - {id: d_sum, entity: device, aggregate: sum(value), where: 'value > 10', window: 3m}
      - {id: d_all, entity: device, aggregate: count, window: all}
    rules: [{id: r, kind: hit, when: 'true'}]
    """

/// One event of the stream, at a place in a partition.
struct SimulatedEvent {
    var id: Int
    var time: Int64
    var account: Int
    var device: Int?
    var value: Int?
    /// Whether it was in the stream before.
    var isDuplicate = false

    /// Names of its account and device.
    var entities: [String] { ["a\(account)"] + (device.map { ["d\($0)"] } ?? []) }

    var json: [UInt8] {
        var text = "{\"id\":\"e\(id)\",\"time\":\(time),\"account\":\"a\(account)\""
        if let device { text += ",\"device\":\"d\(device)\"" }
        if let value { text += ",\"value\":\(value)" }
        return Array((text + "}").utf8)
    }
}

/// What a decision said: the values of all indicators, or that the event came too late for an entity.
struct SimulatedDecision: Equatable, CustomStringConvertible {
    var values: [String: String]
    /// Indicators of entities that were ahead of the event by more than records are kept longer than windows need them: these windows are
    /// cut, and evidence says so.
    var approximate: Set<String> = []

    func agrees(with other: SimulatedDecision) -> Bool { values.allSatisfy { approximate.contains($0.key) || other.values[$0.key] == $0.value } }
    var description: String { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

/// One process: an engine over journals that it shares with others.
final class SimulatedProcess {
    static let schema = try! Schema.read(Array(schemaText.utf8), file: "schema.yaml")
    static let package = try! Package.read(parseYAML(Array(packageText.utf8), file: "package.yaml"), schema: schema)

    let engine: Engine
    let link: SimulatedLink
    let shared: SharedJournals
    private let decoder: Decoder
    /// Batches under way, oldest first, with the places of their events.
    private(set) var batches: [(rows: EventBatch, places: [(partition: Int, offset: Int)])] = []
    private var decision = Decision()
    var isPaused = false

    init(_ server: SimulatedRedis, limits: JournalStore.Limits = .init()) {
        engine = try! Engine(schema: Self.schema, packages: [Self.package], lists: Lists(), timeZones: NoZones(), journalLimits: limits)
        link = SimulatedLink(server)
        var options = SharedJournals.Options()
        options.compactionEntriesMin = 5
        shared = SharedJournals(engine.store, link, options)
        decoder = Decoder(schema: Self.schema, pseudonymiser: nil, timeZones: NoZones())
    }

    /// Registers layouts as a process does at its start, when nothing is in its way yet.
    func start() {
        link.isImmediate = true
        if (try? shared.registerLayouts(timeoutMilliseconds: 0)) != true { Issue.record("layouts cannot be registered: \(shared.obstacle ?? "")") }
        link.isImmediate = false
    }

    func begin(_ events: [(event: SimulatedEvent, partition: Int, offset: Int)]) {
        let rows = EventBatch(capacity: max(1, events.count), schema: Self.schema)
        var places: [(Int, Int)] = []
        for (event, partition, offset) in events {
            let row = event.json.withUnsafeBytes { try! decoder.decode($0, eventType: 0, envelope: .init(), into: rows) }
            rows.headers[row].origin = UInt16(truncatingIfNeeded: offset &+ partition &* 40_503)
            places.append((partition, offset))
        }
        batches.append((rows, places))
        shared.begin(rows)
    }

    /// The records of the working copies: their times by their id words, by key.
    var records: [EntityKey: [UInt64: Int64]] {
        var result: [EntityKey: [UInt64: Int64]] = [:]
        for journals in engine.store.entities {
            for journal in 0..<journals.table.count where !journals.table.header(journal).pointee.isFree {
                let header = journals.table.header(journal)
                var words: [UInt64: Int64] = [:]
                for index in journals.recordsInOrder(journal, after: .min) {
                    let record = Record(header.pointee.records! + index * journals.stride)
                    words[record.idWord & ~RecordLayout.originMask] = record.time
                }
                result[header.pointee.key] = words
            }
        }
        return result
    }

    /// Records later than this must be there.
    func horizon(_ key: EntityKey) -> Int64 {
        for journals in engine.store.entities {
            if let journal = journals.table.find(key) { return journals.table.header(journal).pointee.lastTime - journals.history }
        }
        return .min
    }

    /// Decides the oldest batch, of which all records are in place.
    func decideBatch(_ body: (Int, SimulatedDecision, _ isRepeat: Bool) -> Void) -> [(partition: Int, offset: Int)] {
        let (rows, places) = batches.removeFirst()
        for row in 0..<rows.count {
            shared.settle(row: row)
            var values: [String: String] = [:]
            var approximate: Set<String> = []
            for indicator in engine.rules.indicators {
                guard let key = engine.store.key(entity: indicator.entity, rows, row: row) else { continue }
                let last = engine.store.lastMilliseconds(entity: indicator.entity, journal: engine.store.journal(entity: indicator.entity, key))
                let history = engine.schema.entities[indicator.entity].historyMilliseconds
                if last != .min && last - rows.headers[row].timeMilliseconds >= history / 3 { approximate.insert(indicator.id) }
            }
            do {
                try engine.process(rows, row: row, into: &decision)
                for (index, indicator) in engine.rules.indicators.enumerated() {
                    let entity = indicator.entity
                    if decision.late.contains(entity) {
                        values[indicator.id] = "late"
                    } else if engine.takesPart(inEntity: entity) {
                        values[indicator.id] = engine.value(ofIndicator: index).map { String(Int64(bitPattern: $0)) } ?? "none"
                    }
                }
            } catch {
                for indicator in engine.rules.indicators where engine.store.key(entity: indicator.entity, rows, row: row) != nil {
                    values[indicator.id] = "late"
                }
            }
            let id = Int(String(decoding: rows.text(row: row, slot: EventType.idSlot), as: UTF8.self).dropFirst())!
            body(id, SimulatedDecision(values: values, approximate: approximate), decision.isRepeat)
        }
        shared.finish()
        return places
    }
}

/// What decisions must be, computed from the whole order of each journal's appends.
struct SimulatedOracle {
    private struct Journal {
        var history: Int64
        var retention: Int64
        var records: [(event: SimulatedEvent, isVoid: Bool)] = []
        private(set) var lastTime: Int64 = .min

        init(history: Int64, retention: Int64) {
            self.history = history
            self.retention = retention
        }

        mutating func append(_ event: SimulatedEvent) {
            if records.contains(where: { $0.event.id == event.id }) { return }
            if lastTime != .min && event.time > lastTime + retention { lastTime = .min }
            let isVoid = lastTime != .min && event.time <= lastTime - history
            records.append((event, isVoid))
            if !isVoid { lastTime = max(lastTime, event.time) }
        }

        /// The records that an event sees; nil where it was too late.
        func window(of event: SimulatedEvent, _ length: Int64?, _ offset: Int64) -> [SimulatedEvent]? {
            // A record that is too old when it comes is not appended.
            guard let own = records.firstIndex(where: { $0.event.id == event.id }), !records[own].isVoid else { return nil }
            // An entity that has been away for longer than its retention begins anew.
            var start = 0
            var last: Int64 = .min
            for index in 0...own where !records[index].isVoid {
                if last != .min && records[index].event.time > last + retention {
                    start = index
                    last = .min
                }
                last = max(last, records[index].event.time)
            }
            let high = event.time - offset
            return records[start...own].filter { !$0.isVoid }.map(\.event).filter { other in
                other.time <= high && (length == nil || other.time > high - length!)
            }
        }
    }

    private var journals: [String: Journal] = [:]

    /// - Parameter order: of each entity's journal, the events in the order of appends.
    init(_ order: [String: [SimulatedEvent]]) {
        for (name, events) in order {
            var journal = name.hasPrefix("a") ? Journal(history: 600_000, retention: 3_600_000) : Journal(history: 300_000, retention: 300_000)
            for event in events { journal.append(event) }
            journals[name] = journal
        }
    }

    /// Whether an event may be missing from a journal: it was too old for it when it came.
    func mayLack(_ event: SimulatedEvent, _ name: String) -> Bool {
        guard let journal = journals[name] else { return false }
        return event.time <= journal.lastTime - journal.history
    }

    func decision(_ event: SimulatedEvent) -> SimulatedDecision {
        var values: [String: String] = [:]
        func put(_ name: String, _ journal: String, _ length: Int64?, _ offset: Int64 = 0, _ value: ([SimulatedEvent]) -> Int?) {
            guard let events = journals[journal]!.window(of: event, length, offset) else { return values[name] = "late" }
            values[name] = value(events).map { String($0) } ?? "none"
        }
        let minute: Int64 = 60_000
        let account = "a\(event.account)"
        func sum(_ events: [SimulatedEvent]) -> Int { events.reduce(0) { $0 + ($1.value ?? 0) } }
        func devices(_ events: [SimulatedEvent]) -> Int? {
            let found = Set(events.compactMap(\.device))
            return found.isEmpty ? nil : found.count
        }
        put("a_count", account, 8 * minute) { $0.count }
        put("a_sum", account, 10 * minute, 0, sum)
        put("a_max", account, 5 * minute) { $0.compactMap(\.value).max() }
        put("a_devices", account, 10 * minute, 0, devices)
        put("a_before", account, 4 * minute, 2 * minute, sum)
        put("a_all", account, nil) { $0.count }
        put("a_all_sum", account, nil, 0, sum)
        put("a_all_devices", account, nil, 0, devices)
        if let device = event.device {
            put("d_count", "d\(device)", 5 * minute) { $0.count }
            put("d_sum", "d\(device)", 3 * minute) { sum($0.filter { ($0.value ?? 0) > 10 }) }
            put("d_all", "d\(device)", nil) { $0.count }
        }
        return SimulatedDecision(values: values)
    }
}

struct NoZones: TimeZoneProvider {
    func rules(named name: String) -> TimeZoneRules? { TimeZoneRules(fixedOffsetSeconds: 0) }
}
