import Glibc
import Events
@testable import Journals
@testable import JournalSharing
import RedisStore

/// What a Redis server does, for the commands that journals use. Also notes in which order records came to their logs first.
final class SimulatedRedis {
    private struct State {
        var values: [[UInt8]: [UInt8]] = [:]
        var lists: [[UInt8]: [[UInt8]]] = [:]
    }

    private var state = State()
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

    var keys: [[UInt8]] { (Array(state.values.keys) + state.lists.keys).sorted { $0.lexicographicallyPrecedes($1) } }

    /// Bytes of what is there.
    func length(_ key: [UInt8]) -> Int { state.values[key]?.count ?? state.lists[key]?.reduce(0) { $0 + $1.count } ?? 0 }

    func entries(_ key: [UInt8]) -> Int { state.lists[key]?.count ?? 0 }

    func remove(_ key: [UInt8]) {
        state.values[key] = nil
        state.lists[key] = nil
    }

    func damage(_ key: [UInt8], at offset: Int) {
        state.values[key]?[offset] ^= 0x55
        let (entry, rest) = place(key, offset)
        state.lists[key]?[entry][rest] ^= 0x55
    }

    /// Cuts off what is behind an offset, in the middle of an entry or not.
    func truncate(_ key: [UInt8], to length: Int) {
        state.values[key]?.removeSubrange(length...)
        guard state.lists[key] != nil else { return }
        let (entry, rest) = place(key, length)
        state.lists[key]!.removeSubrange((entry + (rest > 0 ? 1 : 0))...)
        if rest > 0 { state.lists[key]![entry].removeSubrange(rest...) }
        if state.lists[key]!.isEmpty { state.lists[key] = nil }
    }

    func cutOffBeginning(_ key: [UInt8]) { state.lists[key]?.removeFirst() }
    func write(_ key: String, _ text: String) { state.values[Array(key.utf8)] = Array(text.utf8) }

    private func place(_ key: [UInt8], _ offset: Int) -> (entry: Int, rest: Int) {
        var rest = offset
        for (number, entry) in (state.lists[key] ?? []).enumerated() {
            if rest < entry.count { return (number, rest) }
            rest -= entry.count
        }
        return (0, 0)
    }

    /// Two entries become one element, or what is there becomes a value of another type.
    func merge(_ key: [UInt8], at offset: Int) {
        let entry = place(key, offset).entry
        guard let list = state.lists[key], entry + 1 < list.count else { return supplant(key) }
        state.lists[key]![entry] += state.lists[key]!.remove(at: entry + 1)
    }

    /// Puts a value of another type there: neither a log nor a layout.
    func supplant(_ key: [UInt8]) {
        let wasList = state.lists[key] != nil
        remove(key)
        if wasList { state.values[key] = Array(" ".utf8) } else { state.lists[key] = [Array(" ".utf8)] }
    }

    // MARK: Commands

    private static let wrongType = SimulatedReply.error("WRONGTYPE Operation against a key holding the wrong kind of value")

    func execute(_ arguments: [[UInt8]], _ replies: inout [SimulatedReply]) {
        let name = String(decoding: arguments[0], as: UTF8.self)
        if isOutOfMemory && ["RPUSH", "SET", "EVAL"].contains(name) {
            replies.append(.error("OOM command not allowed when used memory > 'maxmemory'."))
            return
        }
        if name != "SET" && (["RPUSH", "LRANGE"].contains(name) ? isString(arguments[1]) : name == "GET" && isList(arguments[1])) {
            replies.append(Self.wrongType)
            return
        }
        switch name {
        case "RPUSH":
            push(arguments[1], Array(arguments.dropFirst(2)))
            replies.append(.integer(Int64(state.lists[arguments[1]]!.count)))
        case "LRANGE":
            let list = state.lists[arguments[1]] ?? []
            func index(_ argument: Int) -> Int {
                let number = Self.number(arguments[argument])
                return number < 0 ? list.count + number : number
            }
            let (first, last) = (index(2), min(index(3), list.count - 1))
            replies.append(.strings(first <= last ? Array(list[first...last]) : []))
        case "GET": replies.append(state.values[arguments[1]].map { .bulk($0) } ?? .missing)
        case "PEXPIRE": replies.append(.integer(exists(arguments[1]) ? 1 : 0))
        case "SET":
            if arguments.count > 3, arguments[3] == Array("NX".utf8), exists(arguments[1]) {
                replies.append(.missing)
            } else {
                remove(arguments[1])
                state.values[arguments[1]] = arguments[2]
                replies.append(.status("OK"))
            }
        case "EVAL": evaluate(arguments, &replies)
        default: preconditionFailure("the simulated Redis does not know \(name)")
        }
        if keepsPast && name != "GET" && name != "LRANGE" {
            past.append(state)
            if past.count > Self.pastMax { past.removeFirst() }
        }
    }

    private static func number(_ argument: [UInt8]) -> Int { Int(String(decoding: argument, as: UTF8.self))! }
    private func isString(_ key: [UInt8]) -> Bool { state.values[key] != nil }
    private func isList(_ key: [UInt8]) -> Bool { state.lists[key] != nil }
    private func exists(_ key: [UInt8]) -> Bool { isString(key) || isList(key) }

    private func push(_ key: [UInt8], _ entries: [[UInt8]]) {
        state.lists[key, default: []] += entries
        note(key, entries.count)
    }

    private func replace(_ key: [UInt8], _ entries: [[UInt8]]) {
        state.lists[key] = nil
        push(key, entries)
    }

