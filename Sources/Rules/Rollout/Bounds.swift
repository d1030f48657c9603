internal import Documents

/// What a package's rates must not leave.
public struct Bounds: Sendable, Equatable {
    /// What happens where there is no revision to return to.
    public enum Otherwise: String, Sendable, CaseIterable {
        /// The package acts on nothing any more.
        case shadow
        /// It runs on, and the log says so.
        case keep
    }

    /// A rate over fewer events says more about chance than about a package.
    public static let eventsMin: Int64 = 100
    /// A package that alerts too often must be noticed on the same day.
    public static let eventsMax: Int64 = 10_000_000
    public static let eventsDefault: Int64 = 10_000

    /// The latest events over which the rates are taken.
    public var events: Int64
    /// Share of the events on which the package alerts.
    public var alertRateMin: Double?
    public var alertRateMax: Double?
    /// Share of the events for which a condition could not be decided.
    public var errorRateMax: Double?
    public var otherwise: Otherwise

    public init(
        events: Int64 = Bounds.eventsDefault, alertRateMin: Double? = nil, alertRateMax: Double? = nil, errorRateMax: Double? = nil,
        otherwise: Otherwise = .shadow
    ) {
        self.events = events
        self.alertRateMin = alertRateMin
        self.alertRateMax = alertRateMax
        self.errorRateMax = errorRateMax
        self.otherwise = otherwise
    }

    /// Reads `{alert_rate: {min: 0.1%, max: 2%}, error_rate: 1%, over: 10000, otherwise: keep}`; nil where something is wrong, which is reported.
    static func read(_ node: Node, _ diagnostics: DiagnosticList) -> Bounds? {
        var map = MapReader(node, "'bounds'", diagnostics)
        var bounds = Bounds()
        if let rate = map.optional("alert_rate") {
            if case .map = rate.content {
                var range = MapReader(rate, "'alert_rate'", diagnostics)
                bounds.alertRateMin = range.share("min")
                bounds.alertRateMax = range.share("max")
                range.finish()
                if let least = bounds.alertRateMin, let most = bounds.alertRateMax, least > most {
                    diagnostics.error(code: "bad-value", "'min' is greater than 'max'", remedy: "exchange them", at: rate.position)
                }
            } else {
                bounds.alertRateMax = rate.share("'alert_rate'", diagnostics)
            }
        }
        bounds.errorRateMax = map.share("error_rate")
        bounds.events = map.int("over", in: eventsMin...eventsMax) ?? eventsDefault
        bounds.otherwise = map.choice("otherwise", of: Otherwise.self) ?? .shadow
        if map.isMap, !map.contains("alert_rate"), !map.contains("error_rate") {
            diagnostics.error(
                code: "missing-key", "'bounds' has neither 'alert_rate' nor 'error_rate'", remedy: "add for example 'alert_rate: 2%'", at: map.position)
        }
        map.finish()
        return bounds
    }
}
