public import Events
internal import Expressions
public import Journals
public import Rules

/// The deterministic core: rows in, decisions out. One thread.
///
/// It has no clock, randomness, input or output: the same events, packages and lists give the same decisions, bit by bit.
public final class Engine {
    public let schema: Schema
    public let store: JournalStore
    public let lists: Lists
    public private(set) var rules: RuleSet
    public let limits: Limits

    public struct Limits: Sendable {
        /// How far an event's time may lie after its record's timestamp.
        public var futureMilliseconds: Int64

        public init(futureMilliseconds: Int64 = 5 * 60_000) { self.futureMilliseconds = futureMilliseconds }
    }

    private var cells: UnsafeMutablePointer<UInt64>
    private var present: UnsafeMutablePointer<UInt8>
    /// The row's texts; none for indicators, of whose strings only the fingerprints are kept.
    private var texts: UnsafeMutablePointer<TextReference>
    private var width: Int
    /// The type of the last event.
    private var eventType = 0
    /// By entity type: where the last event stands in its journal; nil where it takes no part.
    private let positions: UnsafeMutablePointer<JournalStore.Position?>
    /// Of the rules, for the hot path.
    private var tables: RuleSet.Tables
    private var numberedLists: NumberedLists
    /// By package: for whom it acts.
    var audiences: FixedArray<Audience>
    /// The rules that the event may meet.
    private var candidates: CandidateSet
    /// How many rules were evaluated, or found to hit without that, since the engine was made: what the index did not spare.
    public private(set) var evaluatedRules = 0
    /// Conditions for the general evaluator, which says what failed; made when a condition first fails for a reason that its compiled form cannot tell.
    private var diagnosing: [Int: Program] = [:]
    /// By event type: slots of decimals, which expressions see as doubles, with 10^scale.
    private let decimals: [[(slot: Int, unit: Double)]]
    /// By event type: the entities that it takes part in.
    private let participations: [[Int]]

    public convenience init(
        schema: Schema, rules: RuleSet, lists: Lists, calendar: Calendar, journalLimits: JournalStore.Limits = .init(), limits: Limits = .init()
    ) throws(PlanFailure) {
        let store = JournalStore(schema: schema, calendar: calendar, timeZones: rules.timeZones, limits: journalLimits)
        try store.setIndicators(rules.indicators)
        self.init(schema, rules, lists, store, limits)
    }

    /// Goes on where another engine ends, which must not be used any more, with a schema that extends its own.
    /// - Parameters:
    ///   - plan: of the rules' indicators.
    ///   - keepsJournals: whether the other's journals go on; otherwise they start empty.
    public convenience init(schema: Schema, rules: RuleSet, plan: IndicatorPlan, succeeding other: Engine, keepsJournals: Bool) {
        let store = keepsJournals ? JournalStore(schema: schema, succeeding: other.store, plan) : JournalStore(schema: schema, like: other.store, plan)
        self.init(schema, rules, other.lists, store, other.limits)
        evaluatedRules = other.evaluatedRules
    }

    private init(_ schema: Schema, _ rules: RuleSet, _ lists: Lists, _ store: JournalStore, _ limits: Limits) {
        self.schema = schema
        self.rules = rules
        self.lists = lists
        self.limits = limits
        self.store = store
        tables = rules.tables
        numberedLists = NumberedLists(lists, names: rules.listNames)
        audiences = FixedArray(rules.audiences)
        candidates = CandidateSet(capacity: rules.rulesOfEventMax)
        positions = .allocate(capacity: max(schema.entities.count, 1))
        positions.initialize(repeating: nil, count: schema.entities.count)
        width = max(rules.frameWidth, 1)
        cells = .allocate(capacity: width)
        cells.initialize(repeating: 0, count: width)
        present = .allocate(capacity: width)
        present.initialize(repeating: 0, count: width)
        texts = .allocate(capacity: width)
        texts.initialize(repeating: .none, count: width)
        decimals = schema.events.map { event in
            event.fields.enumerated().compactMap { slot, field in
                field.type.decimalUnit.map { (slot, $0) }
            }
        }
        participations = schema.events.indices.map { event in schema.entities.indices.filter { schema.entities[$0].participations[event] != nil } }
    }

