import Glibc
import Synchronization
import Testing

/// Tests share the machine with builds: a condition that holds gets there within this time.
let patience = Duration.seconds(60)

/// A process of ours, with its output at hand while it runs.
final class Child {
    let identifier: pid_t
    let output = Capture()
    let errors = Capture()
    private var status: Int32?

    /// - Parameters:
    ///   - input: a file for standard input; nil for none.
    ///   - outputFile: where standard output goes instead of ``output``, for much of it.
    init(
        _ arguments: [String], executable: String = Places.executable, input: String? = nil, outputFile: String? = nil, environment: [String: String] = [:]
    ) throws {
        let outputPipe = try Pipe()
        let errorPipe = try Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input ?? "/dev/null", O_RDONLY, 0)
        if let outputFile {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, outputPipe.writing, STDOUT_FILENO)
        }
        posix_spawn_file_actions_adddup2(&actions, errorPipe.writing, STDERR_FILENO)

        // Nothing of the tester's own VANE_ variables reaches the process.
        var variables = ["PATH": Places.environment("PATH") ?? "/usr/bin:/bin", "HOME": "/tmp"]
        for (name, value) in environment { variables[name] = value }
        let texts = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var values: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { (words + values).forEach { free($0) } }

        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, executable, &actions, nil, &words, &values)
        outputPipe.closeWriting()
        errorPipe.closeWriting()
        try #require(code == 0, "cannot start \(executable): \(String(cString: strerror(code)))")
        self.identifier = identifier
        output.read(outputPipe.reading)
        errors.read(errorPipe.reading)
    }

    deinit {
        if status == nil {
            Glibc.kill(identifier, SIGKILL)
            _ = waitpid(identifier, nil, 0)
        }
    }

    func signal(_ signal: Int32) { Glibc.kill(identifier, signal) }

    /// Waits until a signal that was sent has reached the process: two of a kind that wait are one.
    func awaitTaken(_ signal: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + patience
        func isPending() throws -> Bool {
            let line = try Folder.read("/proc/\(identifier)/status").split(separator: "\n").first { $0.hasPrefix("ShdPnd:") }
            let pending = line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) } ?? 0
            return pending & (1 << UInt64(signal - 1)) != 0
        }
        while try isPending() {
            try #require(ContinuousClock.now < deadline, "the process does not take signal \(signal)", sourceLocation: sourceLocation)
            usleep(1_000)
        }
    }

    /// Waits for the end.
    /// - Returns: the exit status, or 128 + signal.
    func wait(within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation) throws -> Int32 {
        // Its end closes its standard error.
        let ended = errors.wait(within: limit) { $0.isClosed }
        try #require(ended, "the process ends within \(limit); it said: \(errors.text.suffix(2000))", sourceLocation: sourceLocation)
        var code: Int32 = 0
        if status == nil {
            waitpid(identifier, &code, 0)
            status = code & 0x7f == 0 ? (code >> 8) & 0xff : 128 + (code & 0x7f)
        }
        _ = output.wait(within: limit) { $0.isClosed }
        return status!
    }

    /// Waits until standard error says something.
    func says(_ text: String, times: Int = 1, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let heard = errors.wait(within: limit) { $0.count(of: text) >= times || $0.isClosed }
        try #require(
            heard && errors.snapshot.count(of: text) >= times, "it says '\(text)' \(times) times; it said: \(errors.text.suffix(2000))",
            sourceLocation: sourceLocation)
    }

    struct Result {
        let status: Int32, output: String, errors: String
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Runs to the end.
    static func run(
        _ arguments: [String], executable: String = Places.executable, input: String? = nil, outputFile: String? = nil,
        environment: [String: String] = [:], within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Result {
        let child = try Child(arguments, executable: executable, input: input, outputFile: outputFile, environment: environment)
        let status = try child.wait(within: limit, sourceLocation: sourceLocation)
        return Result(status: status, output: child.output.text, errors: child.errors.text)
    }

    /// A socket pair, because it closes itself in the processes that other tests start meanwhile: Swift does not know pipe2.
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            let code = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
            try #require(code == 0)
            (reading, writing) = (ends[0], ends[1])
        }

        func closeWriting() { close(writing) }
    }
}

/// What a process has written, read by a thread of its own so that the process never waits for us.
final class Capture: @unchecked Sendable {
    struct State {
        var bytes: [UInt8] = []
        var isClosed = false

        func count(of text: String) -> Int {
            let all = String(decoding: bytes, as: UTF8.self)
            var count = 0
            var rest = all[...]
            while let found = rest.firstRange(of: text) {
                count += 1
                rest = rest[found.upperBound...]
            }
            return count
        }
    }

    // Both live as long as this object; the lock guards `state`.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state = State()

    init() {
        pthread_mutex_init(lock, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        lock.deallocate()
        changed.deallocate()
    }

    var snapshot: State {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return state
    }

    var text: String { String(decoding: snapshot.bytes, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    /// Waits until the condition holds, looking again whenever something arrives.
    /// - Returns: whether it holds.
    func wait(within limit: Duration, until condition: (State) -> Bool) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += Int(limit.components.seconds)
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while !condition(state) {
            if pthread_cond_timedwait(changed, lock, &deadline) == ETIMEDOUT { return condition(state) }
        }
        return true
    }

    fileprivate func read(_ descriptor: Int32) {
        final class Start {
            let capture: Capture, descriptor: Int32
            init(_ capture: Capture, _ descriptor: Int32) {
                self.capture = capture
                self.descriptor = descriptor
            }
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(self, descriptor))
        pthread_create(
            &thread, nil,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                start.capture.readAll(start.descriptor)
                return nil
            }, start.toOpaque())
        pthread_detach(thread)
    }

    private func readAll(_ descriptor: Int32) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            pthread_mutex_lock(lock)
            if count > 0 { state.bytes.append(contentsOf: chunk[..<count]) } else { state.isClosed = true }
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(lock)
            if count <= 0 { break }
        }
        close(descriptor)
    }
}
