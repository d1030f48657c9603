internal import Glibc

/// The values of replies, in slots, and their bytes in one arena. Slots are filled in any order.
@safe
struct ReplyStorage: ~Copyable {
    struct Value {
        var kind: Reply.Kind
        var code: ReplyErrorCode
        var length: UInt32
        /// The integer; or where the bytes start; or an array's first element's slot.
        var number: Int64
    }

    /// The commands' replies; elements of arrays stand behind them.
    private(set) var count = 0
    /// Commands whose replies have not come.
    var outstanding = 0
    /// A bit for each kind of error among the values.
    private(set) var errorCodes: UInt32 = 0
    private var used = 0
    private var capacity = 256
    private var values: UnsafeMutablePointer<Value>
    private var bytes = ByteArena()
    /// Copies of strings that did not come one after another.
    private var copies: [UnsafeMutableRawBufferPointer] = unsafe []

    init() { unsafe values = .allocate(capacity: capacity) }

    deinit {
        unsafe values.deallocate()
        unsafe copies.forEach { unsafe $0.deallocate() }
    }

    static func make() -> UnsafeMutablePointer<ReplyStorage> {
        let made = UnsafeMutablePointer<ReplyStorage>.allocate(capacity: 1)
        unsafe made.initialize(to: ReplyStorage())
        return unsafe made
    }

    /// Empties it and makes `count` values of kind `lost`: what they stay if nothing comes.
    mutating func reset(count: Int, commands: Int) {
        bytes.removeAll()
        unsafe copies.forEach { unsafe $0.deallocate() }
        unsafe copies.removeAll()
        used = 0
        errorCodes = 0
        self.count = count
        outstanding = commands
        _ = reserve(count)
    }

    /// Slots for `more` values; where the first is.
    mutating func reserve(_ more: Int) -> Int {
        let first = used
        if used + more > capacity {
            while capacity < used + more { capacity *= 2 }
            let moved = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
            unsafe moved.moveInitialize(from: values, count: used)
            unsafe values.deallocate()
            unsafe values = moved
        }
        for slot in first..<(first + more) { unsafe values[slot] = Value(kind: .lost, code: .other, length: 0, number: 0) }
        used += more
        return first
    }

    @inline(__always)
    mutating func put(integer: Int64, at slot: Int) {
        unsafe values[slot] = Value(kind: .integer, code: .other, length: 0, number: integer)
    }

    mutating func putMissing(at slot: Int) {
        unsafe values[slot] = Value(kind: .missing, code: .other, length: 0, number: 0)
    }

    mutating func put(_ kind: Reply.Kind, _ content: UnsafeRawBufferPointer, at slot: Int) {
        let code: ReplyErrorCode = kind == .error ? unsafe ReplyErrorCode(text: content) : .other
        if kind == .error { errorCodes |= 1 << UInt32(code.rawValue) }
        unsafe values[slot] = Value(kind: kind, code: code, length: UInt32(content.count), number: Int64(bytes.count))
        unsafe bytes.append(content)
    }

    mutating func put(arrayOf elements: Int, first: Int, at slot: Int) {
        unsafe values[slot] = Value(kind: .array, code: .other, length: UInt32(elements), number: Int64(first))
    }

    mutating func putLost(at slot: Int) {
        unsafe values[slot] = Value(kind: .lost, code: .other, length: 0, number: 0)
    }

    func value(_ slot: Int) -> Value {
        precondition(slot >= 0 && slot < used, "no such reply")
        return unsafe values[slot]
    }

    /// See ``ReplyBuffer/joined(_:)``.
    mutating func joined(_ slots: Range<Int>) -> UnsafeRawBufferPointer? {
        guard let first = slots.first else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = unsafe Int(values[first].number)
        var end = start
        var total = 0
        var isTogether = true
        for slot in slots {
            let value = unsafe values[slot]
            guard value.kind == .bulk else { return nil }
            if Int(value.number) != end { isTogether = false }
            end = Int(value.number) + Int(value.length)
            total += Int(value.length)
        }
        if isTogether { return unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<end]) }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: total, alignment: 1)
        var at = 0
        for slot in slots {
            let string = reply(slot)
            unsafe UnsafeMutableRawBufferPointer(rebasing: copy[at...]).copyMemory(from: string.bytes)
            at += unsafe string.bytes.count
        }
        unsafe copies.append(copy)
        return UnsafeRawBufferPointer(copy)
    }

    func reply(_ slot: Int) -> Reply {
        let value = value(slot)
        switch value.kind {
        case .bulk, .status, .error:
            let start = Int(value.number)
            let content = unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<(start + Int(value.length))])
            return unsafe Reply(kind: value.kind, errorCode: value.code, integer: 0, bytes: content)
        case .array:
            return unsafe Reply(kind: .array, errorCode: .other, integer: Int64(value.length), bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        case .integer, .missing, .lost:
            return unsafe Reply(kind: value.kind, errorCode: .other, integer: value.number, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }
}