    deinit {
        cells.deallocate()
        present.deallocate()
        texts.deallocate()
        candidates.deallocate()
        audiences.deallocate()
        positions.deallocate()
    }

    /// Runs other packages from the next event on. Values of their indicators are exact at once.
    public func setRules(_ rules: RuleSet) throws(PlanFailure) {
        setRules(rules, plan: try IndicatorPlan(schema: schema, indicators: rules.indicators, timeZones: rules.timeZones))
    }

    /// The same with everything that takes time done beforehand.
    /// - Parameter plan: of the rules' indicators.
    public func setRules(_ rules: RuleSet, plan: IndicatorPlan) {
        store.setIndicators(plan)
        self.rules = rules
        tables = rules.tables
        numberedLists = NumberedLists(lists, names: rules.listNames)
        audiences.deallocate()
        audiences = FixedArray(rules.audiences)
        candidates.deallocate()
        candidates = CandidateSet(capacity: rules.rulesOfEventMax)
        diagnosing.removeAll()
        if rules.frameWidth > width {
            cells.deallocate()
            present.deallocate()
            texts.deallocate()
            width = rules.frameWidth
            cells = .allocate(capacity: width)
            present = .allocate(capacity: width)
            cells.initialize(repeating: 0, count: width)
            present.initialize(repeating: 0, count: width)
            texts = .allocate(capacity: width)
            texts.initialize(repeating: .none, count: width)
        }
    }

    /// Looks at what can be said of an event without its journals.
    /// - Throws: why it is refused.
    public func check(_ batch: EventBatch, row: Int) throws(Rejection) {
        let header = batch.headers + row
        guard let received = header.pointee.receivedMilliseconds, header.pointee.timeMilliseconds - limits.futureMilliseconds > received else { return }
        throw Rejection(
            .future, field: schema.events[header.pointee.eventType].timeKey,
            "the event's time lies more than \(limits.futureMilliseconds / 1000) s after its record's timestamp")
    }

    /// Records the event of a row in its journals and decides about it.
    /// - Parameter minimumPriority: packages below it are passed over.
    /// - Throws: why the event is refused; nothing is recorded then.
    public func process(_ batch: EventBatch, row: Int, minimumPriority: Package.Priority = .deferrable, into decision: inout Decision) throws(Rejection) {
        let header = batch.headers + row
        let eventType = header.pointee.eventType
        let time = header.pointee.timeMilliseconds
        try check(batch, row: row)
        decision.reset(eventType, row: row)
        self.eventType = eventType
        positions.update(repeating: nil, count: schema.entities.count)
        lists.nowMilliseconds = time

        var taken = 0
        for entity in participations[eventType] {
            guard let key = store.key(entity: entity, batch, row: row) else { continue }
            // The subject of an alert is the first entity, too.
            if decision.subject == nil { decision.subject = key.low }
            switch store.append(entity: entity, key: key, batch, row: row) {
            case .recorded(let position):
                positions[entity] = position
                if position.isDuplicate { decision.isDuplicate = true }
                // One journal settles which of two was first: the first entity's, for every process alike.
                if taken == 0 { decision.isRepeat = position.isRepeat }
                taken += 1
            case .tooOld: decision.late.append(entity)
            }
        }
        if taken == 0 && !decision.late.isEmpty {
            throw Rejection(
                .tooOld, field: schema.events[eventType].timeKey,
                "the event is older than the history of \(decision.late.map { schema.entities[$0].name }.joined(separator: ", "))")
        }

        fillFrame(batch, row, eventType)
        let frame = Frame(cells: cells, present: present, texts: texts, arena: UnsafeRawPointer(batch.arena), lists: numberedLists)
        evaluate(minimumPriority, frame, &decision)
        decide(&decision)
    }

