internal import Expressions

/// Computes derived fields of a decoded row.
struct DerivedFields {
    let timeZones: (any TimeZoneProvider)?

    mutating func compute(_ type: EventType, row: Int, _ batch: EventBatch) {}
}
