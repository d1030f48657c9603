import Testing

/// How busy the machine is that tests run on.
enum Machine {
    /// For how many seconds since its start some program was waiting for a processor, or the host kept one from this machine; without what the kernel does
    /// not count.
    static func waitingSeconds() throws -> Double { pressureSeconds() + stolenSeconds() }

    private static func pressureSeconds() -> Double {
        guard let text = try? Folder.read("/proc/pressure/cpu"), let line = text.split(separator: "\n").first,
            let total = line.split(separator: "=").last.flatMap({ Double($0) })
        else { return 0 }
        return total / 1_000_000
    }

    private static func stolenSeconds() -> Double {
        guard let text = try? Folder.read("/proc/stat"), let line = text.split(separator: "\n").first else { return 0 }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        return numbers.count > 7 ? numbers[7] / 100 : 0
    }
}

/// Measures what is promised for a machine that is not kept busy by others.
struct Stopwatch {
    private let began = ContinuousClock.now
    private let waitedBefore: Double

    init() throws { waitedBefore = try Machine.waitingSeconds() }

    var elapsed: Duration { ContinuousClock.now - began }

    /// Fails where a promise about time is not kept, save where programs were waiting for processors for more than half of it: that is said instead.
    func expect(_ isKept: Bool, _ comment: @autoclosure () -> Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if isKept { return }
        let (took, waited) = (elapsed, try Machine.waitingSeconds() - waitedBefore)
        if waited > took / .seconds(2) {
            print("not judged, since programs waited \(waited) seconds of \(took) for a processor: \(comment())")
        } else {
            Issue.record(comment(), sourceLocation: sourceLocation)
        }
    }
}
