internal import Glibc
internal import KafkaIO
internal import PackageFeed
internal import Synchronization
internal import Telemetry

/// Ends what a process that died has left open: else readers of committed records wait behind its transaction until the broker gives it up, which takes the
/// transaction's time limit and the broker's interval for looking.
///
/// A process that is given partitions looks whom their committed offsets name. Who is named and is no member of the group any more is *fenced*: a producer
/// of the same id makes itself known, and the broker aborts what the former one has open. A member is never fenced: the group must be at rest, and this
/// process among its members, before anybody counts as gone. Several processes may fence the same id at once; each makes itself known, none goes on from there.
///
/// All questions are asked on a thread of its own, which lives while there are any. `@unchecked Sendable`: the observer is used by that thread only.
final class MemberFencing: @unchecked Sendable {
    /// What one question may take.
    private static let questionMilliseconds: Int32 = 1_000
    /// What a look at one producer under way may take, so that others get their turn.
    private static let stepMilliseconds: Int32 = 20
    /// How long events of new partitions wait, at most, until it is known whom the offsets name. A broker that gives partitions answers within milliseconds.
    private static let readingNanoseconds: Int64 = 3_000_000_000
    /// After so long the broker has ended by itself what was open, unless its limits were raised.
    private static let patienceNanoseconds: Int64 = 60_000_000_000
    /// Between two looks at a group that is not at rest, or a broker that does not answer.
    private static let pauseMicroseconds: UInt32 = 50_000
    /// Producers at once. Each has threads and connections of its own.
    private static let fencesMax = 8
    /// More dead processes than this, named by one assignment, are left to the broker.
    private static let suspectsMax = 1_024

    private struct State {
        /// Whose names have to be read, and until when.
        var asked: [TopicPartition] = []
        var askedUntil: Int64 = 0
        var isStopped = false
        var isRunning = false
        var thread: OwnedThread?
    }

    /// One dead process.
    private struct Fence {
        let id: String
        let producer: Producer
    }

    private let identity: TransactionalIdentity
    private let observer: GroupObserver
    private let producerProperties: @Sendable (String) -> [(name: String, value: String)]
    private let wake: @Sendable () -> Void
    private let log: Logger
    private let state = Mutex(State())
    /// Whether ``look(at:)`` has not been answered yet. Also read in each turn of the decision thread.
    private let reading = Atomic(false)

    /// - Parameters:
    ///   - observer: of the group; used from here on by nobody else.
    ///   - producerProperties: those of a producer of the given id.
    ///   - wake: called when ``isReading`` has become false.
    init(
        _ identity: TransactionalIdentity, observer: sending GroupObserver, producerProperties: @escaping @Sendable (String) -> [(name: String, value: String)],
        wake: @escaping @Sendable () -> Void, log: Logger
    ) {
        self.identity = identity
        self.observer = observer
        self.producerProperties = producerProperties
        self.wake = wake
        self.log = log
    }

    /// Whether this process must not commit its own name yet, because it would overwrite what is still to be read.
    var isReading: Bool { reading.load(ordering: .acquiring) }

    /// Looks whom the offsets of these partitions name, and fences them if they are gone. Does not wait.
    func look(at partitions: [TopicPartition]) {
        state.withLock { state in
            if state.isStopped { return }
            reading.store(true, ordering: .releasing)
            state.asked += partitions
            state.askedUntil = Clock.steadyNanoseconds() + Self.readingNanoseconds
            if state.isRunning { return }
            state.isRunning = true
            // The one before has ended.
            state.thread?.join()
            state.thread = OwnedThread { [self] in run() }
        }
    }

    /// Gives up what is under way, and waits for the thread: at most for the questions that it has just asked.
    func stop() {
        let thread = state.withLock { state in
            state.isStopped = true
            reading.store(false, ordering: .releasing)
            return state.thread
        }
        thread?.join()
    }

    // MARK: On the thread

