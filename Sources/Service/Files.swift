public import Documents
public import Glibc

/// Reading files, with errors that a person can act on.
public enum Files {
    /// The whole file.
    /// - Throws: a diagnostic that names the file and what to do.
    public static func read(_ path: String) throws(Diagnostics) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Replaces a file as a whole: whoever reads it meanwhile sees the old one or the new one.
    /// - Throws: a diagnostic that names the file.
    public static func replace(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws(Diagnostics) {
        let aside = "\(path).\(getpid())"
        func failure() -> Diagnostics {
            Diagnostics([
                Diagnostic(
                    code: "cannot-write", "cannot write '\(path)': \(String(cString: strerror(errno)))", remedy: "see that its folder exists and can be written"
                )
            ])
        }
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure() }
        var count = 0
        while count < bytes.count {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + count, $0.count - count) }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { break }
            count += written
        }
        let isWhole = count == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWhole, rename(aside, path) == 0 else {
            let thrown = failure()
            unlink(aside)
            throw thrown
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> Diagnostics {
        let remedy =
            switch code {
            case ENOENT: "check the path; a relative one starts at the working directory, or in a configuration at its folder"
            case EACCES: "let this user read it"
            case EISDIR: "name a file in the folder"
            default: "see that the file can be read"
            }
        return Diagnostics([
            Diagnostic(
                code: "cannot-read", "cannot read '\(path)': \(String(cString: strerror(code)))", remedy: remedy, at: Position(file: path, line: 1, column: 1))
        ])
    }

    public static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a folder, sorted; hidden ones are left out.
    public static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// `path` as seen from `folder`.
    public static func resolve(_ path: String, from folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : folder + "/" + path
    }

    /// The folder of a path; `.` for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
