import Foundation

/// Runs the commands of a page as a reader would, in a folder that holds the page's files and the shipped rules.
struct PageRun {
    struct Difference: CustomStringConvertible {
        var description: String
    }

    private(set) var commandCount = 0
    private(set) var differences: [Difference] = []

    init(_ page: Page) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vane-documentation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("rules"), withDestinationURL: Repository.root.appendingPathComponent("rules"))
        for block in page.blocks {
            if let name = block.fileName {
                let file = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try (block.lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
            }
            guard block.isConsole, block.reasonNotRun == nil else { continue }
            let commands = block.commands
            let outputs = try Self.run(commands.map(\.text), in: folder)
            for (command, output) in zip(commands, outputs) {
                commandCount += 1
                if !Self.matches(output, shown: command.output.joined(separator: "\n")) {
                    differences.append(
                        Difference(
                            description:
                                "\(page.name):\(block.line): $ \(command.text)\n--- the page shows\n\(command.output.joined(separator: "\n"))\n--- vane prints\n\(output)"
                        ))
                }
            }
        }
    }

    private static let mark = "@@ end of a command @@"

    /// Runs commands in one shell, so that `$?` is that of the one before. Returns what each prints, on both streams.
    private static func run(_ commands: [String], in folder: URL) throws -> [String] {
        var script = "exec 2>&1\n"
        for command in commands { script += "\(command)\nstatus=$?; echo '\(mark)'; (exit $status)\n" }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // A command that waits for something must not hold up the tests for ever.
        process.arguments = ["timeout", "120", "sh", "-c", script]
        process.currentDirectoryURL = folder
        process.environment = ["PATH": Repository.executableFolder.path + ":/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var parts = output.components(separatedBy: mark + "\n")
        if parts.last?.isEmpty == true { parts.removeLast() }
        while parts.count < commands.count { parts.append("(nothing: the shell ended before)") }
        return parts
    }

    /// Whether an output is what the page shows. White space does not count, so that a page may fold long lines; `…` stands for any text.
    static func matches(_ output: String, shown: String) -> Bool {
        func squeezed(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        var rest = Substring(squeezed(output))
        let pieces = squeezed(shown).split(separator: "…", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(piece) else { return false }
                rest = rest.dropFirst(piece.count)
                if pieces.count == 1 { return rest.isEmpty }
            } else if index == pieces.count - 1 {
                return rest.hasSuffix(piece)
            } else {
                if piece.isEmpty { continue }
                guard let found = rest.firstRange(of: piece) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return true
    }
}
