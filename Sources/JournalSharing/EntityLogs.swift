internal import CMemory
internal import Events
internal import Journals
internal import RedisStore

/// What a process knows of one log.
struct LogState {
    /// How often the log has been begun anew; its key follows.
    var generation: UInt32 = 0
    /// Entries of it that the working copy has, or will have when the batches before have been decided.
    var known: UInt32 = 0
    /// The link's epoch, plus one, in which the working copy was last seen to be the log; 0 for never.
    var verifiedEpoch: UInt32 = 0
    /// The ticket under which it was last loaded: replies to earlier ones say nothing about it.
    var loadedTicket = -1
    /// Latest time of an event that was appended.
    var touched: Int64 = .min
    /// The stretch of time in which its expiry was last put off.
    var stretch: Int64 = .min
    /// Its number among the detours; -1 for none.
    var detour: Int32 = -1
    /// Steps of batches under way.
    var pins: Int32 = 0
    /// Steps that must be sent yet, or again: later records queue up behind them.
    var waiting: Int32 = 0
    /// Records were decided that the log lacks.
    var isDirty = false
    /// The check of the last entry that the working copy has.
    var anchor: UInt16 = 0
    /// Its number among the logs that are being begun while commands are put together; -1 for none.
    var beginning: Int32 = -1
}

/// The logs of one entity type: their keys, their states, how long they live.
struct EntityLogs {
    /// A log that is begun anew takes the next of so many keys.
    static let keysPerLog: UInt32 = 4

    private let keyPrefixCount: Int
    let layoutPrefix: String
    /// A third of the history: how often expiries are put off, and logs begun anew whose records there is room for, at most.
    private let stretchMilliseconds: Int64
    /// A working copy that nobody touched for so long is loaded again: the log may have been begun anew so often that its key has come round.
    /// Where that comes sooner, because an entity has more records than there is room for, the anchor shows it.
    let idleMilliseconds: Int64
    let lifeMilliseconds: Int64
    /// A log of so many entries is begun anew whenever that is.
    let entriesMax: UInt32
    private var states: UnsafeMutablePointer<LogState>
    private var capacity = 1024
    private let scratch: UnsafeMutablePointer<UInt8>

    init(_ entity: EntityType, _ options: SharedJournals.Options, entriesMax: Int = .max) {
        self.entriesMax = UInt32(clamping: entriesMax)
        let keyPrefix = Array("\(options.prefix)\(entity.name):{".utf8)
        keyPrefixCount = keyPrefix.count
        layoutPrefix = "\(options.prefix)\(entity.name):layout:"
        stretchMilliseconds = max(1, entity.historyMilliseconds / 3)
        idleMilliseconds = stretchMilliseconds * Int64(Self.keysPerLog - 1)
        lifeMilliseconds = max(entity.historyMilliseconds * 4 / 3, entity.retentionMilliseconds) + stretchMilliseconds + options.outageMilliseconds
        states = .allocate(capacity: capacity)
        states.initialize(repeating: LogState(), count: capacity)
        scratch = .allocate(capacity: keyPrefix.count + 64)
        scratch.update(from: keyPrefix, count: keyPrefix.count)
    }

    func deallocate() {
        states.deallocate()
        scratch.deallocate()
    }

    /// Valid until the next call.
    @inline(__always) mutating func log(_ journal: Int) -> UnsafeMutablePointer<LogState> {
        if journal >= capacity { grow(toHold: journal + 1) }
        return states + journal
    }

    /// Asks for a log's state before it is needed.
    @inline(__always) func fetch(_ journal: Int) { if journal < capacity { vane_prefetch(states + journal) } }

    @inline(never) private mutating func grow(toHold needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<LogState>.allocate(capacity: larger)
        moved.update(from: states, count: capacity)
        (moved + capacity).initialize(repeating: LogState(), count: larger - capacity)
        states.deallocate()
        states = moved
        capacity = larger
    }

    @inline(__always) func stretch(_ time: Int64) -> Int64 { time / stretchMilliseconds }

    /// The key of a log: `vane:account:{` 22 characters of base64url `}:` and the generation's place among the keys.
    @inline(__always) func withKey<Result>(_ key: EntityKey, _ generation: UInt32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var at = scratch + keyPrefixCount
        let digits = Self.digits.utf8Start
        @inline(__always) func put(_ word: UInt64, _ bits: Int) {
            var rest = word
            var left = bits
            while left > 0 {
                at.pointee = digits[Int(rest & 63)]
                at += 1
                rest >>= 6
                left -= 6
            }
        }
        put(key.low, 60)
        // Four bits are left of the first word, and go with the second.
        put(key.low >> 60 | key.high << 4, 60)
        put(key.high >> 56, 8)
        at[0] = UInt8(ascii: "}")
        at[1] = UInt8(ascii: ":")
        at[2] = UInt8(ascii: "0") + UInt8(generation % Self.keysPerLog)
        return body(UnsafeRawBufferPointer(start: scratch, count: at + 3 - scratch))
    }

    private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
}
