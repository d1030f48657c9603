public import Events
public import Expressions

/// What an indicator computes over a journal.
public enum Aggregate: Sendable, Hashable {
    case count
    case sum(Int)
    case average(Int)
    case minimum(Int)
    case maximum(Int)
    case variance(Int, sample: Bool)
    case standardDeviation(Int, sample: Bool)
    case distinct(Int)
    case first(Int)
    case last(Int)
    /// The last before this event.
    case previous(Int)
    /// Time since the last matching event before this one.
    case sinceLast
    /// Time since the first matching event, this one included.
    case sinceFirst
    /// Records in the run of strictly increasing values that ends the window.
    case increasing(Int)
    case decreasing(Int)
    /// Share of the most frequent value.
    case topShare(Int)
    /// Shannon entropy of the values, in bits.
    case entropy(Int)
    /// The quantile, linearly interpolated between the two nearest values (type 7 of Hyndman and Fan, 1996).
    case quantile(Int, Double)
    /// Events that match the condition to events that match `of`.
    case ratio

    /// Index of the recorded field, where the aggregate has one.
    public var field: Int? {
        switch self {
        case .count, .sinceLast, .sinceFirst, .ratio: nil
        case .sum(let field), .average(let field), .minimum(let field), .maximum(let field), .variance(let field, _),
            .standardDeviation(let field, _), .distinct(let field), .first(let field), .last(let field), .previous(let field),
            .increasing(let field), .decreasing(let field), .topShare(let field), .entropy(let field), .quantile(let field, _):
            field
        }
    }
}

/// Which records an indicator looks at, seen from the event at time t.
public struct Window: Sendable, Hashable {
    public enum Span: Sendable, Hashable {
        /// (t - offset - length, t - offset], in milliseconds.
        case sliding(Int64)
        /// The last so many records that match the condition, this event included, within the history; for a ratio, the last so many of any kind.
        case lastEvents(Int)
        /// From midnight in the schema's time zone, as far as records are kept: a third longer than the history.
        case today
        /// From the first of the month, likewise.
        case thisMonth
        /// All since the entity was first seen.
        case all
    }

    public var span: Span
    public var offsetMilliseconds: Int64

    public init(_ span: Span, offsetMilliseconds: Int64 = 0) {
        self.span = span
        self.offsetMilliseconds = offsetMilliseconds
    }

    public static let lastEventsMax = 10_000
}

/// A condition over the records of a journal.
public struct RecordCondition: Sendable {
    public var expression: CheckedExpression
    /// What each variable of the expression is, in the order of the checker's variable indexes.
    public var variables: [Variable]

    public enum Variable: Sendable, Hashable {
        case field(Int)
        case eventTime
        case eventType
    }

    public init(expression: CheckedExpression, variables: [Variable]) {
        self.expression = expression
        self.variables = variables
    }
}

/// A value computed over the journal of an entity, for the event at hand.
public struct Indicator: Sendable {
    public var id: String
    /// Index of the entity type in the schema.
    public var entity: Int
    public var computation: Computation

    public enum Computation: Sendable {
        /// `of` is the second condition of a ratio.
        case aggregate(Aggregate, where: RecordCondition?, of: RecordCondition?, Window)
        case sequence([SequenceStep], withinMilliseconds: Int64)
    }

    public init(id: String, entity: Int, computation: Computation) {
        self.id = id
        self.entity = entity
        self.computation = computation
    }

    /// The type of the value's cell.
    public func resultType(_ schema: Schema) -> CellType {
        guard case .aggregate(let aggregate, _, _, _) = computation else { return .bool }
        func fieldType(_ field: Int) -> CellType { schema.entities[entity].record[field].type.cellType }
        switch aggregate {
        case .count, .distinct, .increasing, .decreasing: return .int
        case .sum(let field): return fieldType(field) == .double ? .double : .int
        case .average, .variance, .standardDeviation, .topShare, .entropy, .quantile, .ratio: return .double
        case .minimum(let field), .maximum(let field):
            return fieldType(field) == .bool ? .int : fieldType(field)
        case .first(let field), .last(let field), .previous(let field): return fieldType(field)
        case .sinceLast, .sinceFirst: return .duration
        }
    }
}

/// A step of a sequence: so many records that match, in order, anything between them.
public struct SequenceStep: Sendable {
    public var condition: RecordCondition
    public var atLeast: Int

    public init(condition: RecordCondition, atLeast: Int) {
        self.condition = condition
        self.atLeast = atLeast
    }

    /// The state of a sequence is one time for each record that it asks for.
    public static let recordsMax = 64
}
