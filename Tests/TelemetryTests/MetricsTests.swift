import Telemetry
import Testing

@Suite struct MetricsTests {
    @Test func prometheusText() {
        let registry = MetricsRegistry()
        registry.counter("vane_events_consumed_total", help: "Events read.\nAll topics.", labels: ["topic": "a\"b\\c\n"]).increment(by: 3)
        registry.counter("vane_events_consumed_total", help: "", labels: ["topic": "b"]).increment()
        registry.gauge("vane_consumer_lag_events", help: "Events behind.").set(-7)
        registry.gauge("vane_queue_fill_ratio", help: "Fill.", reading: { 0.25 })
        let histogram = registry.histogram(
            "vane_decision_latency_seconds", help: "From record to decision.", labels: ["path": "kafka"], bounds: [500, 5_000, 500_000],
            unitsPerSecond: 1_000_000)
        for value: Int64 in [0, 500, 501, 5_000, 1_000_000] { histogram.record(value) }
        #expect(
            registry.prometheusText() == #"""
                # HELP vane_consumer_lag_events Events behind.
                # TYPE vane_consumer_lag_events gauge
                vane_consumer_lag_events -7
                # HELP vane_decision_latency_seconds From record to decision.
                # TYPE vane_decision_latency_seconds histogram
                vane_decision_latency_seconds_bucket{path="kafka",le="0.0005"} 2
                vane_decision_latency_seconds_bucket{path="kafka",le="0.005"} 4
                vane_decision_latency_seconds_bucket{path="kafka",le="0.5"} 4
                vane_decision_latency_seconds_bucket{path="kafka",le="+Inf"} 5
                vane_decision_latency_seconds_sum{path="kafka"} 1.006001
                vane_decision_latency_seconds_count{path="kafka"} 5
                # HELP vane_events_consumed_total Events read.\nAll topics.
                # TYPE vane_events_consumed_total counter
                vane_events_consumed_total{topic="a\"b\\c\n"} 3
                vane_events_consumed_total{topic="b"} 1
                # HELP vane_queue_fill_ratio Fill.
                # TYPE vane_queue_fill_ratio gauge
                vane_queue_fill_ratio 0.25

                """#)
    }

    @Test func sameNameAndLabelsAreTheSameMetric() {
        let registry = MetricsRegistry()
        let first = registry.counter("vane_x_total", help: "X.", labels: ["a": "1"])
        let again = registry.counter("vane_x_total", help: "X.", labels: ["a": "1"])
        let other = registry.counter("vane_x_total", help: "X.", labels: ["a": "2"])
        #expect(first === again && first !== other)
    }

    @Test func seriesAreBounded() {
        let registry = MetricsRegistry()
        for index in 0..<MetricsRegistry.seriesPerNameMax + 50 { registry.gauge("vane_x", help: "X.", labels: ["i": "\(index)"]).set(1) }
        #expect(registry.prometheusText().split(separator: "\n").count == MetricsRegistry.seriesPerNameMax + 2)
    }

    @Test func manyThreads() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("vane_x_total", help: "X.")
        let gauge = registry.gauge("vane_y", help: "Y.")
        let histogram = registry.histogram("vane_z_seconds", help: "Z.", bounds: [10], unitsPerSecond: 1_000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for value in 0..<10_000 {
                        counter.increment()
                        gauge.add(value % 2 == 0 ? 1 : -1)
                        histogram.record(Int64(value % 20))
                    }
                }
            }
        }
        #expect(counter.value == 40_000 && gauge.value == 0)
        #expect(histogram.bucketCounts == [22_000, 18_000] && histogram.sum == 380_000)
    }
}
