internal import Glibc

/// Seconds by the clock on the wall: waiting for Redis counts.
func seconds() -> Double { seconds(CLOCK_MONOTONIC) }

/// Processor seconds of this thread.
func processorSeconds() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

private func seconds(_ clock: Int32) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

extension [Double] {
    var median: Double { sorted()[count / 2] }
}

/// One line of the table.
func line(_ what: String, _ value: String, _ goal: String = "") {
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: Swift.max(1, width - text.count)) }
    print("  " + padded(what, 62) + padded(value, 24) + goal)
    fflush(nil)
}

func format(_ value: Double, _ decimals: Int = 0) -> String {
    let scale = [1.0, 10, 100, 1000][decimals]
    let rounded = (value * scale).rounded() / scale
    return decimals == 0 ? String(Int(rounded)) : "\(rounded)"
}
