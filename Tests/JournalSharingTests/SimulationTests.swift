import Glibc
import Testing

/// The protocol under a network and a Redis that drop, delay, break and forget. A failing seed becomes a test of its own: see `found`.
@Suite("Simulation of shared journals") struct SimulationTests {
    enum Mode: String, CaseIterable, Sendable {
        case calm
        case storms
        case outOfMemory
        case lostWrites
        case degraded
        case vandal
        /// All at once.
        case everything

        fileprivate var faults: Simulation.Faults {
            switch self {
            case .calm: .init(crashes: false, disconnects: false, pauses: false, evictions: false)
            case .storms: .init()
            case .outOfMemory: .init(outOfMemory: true)
            case .lostWrites: .init(lostWrites: true)
            case .degraded: .init(degraded: true, outOfMemory: true)
            case .vandal: .init(vandal: true)
            case .everything: .init(lostWrites: true, degraded: true, outOfMemory: true, vandal: true)
            }
        }

        fileprivate func check(_ simulation: inout Simulation) {
            switch self {
            case .calm, .storms, .outOfMemory:
                simulation.checkDecisions()
                simulation.checkRepeats()
                simulation.checkJournals()
            case .degraded:
                simulation.checkPresence()
                simulation.checkRestored()
            case .lostWrites, .vandal, .everything: simulation.checkRestored()
            }
        }

        /// Runs that take about as long as is worth it every time; `SIMULATION_RUNS` for more.
        fileprivate var runs: UInt64 { Self.number("SIMULATION_RUNS") ?? 200 }
        fileprivate static var first: UInt64 { number("SIMULATION_FIRST") ?? 1 }

        private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
    }

    /// A run that once failed, and what it showed.
    struct Finding: Sendable, CustomTestStringConvertible {
        var mode: Mode
        var seed: UInt64
        var testDescription: String

        init(_ mode: Mode, _ seed: UInt64, _ shown: String) {
            self.mode = mode
            self.seed = seed
            testDescription = "\(mode.rawValue) \(seed): \(shown)"
        }
    }

    /// - Returns: how many of the faults came that are the mode's own.
    @discardableResult private func simulate(_ mode: Mode, _ seed: UInt64) -> Int {
        var simulation = Simulation(seed: seed, mode.faults)
        simulation.run()
        mode.check(&simulation)
        return simulation.faultCount
    }

    private func simulate(_ mode: Mode) {
        let seeds = Mode.first..<(Mode.first + mode.runs)
        print("simulation of \(mode.rawValue): seeds \(seeds.lowerBound) to \(seeds.upperBound - 1)")
        let faults = seeds.reduce(0) { $0 + simulate(mode, $1) }
        if [.lostWrites, .degraded, .vandal, .everything].contains(mode) { #expect(faults >= seeds.count) }
    }

    @Test("Without faults every decision is what the order of appends gives")
    func calm() { simulate(.calm) }

    @Test("Through crashes, broken connections, pauses and evictions every decision is what the order of appends gives, every time it is made")
    func storms() { simulate(.storms) }

    @Test("When Redis has no memory left for a while, nothing changes but the time")
    func outOfMemory() { simulate(.outOfMemory) }

    @Test("When Redis loses writes, processes bring back what they have")
    func lostWrites() { simulate(.lostWrites) }

    @Test("What is decided without Redis is in the logs in the end, and committed only then")
    func degraded() { simulate(.degraded) }

    @Test("Logs that are removed, damaged, cut off or replaced by something else are made anew from what processes have")
    func vandal() { simulate(.vandal) }

    @Test("All faults at once: nothing hangs, and processes bring back what they have")
    func everything() { simulate(.everything) }

    /// A seed stands for its course as long as the same commands are sent. Logs were strings when these failed, and are lists now: what is left of them is
    /// their faults.
    static let found: [Finding] = [
        .init(.vandal, 7, "what is no string in a log's place was read again without end instead of being set aside"),
        .init(.vandal, 77, "a new process set good logs aside, because their layout's key was gone while others still knew it"),
        .init(.everything, 8, "a log was made anew over what is no string, without end"),
        .init(.calm, 225, "a record whose log had been ended under way was overtaken by a later one"),
        .init(.calm, 686, "the same, of another entity"),
        .init(.outOfMemory, 960, "two processes began one log at two of its keys at once"),
        .init(.outOfMemory, 1_322, "the same, behind a stray"),
        .init(.outOfMemory, 1_708, "a refused record was overtaken by a later one of its batch"),
        .init(.outOfMemory, 2_124, "the same"),
        .init(.vandal, 534, "a log that was begun anew hid one that another process had begun"),
        .init(.vandal, 897, "the same"),
        .init(.vandal, 2_225, "the same"),
        .init(.vandal, 2_715, "the same"),
        .init(.everything, 493, "the same"),
        .init(.everything, 1_774, "the same"),
        .init(.everything, 1_864, "the same"),
        .init(.everything, 2_140, "the same"),
        .init(.everything, 2_790, "the same"),
        .init(.vandal, 13, "a layout that only others had written was not said again after its key was lost"),
    ]

    @Test("Runs that failed once", arguments: found) func failedOnce(_ finding: Finding) { simulate(finding.mode, finding.seed) }
}
