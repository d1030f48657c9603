import Glibc
import Events
@testable import Journals
@testable import JournalSharing
import RedisStore

/// What a Redis server does, for the commands that journals use. Also notes in which order records came to their logs first.
final class SimulatedRedis {
    private struct State {
        var values: [[UInt8]: [UInt8]] = [:]
        /// Keys where something is that is no string.
        var others: Set<[UInt8]> = []
    }

    private var state = State()
    private(set) var values: [[UInt8]: [UInt8]] {
        get { state.values }
        _modify { yield &state.values }
    }
    /// Of each entity, by what its keys have between braces: the id words of its records in the order in which they first came to a log that counts.
    private var appearances: [[UInt8]: [UInt64]] = [:]
    /// For failovers: the state after each of the last writes.
    private var past: [State] = []
    var keepsPast = false
    var isOutOfMemory = false

    private static let pastMax = 40

    /// Puts the server into the state that it had some writes ago, as a replica that lagged would.
    func loseWrites(_ count: Int) {
        guard !past.isEmpty else { return }
        state = past[max(0, past.count - 1 - count)]
        past.removeAll()
    }

    // MARK: What a vandal does

    var keys: [[UInt8]] { (Array(values.keys) + state.others).sorted { $0.lexicographicallyPrecedes($1) } }

    func remove(_ key: [UInt8]) {
        values[key] = nil
        state.others.remove(key)
    }

    func damage(_ key: [UInt8], at offset: Int) { values[key]?[offset] ^= 0x55 }
    func truncate(_ key: [UInt8], to length: Int) { values[key]?.removeSubrange(length...) }

    /// Puts a value of another type there.
    func supplant(_ key: [UInt8]) {
        values[key] = nil
        state.others.insert(key)
    }

    // MARK: Commands

    private static let wrongType = SimulatedReply.error("WRONGTYPE Operation against a key holding the wrong kind of value")

    func execute(_ arguments: [[UInt8]], _ replies: inout [SimulatedReply]) {
        func number(_ index: Int) -> Int { Int(String(decoding: arguments[index], as: UTF8.self))! }
        let name = String(decoding: arguments[0], as: UTF8.self)
        if isOutOfMemory && ["APPEND", "SET", "EVAL"].contains(name) {
            replies.append(.error("OOM command not allowed when used memory > 'maxmemory'."))
            return
        }
        if ["APPEND", "GET", "GETRANGE"].contains(name) && state.others.contains(arguments[1]) {
            replies.append(Self.wrongType)
            return
        }
        switch name {
        case "APPEND":
            values[arguments[1], default: []] += arguments[2]
            note(arguments[1], arguments[2])
            replies.append(.integer(Int64(values[arguments[1]]!.count)))
        case "GET": replies.append(values[arguments[1]].map { .bulk($0) } ?? .missing)
        case "MGET": for key in arguments.dropFirst() { replies.append(values[key].map { .bulk($0) } ?? .missing) }
        case "GETRANGE":
            let value = values[arguments[1]] ?? []
            let first = number(2)
            let last = min(number(3), value.count - 1)
            replies.append(.bulk(first <= last ? Array(value[first...last]) : []))
        case "PEXPIRE": replies.append(.integer(exists(arguments[1]) ? 1 : 0))
        case "SET":
            if arguments.count > 3, arguments[3] == Array("NX".utf8), exists(arguments[1]) {
                replies.append(.missing)
            } else {
                set(arguments[1], arguments[2])
                replies.append(.status("OK"))
            }
        case "EVAL": evaluate(arguments, &replies)
        default: preconditionFailure("the simulated Redis does not know \(name)")
        }
        if keepsPast && name != "GET" && name != "MGET" && name != "GETRANGE" {
            past.append(state)
            if past.count > Self.pastMax { past.removeFirst() }
        }
    }

    private func exists(_ key: [UInt8]) -> Bool { values[key] != nil || state.others.contains(key) }

    private func set(_ key: [UInt8], _ value: [UInt8]) {
        state.others.remove(key)
        values[key] = value
    }

    private func rename(_ key: [UInt8], _ name: [UInt8]) {
        remove(name)
        values[name] = values.removeValue(forKey: key)
        if state.others.remove(key) != nil { state.others.insert(name) }
    }

