/// A text with its lines, as the layout works on it: line breaks are LF, and there is no byte order mark.
struct FormattingSource {
    let bytes: [UInt8]
    private let lineStarts: [Int]

    /// Nil where a carriage return ends a line by itself, which libyaml and editors count differently.
    init?(_ input: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(input.count)
        var lineStarts = [0]
        var index = input.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < input.count {
            var byte = input[index]
            index += 1
            if byte == UInt8(ascii: "\r") {
                guard index < input.count, input[index] == UInt8(ascii: "\n") else { return nil }
                byte = UInt8(ascii: "\n")
                index += 1
            }
            bytes.append(byte)
            if byte == UInt8(ascii: "\n") { lineStarts.append(bytes.count) }
        }
        self.bytes = bytes
        self.lineStarts = lineStarts
    }

    var lineCount: Int { lineStarts.count }

    /// The line of a byte, from 0. O(log lines).
    func line(of byte: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= byte { low = middle } else { high = middle }
        }
        return low
    }

    /// Bytes of a line, its line break not counted.
    func range(ofLine line: Int) -> Range<Int> {
        lineStarts[line]..<(line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count)
    }

    /// Code points between the start of its line and a byte.
    func column(of byte: Int) -> Int {
        bytes[lineStarts[line(of: byte)]..<byte].count { $0 & 0xC0 != 0x80 }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// How many spaces a line starts with.
    func indentation(ofLine line: Int) -> Int { bytes[range(ofLine: line)].prefix { $0 == UInt8(ascii: " ") }.count }

    func isBlank(line: Int) -> Bool { bytes[range(ofLine: line)].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
}
