public import Documents
internal import Rules
internal import Synchronization
public import Telemetry

/// Keeps packages, lists and the schema up to date from URLs, on a thread of its own.
///
/// Make it, take ``initial`` for the engine, then ``start()``; fetch what is new from ``handover`` between two batches.
public final class Feed {
    private let core: Core
    private let published = Published()
    private let waker: FetchWaker
    private var thread: OwnedThread?

    /// Reading and compiling packages can wait, decisions cannot: with all processors busy this gets about a tenth of what the decision thread does.
    private static let niceness: Int32 = 10

    public let handover = Handover()
    /// What runs before any server has answered: the packages of files, and the last good documents.
    public let initial: Update

    /// What the thread holds, which outlives no feed.
    ///
    /// `@unchecked Sendable`: the worker belongs to the maker's thread until `start`, and to the feed's own from then on; the flags are atomic.
    private final class Core: @unchecked Sendable {
        let worker: FeedWorker
        let shouldStop = Atomic(false)
        let isRefreshAsked = Atomic(false)

        init(_ worker: FeedWorker) { self.worker = worker }
    }

    /// - Parameters:
    ///   - stateDirectory: where last good documents are kept; nil keeps none.
    ///   - readList: reads the entries of lists.
    /// - Throws: everything that is wrong with the packages of files.
    public init(
        _ subscriptions: [Subscription], assembly: Assembly, stateDirectory: String?, readList: @escaping ListReader, log: Logger, registry: MetricsRegistry,
        environment: FeedEnvironment = .system
    ) throws(Diagnostics) {
        let worker = FeedWorker(
            subscriptions, assembly: assembly, fixed: try assembly.readFixed(), store: stateDirectory.map { LastGoodStore(stateDirectory: $0) },
            readList: readList, log: log, registry: registry, environment: environment, handover: handover, published: published)
        waker = worker.fetcher.waker
        core = Core(worker)
        initial = try worker.restore()
    }

    deinit { stop() }

    public func start() {
        precondition(thread == nil, "a feed is started once")
        thread = OwnedThread(niceness: Self.niceness) { [core] in
            core.worker.run(
                until: { core.shouldStop.load(ordering: .acquiring) },
                isRefreshAsked: { core.isRefreshAsked.exchange(false, ordering: .acquiringAndReleasing) })
        }
    }

    /// Ends the thread; a transfer under way is given up.
    public func stop() {
        core.shouldStop.store(true, ordering: .releasing)
        waker.wake()
        thread?.join()
    }

    /// Asks every server at once. Any thread.
    public func refresh() { refresher() }

    /// The same as a value for other threads.
    public var refresher: @Sendable () -> Void {
        { [core, waker] in
            core.isRefreshAsked.store(true, ordering: .releasing)
            waker.wake()
        }
    }

    /// Takes a package back whose rate has left its bounds. Any thread.
    public func report(_ breach: Breach) {
        core.worker.breaches.put(breach)
        waker.wake()
    }

    public var status: FeedStatus { published.status }

    /// The status as a value for other threads.
    public var statusReader: @Sendable () -> FeedStatus { { [published] in published.status } }
}
