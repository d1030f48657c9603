import Events
import Testing

/// The logs of journals as Redis holds them, read without Vane's own reader.
struct JournalLogs {
    /// By entity type and name: the events in the order in which their records first came to the log.
    private(set) var orders: [String: [String: [SharedEvent]]] = [:]

    /// - Parameter events: everything that was ever sent.
    init(_ server: RedisServer, _ events: [SharedEvent]) throws {
        let redis = try RedisReader(server)
        let byWord = Dictionary(events.map { (Self.word($0.id), $0) }, uniquingKeysWith: { first, _ in first })
        for entity in ["account", "device", "address"] {
            for key in try redis.keys("vane:\(entity):{") {
                var order: [SharedEvent] = []
                var seen: Set<UInt64> = []
                for word in try Self.records(redis.list(key), key) where seen.insert(word).inserted {
                    order.append(try #require(byWord[word], "\(key) has a record of an event that was never sent"))
                }
                let names = Set(order.map { $0.name(entity) ?? "" })
                if names.isEmpty { continue }
                try #require(names.count == 1, "\(key) has records of \(names)")
                let name = names.first!
                #expect(orders[entity]?[name] == nil, "\(entity) \(name) has two logs")
                orders[entity, default: [:]][name] = order
            }
        }
    }

    /// What every event's indicators are when its record is the last of its journals: by event and indicator.
    func expectations() -> [String: [String: Double]] {
        var result: [String: [String: Double]] = [:]
        for (entity, journals) in orders {
            let indicators = SharedIndicator.all.filter { $0.entity == entity }
            for order in journals.values {
                var history = SharedHistory()
                for event in order {
                    history.insert(event)
                    for indicator in indicators { result[event.id, default: [:]][indicator.id] = history.value(indicator, at: event.time) }
                }
            }
        }
        return result
    }

    /// The low bits say which sending of the event the record is of.
    private static let originMask: UInt64 = 0xffff

    private static func word(_ id: String) -> UInt64 { Fingerprint.of(id) & ~originMask }

    /// The id words of a log's records, each entry of which is `length (varint) · check (2) · layout (1) · time (6) · id word (8) · fields`; layout 0 marks what is no record.
    private static func records(_ log: [[UInt8]], _ key: String) throws -> [UInt64] {
        var words: [UInt64] = []
        for (place, entry) in log.enumerated() {
            var length = 0
            var shift = 0
            var at = 0
            var byte: UInt8
            repeat {
                byte = entry[at]
                length |= Int(byte & 0x7f) << shift
                shift += 7
                at += 1
            } while byte & 0x80 != 0
            let isWhole = length > 3 && at + length == entry.count
            try #require(isWhole, "\(key): entry \(place) has \(entry.count) bytes")
            let body = at + 2
            if entry[body] == 0 {
                // Processes that meet the entity at the same time open its log together. Histories are so long that none is ever closed.
                let isOpening = entry[body + 1] == 1
                try #require(isOpening, "\(key) is closed at entry \(place)")
            } else {
                let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(entry[body + 7 + $1]) << UInt64($1 * 8) }
                words.append(word & ~originMask)
            }
        }
        return words
    }
}
