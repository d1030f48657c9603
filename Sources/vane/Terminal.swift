internal import Documents
internal import Glibc

/// Standard output for results, standard error for diagnostics.
enum Terminal {
    static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = fwrite($0.baseAddress, 1, $0.count, Streams.output) }
    }

    static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { _ = fwrite($0.baseAddress, 1, $0.count, Streams.output) }
    }

    static func flush() { fflush(Streams.output) }

    /// A line on standard error.
    static func complain(_ text: String) {
        fflush(Streams.output)
        var line = text + "\n"
        line.withUTF8 { _ = fwrite($0.baseAddress, 1, $0.count, Streams.error) }
    }

    static func complain(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { complain(diagnostic.description) }
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    static func hasColour(_ descriptor: Int32) -> Bool {
        isTerminal(descriptor) && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 80 }
        return min(Int(size.ws_col), 120)
    }
}

/// The lines of a file or of standard input.
struct LineReader: ~Copyable {
    private let file: UnsafeMutablePointer<FILE>
    private let isOwned: Bool
    private var buffer: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws(Diagnostics) {
        if path == "-" {
            file = Streams.input
            isOwned = false
        } else {
            guard let opened = fopen(path, "re") else {
                throw Diagnostics([
                    Diagnostic(
                        code: "cannot-read", "cannot read '\(path)': \(String(cString: strerror(errno)))",
                        remedy: "name a file of JSON Lines, or - for standard input",
                        at: Position(file: path, line: 1, column: 1))
                ])
            }
            file = opened
            isOwned = true
        }
    }

    deinit {
        free(buffer)
        if isOwned { fclose(file) }
    }

    /// The next line without its end, valid until the next call; nil at the end.
    mutating func next() -> UnsafeRawBufferPointer? {
        var count = getline(&buffer, &capacity, file)
        guard count >= 0, let buffer else { return nil }
        if count > 0, buffer[count - 1] == CChar(UInt8(ascii: "\n")) { count -= 1 }
        if count > 0, buffer[count - 1] == CChar(UInt8(ascii: "\r")) { count -= 1 }
        return UnsafeRawBufferPointer(start: buffer, count: count)
    }
}

/// The standard streams under names that are not variables. The C library locks each of them.
enum Streams {
    nonisolated(unsafe) static let input = fdopen(STDIN_FILENO, "r")!
    nonisolated(unsafe) static let output = fdopen(STDOUT_FILENO, "w")!
    nonisolated(unsafe) static let error = fdopen(STDERR_FILENO, "w")!
}
