public import Documents
internal import Events
public import Rules

/// Lists from files: CSV with a header line, or JSON Lines.
public enum ListFiles {
    /// Reads a file into a list.
    ///
    /// CSV: the first line names the columns; `subject` is needed, `expires_at` (RFC 3339) is known, all others are attributes. A file whose name ends
    /// in `.jsonl` or `.ndjson` holds one entry a line, as the list-entries topic does. Entries of files are older than any of the topic.
    /// - Throws: what is wrong, by line; nothing has been added then.
    public static func read(_ path: String, into name: String, _ lists: Lists) throws(Diagnostics) {
        lists.setContents(list: lists.declare(name), try contents(try Files.read(path), file: path, list: name))
    }

    /// The same from bytes; `path` is the file's name, whose end tells the format.
    public static func contents(_ bytes: [UInt8], file path: String, list name: String) throws(Diagnostics) -> ListContents {
        let diagnostics = DiagnosticList()
        var entries: [ListEntryReader.Parsed] = []
        let isJSON = path.hasSuffix(".jsonl") || path.hasSuffix(".ndjson")
        var columns: [String]?
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            var line = line
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { continue }
            func report(_ message: String) {
                diagnostics.error(
                    code: "bad-list-entry", message,
                    remedy: isJSON ? "write {\"subject\":\"…\"} on each line" : "write a header line with 'subject', then one entry a line",
                    at: Position(file: path, line: index + 1, column: 1))
            }
            if isJSON {
                do {
                    entries.append(try ListEntryReader.read(Array(line), list: name, timeMilliseconds: 0))
                } catch {
                    report(error.message)
                }
                continue
            }
            let cells = csvCells(line)
            guard let known = columns else {
                columns = cells
                if !cells.contains("subject") { report("the header has no column 'subject'") }
                continue
            }
            guard cells.count == known.count else {
                report("the line has \(cells.count) columns, the header \(known.count)")
                continue
            }
            var parsed = ListEntryReader.Parsed(list: name, subject: "", entry: Lists.Entry(timeMilliseconds: 0))
            for (column, cell) in zip(known, cells) where !cell.isEmpty {
                switch column {
                case "subject": parsed.subject = cell
                case "expires_at":
                    guard let time = ListFiles.time(cell) else {
                        report("'expires_at' is not RFC 3339 with a zone")
                        continue
                    }
                    parsed.entry.expiresMilliseconds = time
                default: parsed.entry.attributes.append(Lists.Attribute(name: column, value: cell))
                }
            }
            if parsed.subject.isEmpty { report("the subject is empty") } else { entries.append(parsed) }
        }
        try diagnostics.throwIfErrors()
        var contents = ListContents()
        for parsed in entries { contents.put(subject: parsed.subject, parsed.entry) }
        return contents
    }

    /// RFC 4180 cells of one line; a quoted cell does not span lines.
    private static func csvCells(_ line: ArraySlice<UInt8>) -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    if index + 1 < line.endIndex, line[index + 1] == byte {
                        cell.append(byte)
                        index += 1
                    } else {
                        isQuoted = false
                    }
                } else {
                    cell.append(byte)
                }
            } else if byte == UInt8(ascii: "\""), cell.isEmpty {
                isQuoted = true
            } else if byte == UInt8(ascii: ",") {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
            } else {
                cell.append(byte)
            }
            index += 1
        }
        cells.append(String(decoding: cell, as: UTF8.self))
        return cells
    }
}

extension ListFiles {
    private static func time(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { RFC3339.milliseconds($0) } }
}
