internal import Rules

/// Which packages are passed over so that the others keep the budget: deferrable ones first, then normal ones, never critical ones.
///
/// It follows the age of events when they are decided, with hysteresis: up at once, down one step after a calm time. What had piled up before the start,
/// or in partitions before they were assigned, is decided in full: its time has passed already, and an alert that comes late is better than none.
struct LoadShedding {
    private static let calmMilliseconds: Int64 = 2_000
    /// How long partitions that were assigned may take to catch up; a member that never does is overloaded.
    private static let takeoverMilliseconds: Int64 = 10_000

    private let deferrableAbove: Int64
    private let normalAbove: Int64
    private let calmBelow: Int64
    private var calmSince: Int64?
    /// Events have been decided in time since the start, and since partitions were assigned last.
    private var hasCaughtUp = false
    /// A process that starts may take as long as it needs.
    private var backlogEndsMilliseconds = Int64.max
    /// Packages below it are passed over.
    private(set) var minimum = Package.Priority.deferrable

    /// - Parameter budgetMilliseconds: from a record's timestamp to its decision.
    init(budgetMilliseconds: Int64) {
        deferrableAbove = budgetMilliseconds * 3 / 5
        normalAbove = budgetMilliseconds * 9 / 10
        calmBelow = budgetMilliseconds / 3
    }

    /// Why decisions are degraded; nil where they are not.
    var reason: String? {
        switch minimum {
        case .deferrable: nil
        case .normal: "overload: deferrable packages are passed over"
        case .critical: "overload: deferrable and normal packages are passed over"
        }
    }

    /// Partitions were assigned, with what had piled up in them while nobody read them.
    mutating func takeOver(nowMilliseconds: Int64) {
        guard hasCaughtUp else { return }
        hasCaughtUp = false
        backlogEndsMilliseconds = nowMilliseconds + Self.takeoverMilliseconds
    }

    /// Notes how old the oldest event of a batch is when it is decided.
    /// - Returns: whether something has changed.
    mutating func note(ageMilliseconds: Int64, nowMilliseconds: Int64) -> Bool {
        let before = minimum
        if ageMilliseconds < calmBelow { hasCaughtUp = true }
        guard hasCaughtUp || nowMilliseconds >= backlogEndsMilliseconds else { return false }
        hasCaughtUp = true
        if ageMilliseconds > normalAbove {
            minimum = .critical
            calmSince = nil
        } else if ageMilliseconds > deferrableAbove {
            if minimum == .deferrable { minimum = .normal }
            calmSince = nil
        } else if ageMilliseconds >= calmBelow {
            calmSince = nil
        } else if minimum != .deferrable {
            if let since = calmSince, nowMilliseconds - since >= Self.calmMilliseconds {
                minimum = minimum == .critical ? .normal : .deferrable
                calmSince = nowMilliseconds
            } else if calmSince == nil {
                calmSince = nowMilliseconds
            }
        }
        return minimum != before
    }
}
