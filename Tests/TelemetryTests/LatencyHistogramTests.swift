import Telemetry
import TestSupport
import Testing

@Suite struct LatencyHistogramTests {
    private let shares = [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0]

    @Test func againstExactPercentiles() {
        let seed = UInt64.random(in: 0 ... .max)
        print("LatencyHistogramTests seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let bits = Int.random(in: 1...41, using: &random)
            let values = (0..<Int.random(in: 1...3_000, using: &random)).map { _ in
                Int64.random(in: 0..<(1 << Int64.random(in: 1...Int64(bits), using: &random)), using: &random)
            }
            var whole = LatencyHistogram()
            var left = LatencyHistogram()
            var right = LatencyHistogram()
            for (index, value) in values.enumerated() {
                whole.record(value)
                if index % 3 == 0 { left.record(value) } else { right.record(value) }
            }
            left.merge(right)
            let sorted = values.sorted()
            for share in shares {
                let rank = max(Int((share * Double(sorted.count)).rounded(.up)), 1)
                let exact = sorted[rank - 1]
                let estimate = whole.percentile(share)
                #expect(abs(Double(estimate - exact)) <= Double(exact) / 100, "share \(share): \(estimate) for \(exact), seed \(seed)")
                #expect(left.percentile(share) == estimate, "seed \(seed)")
            }
            #expect(whole.count == UInt64(values.count) && left.count == whole.count)
            #expect(whole.sum == values.reduce(0, +) && left.sum == whole.sum)
            #expect(whole.minimum == sorted.first && whole.maximum == sorted.last)
            #expect(left.minimum == whole.minimum && left.maximum == whole.maximum)
        }
    }

    @Test func smallValuesAreExact() {
        var histogram = LatencyHistogram()
        for value in Int64(0)..<128 { histogram.record(value) }
        for value in Int64(1)..<128 { #expect(histogram.percentile(Double(value + 1) / 128) == value) }
        #expect(histogram.count(upTo: 63) == 64)
    }

    @Test func extremes() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == 0 && histogram.mean == 0)
        histogram.record(-5)
        histogram.record(.max)
        histogram.record(10, times: 0)
        #expect(histogram.count == 2 && histogram.minimum == 0 && histogram.maximum == LatencyHistogram.valueMax)
        #expect(histogram.percentile(0.5) == 0 && histogram.percentile(1) == LatencyHistogram.valueMax)
        histogram.reset()
        #expect(histogram.count == 0 && histogram.sum == 0 && histogram.percentile(0.99) == 0)
        histogram.merge(LatencyHistogram())
        #expect(histogram.minimum == 0)
        histogram.record(7, times: 3)
        #expect(histogram.mean == 7 && histogram.minimum == 7)
    }
}
