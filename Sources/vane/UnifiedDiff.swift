/// What changed between two texts, as `diff -u` and `patch` write it.
enum UnifiedDiff {
    private static let context = 3
    /// Beyond so many changed lines the shortest difference is not searched for: its cost is the square of it.
    private static let distanceMax = 2_000

    private enum Step { case same, removed, added }

    /// Empty when the texts are the same. Both must end with a line break, or the diff says that one does not.
    static func text(_ old: String, _ new: String, path: String) -> String {
        if old == new { return "" }
        let before = lines(old)
        let after = lines(new)
        var output = "--- \(path)\n+++ \(path) (formatted)\n"
        let script = steps(before, after)
        var index = 0
        var (oldLine, newLine) = (0, 0)
        while index < script.count {
            guard script[index] != .same else {
                index += 1
                oldLine += 1
                newLine += 1
                continue
            }
            // A hunk goes on while changes are at most twice the context apart.
            let lead = min(context, oldLine)
            var end = index
            var quiet = 0
            while end < script.count, quiet <= 2 * context {
                quiet = script[end] == .same ? quiet + 1 : 0
                end += 1
            }
            end -= max(0, quiet - context)
            let (oldStart, newStart) = (oldLine - lead, newLine - lead)
            var body = before[oldStart..<oldLine].map { " " + $0 }
            for step in script[index..<end] {
                switch step {
                case .same:
                    body.append(" " + before[oldLine])
                    oldLine += 1
                    newLine += 1
                case .removed:
                    body.append("-" + before[oldLine])
                    oldLine += 1
                case .added:
                    body.append("+" + after[newLine])
                    newLine += 1
                }
            }
            output += "@@ -\(range(oldStart, oldLine)) +\(range(newStart, newLine)) @@\n"
            for line in body { output += line.hasSuffix("\n") ? line : line + "\n\\ No newline at end of file\n" }
            index = end
        }
        return output
    }

    private static func range(_ start: Int, _ end: Int) -> String { "\(end > start ? start + 1 : start),\(end - start)" }

    /// Lines with their line breaks.
    private static func lines(_ text: String) -> [String] {
        var lines: [String] = []
        var rest = text.utf8[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(rest[...end])!)
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { lines.append(String(rest)!) }
        return lines
    }

    /// The shortest way from one to the other, after Myers: An O(ND) Difference Algorithm, 1986.
    private static func steps(_ old: [String], _ new: [String]) -> [Step] {
        let limit = min(old.count + new.count, distanceMax)
        var furthest = [Int](repeating: 0, count: 2 * limit + 3)
        let middle = limit + 1
        var trace: [[Int]] = []
        for distance in 0...limit {
            trace.append(furthest)
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                let isDown =
                    diagonal == -distance || (diagonal != distance && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1])
                var x = isDown ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1
                while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] { x += 1 }
                furthest[middle + diagonal] = x
                if x >= old.count, x - diagonal >= new.count { return path(trace, middle, old.count, new.count) }
            }
        }
        return Array(repeating: .removed, count: old.count) + Array(repeating: .added, count: new.count)
    }

    private static func path(_ trace: [[Int]], _ middle: Int, _ oldCount: Int, _ newCount: Int) -> [Step] {
        var steps: [Step] = []
        var (x, y) = (oldCount, newCount)
        for distance in trace.indices.reversed() {
            let furthest = trace[distance]
            let diagonal = x - y
            let isDown = diagonal == -distance || (diagonal != distance && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1])
            let before = isDown ? diagonal + 1 : diagonal - 1
            let startX = distance == 0 ? 0 : furthest[middle + before]
            let startY = distance == 0 ? 0 : startX - before
            while x > startX, y > startY, x > 0, y > 0 {
                steps.append(.same)
                x -= 1
                y -= 1
            }
            if distance > 0 {
                steps.append(isDown ? .added : .removed)
                (x, y) = (startX, startY)
            }
        }
        return steps.reversed()
    }
}
