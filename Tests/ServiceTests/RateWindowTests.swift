import Rules
import TestSupport
import Testing

@testable import Service

@Suite struct RateWindowTests {
    /// Batches of (events, alerts, errors), and the one after which a bound is left, from 1; nil for none.
    @Test(
        "A bound is left",
        arguments: [
            // As soon as the window cannot get back within it.
            ("most", Bounds(events: 100, alertRateMax: 0.1), [(5, 5, 0), (5, 5, 0), (1, 1, 0)], 3),
            ("exactly the most", Bounds(events: 100, alertRateMax: 0.1), [(50, 10, 0), (50, 0, 0), (50, 10, 0), (50, 0, 0)], nil),
            ("never", Bounds(events: 100, alertRateMax: 0), [(50, 0, 5), (50, 0, 5), (1, 1, 0)], 3),
            ("one batch that is larger than the window", Bounds(events: 100, alertRateMax: 0.1), [(1_000, 100, 0), (1_000, 101, 0)], 2),
            ("what is long past is forgotten", Bounds(events: 100, alertRateMax: 0.1), [(100, 10, 0), (100, 0, 0), (100, 10, 0)], nil),
            ("errors", Bounds(events: 100, errorRateMax: 0.02), [(100, 100, 2), (10, 10, 1)], 2),
            ("errors only", Bounds(events: 100, errorRateMax: 0.02), [(100, 100, 0)], nil),
            ("too few, once the window is full", Bounds(events: 100, alertRateMin: 0.05), [(50, 0, 0), (49, 0, 0), (1, 0, 0)], 3),
            ("exactly the least", Bounds(events: 100, alertRateMin: 0.05), [(100, 5, 0), (100, 5, 0)], nil),
            ("fewer than before", Bounds(events: 100, alertRateMin: 0.05), [(100, 50, 0), (60, 0, 0), (60, 0, 0)], 3),
        ] as [(String, Bounds, [(Int64, Int64, Int64)], Int?)])
    func breaches(name: String, bounds: Bounds, batches: [(Int64, Int64, Int64)], expected: Int?) {
        var window = RateWindow(bounds)
        var left: Int?
        for (index, batch) in batches.enumerated() where left == nil {
            window.add(.init(events: batch.0, alerts: batch.1, errors: batch.2))
            if window.breach != nil { left = index + 1 }
        }
        #expect(left == expected, "\(name)")
    }

    @Test("What is said names the counts")
    func sentences() {
        var window = RateWindow(Bounds(events: 200, alertRateMax: 0.025))
        window.add(.init(events: 50, alerts: 6, errors: 3))
        #expect(window.breach == "it alerted on 6 of 50 events, more than 2.5 % of 200")
        window = RateWindow(Bounds(events: 100, errorRateMax: 0.01))
        window.add(.init(events: 150, alerts: 6, errors: 3))
        #expect(window.breach == "conditions could not be decided on 3 of 150 events, more than 1 % of 150")
        window = RateWindow(Bounds(events: 100, alertRateMin: 0.0005))
        window.add(.init(events: 100, alerts: 0, errors: 0))
        #expect(window.breach == "it alerted on 0 of 100 events, less than 0.05 %")
    }

    /// The window is a run of the latest batches: no shorter than declared, and longer by a pane and a batch at most.
    @Test("The window against all that came", arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bounds = Bounds(events: Int64(100 + random.below(2_000)), alertRateMax: 1)
        let batchMax = 1 + random.below(600)
        var window = RateWindow(bounds)
        var all: [RateWindow.Count] = []
        for _ in 0..<2_000 {
            let events = 1 + random.below(batchMax)
            let batch = RateWindow.Count(events: Int64(events), alerts: Int64(random.below(events + 1)), errors: Int64(random.below(events + 1)))
            all.append(batch)
            window.add(batch)
            var sum = RateWindow.Count()
            var isSuffix = false
            for batch in all.reversed() {
                sum.add(batch)
                if sum == window.total { isSuffix = true }
                if sum.events >= window.total.events { break }
            }
            let came = all.reduce(0) { $0 + $1.events }
            #expect(isSuffix && window.total.events >= min(came, bounds.events), "seed \(seed)")
            #expect(window.total.events < bounds.events + bounds.events / 10 + Int64(2 * batchMax) + 1, "seed \(seed): \(window.total) of \(bounds.events)")
        }
    }
}
