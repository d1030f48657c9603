internal import Documents
internal import Events
internal import Rules
internal import Synchronization
internal import Telemetry

/// The feed's own thread: asks servers, checks what comes, compiles it aside, and hands over what can run.
final class FeedWorker {
    /// Staleness and retired rules are looked at at least this often.
    private static let waitMillisecondsMax: Int64 = 1_000
    /// Messages of a status: a generated package can have thousands of errors.
    private static let messageCharactersMax = 500

    let environment: FeedEnvironment
    let log: Logger
    var members: [Member]
    var assembly: Assembly
    var fixed: [[Package]]
    /// Nil where nothing is kept.
    let store: LastGoodStore?
    let readList: ListReader
    let handover: Handover
    private let published: Published
    let fetcher = Fetcher()
    let breaches = BreachMailbox()

    init(
        _ subscriptions: [Subscription], assembly: Assembly, fixed: [[Package]], store: LastGoodStore?, readList: @escaping ListReader, log: Logger,
        registry: MetricsRegistry, environment: FeedEnvironment, handover: Handover, published: Published
    ) {
        self.assembly = assembly
        self.fixed = fixed
        self.store = store
        self.readList = readList
        self.log = log
        self.environment = environment
        self.handover = handover
        self.published = published
        members = subscriptions.enumerated().map { index, subscription in
            let url = subscription.shownURL
            var status = SubscriptionStatus(url: url, kind: subscription.content.kind)
            status.stalePolicy = subscription.stalePolicy
            let metrics = FeedMetrics(registry, url: url) { [environment] in
                published.status.subscriptions[index].ageMilliseconds(at: environment.nowMilliseconds()).map { Double($0) / 1_000 } ?? .nan
            }
            return Member(
                subscription: subscription, metrics: metrics,
                schedule: Schedule(everyMilliseconds: subscription.everyMilliseconds, nowMilliseconds: environment.steadyMilliseconds()), status: status)
        }
        publish()
    }

    // MARK: The thread

    func run(until shouldStop: () -> Bool, isRefreshAsked: () -> Bool) {
        while !shouldStop() {
            if isRefreshAsked() { refresh() }
            for breach in breaches.take() { takeBack(breach) }
            startDue()
            let next = members.filter { !$0.isInFlight }.map(\.schedule.nextMilliseconds).min() ?? .max
            let wait = min(Self.waitMillisecondsMax, max(0, next - environment.steadyMilliseconds()))
            for (number, result) in fetcher.poll(timeoutMilliseconds: Int32(wait)) {
                finish(number, result)
            }
            lookAtAges()
            handover.freeRetired()
        }
    }

    /// Asks every server at once, and unconditionally: whoever asks for it has a reason.
    private func refresh() {
        for index in members.indices {
            members[index].schedule.refresh(nowMilliseconds: environment.steadyMilliseconds())
            members[index].isRefreshDue = true
        }
    }

    private func startDue() {
        let now = environment.steadyMilliseconds()
        for index in members.indices where !members[index].isInFlight && members[index].schedule.nextMilliseconds <= now {
            let isRefresh = members[index].isRefreshDue
            members[index].isRefreshDue = false
            members[index].asked = isRefresh ? Validators() : members[index].nextValidators()
            members[index].isInFlight = true
            members[index].polls += 1
            let subscription = members[index].subscription
            fetcher.start(
                FetchRequest(
                    url: subscription.url, validators: members[index].asked, bytesMax: subscription.bytesMax,
                    timeoutMilliseconds: subscription.timeoutMilliseconds, caFile: subscription.caFile), number: index)
        }
    }

    private func finish(_ index: Int, _ result: Result<Fetched, FetchFailure>) {
        members[index].isInFlight = false
        let now = environment.steadyMilliseconds()
        switch result {
        case .failure(let failure): fail(index, failure)
        case .success(.unchanged) where members[index].asked.isEmpty:
            members[index].emptyAnswers += 1
            if members[index].emptyAnswers == 1 {
                // Perhaps a cache on the way: once more, at once, past all caches.
                members[index].schedule.refresh(nowMilliseconds: now)
                members[index].isRefreshDue = true
            } else {
                fail(
                    index,
                    FetchFailure(code: "not-modified-without-copy", message: "the server says 'not modified' (304) to a request that names no earlier copy"))
            }
        case .success(.unchanged):
            succeed(index)
            members[index].metrics.count(.unchanged)
            if members[index].latestDigest == members[index].activeDigest { confirm(index) }
        case .success(.document(let bytes, let validators, let contentType)):
            succeed(index)
            take(index, bytes, validators, contentType)
        }
        if members[index].isRefreshDue { members[index].schedule.refresh(nowMilliseconds: now) }
        publish()
    }

