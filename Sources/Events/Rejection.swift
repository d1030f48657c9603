/// Why an event is refused: it goes to dead-letters with this, and nothing else happens.
public struct Rejection: Error, Sendable, Equatable {
    public enum Reason: String, Sendable, CaseIterable {
        case empty
        case notJSON = "not_json"
        case invalidUTF8 = "invalid_utf8"
        case tooDeep = "too_deep"
        case tooLarge = "too_large"
        case unknownEventType = "unknown_event_type"
        case missingID = "missing_id"
        case missingTime = "missing_time"
        case missingField = "missing_field"
        case missingKey = "missing_key"
        case duplicateKey = "duplicate_key"
        case wrongType = "wrong_type"
        case outOfRange = "out_of_range"
        case tooManyDecimals = "too_many_decimals"
        case unknownEnumValue = "unknown_enum_value"
        case stringTooLong = "string_too_long"
        case malformedTime = "malformed_time"
        case tooOld = "too_old"
        case future = "future"
    }

    public var reason: Reason
    /// The field in question.
    public var field: String?
    /// A sentence for a person. It never quotes a value of the event: the value may be personal.
    public var message: String

    public init(_ reason: Reason, field: String? = nil, _ message: String) {
        self.reason = reason
        self.field = field
        self.message = message
    }
}

extension Rejection: CustomStringConvertible {
    public var description: String { "\(reason.rawValue)\(field.map { " (\($0))" } ?? ""): \(message)" }
}
