internal import HTTPAPI
internal import Journals
internal import PackageFeed
internal import Telemetry

/// What operators and their tools may ask a running process. Answers on the server's thread, from what other threads have published.
struct StatusEndpoint: Sendable {
    /// A decision thread that has not turned for so long is stuck; waits for Kafka and Redis are far shorter.
    private static let silenceNanosecondsMax: Int64 = 60_000_000_000

    let board: StatusBoard
    let registry: MetricsRegistry
    let instance: String
    let build: String
    let group: String
    let delivery: String
    let startedMilliseconds: Int64
    /// Of the feed, where there is one.
    let feed: (@Sendable () -> FeedStatus)?
    let refresh: (@Sendable () -> Void)?
    let isStopping: @Sendable () -> Bool
    let now: @Sendable () -> (milliseconds: Int64, steadyNanoseconds: Int64)

    /// Methods by path; GET answers HEAD, too.
    static let routes: [(path: String, method: String)] = [
        ("/livez", "GET"), ("/readyz", "GET"), ("/metrics", "GET"), ("/v1/status", "GET"), ("/v1/packages:refresh", "POST"),
    ]

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard let route = Self.routes.first(where: { $0.path == request.path }) else {
            return .text("there is: \(Self.routes.map { "\($0.method) \($0.path)" }.joined(separator: ", "))", status: 404)
        }
        guard route.method == request.method || (route.method == "GET" && request.method == "HEAD") else {
            var answer = HTTPResponse.text("only \(route.method)", status: 405)
            answer.headers.append(.init("Allow", route.method == "GET" ? "GET, HEAD" : route.method))
            return answer
        }
        switch route.path {
        case "/livez":
            let isAlive = now().steadyNanoseconds - board.lastBeatNanoseconds < Self.silenceNanosecondsMax
            return isAlive ? .text("alive") : .text("the decision thread has not turned for a minute", status: 503)
        case "/readyz":
            let missing = waitsFor
            return missing.isEmpty ? .text("ready") : .text("waiting for \(missing.joined(separator: ", "))", status: 503)
        case "/metrics":
            return HTTPResponse(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(registry.prometheusText().utf8))
        case "/v1/status":
            guard let snapshot = board.snapshot else { return .text("starting", status: 503) }
            return .json(
                StatusWriter(
                    snapshot: snapshot, feed: feed?(), instance: instance, build: build, startedMilliseconds: startedMilliseconds,
                    nowMilliseconds: now().milliseconds, group: group, delivery: delivery, waitsFor: waitsFor
                ).text)
        default:
            guard let refresh else { return .text("no package comes by URL here", status: 409) }
            refresh()
            return .json("{\"refreshing\":true}", status: 202)
        }
    }

    /// What keeps the process from being ready; empty where it is.
    private var waitsFor: [String] {
        guard let snapshot = board.snapshot else { return ["start"] }
        var missing = snapshot.waitsFor
        if snapshot.partitions == nil { missing.append("partitions") }
        if let feed = feed?(), !feed.isReady, !missing.contains("packages") { missing.append("packages") }
        if isStopping() { missing.append("stop") }
        return missing
    }
}