    private func fillFrame(_ batch: EventBatch, _ row: Int, _ eventType: Int) {
        let base = row * batch.stride
        let count = schema.events[eventType].fields.count
        cells.update(from: batch.cells + base, count: count)
        present.update(from: batch.present + base, count: count)
        texts.update(from: batch.texts + base, count: count)
        for decimal in decimals[eventType] {
            cells[decimal.slot] = (Double(Int64(bitPattern: cells[decimal.slot])) / decimal.unit).bitPattern
        }
        present[tables.firstIndicatorSlot - 1] = Presence.absent
        (present + tables.firstIndicatorSlot).update(repeating: Presence.pending, count: tables.entityOfIndicator.count + tables.sharedCount)
    }

    private func evaluate(_ minimumPriority: Package.Priority, _ frame: Frame, _ decision: inout Decision) {
        let compiled = tables.rules[eventType]
        let used = tables.usedIndicators
        let candidates = candidates
        tables.matchers[eventType]._withUnsafeGuaranteedRef {
            $0.match(frame, minimumRank: minimumPriority.rank, into: candidates) { compute($0, frame) }
        }
        var place = 0
        var isCertain = false
        while case let index = candidates.removeFirst(&place, isCertain: &isCertain), index >= 0 {
            let rule = compiled.base + index
            if Int(rule.pointee.priorityRank) < minimumPriority.rank { continue }
            evaluatedRules += 1
            if isCertain {
                hit(rule, &decision)
                continue
            }
            for place in Int(rule.pointee.firstUsed)..<Int(rule.pointee.firstUsed + rule.pointee.usedCount) { compute(Int(used[place]), frame) }
            let outcome = rule.pointee.program._withUnsafeGuaranteedRef { $0.evaluate(frame) }
            switch outcome.truth {
            case .no: continue
            case .yes: hit(rule, &decision)
            case .error:
                decision.errors.append(error(rule.pointee, index, outcome, frame))
            }
        }
    }

    @inline(__always) private func hit(_ rule: UnsafeMutablePointer<RuleSet.CompiledRule>, _ decision: inout Decision) {
        let hit = Decision.Hit(package: Int(rule.pointee.package), rule: Int(rule.pointee.rule))
        if acts(package: hit.package, decision) { decision.hits.append(hit) } else { decision.shadowHits.append(hit) }
    }

    /// Computes an indicator, or a part that rules share, unless that is done.
    @inline(__always) private func compute(_ number: Int, _ frame: Frame) {
        guard number >= tables.entityOfIndicator.count else { return compute(number) }
        let slot = tables.firstIndicatorSlot + number
        guard present[slot] == Presence.pending else { return }
        let part = tables.shared[eventType].base + (number - tables.entityOfIndicator.count)
        for place in Int(part.pointee.firstUsed)..<Int(part.pointee.firstUsed + part.pointee.usedCount) {
            compute(Int(tables.usedIndicators[place]))
        }
        let outcome = part.pointee.program._withUnsafeGuaranteedRef { $0.evaluate(frame) }
        // A cell without a value says which cell was at fault.
        if present[slot] != Presence.value { cells[slot] = UInt64(bitPattern: Int64(part.pointee.isCondition ? outcome.slot : -1)) }
    }

    @inline(__always) private func compute(_ indicator: Int) {
        let slot = tables.firstIndicatorSlot + indicator
        guard present[slot] == Presence.pending else { return }
        guard let position = positions[Int(tables.entityOfIndicator[indicator])] else {
            present[slot] = Presence.absent
            return
        }
        present[slot] = store.read(indicator: indicator, at: position, into: &cells[slot]) ? Presence.value : Presence.absent
    }

