import Journals
import Testing

@testable import JournalSharing

/// An entity that has more records than there is room for, in processes that share its log.
@Suite struct FoldedLogTests {
    private static let recordsMax = 32
    private static let step: Int64 = 2_000
    /// What `a_count` counts over eight minutes; a pane is a 64th of ten minutes, so that it may take in five records too many.
    private static let expected = 240...245

    private func process(_ server: SimulatedRedis) -> SimulatedProcess {
        let process = SimulatedProcess(server, limits: .init(recordsPerEntityMax: Self.recordsMax))
        process.start()
        process.link.isImmediate = true
        return process
    }

    private func decide(_ numbers: Range<Int>, _ process: SimulatedProcess) throws -> Int? {
        process.begin(
            numbers.map { number in
                (SimulatedEvent(id: number, time: 1_800_000_000_000 + Int64(number) * Self.step, account: 0, device: nil, value: 7), 0, number)
            })
        try #require(process.shared.advance(timeoutMilliseconds: 0) == .ready, "\(process.shared.detourSummary)")
        var count: String?
        _ = process.decideBatch { _, decision, _ in count = decision.values["a_count"] }
        return count.flatMap { Int($0) }
    }

    @Test func logsStayShortAndWhatWasFoldedCounts() throws {
        let server = SimulatedRedis()
        let processes = [process(server), process(server)]
        var longest = 0
        for round in 0..<200 {
            let count = try decide((round * 5)..<(round * 5 + 5), processes[round % 2])
            if round > 60 { #expect(Self.expected.contains(count ?? 0), "round \(round): \(count ?? 0)") }
            longest = max(longest, server.keys.map { server.entries($0) }.max() ?? 0)
        }
        // Twice what there is room for, the opening, the closing and what came in one batch beyond.
        #expect(longest <= 2 * Self.recordsMax + 10, "\(longest) entries")
        for process in processes {
            #expect(process.shared.counts.compactions > 0)
            #expect(process.shared.reports.isEmpty, "\(process.shared.reports)")
        }
        // Who comes new counts what others have folded.
        let heir = process(server)
        #expect(Self.expected.contains(try decide(1_000..<1_001, heir) ?? 0))
        #expect(heir.shared.reports.isEmpty)
    }
}
