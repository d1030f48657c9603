internal import Glibc

/// A connection to one server that is made, greeted, and made anew when it breaks. Does something only while it is called, and never blocks.
@safe
final class ServerConnection {
    enum State: Equatable {
        /// Until the next attempt.
        case pausing
        case resolving, connecting, greeting, ready
    }

    /// Bytes that are read at once: hiredis moves what is left of them to the front for each KiB of finished replies.
    static let readBytes = 16 * 1024

    let address: RedisAddress
    private let greeting: Greeting
    private let configuration: RedisConfiguration
    /// Keeps finished commands in ``finished`` instead of counting them down.
    private let keepsFinished: Bool

    private(set) var state = State.pausing
    private(set) var failure: RedisFailure?
    /// Connections made.
    private(set) var establishedCount: UInt32 = 0
    /// Commands whose replies came or were lost, in order, for a cluster to look at.
    var finished: [ExpectedReply] = []

    /// Pausing: the next attempt; until ready: when to give up.
    private var deadline: Int64 = 0
    private var schedule: ReconnectSchedule
    private var resolver: AddressResolver?
    private var addresses: [SocketAddress] = []
    /// Each attempt begins with the address behind the one before.
    private var addressNext = 0
    private var addressesLeft = 0
    private var socket: Int32 = -1
    private var reader: ReplyReader?
    private var expected = ExpectedReplies()
    private var output = ByteArena()
    private var outputSent = 0
    /// When bytes came last, or replies fell due while none were.
    private var heardAt: Int64 = 0
    private var greetingCommands = CommandBuffer()
    private let greetingReplies: UnsafeMutablePointer<ReplyStorage>
    private let readRoom: UnsafeMutableRawBufferPointer

    init(_ address: RedisAddress, _ configuration: RedisConfiguration, keepsFinished: Bool) {
        self.address = address
        self.configuration = configuration
        self.keepsFinished = keepsFinished
        greeting = Greeting(server: address.description, configuration: configuration)
        schedule = ReconnectSchedule(configuration)
        unsafe greetingReplies = ReplyStorage.make()
        unsafe readRoom = .allocate(byteCount: ServerConnection.readBytes, alignment: 16)
    }

    deinit {
        if socket >= 0 { close(socket) }
        unsafe greetingReplies.deinitialize(count: 1)
        unsafe greetingReplies.deallocate()
        unsafe readRoom.deallocate()
    }

    var isReady: Bool { state == .ready }
    var expectedCount: Int { expected.count }

    /// Drops the connection: what is due is lost.
    func drop(_ kind: RedisFailure.Kind, _ reason: String, now: Int64) {
        fail(RedisFailure(kind, server: address.description, reason: reason), now)
    }

    // MARK: Sending

    /// A reply will be due once its command is among the bytes given to ``send(_:now:)`` or ``queue(_:)``.
    @inline(__always)
    func expect(_ reply: ExpectedReply, now: Int64) {
        if expected.count == 0 { heardAt = now }
        expected.append(reply)
    }

    /// Sends as much as the socket takes; the rest later.
    func send(_ bytes: UnsafeRawBufferPointer, now: Int64) {
        var start = 0
        if output.count == 0 {
            start = unsafe write(bytes, now)
            if start < 0 { return }
        }
        unsafe output.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// For ``flush(now:)`` to send.
    func queue(_ bytes: UnsafeRawBufferPointer) { unsafe output.append(bytes) }

    func flush(now: Int64) {
        guard outputSent < output.count else { return }
        let count = unsafe write(UnsafeRawBufferPointer(rebasing: output.bytes[outputSent...]), now)
        guard count >= 0 else { return }
        outputSent += count
        if outputSent == output.count {
            output.removeAll()
            outputSent = 0
        }
    }

    /// How many bytes were taken; -1 where the connection broke.
    private func write(_ bytes: UnsafeRawBufferPointer, _ now: Int64) -> Int {
        var done = 0
        while done < bytes.count {
            let count = unsafe Glibc.send(socket, bytes.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                drop(.closed, "cannot send: \(unsafe String(cString: strerror(errno)))", now: now)
                return -1
            }
        }
        return done
    }

    // MARK: Making progress

    /// Does what can be done without waiting.
    func advance(now: Int64) {
        switch state {
        case .pausing:
            guard now >= deadline else { return }
            begin(now)
        case .resolving: resolved(now)
        case .connecting: connected(now)
        case .greeting, .ready: exchange(now)
        }
        if state != .pausing, state != .ready, now >= deadline {
            drop(.timedOut, "no connection within \(configuration.connectTimeoutMilliseconds) ms", now: now)
        }
    }

    private func begin(_ now: Int64) {
        deadline = now + Int64(configuration.connectTimeoutMilliseconds)
        if let known = AddressResolver.addresses(of: address) {
            addresses = known
            addressesLeft = known.count
            return connectNext(now)
        }
        guard case .tcp(let host, let port) = address else { return }
        resolver = AddressResolver.start(host: host, port: port)
        state = .resolving
    }

    private func resolved(_ now: Int64) {
        switch resolver?.poll() {
        case nil: return
        case .failed(let reason): drop(.unreachable, "its name has no address: \(reason)", now: now)
        case .found(let found):
            resolver = nil
            addresses = found
            addressesLeft = found.count
            connectNext(now)
        }
    }

    private func connectNext(_ now: Int64, error lastError: Int32 = 0) {
        var lastError = lastError
        while addressesLeft > 0 {
            addressesLeft -= 1
            addressNext = (addressNext + 1) % addresses.count
            let (made, error) = addresses[addressNext].beginConnecting()
            if made >= 0 {
                socket = made
                state = .connecting
                return connected(now)
            }
            lastError = error
        }
        drop(.unreachable, "cannot connect: \(unsafe String(cString: strerror(lastError)))", now: now)
    }

    private func connected(_ now: Int64) {
        var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&entry, 1, 0) > 0 else { return }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
        if error != 0 {
            close(socket)
            socket = -1
            return connectNext(now, error: error)
        }
        state = .greeting
        reader = ReplyReader()
        greeting.encode(into: &greetingCommands)
        unsafe greetingReplies.pointee.reset(count: greetingCommands.count, commands: greetingCommands.count)
        for index in 0..<greetingCommands.count {
            unsafe expect(ExpectedReply(storage: greetingReplies, slot: Int32(index), ticket: -1), now: now)
        }
        unsafe send(greetingCommands.bytes.bytes, now: now)
        if socket >= 0 { exchange(now) }
    }