    private func run() {
        var suspects: Set<String> = []
        var fences: [Fence] = []
        var deadline: Int64 = 0
        while true {
            if let names = readNames() {
                suspects.formUnion(names.prefix(Self.suspectsMax - suspects.count))
                deadline = Clock.steadyNanoseconds() + Self.patienceNanoseconds
            }
            let isLate = Clock.steadyNanoseconds() >= deadline
            if isLate { giveUp(suspects.union(fences.map(\.id))) }
            if isLate || hasStopped {
                suspects.removeAll()
                fences.removeAll()
            }
            if suspects.isEmpty && fences.isEmpty {
                if endIfIdle() { return }
                continue
            }
            if fences.isEmpty { fences = beginFences(&suspects) }
            fences.removeAll { hasEnded($0) }
        }
    }

    private var hasStopped: Bool { state.withLock { $0.isStopped } }

    /// - Returns: whether there is nothing to do; then the thread must end.
    private func endIfIdle() -> Bool {
        state.withLock { state in
            let isIdle = state.asked.isEmpty || state.isStopped
            if isIdle { state.isRunning = false }
            return isIdle
        }
    }

    /// Answers what was asked since the last time.
    /// - Returns: whom the offsets name, but for this process; nil where nothing was asked, or there is no answer yet.
    private func readNames() -> Set<String>? {
        let (partitions, limit) = state.withLock { ($0.asked, $0.askedUntil) }
        if partitions.isEmpty { return nil }
        var names: Set<String> = []
        do throws(KafkaError) {
            let notes = try observer.notes(partitions, timeoutMilliseconds: Self.questionMilliseconds)
            names = Set(notes.values.compactMap { TransactionalIdentity.id(inNote: $0) })
            names.remove(identity.id)
        } catch {
            if Clock.steadyNanoseconds() < limit && !hasStopped {
                usleep(Self.pauseMicroseconds)
                return nil
            }
            log.warning("member-not-fenced", "\(error); if a process died, readers wait until the broker ends its transaction")
        }
        let isAnswered = state.withLock { state in
            state.asked.removeFirst(partitions.count)
            if state.asked.isEmpty { reading.store(false, ordering: .releasing) }
            return state.asked.isEmpty
        }
        if isAnswered { wake() }
        return names
    }

    /// Takes those out of the suspects who are no members, and begins to fence them.
    private func beginFences(_ suspects: inout Set<String>) -> [Fence] {
        var fences: [Fence] = []
        do {
            let group = try observer.membership(timeoutMilliseconds: Self.questionMilliseconds)
            guard group.isStable && group.clientIDs.contains(identity.id) else {
                usleep(Self.pauseMicroseconds)
                return []
            }
            suspects.subtract(group.clientIDs)
            for id in suspects.prefix(Self.fencesMax) {
                let log = log
                let producer = try Producer(
                    properties: producerProperties(id), onDelivery: { _ in },
                    onConnectionEvent: { log.debug("kafka-producer", $0.description) }, log: { log.debug("librdkafka", $0.description) })
                suspects.remove(id)
                fences.append(Fence(id: id, producer: producer))
            }
        } catch {
            log.debug("member-not-fenced", "\(error); trying on")
            usleep(Self.pauseMicroseconds)
        }
        return fences
    }

    private func hasEnded(_ fence: Fence) -> Bool {
        switch fence.producer.initTransactions(timeoutMilliseconds: Self.stepMilliseconds) {
        case .done:
            log.warning("member-fenced", "\(fence.id) ended without leaving the group; what it left open is aborted")
            return true
        case .retriable: return false
        case .abortable(let error), .fatal(let error):
            log.warning("member-not-fenced", "\(error); readers wait until the broker ends what \(fence.id) left open")
            return true
        }
    }

    private func giveUp(_ ids: Set<String>) {
        for id in ids.sorted() {
            log.warning("member-not-fenced", "the group or its broker did not come to rest; readers wait until the broker ends what \(id) may have left open")
        }
    }
}
