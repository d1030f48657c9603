public import Documents
internal import Rules
internal import Synchronization
public import Telemetry

/// Keeps packages, lists and the schema up to date from URLs, on a thread of its own.
///
/// Make it, take ``initial`` for the engine, then ``start()``; fetch what is new from ``handover`` between two batches.
public final class Feed: @unchecked Sendable {
    // The worker belongs to the maker's thread until `start`, and to the feed's own from then on until `stop` has joined it; all else is Sendable or
    // touched by the maker only.
    private let worker: FeedWorker
    private let published = Published()
    private let waker: FetchWaker
    private let shouldStop = Atomic(false)
    private let isRefreshAsked = Atomic(false)
    private var thread: OwnedThread?

    public let handover = Handover()
    /// What runs before any server has answered: the packages of files, and the last good documents.
    public let initial: Update

    /// - Parameters:
    ///   - stateDirectory: where last good documents are kept; nil keeps none.
    ///   - readList: reads the entries of lists.
    /// - Throws: everything that is wrong with the packages of files.
    public init(
        _ subscriptions: [Subscription], assembly: Assembly, stateDirectory: String?, readList: @escaping ListReader, log: Logger, registry: MetricsRegistry,
        environment: FeedEnvironment = .system
    ) throws(Diagnostics) {
        worker = FeedWorker(
            subscriptions, assembly: assembly, fixed: try assembly.readFixed(), store: stateDirectory.map { LastGoodStore(stateDirectory: $0) },
            readList: readList, log: log, registry: registry, environment: environment, handover: handover, published: published)
        waker = worker.fetcher.waker
        initial = try worker.restore()
    }

    deinit { stop() }

    public func start() {
        precondition(thread == nil, "a feed is started once")
        thread = OwnedThread { [unowned self] in
            worker.run(
                until: { self.shouldStop.load(ordering: .acquiring) },
                isRefreshAsked: { self.isRefreshAsked.exchange(false, ordering: .acquiringAndReleasing) })
        }
    }

    /// Ends the thread; a transfer under way is given up.
    public func stop() {
        shouldStop.store(true, ordering: .releasing)
        waker.wake()
        thread?.join()
    }

    /// Asks every server at once. Any thread.
    public func refresh() {
        isRefreshAsked.store(true, ordering: .releasing)
        waker.wake()
    }

    public var status: FeedStatus { published.status }
}
