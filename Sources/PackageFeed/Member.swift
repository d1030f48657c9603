internal import Rules

/// One subscription as the feed's thread keeps it.
struct Member {
    /// A document that has arrived.
    struct Arrival {
        var bytes: [UInt8]
        var document: SignedDocument
        var keyID: String?
        var validators: Validators
    }

    /// What a document says once it is read.
    enum Content {
        case package(Package)
        case list(ListContents)
        case schema
    }

    let subscription: Subscription
    let metrics: FeedMetrics
    var schedule: Schedule
    var isInFlight = false
    /// A refresh came while a request was under way.
    var isRefreshDue = false
    /// What the request under way asked with.
    var asked = Validators()
    /// How often in a row a server said that nothing had changed since nothing.
    var emptyAnswers = 0
    var polls = 0
    /// Of the latest document, good or bad.
    var validators = Validators()
    var latestDigest: [UInt8] = []
    /// The server has given two documents one name: it is not asked by name any more.
    var distrustsValidators = false
    /// The latest document where it is admitted but does not go with the others, which may change.
    var rejected: Arrival?
    var active: Arrival?
    var activeDigest: [UInt8] = []
    var content: Content?
    /// The last revision of the package that acted for everyone.
    var previous: Revision?
    /// Documents that are not taken again, oldest first.
    var takenBack: [TakenBack] = []
    var accepted: Admission.Accepted?
    var fetchProblem: SubscriptionStatus.Problem?
    var documentProblem: SubscriptionStatus.Problem?
    var status: SubscriptionStatus

    /// Whether a server's ETags are true is looked at now and then.
    static let unconditionalPolls = 60

    var package: Package? {
        guard case .package(let package) = content else { return nil }
        return package
    }

    /// What runs beside the package, for those for whom it does not act.
    var companion: Package? { package.flatMap { $0.mode == .live && !$0.isSettled ? previous?.package : nil } }

    /// What to ask with now.
    func nextValidators() -> Validators { distrustsValidators || polls % Self.unconditionalPolls == 0 && polls > 0 ? Validators() : validators }
}