    private func greeted(_ now: Int64) {
        if let problem = unsafe greeting.verdict(greetingReplies.pointee) { return fail(problem, now) }
        state = .ready
        failure = nil
        schedule.succeeded()
        establishedCount &+= 1
    }

    /// Sends what is left and reads what is there.
    private func exchange(_ now: Int64) {
        flush(now: now)
        while socket >= 0 {
            let count = unsafe recv(socket, readRoom.baseAddress!, readRoom.count, 0)
            if count > 0 {
                heardAt = now
                unsafe read(UnsafeRawBufferPointer(rebasing: readRoom[..<count]), now)
                if count < ServerConnection.readBytes { break }
            } else if count == 0 {
                return drop(.closed, "it closed the connection", now: now)
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                return drop(.closed, "cannot receive: \(unsafe String(cString: strerror(errno)))", now: now)
            }
        }
        if expected.count > 0, now - heardAt >= Int64(configuration.replyTimeoutMilliseconds), state == .ready {
            drop(.timedOut, "no reply within \(configuration.replyTimeoutMilliseconds) ms", now: now)
        }
    }

    private func read(_ bytes: UnsafeRawBufferPointer, _ now: Int64) {
        guard let reader else { return }
        var rest = unsafe bytes
        if state == .ready, reader.isBetweenReplies {
            unsafe rest = readIntegers(bytes)
            if unsafe rest.isEmpty { return }
        }
        guard unsafe reader.feed(rest) else { return drop(.malformed, "no memory for its reply", now: now) }
        while expected.count > 0 {
            let head = expected.first
            switch unsafe reader.next(into: head.storage, slot: Int(head.slot)) {
            case .incomplete: return
            case .malformed(let reason): return drop(.malformed, "what it sends is not a reply: \(reason)", now: now)
            case .reply:
                expected.removeFirst()
                settle(head)
                if head.ticket < 0, unsafe greetingReplies.pointee.outstanding == 0 { greeted(now) }
                if socket < 0 { return }
            }
        }
        if reader.hasPending { drop(.malformed, "it sends what nobody asked for", now: now) }
    }

    /// Takes whole numbers, which most replies are, up to the first reply that is none or has not all come; the reader takes the rest.
    private func readIntegers(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        while expected.count > 0, start < bytes.count, unsafe bytes[start] == 0x3A {
            var at = start + 1
            var value: Int64 = 0
            while at < bytes.count {
                let digit = unsafe bytes[at] &- 48
                if digit > 9 { break }
                value = value &* 10 &+ Int64(digit)
                at += 1
            }
            // Without digits, or with more than surely fit, it is for the reader to judge.
            guard (2...19).contains(at - start), at + 1 < bytes.count, unsafe bytes[at] == 0x0D, unsafe bytes[at + 1] == 0x0A else { break }
            let head = expected.first
            unsafe head.storage.pointee.put(integer: value, at: Int(head.slot))
            expected.removeFirst()
            settle(head)
            start = at + 2
        }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
    }

    @inline(__always)
    private func settle(_ reply: ExpectedReply) {
        if keepsFinished, reply.ticket >= 0 {
            finished.append(reply)
        } else {
            unsafe reply.storage.pointee.outstanding -= 1
        }
    }

    private func fail(_ failure: RedisFailure, _ now: Int64) {
        self.failure = failure
        if socket >= 0 { close(socket) }
        socket = -1
        resolver = nil
        reader = nil
        output.removeAll()
        outputSent = 0
        state = .pausing
        deadline = now + schedule.failed(failure)
        while expected.count > 0 {
            let head = expected.first
            expected.removeFirst()
            head.lose()
            settle(head)
        }
    }

    // MARK: Waiting

    /// What to wait for, and until when; a pause has no descriptor, and a quiet connection no end.
    var waiting: (descriptor: Int32, events: Int16, until: Int64) {
        switch state {
        case .pausing: (-1, 0, deadline)
        case .resolving: (resolver?.descriptor ?? -1, Int16(POLLIN), deadline)
        case .connecting: (socket, Int16(POLLOUT), deadline)
        case .greeting: (socket, outputSent < output.count ? Int16(POLLIN | POLLOUT) : Int16(POLLIN), deadline)
        case .ready:
            (
                socket, outputSent < output.count ? Int16(POLLIN | POLLOUT) : Int16(POLLIN),
                expected.count > 0 ? heardAt + Int64(configuration.replyTimeoutMilliseconds) : .max
            )
        }
    }
}
