internal import CHiredis

/// hiredis's reader of RESP, with functions that put values straight into their slots: no reply objects.
@safe
final class ReplyReader {
    /// What redis.conf allows a bulk string by default is 512 MiB; what is asked for here is nowhere near.
    static let bulkBytesMax = 64 << 20
    /// More than any log has entries.
    static let elementsMax = 1 << 22

    /// Where the reply that is being read goes.
    @safe
    struct Target {
        var storage: UnsafeMutablePointer<ReplyStorage>!
        var slot: Int
        var problem: String?
    }

    enum Outcome { case reply, incomplete, malformed(String) }

    private let reader: UnsafeMutablePointer<redisReader>
    private let target: UnsafeMutablePointer<Target>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

    init() {
        unsafe functions = ReplyReader.makeFunctions()
        unsafe reader = redisReaderCreateWithFunctions(functions)
        // The default frees the buffer each time that it is empty with 16 KiB of room.
        unsafe reader.pointee.maxbuf = 1 << 20
        unsafe target = .allocate(capacity: 1)
        unsafe target.initialize(to: Target(storage: nil, slot: 0, problem: nil))
        unsafe reader.pointee.privdata = UnsafeMutableRawPointer(target)
    }

    deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
        unsafe target.deinitialize(count: 1)
        unsafe target.deallocate()
    }

    /// Whether bytes came that no reply has used up.
    var hasPending: Bool { unsafe vane_reader_pending(reader) > 0 }

    /// Whether the next byte begins a reply.
    var isBetweenReplies: Bool { unsafe vane_reader_is_between_replies(reader) != 0 }

    /// False where there is no memory.
    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK
    }

    /// Reads on with the reply whose place is given; the same place must be given until the outcome is not `incomplete`.
    @inline(__always)
    func next(into storage: UnsafeMutablePointer<ReplyStorage>, slot: Int) -> Outcome {
        unsafe target.pointee.storage = storage
        unsafe target.pointee.slot = slot
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &reply) == REDIS_OK else { return malformed() }
        if unsafe reply != nil { return .reply }
        guard unsafe vane_reader_announced_bulk(reader) <= Int64(ReplyReader.bulkBytesMax) else {
            return .malformed("a bulk string of more than \(ReplyReader.bulkBytesMax >> 20) MiB is announced")
        }
        guard unsafe vane_reader_pending(reader) <= ReplyReader.bulkBytesMax + 64 else {
            return .malformed("more than \(ReplyReader.bulkBytesMax >> 20) MiB came without the end of a value")
        }
        return .incomplete
    }

    private func malformed() -> Outcome {
        if let problem = unsafe target.pointee.problem { return .malformed(problem) }
        let text = unsafe withUnsafeBytes(of: reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return .malformed(text)
    }

    // MARK: hiredis's functions

    private static func makeFunctions() -> UnsafeMutablePointer<redisReplyObjectFunctions> {
        let made = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        unsafe made.initialize(
            to: redisReplyObjectFunctions(
                createString: readString, createArray: readArray, createInteger: readInteger, createNil: readNil, freeObject: forget))
        return unsafe made
    }
}

// SAFETY: hiredis passes tasks that live during the call, whose privdata is the reader's target. An object is the first element's slot and one
// more, as a pointer that nobody follows, since nil would mean that there is no memory.

private typealias Task = UnsafePointer<redisReadTask>

private var someObject: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: 1) }

@inline(__always)
private func target(of task: Task) -> UnsafeMutablePointer<ReplyReader.Target> {
    unsafe task.pointee.privdata.assumingMemoryBound(to: ReplyReader.Target.self)
}

/// The slot of a value: the reply's own, or that of an element of the array around it.
@inline(__always)
private func slot(of task: Task, _ target: UnsafeMutablePointer<ReplyReader.Target>) -> Int {
    guard let parent = unsafe task.pointee.parent else { return unsafe target.pointee.slot }
    return unsafe Int(bitPattern: parent.pointee.obj) - 1 + Int(task.pointee.idx)
}

private func readInteger(_ task: Task?, _ value: Int64) -> UnsafeMutableRawPointer? {
    guard let task = unsafe task else { return nil }
    let target = unsafe target(of: task)
    unsafe target.pointee.storage.pointee.put(integer: value, at: slot(of: task, target))
    return unsafe someObject
}

private func readNil(_ task: Task?) -> UnsafeMutableRawPointer? {
    guard let task = unsafe task else { return nil }
    let target = unsafe target(of: task)
    unsafe target.pointee.storage.pointee.putMissing(at: slot(of: task, target))
    return unsafe someObject
}

private func readString(_ task: Task?, _ start: UnsafeMutablePointer<CChar>?, _ length: Int) -> UnsafeMutableRawPointer? {
    guard let task = unsafe task else { return nil }
    let target = unsafe target(of: task)
    let kind: Reply.Kind =
        switch unsafe task.pointee.type {
        case REDIS_REPLY_ERROR: .error
        case REDIS_REPLY_STATUS: .status
        default: .bulk
        }
    unsafe target.pointee.storage.pointee.put(kind, UnsafeRawBufferPointer(start: start, count: length), at: slot(of: task, target))
    return unsafe someObject
}

private func readArray(_ task: Task?, _ elements: CInt) -> UnsafeMutableRawPointer? {
    guard let task = unsafe task else { return nil }
    let target = unsafe target(of: task)
    guard elements <= ReplyReader.elementsMax else {
        unsafe target.pointee.problem = "an array of \(elements) elements, more than \(ReplyReader.elementsMax)"
        return nil
    }
    let slot = unsafe slot(of: task, target)
    let first = unsafe target.pointee.storage.pointee.reserve(Int(elements))
    unsafe target.pointee.storage.pointee.put(arrayOf: Int(elements), first: first, at: slot)
    return unsafe UnsafeMutableRawPointer(bitPattern: first + 1)
}

private func forget(_ object: UnsafeMutableRawPointer?) {}
