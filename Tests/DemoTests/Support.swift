import Demo
import Documents
import Glibc

/// 2026-11-16, a Monday, 08:00 in Shanghai.
let mondayMorning: Int64 = 1_794_787_200_000
let hour: Int64 = 3_600_000

/// A seed that differs from run to run, printed so that a failure can be repeated: VANE_TEST_SEED=… swift test --filter DemoTests.
let seed: UInt64 = {
    let given = getenv("VANE_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("VANE_TEST_SEED=\(seed)")
    return seed
}()

extension SyntheticBank {
    /// All events of the next hours.
    mutating func events(from start: Int64, hours: Double) -> [BankEvent] {
        var events: [BankEvent] = []
        while true {
            let event = next()
            if event.timeMilliseconds >= start + Int64(hours * Double(hour)) { return events }
            events.append(event)
        }
    }
}

/// The folder of the shipped rules.
let rulesFolder: String = {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(3).joined(separator: "/") + "/rules"
}()

func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw Missing(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
    return bytes
}

struct Missing: Error { let path: String }

func entries(_ node: Node?) -> [(key: Node.Key, value: Node)] {
    if case .map(let entries)? = node?.content { entries } else { [] }
}

func text(_ node: Node?) -> String? {
    if case .string(let text)? = node?.content { text } else { nil }
}