    private func rename(_ key: [UInt8], _ name: [UInt8]) {
        remove(name)
        state.values[name] = state.values.removeValue(forKey: key)
        state.lists[name] = state.lists.removeValue(forKey: key)
    }

    /// Notes records that came to a log: one that has an opening, and no closing before them.
    private func note(_ key: [UInt8], _ added: Int) {
        guard let log = state.lists[key], let tag = Self.tag(key) else { return }
        guard case .opening? = SimulatedEntry(log[0]) else { return }
        var words: [UInt64] = []
        for (place, bytes) in log.enumerated().dropFirst() {
            guard let entry = SimulatedEntry(bytes) else { break }
            if case .closing = entry { break }
            if case .record(let word) = entry, place >= log.count - added { words.append(word) }
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

    private func evaluate(_ arguments: [[UInt8]], _ replies: inout [SimulatedReply]) {
        func length(_ index: Int) -> Int { Self.number(arguments[index]) }
        func count(_ key: [UInt8]) -> Int { state.lists[key]?.count ?? 0 }
        let (script, keyCount) = (String(decoding: arguments[1], as: UTF8.self), length(2))
        let keys = Array(arguments[3..<(3 + keyCount)])
        let first = 3 + keyCount
        if script == SharedJournals.setAsideScript {
            let found = isString(keys[0]) ? -1 : count(keys[0])
            let isSame = found == length(first) && (found <= 0 || state.lists[keys[0]]!.last! == arguments[first + 2])
            if isSame { rename(keys[0], keys[1]) }
            replies.append(.integer(isSame ? 1 : 0))
            return
        }
        switch script {
        case SharedJournals.beginningScript:
            for (index, key) in keys.enumerated() {
                if isString(key) { return replies.append(Self.wrongType) }
                guard count(key) == length(first + 2 + index) else { return replies.append(.integer(0)) }
            }
            let key = keys[length(first) - 1]
            replace(key, Array(arguments[(first + 2 + keyCount)...]))
            replies.append(.integer(Int64(count(key))))
        case SharedJournals.compactionScript:
            if isString(keys[0]) || isString(keys[1]) { return replies.append(Self.wrongType) }
            let (log, known) = (state.lists[keys[0]] ?? [], length(first))
            guard log.count >= known, SimulatedEntry.check(log[known - 1]) == length(first + 4), !log[known...].contains(arguments[first + 1]) else {
                return replies.append(.integer(0))
            }
            replace(keys[1], Array(arguments[(first + 5)...]))
            push(keys[1], Array(log[known...]))
            push(keys[0], [arguments[first + 1]])
            replies.append(.integer(1))
        case SharedJournals.deletionScript:
            if isString(keys[0]) { return replies.append(Self.wrongType) }
            let isSame = state.lists[keys[0]]?.first == arguments[first] && count(keys[0]) == length(first + 1)
            if isSame { state.lists[keys[0]] = nil }
            replies.append(.integer(isSame ? 1 : 0))
        default: preconditionFailure("the simulated Redis does not know this script")
        }
    }
}

enum SimulatedReply {
    case integer(Int64)
    case bulk([UInt8])
    case strings([[UInt8]])
    case missing
    case status(String)
    case error(String)
    case lost
}

/// A connection on which commands and replies take their time, and which breaks.
final class SimulatedLink: RedisLink {
    fileprivate struct Sending {
        var commands: [[[UInt8]]]
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
        var sending = Sending(commands: [])
        for command in 0..<commands.count {
            var arguments: [[UInt8]] = []
            commands.forEachArgument(of: command) { arguments.append(Array($0)) }
            sending.commands.append(arguments)
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
        replies.removeAll(values: sending.replies.count)
        for (index, reply) in sending.replies.enumerated() {
            switch reply {
            case .integer(let value): replies.put(integer: value, at: index)
            case .bulk(let bytes): bytes.withUnsafeBytes { replies.put(bulk: $0, at: index) }
            case .strings(let strings): replies.put(strings: strings, at: index)
            case .missing: replies.putMissing(at: index)
            case .status(let text): replies.put(status: text, at: index)
            case .error(let text): replies.put(error: text, at: index)
            case .lost: break
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
        replies = Array(repeating: .lost, count: commands.count)
        executed = commands.count
        isDelivered = true
    }
}

/// An entry of a log, read without knowing its layout.
enum SimulatedEntry {
    case opening
    case closing
    /// Its id word, without the origin.
    case record(UInt64)

    /// The check that the bytes of an entry carry.
    static func check(_ bytes: [UInt8]) -> Int {
        let at = bytes.firstIndex { $0 < 128 }!
        return Int(bytes[at + 1]) | Int(bytes[at + 2]) << 8
    }

    init?(_ bytes: [UInt8]) {
        var length = 0
        var shift = 0
        var at = 0
        repeat {
            guard at < bytes.count, shift < 21 else { return nil }
            length |= Int(bytes[at] & 0x7f) << shift
            shift += 7
            at += 1
        } while bytes[at - 1] & 0x80 != 0
        let body = at + 2
        let end = at + length
        guard end == bytes.count, body + 2 <= end else { return nil }
        if bytes[body] == 0 {
            self = bytes[body + 1] == 1 ? .opening : .closing
            return
        }
        guard body + 15 <= end else { return nil }
        let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[body + 7 + $1]) << UInt64($1 * 8) }
        self = .record(word & ~0xffff)
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
