public import Documents

/// How one subscription stands.
public struct SubscriptionStatus: Sendable, Equatable {
    public enum Phase: String, Sendable {
        /// Nothing has arrived yet.
        case subscribed
        /// Something has arrived, and nothing of it runs.
        case downloaded
        /// A document is in force: the latest, or the last good one where there is a problem.
        case active
    }

    /// What keeps the latest document from being in force, or from being known.
    public struct Problem: Sendable, Equatable {
        public enum Stage: String, Sendable {
            /// The server cannot be reached, or gives no whole document.
            case fetch
            /// Signature, revision, expiry.
            case admission
            /// The document does not read, or does not go with the others.
            case compilation
            /// It ran, and left its bounds.
            case rollout
        }

        public var stage: Stage
        /// Stable and searchable, in kebab case.
        public var code: String
        public var message: String
        public var sinceMilliseconds: Int64
        /// How often in a row.
        public var count: Int
    }

    /// Without password and query.
    public var url: String
    /// `package`, `list` or `schema`.
    public var kind: String
    public var phase = Phase.subscribed
    /// Of the document in force.
    public var name: String?
    public var version: String?
    public var revision: Int64?
    public var keyID: String?
    /// Rules of a package, or entries of a list.
    public var size: Int?
    /// Whether it was kept from an earlier run and not yet confirmed by the server.
    public var isRestored = false
    /// When the latest document, good or bad, arrived; milliseconds since 1970, as all times here.
    public var downloadedMilliseconds: Int64?
    public var activatedMilliseconds: Int64?
    /// When the server last said that the document in force is the latest: age counts from here.
    public var confirmedMilliseconds: Int64?
    public var expiresMilliseconds: Int64?
    public var isStale = false
    public var problem: Problem?
    /// Share of the subjects for which the package in force acts; nil: for all.
    public var share: Double?
    /// What the package returns to, and what acts for the other subjects meanwhile.
    public var previousVersion: String?
    /// The latest of its revisions that left their bounds.
    public var takenBack: TakenBack?
    /// Whether readiness waits for it: it is critical, or nobody can know yet.
    var isAwaited = true
    var stalePolicy = Subscription.StalePolicy.warn

    public func ageMilliseconds(at now: Int64) -> Int64? { confirmedMilliseconds.map { max(0, now - $0) } }

    /// One line: `active account-trading 2026.11.20-1 revision 42, 3s old: https://…`.
    public func text(at now: Int64) -> String {
        var text = phase.rawValue
        if let name { text += " " + name }
        if let version { text += " " + version }
        if let revision { text += " revision \(revision)" }
        if let share { text += " for \(formatPercentage(share))" + (previousVersion.map { " beside \($0)" } ?? "") }
        if let age = ageMilliseconds(at: now) { text += ", \(formatDuration(age / 1_000 * 1_000)) old" }
        if isStale { text += ", stale" }
        if let problem { text += ", \(problem.code): \(problem.message)" }
        return "\(text) (\(url))"
    }

    public func write(at now: Int64, to writer: inout JSONWriter) {
        func time(_ key: String, _ milliseconds: Int64?) {
            writer.key(key)
            if let milliseconds { writer.int(milliseconds) } else { writer.null() }
        }
        func text(_ key: String, _ value: String?) {
            writer.key(key)
            if let value { writer.string(value) } else { writer.null() }
        }
        writer.beginObject()
        text("url", url)
        text("kind", kind)
        text("phase", phase.rawValue)
        text("name", name)
        text("version", version)
        time("revision", revision)
        text("key_id", keyID)
        time("size", size.map(Int64.init))
        writer.key("restored")
        writer.bool(isRestored)
        time("downloaded_at", downloadedMilliseconds)
        time("activated_at", activatedMilliseconds)
        time("confirmed_at", confirmedMilliseconds)
        time("expires_at", expiresMilliseconds)
        time("age_ms", ageMilliseconds(at: now))
        writer.key("stale")
        writer.bool(isStale)
        writer.key("problem")
        if let problem {
            writer.beginObject()
            text("stage", problem.stage.rawValue)
            text("code", problem.code)
            text("message", problem.message)
            time("since", problem.sinceMilliseconds)
            time("count", Int64(problem.count))
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("share")
        if let share { writer.double(share) } else { writer.null() }
        text("previous_version", previousVersion)
        writer.key("taken_back")
        if let takenBack { takenBack.write(to: &writer) } else { writer.null() }
        writer.endObject()
    }
}

/// How all subscriptions of a process stand.
public struct FeedStatus: Sendable, Equatable {
    public var subscriptions: [SubscriptionStatus]

    /// Whether every package that must run has run once: critical ones, and those of which nobody knows yet what they are.
    public var isComplete: Bool { subscriptions.allSatisfy { $0.phase == .active || !$0.isAwaited } }

    /// What the health endpoint says: complete, and nothing stale whose policy is `not_ready`.
    public var isReady: Bool { isComplete && !subscriptions.contains { $0.isStale && $0.stalePolicy == .notReady } }

    /// Why decisions are degraded; nil where they are not.
    public var degradation: String? {
        let stale = subscriptions.filter { $0.isStale && $0.stalePolicy == .degrade }
        return stale.isEmpty ? nil : "stale: " + stale.map { $0.name ?? $0.url }.joined(separator: ", ")
    }

    public func write(at now: Int64, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("ready")
        writer.bool(isReady)
        writer.key("degraded")
        if let degradation { writer.string(degradation) } else { writer.null() }
        writer.key("subscriptions")
        writer.beginArray()
        for subscription in subscriptions { subscription.write(at: now, to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}
