/// Versions as people write them: numbers count as numbers, all else as text.
enum VersionOrder {
    /// Whether `2026.9.1` comes before `2026.10.1`.
    static func isOlder(_ version: String, than other: String) -> Bool { parts(version).lexicographicallyPrecedes(parts(other), by: precedes) }

    private enum Part: Equatable {
        case number(String)
        case text(String)
    }

    private static func parts(_ version: String) -> [Part] {
        var parts: [Part] = []
        var rest = version[...]
        while let first = rest.first {
            let isDigit = ("0"..."9").contains(first)
            let run = rest.prefix { ("0"..."9").contains($0) == isDigit }
            rest = rest.dropFirst(run.count)
            parts.append(isDigit ? .number(String(run.drop { $0 == "0" })) : .text(String(run)))
        }
        return parts
    }

    private static func precedes(_ left: Part, _ right: Part) -> Bool {
        switch (left, right) {
        // Of any length: dates and build numbers do not fit everywhere.
        case (.number(let left), .number(let right)): (left.count, left) < (right.count, right)
        case (.text(let left), .text(let right)): left < right
        case (.number, .text): false
        case (.text, .number): true
        }
    }
}
