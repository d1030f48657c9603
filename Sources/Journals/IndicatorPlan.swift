public import Events
public import Expressions

/// The indicators of all packages, laid out for the journals of a schema: what takes time of replacing indicators, done beforehand.
///
/// `@unchecked Sendable`: made by one thread and handed over to the one of the journals, which alone uses it from then on.
public final class IndicatorPlan: @unchecked Sendable {
    /// For each indicator: the entity type, and its number in that plan.
    struct Place {
        var entity: Int
        var reading: Int
    }

    let places: [Place]
    /// For each indicator: what must have been recorded.
    public let needs: [IndicatorNeeds]
    /// By entity type.
    let windows: [WindowPlan]

    /// - Throws: where the indicators of one entity are too many.
    public init(schema: Schema, indicators: [Indicator], timeZones: (any TimeZoneProvider)?) throws(PlanFailure) {
        var byEntity: [[Indicator]] = Array(repeating: [], count: schema.entities.count)
        var places: [Place] = []
        for indicator in indicators {
            places.append(Place(entity: indicator.entity, reading: byEntity[indicator.entity].count))
            byEntity[indicator.entity].append(indicator)
        }
        var windows: [WindowPlan] = []
        for (entity, indicators) in zip(schema.entities, byEntity) { windows.append(try WindowPlan(entity, indicators, timeZones)) }
        self.places = places
        needs = indicators.map { IndicatorNeeds($0, schema) }
        self.windows = windows
    }
}