    private func succeed(_ index: Int) {
        members[index].emptyAnswers = 0
        members[index].schedule.succeeded(nowMilliseconds: environment.steadyMilliseconds(), random: environment.random())
        guard let problem = members[index].fetchProblem else { return }
        members[index].fetchProblem = nil
        members[index].metrics.count(.recovered)
        log.info("package-recovered", "the server answers again after \(problem.count) failures", ["url": .string(members[index].status.url)])
    }

    private func fail(_ index: Int, _ failure: FetchFailure) {
        members[index].metrics.count(.failed)
        members[index].schedule.failed(nowMilliseconds: environment.steadyMilliseconds(), random: environment.random())
        let isNew = members[index].fetchProblem?.code != failure.code
        members[index].fetchProblem = problem(members[index].fetchProblem, .fetch, failure.code, failure.message)
        guard isNew else { return }
        members[index].metrics.count(.unreachable)
        log.warning(
            "package-unreachable", failure.message,
            ["url": .string(members[index].status.url), "code": .string(failure.code), "runs": .string(members[index].status.version ?? "nothing")])
    }

    func problem(
        _ earlier: SubscriptionStatus.Problem?, _ stage: SubscriptionStatus.Problem.Stage, _ code: String, _ message: String
    ) -> SubscriptionStatus.Problem {
        let text = String(message.prefix(Self.messageCharactersMax))
        if var problem = earlier, problem.code == code, problem.stage == stage {
            problem.message = text
            problem.count += 1
            return problem
        }
        return SubscriptionStatus.Problem(stage: stage, code: code, message: text, sinceMilliseconds: environment.nowMilliseconds(), count: 1)
    }

    // MARK: Documents