    /// What failed in a condition, and which field or indicator is at fault.
    private func error(
        _ rule: RuleSet.CompiledRule, _ index: Int, _ outcome: ConditionProgram.Outcome, _ frame: Frame
    ) -> Decision.RuleError {
        var result = Decision.RuleError(package: Int(rule.package), rule: Int(rule.rule), code: Presence.errorCode(outcome.presence), variable: nil)
        let package = rules.packages[Int(rule.package)]
        let detail = rules.details[eventType][index]
        let shared = tables.firstIndicatorSlot + rules.indicators.count
        let isShared = (shared..<shared + tables.sharedCount).contains(outcome.slot)
        let slot = isShared ? Int(Int64(bitPattern: cells[outcome.slot])) : outcome.slot
        if let variable = detail.variables.first(where: { detail.bindings[$0].slot == slot }) {
            result.variable = name(package, variable)
            return result
        }
        // An intermediate value, or a part without a compiled form.
        let condition = package.rules[Int(rule.rule)].condition
        let number = index * schema.events.count + eventType
        let program = diagnosing[number] ?? Program(condition, part: condition.expression)
        diagnosing[number] = program
        do {
            _ = try program.evaluate(
                FrameActivation(
                    frame: frame, bindings: detail.bindings, fingerprint: { Fingerprint.of($0) }, timeZones: rules.timeZones,
                    literals: program.literals(by: { Fingerprint.of($0) })))
        } catch {
            result.code = error.code.rawValue
            if error.code == .noSuchValue, condition.references.indices.contains(error.nodeID),
                case .variable(let variable) = condition.references[error.nodeID]
            {
                result.variable = name(package, variable)
            }
        }
        return result
    }

    private func name(_ package: Package, _ variable: Int) -> String {
        switch package.variables[variable] {
        case .field(let name): name
        case .indicator(let indicator): package.indicators[indicator].id
        }
    }

    private func decide(_ decision: inout Decision) {
        conclude(decision.hits, decision.eventType, &decision.outcomes)
        // Nobody acts on these; they are there to be compared.
        conclude(decision.shadowHits, decision.eventType, &decision.shadowOutcomes)
        for outcome in decision.outcomes {
            decision.isAlert = true
            decision.score = max(decision.score, outcome.score)
            if outcome.level >= 0 {
                let threshold = rules.packages[outcome.package].decide.levels[outcome.level].threshold
                if let current = decision.level, rules.packages[current.package].decide.levels[current.level].threshold >= threshold { continue }
                decision.level = (outcome.package, outcome.level)
            }
        }
    }

    /// What each package makes of its hits, in the order of packages.
    private func conclude(_ hits: [Decision.Hit], _ eventType: Int, _ outcomes: inout [Decision.Outcome]) {
        var index = 0
        while index < hits.count {
            let package = hits[index].package
            let isSum = rules.packages[package].decide.combination == .sum
            var outcome = Decision.Outcome(package: package, score: 0, level: -1, isHit: false)
            while index < hits.count, hits[index].package == package {
                let place = rules.index(eventType: eventType, package: package, rule: hits[index].rule)
                let rule = tables.rules[eventType].base + place
                index += 1
                if rule.pointee.isList { continue }
                outcome.isHit = true
                outcome.score = isSum ? outcome.score + rule.pointee.score : max(outcome.score, rule.pointee.score)
                outcome.level = max(outcome.level, Int(rule.pointee.level))
            }
            guard outcome.isHit else { continue }
            outcome.score = min(outcome.score, DecisionPolicy.scoreMax)
            outcome.level = max(outcome.level, rules.packages[package].decide.level(of: outcome.score))
            outcomes.append(outcome)
        }
    }

    // MARK: Looking into a decision

    /// The value of an indicator as the last processed event sees it, computed if no rule asked for it; nil where it does not exist.
    public func value(ofIndicator indicator: Int) -> UInt64? {
        compute(indicator)
        let slot = tables.firstIndicatorSlot + indicator
        return present[slot] == Presence.value ? cells[slot] : nil
    }

    public func evidence(ofIndicator indicator: Int) -> JournalStore.Evidence? {
        positions[rules.indicators[indicator].entity].map { store.evidence(indicator: indicator, at: $0) }
    }

    /// Whether the last processed event is in a journal of this entity type.
    public func takesPart(inEntity entity: Int) -> Bool { positions[entity] != nil }

    /// Indicators that the rules of the hits read, each once, in their order.
    public func indicators(behind hits: [Decision.Hit], eventType: Int) -> [Int] {
        var found: [Int] = []
        for hit in hits {
            let rule = tables.rules[eventType][rules.index(eventType: eventType, package: hit.package, rule: hit.rule)]
            for place in Int(rule.firstUsed)..<Int(rule.firstUsed + rule.usedCount) {
                let number = Int(tables.usedIndicators[place])
                if number < rules.indicators.count && !found.contains(number) { found.append(number) }
            }
        }
        return found
    }
}
