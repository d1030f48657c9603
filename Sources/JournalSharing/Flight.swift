internal import Events
internal import Journals
internal import RedisStore

/// One record on its way to one log.
struct Step {
    enum Phase: UInt8 {
        /// Its journal is on a detour, or it must be sent again.
        case waiting
        case sent
        /// Redis said where the record is.
        case answered
        case refused
        /// The entries that another process wrote before it are under way.
        case tailing
        /// The working copy is known to be complete up to it.
        case placed

        var isWaiting: Bool { self == .waiting || self == .refused }
    }

    var entity: Int
    var journal: Int
    var row: Int
    var phase = Phase.waiting
    /// Where its entry is among the flight's.
    var entryOffset = 0
    var entryLength = 0
    /// Sent with the opening of a new log: then this many entries of the log are up to and with its own.
    var beginningEnd: Int?
    var generation: UInt32 = 0
    /// Under which it was sent; nil for the flight's own.
    var ticket: Int?
    /// Its reply's index under that ticket.
    var reply = 0
    /// Its place in its log: entries up to and with it.
    var end: UInt32 = 0
    var before: UInt32 { end &- 1 }
    /// How many entries another process wrote before it, until they are there, and the check of the entry before those; then where they are among the
    /// flight's tails.
    var tailEntries = 0
    var tailAnchor: UInt16 = 0
    var tail = 0..<0
    var refusal = ReplyErrorCode.other

    init(entity: Int, journal: Int, row: Int) {
        self.entity = entity
        self.journal = journal
        self.row = row
    }
}

/// A batch under way. Reused.
final class Flight {
    private(set) var number = 0
    private(set) var rows: EventBatch!
    var steps: [Step] = []
    private var firstStep: [Int] = []
    private var entries: UnsafeMutablePointer<UInt8>
    private var entriesCapacity = 64 * 1024
    private var entriesCount = 0
    var tails: [UInt8] = []
    /// While its replies have not been taken.
    var ticket: Int?
    private(set) var sentTicket = -1
    let replies = ReplyBuffer()

    init() { entries = .allocate(capacity: entriesCapacity) }

    deinit { entries.deallocate() }

    func begin(_ number: Int, _ rows: EventBatch) {
        self.number = number
        self.rows = rows
        steps.removeAll(keepingCapacity: true)
        firstStep.removeAll(keepingCapacity: true)
        tails.removeAll(keepingCapacity: true)
        entriesCount = 0
        ticket = nil
        sentTicket = -1
    }

    func beginRow() { firstStep.append(steps.count) }
    func endRows() { firstStep.append(steps.count) }
    func add(_ step: Step) { steps.append(step) }
    var rowCount: Int { firstStep.count - 1 }
    func steps(of row: Int) -> Range<Int> { firstStep[row]..<firstStep[row + 1] }

    func sent(_ ticket: Int) {
        self.ticket = ticket
        sentTicket = ticket
    }

    func encode(_ step: inout Step, _ store: JournalStore, _ key: EntityKey, _ rows: EventBatch) {
        if entriesCount + JournalStore.entryBytesMax > entriesCapacity {
            let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: entriesCapacity * 2)
            moved.update(from: entries, count: entriesCount)
            entries.deallocate()
            entries = moved
            entriesCapacity *= 2
        }
        step.entryOffset = entriesCount
        step.entryLength = store.encode(entity: step.entity, key, rows, row: step.row, into: entries + entriesCount)
        entriesCount += step.entryLength
    }

    /// Valid until the next entry is encoded.
    func entry(_ step: Step) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: entries + step.entryOffset, count: step.entryLength) }

    func withTail(of step: Step, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard !step.tail.isEmpty else { return }
        tails.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[step.tail])) }
    }
}

/// A journal on the long way: its steps wait until it is done.
struct Detour {
    enum Stage: UInt8 {
        /// Its log is read, and compared with the working copy.
        case load
        /// A layout that its log names is asked for.
        case layout
        /// What its log lacks is appended.
        case repair
        /// A new log takes over what is alive of the old one.
        case compact
        /// What cannot be read is renamed.
        case setAside
        /// A log is made from the working copy: the old one is gone.
        case recreate
    }

    var entity: Int
    var journal: Int
    var stage: Stage
    /// The batch that wants it: a compaction waits until the batches before have been decided.
    var flight: Int?
    /// Event time up to which records are of use.
    var time: Int64
    /// Its commands are under way.
    var isUnderWay = false
    /// Stage `layout`: which one. Stages `setAside` and `recreate`: of which generation.
    var layout = 0
    var generation: UInt32 = 0
    /// Stage `load`: the log that was found to have ended without a successor, when it was read last.
    var endedGeneration: UInt32?
    /// Stage `repair`.
    var entries: [[UInt8]] = []
    /// Stage `compact`: how many entries the new log has, and the check of the last.
    var newLength = 0
    var newAnchor: UInt16 = 0
    /// Stages `layout` and `setAside`: how many entries what is in the log's place was found to have, and the last of them.
    var oldLength = 0
    var oldLast: [UInt8] = []
    /// Stage `recreate`: how many entries were found at each of the log's keys.
    var oldLengths: [Int] = []
    /// The length of what is no list.
    static let noList = -1
}

/// A log that is begun, with the first records of a batch.
struct Beginning {
    var entity: Int
    var journal: Int
    var entries: [[UInt8]]
    var steps: [Int] = []
}

/// Detours by number; numbers are used again.
struct Detours {
    private var all: [Detour?] = []
    private var free: [Int] = []

    var isEmpty: Bool { free.count == all.count }
    var indices: Range<Int> { all.indices }

    subscript(index: Int) -> Detour? {
        get { all[index] }
        set {
            if newValue == nil && all[index] != nil { free.append(index) }
            all[index] = newValue
        }
    }

    mutating func add(_ detour: Detour) -> Int {
        if let index = free.popLast() {
            all[index] = detour
            return index
        }
        all.append(detour)
        return all.count - 1
    }
}

/// Follow-up commands that were sent together, and what their replies are for.
final class Round {
    var ticket = 0
    let replies = ReplyBuffer()
    /// Number of a detour, and its first reply.
    var detours: [(number: Int, reply: Int)] = []
    /// Of the flight with this number.
    var flight = 0
    /// Index of a step and of its reply.
    var appends: [(step: Int, reply: Int)] = []
    var tails: [(step: Int, reply: Int)] = []

    func reset() {
        detours.removeAll(keepingCapacity: true)
        appends.removeAll(keepingCapacity: true)
        tails.removeAll(keepingCapacity: true)
    }
}
