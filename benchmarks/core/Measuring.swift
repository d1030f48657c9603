internal import CAllocations
internal import Glibc

/// What a piece of work cost.
struct Cost {
    var nanoseconds: Double
    var allocations: UInt64
}

/// Runs `body` and says what it cost on this thread.
func measure(_ body: () throws -> Void) rethrows -> Cost {
    let allocations = vane_allocation_count()
    let start = nanoseconds()
    try body()
    let end = nanoseconds()
    return Cost(nanoseconds: Double(end - start), allocations: vane_allocation_count() - allocations)
}

/// The median of several runs, because other tenants of the machine come and go.
func median(of runs: Int, _ body: () throws -> Void) rethrows -> Cost {
    var costs: [Cost] = []
    for _ in 0..<runs { costs.append(try measure(body)) }
    return costs.sorted { $0.nanoseconds < $1.nanoseconds }[runs / 2]
}

/// Processor time of this thread: waiting for others does not count.
func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    guard getline(&line, &capacity, file) > 0, let line else { return 0 }
    let cells = String(cString: line).split(separator: " ")
    return cells.count > 1 ? (Int(cells[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}

/// One line of the table.
func report(_ what: String, _ value: String, _ goal: String = "") {
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
    print("  " + padded(what, 62) + padded(value, 18) + goal)
}

func format(_ value: Double, _ decimals: Int = 1) -> String {
    let scale = [1.0, 10, 100, 1000][decimals]
    let rounded = (value * scale).rounded() / scale
    return decimals == 0 ? String(Int(rounded)) : "\(rounded)"
}
