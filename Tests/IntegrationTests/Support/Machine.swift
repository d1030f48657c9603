import Glibc
import Testing

/// How busy the machine is that tests run on.
enum Machine {
    /// For how many seconds since its start some program was waiting for a processor, or the host kept the processors from this machine; without what the
    /// kernel does not count.
    static var waitingSeconds: Double { pressureSeconds + stolenSeconds }

    private static var pressureSeconds: Double {
        guard let line = lines("/proc/pressure/cpu").first, let total = line.split(separator: "=").last.flatMap({ Double($0) }) else { return 0 }
        return total / 1_000_000
    }

    /// The mean of the processors.
    private static var stolenSeconds: Double {
        let processors = lines("/proc/stat").prefix { $0.hasPrefix("cpu") }
        let numbers = processors.first?.split(separator: " ").dropFirst().compactMap { Double($0) } ?? []
        return numbers.count > 7 ? numbers[7] / Double(sysconf(Int32(_SC_CLK_TCK))) / Double(max(1, processors.count - 1)) : 0
    }

    private static func lines(_ file: String) -> [Substring] { (try? Folder.read(file))?.split(separator: "\n") ?? [] }
}

/// Measures what is promised for a machine that is not kept busy by others.
struct Stopwatch {
    private let began = ContinuousClock.now
    private let waitedBefore = Machine.waitingSeconds

    /// What happened since this began.
    var lap: Lap { Lap(took: ContinuousClock.now - began, waitedSeconds: Machine.waitingSeconds - waitedBefore) }

    struct Lap {
        let took: Duration
        let waitedSeconds: Double

        /// Fails where a promise about time was not kept, save where programs were waiting for processors for more than half of it: that is said instead.
        func expect(_ isKept: Bool, _ comment: @autoclosure () -> Comment, sourceLocation: SourceLocation = #_sourceLocation) {
            if isKept { return }
            if waitedSeconds > took / .seconds(2) {
                print("not judged, since programs waited \(waitedSeconds) seconds of \(took) for a processor: \(comment())")
            } else {
                Issue.record(comment(), sourceLocation: sourceLocation)
            }
        }
    }
}
