import Testing

/// The protocol under a network and a Redis that drop, delay, break and forget. A failing seed becomes a test of its own below.
@Suite("Simulation of shared journals") struct SimulationTests {
    private static let runs: UInt64 = 400

    private func simulate(_ faults: Simulation.Faults, seeds: ClosedRange<UInt64>, _ check: (inout Simulation) -> Void) {
        for seed in seeds {
            var simulation = Simulation(seed: seed, faults)
            simulation.run()
            check(&simulation)
        }
    }

    @Test("Without faults every decision is what the order of appends gives")
    func calm() {
        simulate(.init(crashes: false, disconnects: false, pauses: false, evictions: false), seeds: 1...Self.runs) {
            $0.checkDecisions()
            $0.checkJournals()
        }
    }

    @Test("Through crashes, broken connections, pauses and evictions every decision is what the order of appends gives, every time it is made")
    func storms() {
        simulate(.init(), seeds: 1...Self.runs) {
            $0.checkDecisions()
            $0.checkJournals()
        }
    }

    @Test("When Redis has no memory left for a while, nothing changes but the time")
    func outOfMemory() {
        simulate(.init(outOfMemory: true), seeds: 1...Self.runs) {
            $0.checkDecisions()
            $0.checkJournals()
        }
    }
}