    private func take(_ index: Int, _ bytes: [UInt8], _ validators: Validators, _ contentType: String?) {
        let digest = Digest.sha256(bytes)
        let isSame = digest == members[index].latestDigest
        if !isSame, let etag = validators.etag, etag == members[index].validators.etag, !members[index].distrustsValidators {
            members[index].distrustsValidators = true
            members[index].metrics.countReusedETag()
            log.warning(
                "package-etag-reused", "the document changed and its ETag did not; from now on it is fetched whole each time",
                ["url": .string(members[index].status.url), "etag": .string(etag)])
        }
        members[index].validators = validators
        members[index].latestDigest = digest
        if digest == members[index].activeDigest {
            // The one that runs, perhaps again after a bad one.
            members[index].metrics.count(.unchanged)
            members[index].rejected = nil
            members[index].documentProblem = nil
            confirm(index)
            return
        }
        // A bad document that is still there stays refused; time changes nothing but what else runs.
        if isSame {
            members[index].metrics.count(.unchanged)
            return
        }
        members[index].metrics.count(.changed)
        members[index].status.downloadedMilliseconds = environment.nowMilliseconds()
        members[index].rejected = nil
        do {
            let document = try SignedDocument(bytes, file: members[index].status.url)
            var arrival = Member.Arrival(bytes: bytes, document: document, validators: validators)
            arrival.keyID = try admit(index, document)
            if let taken = takenBack(index, document) { return refuse(index, .rollout, taken.code, taken.message, contentType) }
            activate(index, arrival, contentType)
        } catch let refusal as Refusal {
            refuse(index, .admission, refusal.code, refusal.message, contentType)
        } catch let diagnostics as Diagnostics {
            refuse(index, .admission, diagnostics.all.first?.code ?? "", summary(diagnostics), contentType)
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
    }

    private func admit(_ index: Int, _ document: SignedDocument) throws(Refusal) -> String? {
        let admission = Admission(keys: members[index].subscription.publicKeys, last: members[index].accepted)
        return try admission.check(document, nowMilliseconds: environment.nowMilliseconds())?.id
    }

    /// Reads and compiles a document that has been admitted, and puts it in force if it goes with the others.
    private func activate(_ index: Int, _ arrival: Member.Arrival, _ contentType: String? = nil) {
        do {
            let update = try prepare(index, arrival)
            putInForce(index, arrival)
            save(index)
            members[index].metrics.count(.active)
            // First of all: whoever reads or hears that it is in force finds it handed over, so that every event from then on meets it.
            handover.put(update)
            publish()
            let status = members[index].status
            log.info(
                "package-active", "\(status.kind) \(status.name ?? "") \(status.version ?? "") is in force",
                [
                    "url": .string(status.url), "name": .string(status.name ?? ""), "version": .string(status.version ?? ""),
                    "revision": .number(status.revision ?? 0), "size": .number(status.size ?? 0),
                ])
            retryRejected(except: index)
        } catch {
            members[index].rejected = arrival
            refuse(index, .compilation, error.all.first { $0.severity == .error }?.code ?? "", summary(error), contentType)
        }
    }

    /// What was refused for another document's sake may go with the new one.
    private func retryRejected(except index: Int) {
        for other in members.indices where other != index {
            guard let arrival = members[other].rejected else { continue }
            members[other].rejected = nil
            activate(other, arrival)
        }
    }

    private func refuse(_ index: Int, _ stage: SubscriptionStatus.Problem.Stage, _ code: String, _ message: String, _ contentType: String?) {
        var message = message
        if let contentType, contentType.hasPrefix("text/html") { message = "the server sent a page (\(contentType)); " + message }
        let isNew = members[index].documentProblem?.code != code || members[index].documentProblem?.message != message
        members[index].documentProblem = problem(members[index].documentProblem, stage, code, message)
        if members[index].status.phase == .subscribed { members[index].status.phase = .downloaded }
        guard isNew else { return }
        members[index].metrics.count(.refused)
        let status = members[index].status
        log.error(
            "package-refused", members[index].documentProblem!.message,
            [
                "url": .string(status.url), "code": .string(code), "stage": .string(stage.rawValue),
                "runs": .string(status.phase == .active ? "\(status.name ?? "") \(status.version ?? "")" : "nothing"),
            ])
    }

    private func summary(_ diagnostics: Diagnostics) -> String {
        let errors = diagnostics.all.filter { $0.severity == .error }
        let first = errors.first?.description ?? ""
        return errors.count > 1 ? "\(first) (and \(errors.count - 1) more)" : first
    }

    private func confirm(_ index: Int) {
        let now = environment.nowMilliseconds()
        members[index].status.confirmedMilliseconds = now
        members[index].status.isRestored = false
        store?.confirm(members[index].subscription.url, at: now)
    }

    func save(_ index: Int) {
        guard let store, let arrival = members[index].active else { return }
        do {
            // What comes is written before what goes: a crash between the two leaves one document twice, and loses none.
            try savePrevious(index, in: store)
            try store.save(
                members[index].subscription.url,
                LastGoodStore.Entry(
                    bytes: arrival.bytes, validators: arrival.validators,
                    confirmedMilliseconds: members[index].status.confirmedMilliseconds ?? environment.nowMilliseconds()))
            if members[index].previous == nil { store.remove(members[index].subscription.url, .previous) }
        } catch {
            log.error("package-state", "the document cannot be kept for a restart: \(error.message)", ["url": .string(members[index].status.url)])
        }
    }

    // MARK: State

    private func lookAtAges() {
        let now = environment.nowMilliseconds()
        var hasChanged = false
        for index in members.indices {
            let status = members[index].status
            let isTooOld =
                if let limit = members[index].subscription.staleAfterMilliseconds, let age = status.ageMilliseconds(at: now) { age > limit } else { false }
            let isExpired = status.expiresMilliseconds.map { $0 <= now } ?? false
            let isStale = status.phase == .active && (isTooOld || isExpired)
            guard isStale != status.isStale else { continue }
            hasChanged = true
            members[index].status.isStale = isStale
            members[index].metrics.count(isStale ? .stale : .fresh)
            if isStale {
                log.error(
                    "package-stale", isExpired ? "the document in force has expired" : "the document in force has not been confirmed for too long",
                    ["url": .string(status.url), "name": .string(status.name ?? ""), "policy": .string(status.stalePolicy.rawValue)])
            } else {
                log.info("package-fresh", "the document in force is confirmed again", ["url": .string(status.url), "name": .string(status.name ?? "")])
            }
        }
        if hasChanged { publish() }
    }

    func publish() {
        for index in members.indices {
            members[index].status.problem = members[index].fetchProblem ?? members[index].documentProblem
            members[index].metrics.problem.set(members[index].status.problem == nil ? 0 : 1)
        }
        published.set(FeedStatus(subscriptions: members.map(\.status)))
    }
}

extension Subscription.Content {
    var kind: String {
        switch self {
        case .package: "package"
        case .list: "list"
        case .schema: "schema"
        }
    }
}

/// The status as any thread sees it.
final class Published: Sendable {
    private let box = Mutex(FeedStatus(subscriptions: []))

    var status: FeedStatus { box.withLock { $0 } }

    func set(_ status: FeedStatus) { box.withLock { $0 = status } }
}
