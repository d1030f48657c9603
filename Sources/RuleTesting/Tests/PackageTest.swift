public import Documents
internal import Rules

/// A file of tests for one package, read and checked.
public struct TestFile {
    public var path: String
    public var package: PackageUnderTest
    public var tests: [PackageTest]
}

/// A stream of events and what is expected of it.
public struct PackageTest: Sendable {
    public var name: String
    public var position: Position
    var lists: [ListSubject]
    public internal(set) var events: [TestEvent]
    var expectations: [Expectation]
    /// Where it says that no event hits anything; nil where it does not.
    var noAlerts: Position?

    struct ListSubject: Sendable {
        var list: String
        var subject: String
        var entry: Lists.Entry
    }
}

/// An event as the engine's decoder reads it.
public struct TestEvent: Sendable {
    public var id: String
    var timeMilliseconds: Int64
    var json: [UInt8]
    /// Where it, or the series that it is of, stands.
    var position: Position
}

/// What is expected of the decision about one event.
struct Expectation: Sendable {
    /// Index of the event.
    var event: Int
    var claims: [Claim]

    struct Claim: Sendable {
        var kind: Kind
        /// As it stands in the file.
        var key: String
        var position: Position
    }

    enum Kind: Sendable {
        /// Rules by index: all of these, perhaps more.
        case hit([Int])
        /// None of these.
        case noHit([Int])
        /// Exactly these.
        case hits([Int])
        /// nil for no alert.
        case level(String?)
        case score(Double)
        /// Exactly these, in any order.
        case actions([ExpectedAction])
        /// An indicator by index, as text shows it and as a cell compares.
        case indicator(Int, ExpectedValue)
    }
}

/// An action that is expected, as far as the test says.
struct ExpectedAction: Sendable, Equatable {
    var kind: String
    /// Name of the entity that it is taken on; nil for any.
    var entity: String?
    /// How long it holds; nil for any time.
    var durationMilliseconds: Int64?

    /// Whether an action, of which everything is known, is as expected.
    func isMet(by action: ExpectedAction) -> Bool {
        kind == action.kind && (entity == nil || entity == action.entity)
            && (durationMilliseconds == nil || durationMilliseconds == action.durationMilliseconds)
    }

    /// `block`, `block on account for 1d`
    var text: String { kind + (entity.map { " on \($0)" } ?? "") + (durationMilliseconds.map { " for \(formatDuration($0))" } ?? "") }

    /// Whether each action meets an expectation of its own, and none is left over.
    static func areMet(_ expected: [ExpectedAction], by actions: [ExpectedAction]) -> Bool {
        var rest = actions
        // Those that say more choose first.
        for action in expected.sorted(by: { $0.detail > $1.detail }) {
            guard let index = rest.firstIndex(where: action.isMet) else { return false }
            rest.remove(at: index)
        }
        return rest.isEmpty
    }

    private var detail: Int { (entity == nil ? 0 : 1) + (durationMilliseconds == nil ? 0 : 1) }
}

/// What an indicator is expected to be.
enum ExpectedValue: Sendable {
    case absent
    case bool(Bool)
    /// Compared as `ExpectedValue.tolerance` says.
    case number(Double)
    /// In milliseconds: a duration, or a time since 1970.
    case milliseconds(Int64, text: String)
    case text(String)

    /// Relative, so that an average may be written with as many digits as a person reads.
    static let tolerance = 1e-9
}

/// How much a test may hold.
public enum TestLimits {
    /// Longer streams are replays, not tests: `vane replay` reads them from a file.
    public static let eventsMax = 100_000
}
