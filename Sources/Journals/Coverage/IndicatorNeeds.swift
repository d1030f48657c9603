public import Events
internal import Expressions

/// What an indicator reads of recorded facts, and how far back: from which follows since when it is covered.
public struct IndicatorNeeds: Sendable, Equatable {
    public enum Reach: Sendable, Equatable {
        /// From the event back to the window's exclusive start.
        case milliseconds(Int64)
        /// The last so many events, which may be as old as the history.
        case lastEvents(Int, historyMilliseconds: Int64)
        /// Since midnight or the first of the month: at most so long.
        case calendar(Int64)
        /// As long as the entity has been known.
        case lifetime
    }

    /// A day and a month that clocks make an hour longer.
    private static let dayMillisecondsMax: Int64 = 25 * 3_600_000
    private static let monthMillisecondsMax: Int64 = (31 * 24 + 1) * 3_600_000

    public var entity: Int
    /// Event types of the schema whose records may count.
    public var eventTypes: [Int]
    /// Recorded fields that are looked at.
    public var fields: [Int]
    public var reach: Reach

    public init(_ indicator: Indicator, _ schema: Schema) {
        entity = indicator.entity
        let type = schema.entities[indicator.entity]
        var conditions: [RecordCondition?] = []
        var fields: Set<Int> = []
        /// Records without it count for nothing.
        var requiredField: Int?
        switch indicator.computation {
        case .sequence(let steps, let within):
            conditions = steps.map(\.condition)
            reach = .milliseconds(within)
        case .aggregate(let aggregate, let condition, let of, let window):
            // A share counts whatever meets either of its conditions.
            conditions = aggregate == .ratio ? [condition, of] : [condition]
            if let field = aggregate.field { fields.insert(field) }
            requiredField = aggregate.field
            switch window.span {
            case .sliding(let length): reach = .milliseconds(window.offsetMilliseconds + length)
            case .lastEvents(let count):
                reach = .lastEvents(count, historyMilliseconds: type.historyMilliseconds)
                requiredField = nil
            case .today: reach = .calendar(Self.dayMillisecondsMax)
            case .thisMonth: reach = .calendar(Self.monthMillisecondsMax)
            case .all: reach = .lifetime
            }
        }
        for condition in conditions { fields.formUnion(condition?.usedFields ?? []) }
        self.fields = fields.sorted()
        eventTypes = type.participations.indices.filter { event in
            guard let participation = type.participations[event] else { return false }
            if let requiredField, participation.recordSlots[requiredField] < 0 { return false }
            return conditions.contains { $0?.mayHold(for: schema.events[event].name) ?? true }
        }
    }

    /// How long after recording began it is covered at the latest; nil where that depends on the entity.
    public var reachMilliseconds: Int64? {
        switch reach {
        case .milliseconds(let reach), .calendar(let reach), .lastEvents(_, let reach): reach
        case .lifetime: nil
        }
    }
}

extension RecordCondition {
    /// Of all recorded fields, those that the condition names.
    fileprivate var usedFields: Set<Int> {
        var used: Set<Int> = []
        for case .variable(let index) in expression.references { if case .field(let field) = variables[index] { used.insert(field) } }
        return used
    }

    /// False only where one of the condition's outermost terms says that the event is of another type.
    fileprivate func mayHold(for eventType: String) -> Bool { mayHold(expression.expression, eventType) }

    private func mayHold(_ node: Expr, _ eventType: String) -> Bool {
        guard case .call(let function, nil, let arguments) = node.kind, arguments.count == 2 else { return true }
        switch function {
        case Operator.logicalAnd: return mayHold(arguments[0], eventType) && mayHold(arguments[1], eventType)
        case Operator.logicalOr: return mayHold(arguments[0], eventType) || mayHold(arguments[1], eventType)
        case Operator.equals:
            guard let text = isEventType(arguments[0]) ? text(arguments[1]) : isEventType(arguments[1]) ? text(arguments[0]) : nil else { return true }
            return text == eventType
        case Operator.in:
            guard isEventType(arguments[0]), case .list(let elements) = arguments[1].kind else { return true }
            return elements.contains { text($0).map { $0 == eventType } ?? true }
        default: return true
        }
    }

    private func isEventType(_ node: Expr) -> Bool {
        guard case .variable(let index) = expression.reference(of: node) else { return false }
        return variables[index] == .eventType
    }

    private func text(_ node: Expr) -> String? {
        if case .literal(.string(let text)) = node.kind { return text }
        if case .constant(.string(let text)) = expression.reference(of: node) { return text }
        return nil
    }
}
