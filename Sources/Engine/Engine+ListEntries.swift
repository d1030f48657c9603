public import Events
public import Rules

/// A subject that a list rule puts on a list.
public struct ListEntry: Sendable {
    public var list: String
    public var subject: String
    public var entry: Lists.Entry
    public var package: Int
    public var rule: Int
}

extension Engine {
    /// What the list rules among the hits put on lists. The engine does not put it there itself: lists change between events only, by whoever
    /// reads the entries back.
    public func listEntries(_ decision: Decision, _ batch: EventBatch) -> [ListEntry] {
        var entries: [ListEntry] = []
        for hit in decision.hits {
            let rule = rules.packages[hit.package].rules[hit.rule]
            guard rule.kind == .list, let listing = rule.listing, let slot = schema.events[decision.eventType].slot(named: listing.subject),
                batch.isPresent(row: decision.row, slot: slot)
            else { continue }
            let time = batch.headers[decision.row].timeMilliseconds
            // Beyond the end of time is for good.
            let expires = listing.timeToLiveMilliseconds.flatMap { ttl in
                let (end, overflows) = time.addingReportingOverflow(ttl)
                return overflows ? nil : end
            }
            entries.append(
                ListEntry(
                    list: listing.list, subject: String(decoding: batch.text(row: decision.row, slot: slot), as: UTF8.self),
                    entry: Lists.Entry(timeMilliseconds: time, expiresMilliseconds: expires), package: hit.package,
                    rule: hit.rule))
        }
        return entries
    }
}
