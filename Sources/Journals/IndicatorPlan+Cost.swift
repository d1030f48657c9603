internal import Expressions

extension IndicatorPlan {
    /// What the indicators over one entity type keep for each entity.
    public struct EntityCost: Sendable {
        public var entity: Int
        public var indicators: Int
        /// Different stretches of records, which move with each event.
        public var windows: Int
        /// Running values over them; indicators that need the same one share it.
        public var accumulators: Int
        /// Those of them that keep values of their window besides, such as those of distinct.
        public var growing: Int
        /// Bytes of all running values of one entity, without what the growing ones keep besides.
        public var stateBytes: Int
    }

    /// Of the entity types that have indicators.
    public var costs: [EntityCost] {
        windows.enumerated().compactMap { entity, plan in
            guard plan.readings.count > 0 else { return nil }
            // Those of panes lie behind those of windows.
            let own = plan.accumulators.indices.prefix(plan.paneColumns.lowerBound)
            return EntityCost(
                entity: entity, indicators: plan.readings.count, windows: plan.groups.count, accumulators: own.count,
                growing: own.count { plan.accumulators[$0].growsWithItsWindow }, stateBytes: plan.stateBytes)
        }
    }
}