    /// Notes records that came to a log: one that has an opening, and no closing before them.
    private func note(_ key: [UInt8], _ added: [UInt8]) {
        guard let log = values[key], let tag = Self.tag(key) else { return }
        var entries = SimulatedEntries(log)
        guard case .opening? = entries.next() else { return }
        var words: [UInt64] = []
        var offset = entries.offset
        while let entry = entries.next() {
            if case .closing = entry { break }
            if case .record(let word) = entry, offset >= log.count - added.count { words.append(word) }
            offset = entries.offset
        }
        for word in words where !appearances[tag, default: []].contains(word) { appearances[tag, default: []].append(word) }
    }

    private static func tag(_ key: [UInt8]) -> [UInt8]? {
        guard let from = key.firstIndex(of: UInt8(ascii: "{")), let to = key.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        return Array(key[from...to])
    }

    /// By name of an entity: `a1` for account 1, `d1` for device 1.
    func firstAppearances(_ names: [String]) -> [String: [UInt64]] {
        var result: [String: [UInt64]] = [:]
        for name in names {
            let key = Fingerprints.key(name)
            for (tag, words) in appearances where tag == Fingerprints.tag(key) { result[name] = words }
        }
        return result
    }

    private func begin(keys: [[UInt8]], place: Int, _ content: [UInt8], over lengths: [Int]) -> SimulatedReply {
        for (index, key) in keys.enumerated() {
            if index == place && state.others.contains(key) { return Self.wrongType }
            guard values[key, default: []].count == lengths[index] else { return .integer(0) }
        }
        set(keys[place], content)
        note(keys[place], content)
        return .integer(Int64(content.count))
    }

    private func evaluate(_ arguments: [[UInt8]], _ replies: inout [SimulatedReply]) {
        func length(_ index: Int) -> Int { Int(String(decoding: arguments[index], as: UTF8.self))! }
        let script = String(decoding: arguments[1], as: UTF8.self)
        if script == SharedJournals.setAsideScript {
            let found = state.others.contains(arguments[3]) ? -1 : values[arguments[3], default: []].count
            if found == length(5) { rename(arguments[3], arguments[4]) }
            replies.append(.integer(found == length(5) ? 1 : 0))
            return
        }
        if script == SharedJournals.beginningScript {
            replies.append(begin(keys: Array(arguments[3..<7]), place: length(7) - 1, arguments[8], over: (10..<14).map(length)))
            return
        }
        if state.others.contains(arguments[3]) {
            replies.append(Self.wrongType)
            return
        }
        switch script {
        case SharedJournals.compactionScript:
            guard values[arguments[3], default: []].count == length(5) else {
                replies.append(.integer(0))
                return
            }
            set(arguments[4], arguments[6])
            values[arguments[3], default: []] += arguments[7]
            note(arguments[4], arguments[6])
            replies.append(.integer(1))
        case SharedJournals.deletionScript:
            let isSame = Array(values[arguments[3], default: []].prefix(7)) == arguments[4]
            if isSame { values[arguments[3]] = nil }
            replies.append(.integer(isSame ? 1 : 0))
        default: preconditionFailure("the simulated Redis does not know this script")
        }
    }
}

enum SimulatedReply {
    case integer(Int64)
    case bulk([UInt8])
    case missing
    case status(String)
    case error(String)
    case lost
}

/// A connection on which commands and replies take their time, and which breaks.
final class SimulatedLink: RedisLink {
    fileprivate struct Sending {
        var commands: [[[UInt8]]]
        var replyCounts: [Int]
        var executed = 0
        var replies: [SimulatedReply] = []
        var isDelivered = false
    }

    private let server: SimulatedRedis
    private var sendings: [Int: Sending] = [:]
    private var nextTicket = 0
    private(set) var epoch: UInt32 = 1
    private(set) var isConnected = true
    /// The network takes no time: for what a process does before its work begins.
    var isImmediate = false
    private var immediateReceptions = 0
    private static let immediateReceptionsMax = 10_000
    var failure: RedisFailure? { nil }

    init(_ server: SimulatedRedis) { self.server = server }

    func send(_ commands: borrowing CommandBuffer) -> Int {
        var sending = Sending(commands: [], replyCounts: [])
        for command in 0..<commands.count {
            var arguments: [[UInt8]] = []
            commands.forEachArgument(of: command) { arguments.append(Array($0)) }
            sending.commands.append(arguments)
            sending.replyCounts.append(commands.replies(of: command) ?? 1)
        }
        if !isConnected { sending.lose() }
        nextTicket += 1
        sendings[nextTicket] = sending
        return nextTicket
    }

