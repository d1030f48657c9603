public import Documents
public import Expressions
public import Journals

/// A versioned set of indicators and rules for one scenario, read and type-checked against a schema.
public struct Package: Sendable {
    public enum Priority: String, Sendable, CaseIterable {
        case critical, normal, deferrable

        /// Greater is shed later.
        public var rank: Int {
            switch self {
            case .critical: 2
            case .normal: 1
            case .deferrable: 0
            }
        }
    }
    public enum Mode: String, Sendable, CaseIterable {
        case live
        /// Evaluated and reported; acts on nothing.
        case shadow
    }

    public var name: String
    public var version: String
    public var title: LocalizedText
    /// Event types that trigger the rules, by index in the schema.
    public var on: [Int]
    public var priority: Priority
    public var mode: Mode
    /// How far it has been rolled out; nil: for everyone.
    public var rollout: Rollout?
    public var bounds: Bounds?
    /// Whether a newer revision is rolled out beside it: it acts for whom the other does not.
    public var isPrevious = false
    /// Fingerprint of the document that it was read from, which tells two revisions apart; 0 where nobody asks.
    public var revision: UInt64 = 0
    /// Of the document.
    public var position: Position?
    public var parameters: [Parameter]
    public var indicators: [Indicator]
    public var rules: [Rule]
    public var decide: DecisionPolicy
    /// The variables that rule conditions may use, in the order of the checker's variable indexes.
    public var variables: [Variable]

    public struct Parameter: Sendable {
        public var name: String
        public var value: Value
    }

    public enum Variable: Sendable, Hashable {
        /// A field of the triggering events, by name.
        case field(String)
        /// An indicator of the package, by its index.
        case indicator(Int)
    }
}

/// A text in several languages.
public struct LocalizedText: Sendable, Hashable {
    /// Language tag and text, in the order of the file.
    public var texts: [Text]

    public struct Text: Sendable, Hashable {
        public var language: String
        public var text: String
    }

    public init(_ texts: [Text] = []) { self.texts = texts }

    public var isEmpty: Bool { texts.isEmpty }

    /// The text in a language, or the first one.
    public func text(_ language: String) -> String? { (texts.first { $0.language == language } ?? texts.first)?.text }
}

public struct Rule: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Yields an alert, and may raise the level by itself.
        case hit
        /// Adds to the score.
        case score
        /// Adds the subject to a list, asynchronously; no alert.
        case list
    }

    public var id: String
    public var title: LocalizedText
    public var kind: Kind
    public var condition: CheckedExpression
    public var score: Double
    /// One of the dimensions that reports group by, such as `gang`; empty for none.
    public var dimension: String
    /// For a hit rule, the level it raises the decision to; nil for none.
    public var level: String?
    /// Key of what to ask or tell the customer about it; nil for nothing.
    public var talkingPoint: String?
    public var listing: Listing?

    public struct Listing: Sendable {
        public var list: String
        /// The field whose value is listed.
        public var subject: String
        /// nil: for good.
        public var timeToLiveMilliseconds: Int64?
    }
}

/// How hits become a score, a level and actions.
public struct DecisionPolicy: Sendable {
    public enum Combination: String, Sendable, CaseIterable { case sum, max }

    public static let scoreMax = 100.0

    public var combination: Combination
    /// By rising threshold.
    public var levels: [Level]

    public struct Level: Sendable {
        public var name: String
        public var threshold: Double
        public var actions: [Action]
    }

    public struct Action: Sendable, Hashable {
        public enum Kind: String, Sendable, CaseIterable {
            case stepUp = "step_up"
            case limit
            case restrictChannel = "restrict_channel"
            /// Suggests what kind of account to open instead.
            case restrict
            case delay, block, freeze, release
        }

        /// What is suggested for an account that is being opened.
        public enum Restriction: String, Sendable, CaseIterable {
            case none
            /// An account with low limits.
            case limited
            /// A class II account in the place of a class I account.
            case classTwo = "class_ii"
            case other
        }

        public var kind: Kind
        /// Index of the entity type that it is taken on.
        public var entity: Int
        public var durationMilliseconds: Int64?
        /// Of the kind `restrict`, and of no other.
        public var restriction: Restriction?
        /// Key of what to ask or tell the customer; nil for that of the weightiest hit.
        public var talkingPoint: String?
    }

    public init(combination: Combination = .sum, levels: [Level] = []) {
        self.combination = combination
        self.levels = levels
    }

    /// Index of the level that a score reaches, or -1.
    public func level(of score: Double) -> Int {
        var reached = -1
        for (index, level) in levels.enumerated() where score >= level.threshold { reached = index }
        return reached
    }
}

/// How much a package may hold.
public enum PackageLimits {
    public static let rulesMax = 200_000
    public static let indicatorsMax = 5_000
    public static let parametersMax = 10_000
    public static let levelsMax = 16
}
