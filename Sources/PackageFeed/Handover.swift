public import Events
public import Rules
internal import Synchronization

/// What the decision thread takes over between two batches.
public struct Update: Sendable {
    /// Nil where the schema stays; a new one comes with rules.
    public var extended: ExtendedSchema?
    /// Nil where only lists change.
    public var compiled: Assembly.Compiled?
    /// Lists whose entries are replaced.
    public var lists: [(name: String, contents: ListContents)]
}

/// A schema that adds to the one before, and what reads its events.
///
/// `@unchecked Sendable`: the decoder is made by the feed's thread and used by the decision thread alone.
public struct ExtendedSchema: @unchecked Sendable {
    public let schema: Schema
    public let decoder: Decoder
}

/// From the feed's thread to the decision thread: one place, in which a later update takes up an earlier one that nobody has fetched.
public final class Handover: Sendable {
    private let waiting = Mutex<Update?>(nil)
    private let hasNews = Atomic(false)
    /// Rules that run no more: freeing ten thousand programs takes milliseconds that no decision should wait for.
    private let retired = Mutex<[Retired]>([])
    private let wake = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}

    /// - Parameter wake: ends the decision thread's wait; called on the feed's thread.
    public func onNews(_ wake: @escaping @Sendable () -> Void) { self.wake.withLock { $0 = wake } }

    /// Nil where nothing is new, which costs one load.
    public func take() -> Update? {
        guard hasNews.load(ordering: .acquiring) else { return nil }
        return waiting.withLock { waiting in
            hasNews.store(false, ordering: .releasing)
            defer { waiting = nil }
            return waiting
        }
    }

    /// `@unchecked Sendable`: only held, and let go by the feed's thread; whoever gives it back uses it no more.
    private struct Retired: @unchecked Sendable {
        let object: AnyObject
    }

    /// Gives back what has been replaced, to be freed on the feed's thread. Nobody else may use it any more.
    public func retire(_ object: AnyObject) {
        let retired = Retired(object: object)
        self.retired.withLock { $0.append(retired) }
    }

    func put(_ update: Update) {
        waiting.withLock { waiting in
            var update = update
            if let earlier = waiting {
                update.extended = update.extended ?? earlier.extended
                update.compiled = update.compiled ?? earlier.compiled
                let newer = Set(update.lists.map(\.name))
                update.lists = earlier.lists.filter { !newer.contains($0.name) } + update.lists
            }
            waiting = update
            hasNews.store(true, ordering: .releasing)
        }
        wake.withLock { $0 }?()
    }

    func freeRetired() {
        let freed = retired.withLock { retired in
            defer { retired = [] }
            return retired
        }
        _ = consume freed
    }
}