    func receive(_ ticket: Int, into replies: ReplyBuffer, timeoutMilliseconds: Int32) -> Bool {
        if isImmediate {
            // Who asks without end hangs.
            immediateReceptions += 1
            if immediateReceptions > Self.immediateReceptionsMax { return false }
            execute(.max)
            deliver()
        }
        guard let sending = sendings[ticket], sending.isDelivered else { return false }
        sendings[ticket] = nil
        replies.removeAll()
        for reply in sending.replies {
            switch reply {
            case .integer(let value): replies.append(integer: value)
            case .bulk(let bytes): bytes.withUnsafeBytes { replies.append(bulk: $0) }
            case .missing: replies.appendMissing()
            case .status(let text): replies.append(status: text)
            case .error(let text): replies.append(error: text)
            case .lost: replies.appendLost()
            }
        }
        return true
    }

    func maintain(timeoutMilliseconds: Int32) {}
    func appendDescriptors(to descriptors: inout [pollfd]) -> Int32 { -1 }

    // MARK: What the network does

    /// The server executes the next commands of this connection, in their order.
    func execute(_ count: Int) {
        var left = count
        for ticket in sendings.keys.sorted() {
            while left > 0, sendings[ticket]!.executed < sendings[ticket]!.commands.count {
                let at = sendings[ticket]!.executed
                server.execute(sendings[ticket]!.commands[at], &sendings[ticket]!.replies)
                sendings[ticket]!.executed += 1
                left -= 1
            }
        }
    }

    /// Replies of whole sendings arrive, oldest first.
    func deliver() {
        for ticket in sendings.keys.sorted() {
            guard sendings[ticket]!.executed == sendings[ticket]!.commands.count else { return }
            sendings[ticket]!.isDelivered = true
        }
    }

    /// What was sent may or may not have been executed; nobody will know.
    func disconnect() {
        isConnected = false
        for ticket in sendings.keys where !sendings[ticket]!.isDelivered { sendings[ticket]!.lose() }
    }

    func reconnect() {
        guard !isConnected else { return }
        isConnected = true
        epoch += 1
    }
}

extension SimulatedLink.Sending {
    fileprivate mutating func lose() {
        replies = Array(repeating: .lost, count: replyCounts.reduce(0, +))
        executed = commands.count
        isDelivered = true
    }
}

/// A log's entries, read without knowing their layouts.
struct SimulatedEntries {
    enum Entry {
        case opening
        case closing
        /// Its id word, without the origin.
        case record(UInt64)
    }

    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Entry? {
        guard offset < bytes.count else { return nil }
        var length = 0
        var shift = 0
        var at = offset
        repeat {
            guard at < bytes.count, shift < 21 else { return nil }
            length |= Int(bytes[at] & 0x7f) << shift
            shift += 7
            at += 1
        } while bytes[at - 1] & 0x80 != 0
        let body = at + 2
        let end = at + length
        guard end <= bytes.count, body + 2 <= end else { return nil }
        offset = end
        if bytes[body] == 0 { return bytes[body + 1] == 1 ? .opening : .closing }
        guard body + 15 <= end else { return nil }
        let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[body + 7 + $1]) << UInt64($1 * 8) }
        return .record(word & ~0xffff)
    }
}

/// What Vane makes of names.
enum Fingerprints {
    static func word(_ id: String) -> UInt64 { Fingerprint.of(id) & ~0xffff }

    static func key(_ name: String) -> EntityKey {
        let entity = name.hasPrefix("a") ? "account" : "device"
        return Array(name.utf8).withUnsafeBytes { Fingerprint.entityKey($0, seed: Fingerprint.of(entity)) }
    }

    static func tag(_ key: EntityKey) -> [UInt8] {
        let logs = EntityLogs(SimulatedProcess.schema.entities[0], .init())
        defer { logs.deallocate() }
        return logs.withKey(key, 0) { key in
            let from = key.firstIndex(of: UInt8(ascii: "{"))!
            return Array(key[from...key.firstIndex(of: UInt8(ascii: "}"))!])
        }
    }
}
