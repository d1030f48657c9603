/// How two revisions of a package compare over some events.
struct RevisionComparison {
    var events: UInt64 = 0
    /// Only the newer one alerts.
    var onlyLatest: UInt64 = 0
    var onlyPrevious: UInt64 = 0
    /// Both alert, at other levels.
    var otherLevel: UInt64 = 0

    /// Neither alerts, or both do, at the same level.
    var same: UInt64 { events - onlyLatest - onlyPrevious - otherLevel }

    mutating func add(_ other: RevisionComparison) {
        events += other.events
        onlyLatest += other.onlyLatest
        onlyPrevious += other.onlyPrevious
        otherLevel += other.otherLevel
    }

    var text: String { "of \(events) events \(same) the same, \(onlyLatest) alerts gained, \(onlyPrevious) lost, \(otherLevel) at another level" }
}
