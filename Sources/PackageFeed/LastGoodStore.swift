internal import Documents
internal import Glibc

/// Keeps the last good documents in a folder, one file each, so that a restart needs no server.
///
/// A file is a line of JSON about the document and the document itself. It is replaced as a whole; its time of change says when the server last
/// confirmed it.
struct LastGoodStore {
    struct Entry {
        var bytes: [UInt8]
        var validators: Validators
        var confirmedMilliseconds: Int64
    }

    struct Failure: Error {
        var message: String
    }

    /// What of a URL is kept.
    enum Slot: String {
        /// The document in force.
        case active = "document"
        /// The package's revision before it.
        case previous
        /// What is not taken again.
        case takenBack = "taken-back"
    }

    /// More than all lines that are kept can take.
    private static let takenBackBytesMax = 1 << 20

    let folder: String

    init(stateDirectory: String) { folder = stateDirectory + "/packages" }

    private func path(of url: String, _ slot: Slot = .active) -> String {
        "\(folder)/\(Digest.hexadecimal(Digest.sha256(Array(url.utf8)).prefix(16))).\(slot.rawValue)"
    }

    /// What was kept for a URL; nil without anything.
    /// - Throws: where there is something that cannot be read, or that is damaged.
    func load(_ url: String, _ slot: Slot = .active, bytesMax: Int) throws(Failure) -> Entry? {
        let path = path(of: url, slot)
        // The line of JSON is small; what is larger than a document may be is none.
        guard let (file, confirmed) = try read(path, bytesMax: bytesMax + 64 * 1024) else { return nil }
        let damaged = Failure(message: "'\(path)' is damaged; it is made anew with the next document")
        guard let end = file.firstIndex(of: UInt8(ascii: "\n")), let line = try? parseYAML(Array(file[..<end]), file: "state.json") else { throw damaged }
        let bytes = Array(file[(end + 1)...])
        guard line["url"]?.text == url, line["sha256"]?.text == Digest.hexadecimal(Digest.sha256(bytes)) else { throw damaged }
        return Entry(
            bytes: bytes, validators: Validators(etag: line["etag"]?.text, lastModified: line["last_modified"]?.text), confirmedMilliseconds: confirmed)
    }

    /// A file and the time of its change; nil without one.
    private func read(_ path: String, bytesMax: Int) throws(Failure) -> (bytes: [UInt8], changedMilliseconds: Int64)? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { throw failure("read", path) }
        guard information.st_size <= bytesMax else { throw Failure(message: "'\(path)' is larger than a document may be") }
        var file = [UInt8](repeating: 0, count: Int(information.st_size))
        var count = 0
        while count < file.count {
            let read = unsafe file.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if read < 0 && errno == EINTR { continue }
            guard read > 0 else { throw failure("read", path) }
            count += read
        }
        return (file, Int64(information.st_mtim.tv_sec) * 1_000 + Int64(information.st_mtim.tv_nsec) / 1_000_000)
    }

    /// Replaces what is kept for a URL: written aside, flushed to the disk, renamed.
    func save(_ url: String, _ entry: Entry, _ slot: Slot = .active) throws(Failure) {
        var writer = JSONWriter(capacity: entry.bytes.count + 1_024)
        writer.beginObject()
        writer.key("url")
        writer.string(url)
        writer.key("sha256")
        writer.string(Digest.hexadecimal(Digest.sha256(entry.bytes)))
        if let etag = entry.validators.etag {
            writer.key("etag")
            writer.string(etag)
        }
        if let time = entry.validators.lastModified {
            writer.key("last_modified")
            writer.string(time)
        }
        writer.endObject()
        writer.newline()
        try replace(path(of: url, slot), writer.bytes + entry.bytes)
        if slot == .active { confirm(url, at: entry.confirmedMilliseconds) }
    }

    private func replace(_ path: String, _ file: [UInt8]) throws(Failure) {
        makeFolders()
        let aside = "\(path).\(getpid())"
        let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", aside) }
        var count = 0
        while count < file.count {
            let written = unsafe file.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress! + count, $0.count - count) }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { break }
            count += written
        }
        let isWhole = count == file.count && fsync(descriptor) == 0
        let why = errno
        close(descriptor)
        guard isWhole, unsafe rename(aside, path) == 0 else {
            let why = isWhole ? errno : why
            unsafe _ = unlink(aside)
            errno = why
            throw failure("write", path)
        }
        // The rename itself is on the disk once the folder is.
        let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Forgets what is kept, if anything is.
    func remove(_ url: String, _ slot: Slot) { unsafe _ = unlink(path(of: url, slot)) }

    /// What is not taken again from a URL, oldest first; a line that cannot be read is passed over.
    func loadTakenBack(_ url: String) throws(Failure) -> [TakenBack] {
        guard let (bytes, _) = try read(path(of: url, .takenBack), bytesMax: Self.takenBackBytesMax) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { TakenBack(line: Array($0)) }
    }

    func saveTakenBack(_ url: String, _ all: [TakenBack]) throws(Failure) {
        var writer = JSONWriter()
        for taken in all { taken.line(&writer) }
        try replace(path(of: url, .takenBack), writer.bytes)
    }

    /// Notes that the server still has the same document.
    func confirm(_ url: String, at milliseconds: Int64) {
        let time = timespec(tv_sec: Int(milliseconds / 1_000), tv_nsec: Int(milliseconds % 1_000) * 1_000_000)
        unsafe _ = utimensat(AT_FDCWD, path(of: url), [time, time], 0)
    }

    private func makeFolders() {
        var made = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            made += "/" + part
            unsafe _ = mkdir(made, 0o750)
        }
    }

    private func failure(_ verb: String, _ path: String) -> Failure { unsafe Failure(message: "cannot \(verb) '\(path)': \(String(cString: strerror(errno)))") }
}
