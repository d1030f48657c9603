public import Documents
public import RedisStore
public import PackageFeed
public import Rules
public import Telemetry

/// Everything that vane.yaml says, with flags and environment applied, defaults filled in and paths resolved.
///
/// What a build cannot do yet (Redis) is read here all the same; the service refuses it.
public struct Configuration: Sendable {
    /// Path of the schema.
    public var schema: String
    /// Where additions to the schema come from while the process runs.
    public var schemaUpdates: SchemaUpdates?
    public var packages: [Package]
    /// Nil without a `kafka` section: events then come by HTTP only.
    public var kafka: Kafka?
    public var journals: Journals
    public var lists: [ListFile]
    public var remoteLists: [RemoteList]
    /// Nil when neither a file nor the environment gives a key: schemas with sensitive fields are then refused.
    public var pseudonymKey: PseudonymKey?
    /// From the Kafka record's timestamp to the decision.
    public var budgetMilliseconds: Int64
    public var redisDown: RedisDownPolicy
    /// How far an event's time may lie ahead of the clock.
    public var futureToleranceMilliseconds: Int64
    /// Nil: no endpoint.
    public var http: Listen?
    public var logLevel: LogLevel
    public var logFormat: LogFormat
    /// Folder of the last good packages.
    public var stateDirectory: String
    /// Every value with its origin, in the order of the documentation; secrets are masked.
    public var effective: [EffectiveValue]

    public struct Package: Sendable, Equatable {
        public enum Source: Sendable, Equatable {
            case path(String)
            case url(Remote)
        }

        public enum Mode: String, Sendable, CaseIterable { case live, shadow }

        public var source: Source
        /// Overrides the package's own mode.
        public var mode: Mode?
        /// Overrides the package's own share of subjects.
        public var rollout: Rollout?
        /// Where the configuration names it, for later messages.
        public var position: Position
    }

    /// A document at a URL, and how it is kept up to date.
    public struct Remote: Sendable, Equatable {
        /// https, http or file; may hold a password.
        public var url: String
        public var everyMilliseconds: Int64
        /// Paths of PEM files; none asks for no signature.
        public var publicKeys: [String]
        public var bytesMax: Int64
        public var timeoutMilliseconds: Int64
        /// Nil: age alone makes nothing stale.
        public var staleAfterMilliseconds: Int64?
        public var stalePolicy: Subscription.StalePolicy
        /// Path of a PEM file with certificates to trust instead of the system's.
        public var caFile: String?
    }

    public struct Kafka: Sendable, Equatable {
        public enum Delivery: String, Sendable, CaseIterable {
            case exactlyOnce = "exactly-once"
            case atLeastOnce = "at-least-once"
        }

        /// `host:port`, separated by commas.
        public var bootstrap: String
        public var group: String
        public var delivery: Delivery
        /// How often offsets are committed; bounds how long an output waits for its transaction.
        public var commitIntervalMilliseconds: Int64
        /// Of exactly-once delivery: a producer's name that lasts from one start to the next. Nil: one of the process's own.
        public var transactionalID: String?
        public var decisions: DecisionShare
        public var topics: Topics
        /// librdkafka properties in the order of the file: for both sides, and those for one side only.
        public var properties: [Property]
        public var consumer: [Property]
        public var producer: [Property]
    }

    public struct Property: Sendable, Equatable {
        public var name: String
        public var value: String
        public var position: Position
    }

    /// Which decisions go to the decisions topic.
    public enum DecisionShare: Sendable, Equatable {
        case none, all
        /// Between 0 and 1.
        case share(Double)
    }

    public struct Topics: Sendable, Equatable {
        public var alerts = "alerts"
        public var controlActions = "control-actions"
        public var decisions = "decisions"
        public var listEntries = "list-entries"
        public var deadLetters = "dead-letters"
        public var control = "vane-control"

        public init() {}
    }

    public struct Journals: Sendable, Equatable {
        /// Nil: the journals are embedded in the process.
        public var redis: Redis?
        public var memoryBytes: Int64
        /// An entity with more records folds its oldest ones.
        public var recordsPerEntity: Int
    }

    public struct Redis: Sendable, Equatable {
        public var server: RedisConfiguration
        public var prefix: String
        /// How long processing may stand still without journals expiring.
        public var outageMilliseconds: Int64
    }

    public struct ListFile: Sendable, Equatable {
        public var name: String
        public var file: String
        public var position: Position
    }

    public struct SchemaUpdates: Sendable, Equatable {
        public var remote: Remote
        public var position: Position
    }

    public struct RemoteList: Sendable, Equatable {
        public var name: String
        public var remote: Remote
        public var position: Position
    }

    public enum PseudonymKey: Sendable, Equatable {
        case file(String)
        case environment(Secret)
    }

    public enum RedisDownPolicy: String, Sendable, CaseIterable { case degrade, pause }

    public struct Listen: Sendable, Equatable {
        /// A name or an address, IPv6 without brackets.
        public var host: String
        /// 0: any free port.
        public var port: UInt16
    }
}
