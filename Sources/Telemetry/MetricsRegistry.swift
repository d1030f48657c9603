private import Synchronization

/// All metrics of a process, and their Prometheus text.
///
/// Names are `vane_<name>_<unit>_total` for counters and `vane_<name>_<unit>` for others. Asking again with the same name and labels gives the
/// same metric. Register at start and keep the object: looking one up takes a lock and builds a key.
public final class MetricsRegistry: Sendable {
    /// Series of one name. Labels come from code and configuration; a limit stops one that comes from data by mistake.
    public static let seriesPerNameMax = 1_000

    public typealias Labels = KeyValuePairs<String, String>

    private enum Metric {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(BucketHistogram, unitsPerSecond: Double)
        case reading(@Sendable () -> Double)
    }

    private struct Family {
        var kind: String
        var help: String
        /// By label text, in order of registration.
        var series: [(labels: String, metric: Metric)] = []
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// - Precondition: the name is `vane_…_total`.
    public func counter(_ name: String, help: String, labels: Labels = [:]) -> Counter {
        precondition(name.hasSuffix("_total"), "a counter's name ends with _total: \(name)")
        let metric = register(name, "counter", help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = metric else { preconditionFailure("\(name) is no counter") }
        return counter
    }

    public func gauge(_ name: String, help: String, labels: Labels = [:]) -> Gauge {
        let metric = register(name, "gauge", help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = metric else { preconditionFailure("\(name) is no gauge") }
        return gauge
    }

    /// A gauge that is read when the text is made; the closure runs on the reader's thread and must not register metrics.
    public func gauge(_ name: String, help: String, labels: Labels = [:], reading: @escaping @Sendable () -> Double) {
        _ = register(name, "gauge", help, labels) { .reading(reading) }
    }

    /// A histogram of durations, exposed in seconds.
    /// - Parameters:
    ///   - name: ends with `_seconds`.
    ///   - bounds: upper bounds in the unit of the recorded values.
    ///   - unitsPerSecond: 1,000,000 when microseconds are recorded.
    public func histogram(
        _ name: String, help: String, labels: Labels = [:], bounds: [Int64], unitsPerSecond: Double
    ) -> BucketHistogram {
        precondition(name.hasSuffix("_seconds"), "a histogram of durations ends with _seconds: \(name)")
        let metric = register(name, "histogram", help, labels) { .histogram(BucketHistogram(bounds: bounds), unitsPerSecond: unitsPerSecond) }
        guard case .histogram(let histogram, _) = metric else { preconditionFailure("\(name) is no histogram") }
        return histogram
    }

    private func register(_ name: String, _ kind: String, _ help: String, _ labels: Labels, make: () -> Metric) -> Metric {
        precondition(name.hasPrefix("vane_") && isName(name), "a metric's name: \(name)")
        precondition(labels.allSatisfy { isName($0.key) }, "a label's name")
        let text = labels.map { "\($0.key)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            precondition(family.kind == kind, "\(name) is a \(family.kind)")
            if let known = family.series.first(where: { $0.labels == text }) { return known.metric }
            let metric = make()
            // Beyond the limit the metric counts for its owner, and the text stays bounded.
            if family.series.count < Self.seriesPerNameMax { family.series.append((text, metric)) }
            families[name] = family
            return metric
        }
    }

    /// Prometheus' text format 0.0.4, names in alphabetical order.
    public func prometheusText() -> String {
        let snapshot = families.withLock { $0.sorted { $0.key < $1.key } }
        var text = ""
        for (name, family) in snapshot {
            text += "# HELP \(name) \(escape(family.help, quotes: false))\n# TYPE \(name) \(family.kind)\n"
            for (labels, metric) in family.series { write(name, labels, metric, &text) }
        }
        return text
    }

    private func write(_ name: String, _ labels: String, _ metric: Metric, _ text: inout String) {
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        switch metric {
        case .counter(let counter): text += "\(name)\(braced) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(braced) \(gauge.value)\n"
        case .reading(let read): text += "\(name)\(braced) \(number(read()))\n"
        case .histogram(let histogram, let unitsPerSecond):
            let start = labels.isEmpty ? "" : labels + ","
            var cumulated: UInt64 = 0
            for (index, count) in histogram.bucketCounts.enumerated() {
                cumulated += count
                let bound = index < histogram.bounds.count ? number(Double(histogram.bounds[index]) / unitsPerSecond) : "+Inf"
                text += "\(name)_bucket{\(start)le=\"\(bound)\"} \(cumulated)\n"
            }
            text += "\(name)_sum\(braced) \(number(Double(histogram.sum) / unitsPerSecond))\n\(name)_count\(braced) \(cumulated)\n"
        }
    }

    private func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value == .infinity ? "+Inf" : value == -.infinity ? "-Inf" : "\(value)"
    }

    private func escape(_ text: String, quotes: Bool) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.append(character)
            }
        }
    }

    private func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.first!.isNumber
            && text.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "_")
            }
    }
}
