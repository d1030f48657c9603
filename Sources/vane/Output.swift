internal import Documents
internal import Glibc

/// Files that commands write.
enum Output {
    /// Writes a whole file, so that nobody sees half of it.
    static func write(_ text: String, to path: String) throws(Diagnostics) {
        let temporary = path + ".part"
        var isWritten = false
        if let file = fopen(temporary, "we") {
            var text = text
            let count = text.utf8.count
            isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) } == count
            isWritten = fclose(file) == 0 && isWritten
        }
        guard isWritten, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw Diagnostics([
                Diagnostic(
                    code: "cannot-write", "cannot write '\(path)': \(reason)", remedy: "name a file in a folder that this user may write",
                    at: Position(file: path, line: 1, column: 1))
            ])
        }
    }
}
