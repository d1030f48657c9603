import Glibc
import TestSupport
import Testing

/// A folder that lives as long as its test.
final class Folder: Sendable {
    let path: String

    init() { path = TemporaryFolder.make("vane-it") }

    deinit { _ = try? Shell.run("rm -rf '\(path)'") }

    /// Writes a file and returns its path; folders on the way are made.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        if name.contains("/") { try Shell.run("mkdir -p '\(Places.folder(of: file))'") }
        let stream = try #require(fopen(file, "w"), "cannot write \(file)")
        defer { fclose(stream) }
        var text = text
        text.withUTF8 { _ = fwrite($0.baseAddress, 1, $0.count, stream) }
        return file
    }

    static func read(_ path: String) throws -> String {
        let stream = try #require(fopen(path, "r"), "cannot read \(path)")
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { bytes.append(contentsOf: chunk[..<count]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

enum Shell {
    struct Failure: Error { let command: String, status: Int32, output: String }

    /// Runs a command of the shell to its end.
    /// - Returns: its standard output.
    @discardableResult
    static func run(_ command: String) throws -> String {
        guard let stream = popen(command, "r") else { throw Failure(command: command, status: -1, output: "") }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { output.append(contentsOf: chunk[..<count]) }
        let text = String(decoding: output, as: UTF8.self)
        let status = pclose(stream)
        if status != 0 { throw Failure(command: command, status: status, output: text) }
        return text
    }
}
