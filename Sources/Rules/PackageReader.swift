public import Documents
public import Events
internal import Expressions
internal import Journals

extension Package {
    /// Reads a package against a schema.
    /// - Parameters:
    ///   - lists: names of the lists that exist besides those that the package declares or its rules fill; nil to accept any name.
    ///   - warnings: receives what is doubtful but not wrong.
    /// - Throws: everything that is wrong with it.
    public static func read(
        _ root: Node, schema: Schema, lists: [String]? = nil, warnings: DiagnosticList = DiagnosticList()
    ) throws(Diagnostics) -> Package {
        let diagnostics = DiagnosticList()
        var reader = PackageReader(schema: schema, lists: lists, diagnostics: diagnostics)
        let package = reader.read(root)
        try diagnostics.throwIfErrors()
        warnings.add(contentsOf: diagnostics.all)
        return package!
    }

    /// Names of the lists that a package declares or its rules fill, as far as they can be read.
    public static func listsFilled(by root: Node) -> [String] {
        var names: [String] = []
        if case .list(let declared)? = root["lists"]?.content { names = declared.compactMap(\.text) }
        guard case .list(let rules)? = root["rules"]?.content else { return names }
        return names
            + rules.compactMap { rule in
                guard case .string(let name)? = rule["list"]?["name"]?.content else { return nil }
                return name
            }
    }
}

struct PackageReader {
    let schema: Schema
    let lists: [String]?
    let diagnostics: DiagnosticList
    private var parameters: [Package.Parameter] = []
    private var indicators: [Indicator] = []
    private var on: [Int] = []
    private var onPosition: Position?
    private var ownLists: [String] = []
    /// Indicators whose id is known but that could not be read, which is reported; rules that use them are not reported again.
    private var unreadableIndicators: Set<String> = []
    private var parameterNames: Set<String> = []
    private var unreadableParameters: Set<String> = []
    /// Where parameters and indicators stand, for what is found out about them later.
    private var parameterPositions: [Position] = []
    private var indicatorPositions: [Position] = []
    private var indicatorIDs: Set<String> = []

    init(schema: Schema, lists: [String]?, diagnostics: DiagnosticList) {
        self.schema = schema
        self.lists = lists
        self.diagnostics = diagnostics
    }

    mutating func read(_ root: Node) -> Package? {
        var map = MapReader(root, "the package", diagnostics)
        let name = map.nonEmptyString("package", .required)
        let version = map.nonEmptyString("version", .required)
        let title = readText(map.optional("title"), "'title'")
        readEventTypes(map.required("on"))
        let priority = map.choice("priority", of: Package.Priority.self) ?? .normal
        let mode = map.choice("mode", of: Package.Mode.self) ?? .live
        let rollout = map.optional("rollout").flatMap { Rollout.read($0, diagnostics) }
        let bounds = map.optional("bounds").flatMap { Bounds.read($0, diagnostics) }
        if let node = map.optional("parameters") { readParameters(node) }
        let indicatorNodes = map.list("indicators") ?? []
        let ruleNodes = map.list("rules", .required) ?? []
        let decideNode = map.optional("decide")
        ownLists = map.strings("lists") ?? []
        map.finish()

        if indicatorNodes.count > PackageLimits.indicatorsMax || ruleNodes.count > PackageLimits.rulesMax {
            diagnostics.error(
                code: "limit-exceeded", "a package holds at most \(PackageLimits.rulesMax) rules and \(PackageLimits.indicatorsMax) indicators",
                remedy: "split it", at: root.position)
            return nil
        }
        for node in indicatorNodes { readIndicator(node) }
        checkPlan()
        let decide = readDecision(decideNode)
        let (environment, variables) = ruleEnvironment()
        var rules: [Rule] = []
        var ruleIDs: Set<String> = []
        var doubts = RuleDoubts(types: variables.map(cellType), diagnostics)
        for node in ruleNodes {
            if let id = node["id"], case .string(let text) = id.content, !text.isEmpty, !ruleIDs.insert(text).inserted {
                diagnostics.error(code: "duplicate-id", "there is a rule '\(text)' already", remedy: "give each rule its own id", at: id.position)
            }
            if let rule = readRule(node, environment, variables, decide) {
                rules.append(rule)
                doubts.check(rule, at: node["when"]?.position)
            }
        }
        checkLists(rules)
        ConfusableNames.check(root, diagnostics)
        guard let name, let version else { return nil }
        return Package(
            name: name, version: version, title: title, on: on, priority: priority, mode: mode, rollout: rollout, bounds: bounds, position: root.position,
            parameters: parameters, indicators: indicators, rules: rules, decide: decide, variables: variables)
    }

    private func readText(_ node: Node?, _ name: String) -> LocalizedText {
        guard let node else { return LocalizedText() }
        if case .map(let entries) = node.content {
            return LocalizedText(
                entries.compactMap { key, value in
                    value.string("\(name) in '\(key.text)'", diagnostics).map { LocalizedText.Text(language: key.text, text: $0) }
                })
        }
        return LocalizedText(node.string(name, diagnostics).map { [LocalizedText.Text(language: "en", text: $0)] } ?? [])
    }

    private mutating func readEventTypes(_ node: Node?) {
        guard let node else { return }
        onPosition = node.position
        let nodes: [Node]
        if case .list(let elements) = node.content { nodes = elements } else { nodes = [node] }
        if nodes.isEmpty { diagnostics.error(code: "bad-value", "'on' names no event type", remedy: "name at least one", at: node.position) }
        for node in nodes {
            guard let name = node.string("an element of 'on'", diagnostics) else { continue }
            if let index = schema.event(named: name) {
                if !on.contains(index) { on.append(index) }
            } else {
                let names = schema.events.map(\.name)
                diagnostics.error(
                    code: "unknown-event-type", "the schema has no event type '\(name)'",
                    remedy: didYouMean(name, among: names).map { "did you mean '\($0)'?" } ?? "known: \(names.joined(separator: ", "))", at: node.position)
            }
        }
    }

    private mutating func readParameters(_ node: Node) {
        let map = MapReader(node, "'parameters'", diagnostics)
        if map.entries.count > PackageLimits.parametersMax {
            diagnostics.error(
                code: "limit-exceeded", "a package holds at most \(PackageLimits.parametersMax) parameters", remedy: "use a named list for many values",
                at: node.position)
        }
        for (key, value) in map.entries {
            guard isParameterName(key) else { continue }
            parameterNames.insert(key.text)
            parameterPositions.append(key.position)
            if let constant = constant(value) {
                parameters.append(Package.Parameter(name: key.text, value: constant))
            } else {
                diagnostics.error(
                    code: "wrong-type", "the parameter '\(key.text)' is neither a number, text, true or false, nor a list of these",
                    remedy: "write one value, or a list of values", at: value.position)
                // Conditions that use it are not reported as well.
                parameters.append(Package.Parameter(name: key.text, value: .null))
                unreadableParameters.insert(key.text)
            }
        }
    }

    private func isParameterName(_ key: Node.Key) -> Bool {
        let first = key.text.utf8.first.map { !(48...57).contains($0) } ?? false
        let valid = first && key.text.utf8.allSatisfy { $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
        if !valid {
            diagnostics.error(
                code: "bad-name", "'\(key.text)' is no name", remedy: "use letters, digits and underscores, and start with a letter", at: key.position)
        }
        return valid
    }

    private func constant(_ node: Node) -> Value? {
        switch node.content {
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .list(let elements):
            let values = elements.compactMap { constant($0) }
            return values.count == elements.count ? .list(values) : nil
        case .null, .map: return nil
        }
    }

    // MARK: Indicators

    private mutating func readIndicator(_ node: Node) {
        var map = MapReader(node, "an indicator", diagnostics)
        let idNode = map.required("id")
        let id = idNode?.string("'id'", diagnostics)
        if let id, let idNode {
            _ = isParameterName(Node.Key(id, at: idNode.position))
            if !indicatorIDs.insert(id).inserted {
                diagnostics.error(code: "duplicate-id", "there is an indicator '\(id)' already", remedy: "give each indicator its own id", at: idNode.position)
            }
            if parameterNames.contains(id) {
                diagnostics.error(code: "duplicate-id", "there is a parameter '\(id)' already", remedy: "choose another id", at: idNode.position)
            }
        }
        _ = readText(map.optional("title"), "'title'")
        let entityNode = map.required("entity")
        let entityIndex = entityNode.flatMap { self.entity($0) }
        let aggregateNode = map.optional("aggregate")
        let whereNode = map.optional("where")
        let ofNode = map.optional("of")
        let windowNode = map.optional("window")
        let offsetNode = map.optional("offset")
        let sequenceNode = map.optional("sequence")
        let withinNode = map.optional("within")
        map.finish()
        let before = indicators.count
        defer {
            if indicators.count > before, let idNode {
                indicatorPositions.append(idNode.position)
            } else if let id {
                unreadableIndicators.insert(id)
            }
        }
        guard let entityIndex else { return }
        let entity = schema.entities[entityIndex]
        let (environment, variables) = recordEnvironment(entity)
        func condition(_ node: Node, _ name: String) -> RecordCondition? {
            guard let checked = readCondition(node, name, environment) else { return nil }
            if let position = checked.firstListCall {
                diagnostics.error(
                    code: "list-in-indicator", "indicators are computed over recorded facts, and lists change",
                    remedy: "ask for the list in the condition of a rule",
                    at: position)
            }
            // A record keeps fingerprints only.
            reportMisuses(checked) { index in
                switch variables[index] {
                case .field(let field): entity.record[field].type == .string
                case .eventType: true
                case .eventTime: false
                }
            }
            return RecordCondition(expression: checked, variables: variables)
        }
        let reader = AggregateReader(entity: entity, diagnostics: diagnostics)
        func refuse(_ node: Node?, _ key: String, _ why: String) {
            guard let node else { return }
            diagnostics.error(code: "unknown-key", "'\(key)' \(why)", remedy: "remove it", at: node.position)
        }
        if let sequenceNode {
            refuse(aggregateNode, "aggregate", "does not go with 'sequence'")
            refuse(whereNode, "where", "does not go with 'sequence': each step has its own")
            refuse(ofNode, "of", "goes with the aggregate 'ratio' only")
            refuse(windowNode, "window", "does not go with 'sequence', which has 'within'")
            refuse(offsetNode, "offset", "does not go with 'sequence'")
            var steps: [SequenceStep] = []
            for stepNode in sequenceNode.list("'sequence'", diagnostics) ?? [] {
                var step = MapReader(stepNode, "a step", diagnostics)
                let whereNode = step.required("where")
                let atLeast = step.int("at_least", in: 1...Int64(SequenceStep.recordsMax)) ?? 1
                step.finish()
                if let whereNode, let condition = condition(whereNode, "'where'") { steps.append(SequenceStep(condition: condition, atLeast: Int(atLeast))) }
            }
            let total = steps.reduce(0) { $0 + $1.atLeast }
            let faulty = steps.count < (sequenceNode.list("'sequence'", DiagnosticList())?.count ?? .max)
            if total == 0 && faulty { return }
            if total == 0 || total > SequenceStep.recordsMax {
                diagnostics.error(
                    code: "bad-sequence", "a sequence asks for 1 to \(SequenceStep.recordsMax) events in all", remedy: "use count for longer runs",
                    at: sequenceNode.position)
                return
            }
            guard let withinNode else {
                diagnostics.error(code: "missing-key", "a sequence needs 'within'", remedy: "add 'within: 1h'", at: map.position)
                return
            }
            guard let window = reader.window(withinNode, offset: nil) else { return }
            guard case .sliding(let within) = window.span else {
                diagnostics.error(code: "bad-window", "'within' is a length of time", remedy: "write for example 1h", at: withinNode.position)
                return
            }
            if let id { indicators.append(Indicator(id: id, entity: entityIndex, computation: .sequence(steps, withinMilliseconds: within))) }
            return
        }
        refuse(withinNode, "within", "goes with 'sequence' only")
        guard let aggregateNode else {
            diagnostics.error(
                code: "missing-key", "the indicator has neither 'aggregate' nor 'sequence'", remedy: "add for example 'aggregate: count'", at: map.position)
            return
        }
        let aggregate = reader.aggregate(aggregateNode)
        let filter = whereNode.map { condition($0, "'where'") }
        let of = ofNode.map { condition($0, "'of'") }
        if aggregate != .ratio { refuse(ofNode, "of", "goes with the aggregate 'ratio' only") }
        guard let windowNode else {
            diagnostics.error(code: "missing-key", "the indicator has no 'window'", remedy: "add for example 'window: 24h'", at: map.position)
            return
        }
        guard let aggregate, let window = reader.window(windowNode, offset: offsetNode), let id else { return }
        if case .ratio = aggregate, whereNode == nil && ofNode == nil {
            diagnostics.error(code: "missing-key", "a ratio needs 'where'", remedy: "say which events to count, and under 'of' among which", at: map.position)
        }
        if case .all = window.span, case .quantile = aggregate {
            diagnostics.error(code: "bad-window", "a quantile has no lifetime", remedy: "give the window a length", at: windowNode.position)
            return
        }
        // A condition that did not read was reported; the indicator exists all the same, so that rules that use it are not reported too.
        indicators.append(Indicator(id: id, entity: entityIndex, computation: .aggregate(aggregate, where: filter ?? nil, of: of ?? nil, window)))
    }

    /// Together the indicators must be computable.
    private func checkPlan() {
        do {
            try JournalStore.check(indicators, of: schema)
        } catch {
            let index = indicators.firstIndex { $0.id == error.indicator }
            diagnostics.error(
                code: "limit-exceeded", error.message, remedy: "share conditions between indicators, or split the entity",
                at: index.map { indicatorPositions[$0] })
        }
    }

    /// A condition over names that may stand for something unreadable: nil then, without a second report.
    private func readCondition(_ node: Node, _ name: String, _ environment: Environment) -> CheckedExpression? {
        if !unreadableIndicators.isEmpty || !unreadableParameters.isEmpty, case .string(let text) = node.content, let expression = try? parse(Source(text)) {
            var used: [String] = []
            expression.collectNames(into: &used)
            if used.contains(where: { unreadableIndicators.contains($0) || unreadableParameters.contains($0) }) { return nil }
        }
        return CheckedExpression.read(node, name, environment, expected: .bool, diagnostics)
    }

    private func reportMisuses(_ checked: CheckedExpression, _ isFingerprint: (Int) -> Bool) {
        for (text, position) in checked.misusedFingerprints(isFingerprint) {
            diagnostics.error(
                code: "fingerprint-only",
                "only the fingerprint of '\(text)' is kept, so it can be compared with one text, with a list of texts written out and with a named list only",
                remedy:
                    "compare it with == or 'in [\"…\"]', joined by && and || and in no other function or macro, or derive a field in the schema and record that",
                at: position)
        }
    }

    private func entity(_ node: Node) -> Int? {
        guard let name = node.string("the entity", diagnostics) else { return nil }
        if let index = schema.entity(named: name) { return index }
        let names = schema.entities.map(\.name)
        diagnostics.error(
            code: "unknown-entity", "the schema has no entity '\(name)'",
            remedy: didYouMean(name, among: names).map { "did you mean '\($0)'?" } ?? "known: \(names.joined(separator: ", "))", at: node.position)
        return nil
    }

    /// What conditions over records may use.
    private func recordEnvironment(_ entity: EntityType) -> (Environment, [RecordCondition.Variable]) {
        var environment = Environment()
        var variables: [RecordCondition.Variable] = []
        for (index, field) in entity.record.enumerated() {
            environment.declare(variable: field.name, field.type == .string ? .opaqueString : field.type.expressionType, values: field.type.values)
            variables.append(.field(index))
        }
        environment.declare(variable: "event_time", .timestamp)
        variables.append(.eventTime)
        environment.declare(variable: "event_type", .opaqueString)
        variables.append(.eventType)
        for parameter in parameters { environment.declare(constant: parameter.name, parameter.value) }
        return (environment, variables)
    }

    // MARK: Rules

    /// What rule conditions may use: the fields of all triggering events, the indicators, the parameters.
    private func ruleEnvironment() -> (Environment, [Package.Variable]) {
        var environment = Environment()
        var variables: [Package.Variable] = []
        var types: [String: CELType] = [:]
        for event in on {
            for field in schema.events[event].fields {
                if let type = types[field.name] {
                    // Conditions are compiled for each event type: what must be one is what an expression sees, such as text for strings and enums.
                    if type != field.expressionType {
                        diagnostics.error(
                            code: "type-mismatch",
                            "the field '\(field.name)' is \(type) in one event type of 'on' and \(field.expressionType) in '\(schema.events[event].name)'",
                            remedy: "give it one type in the schema, or split the package by event type", at: onPosition)
                    }
                    continue
                }
                types[field.name] = field.expressionType
                environment.declare(variable: field.name, field.expressionType, values: values(of: field.name))
                variables.append(.field(field.name))
            }
        }
        for (index, indicator) in indicators.enumerated() {
            if types[indicator.id] != nil {
                diagnostics.error(
                    code: "duplicate-id", "the indicator '\(indicator.id)' has the name of a field", remedy: "choose another id", at: indicatorPositions[index])
            }
            let type = indicator.resultType(schema)
            environment.declare(variable: indicator.id, type.expressionType, values: type.values)
            variables.append(.indicator(index))
        }
        for (index, parameter) in parameters.enumerated() {
            if types[parameter.name] != nil {
                diagnostics.error(
                    code: "duplicate-id", "the parameter '\(parameter.name)' has the name of a field", remedy: "choose another name",
                    at: parameterPositions[index])
            }
            environment.declare(constant: parameter.name, parameter.value)
        }
        return (environment, variables)
    }

    /// How a variable is held, in the first event type that has it.
    private func cellType(_ variable: Package.Variable) -> CellType {
        switch variable {
        case .field(let name):
            on.lazy.compactMap { event in schema.events[event].slot(named: name).map { schema.events[event].fields[$0].type } }.first!.cellType
        case .indicator(let index): indicators[index].resultType(schema)
        }
    }

    /// The texts that an enum can be in any of the triggering events; nil for other types, and where one of them has a plain string.
    private func values(of field: String) -> [String]? {
        var all: [String] = []
        for event in on {
            guard let slot = schema.events[event].slot(named: field) else { continue }
            guard let values = schema.events[event].fields[slot].type.values else { return nil }
            for value in values where !all.contains(value) { all.append(value) }
        }
        return all
    }

    private mutating func readRule(_ node: Node, _ environment: Environment, _ variables: [Package.Variable], _ decide: DecisionPolicy) -> Rule? {
        var map = MapReader(node, "a rule", diagnostics)
        let id = map.nonEmptyString("id", .required)
        let title = readText(map.optional("title"), "'title'")
        let kind = map.choice("kind", .required, of: Rule.Kind.self)
        let conditionNode = map.required("when")
        let condition = conditionNode.flatMap { readCondition($0, "'when'", environment) }
        if let condition {
            // Fields of the event have their text beside them, a pseudonym where they are sensitive.
            reportMisuses(condition) { index in
                guard case .indicator(let indicator) = variables[index] else { return false }
                return indicators[indicator].resultType(schema) == .fingerprint
            }
        }
        let scoreNode = map.optional("score")
        let score = scoreNode?.double("'score'", in: 0...DecisionPolicy.scoreMax, diagnostics)
        let dimension = map.string("dimension") ?? ""
        let levelNode = map.optional("level")
        let level = levelNode?.string("'level'", diagnostics)
        let talkingPoint = map.nonEmptyString("talking_point")
        let listNode = map.optional("list")
        map.finish()
        if kind == .score, scoreNode == nil, !map.contains("score") {
            diagnostics.error(code: "missing-key", "a score rule needs its score", remedy: "add 'score: 40'", at: map.position)
        }
        if let levelNode, let level {
            if kind != .hit {
                diagnostics.error(
                    code: "unknown-key", "only a hit rule raises the level by itself", remedy: "remove 'level', or make the kind hit", at: levelNode.position)
            } else if !decide.levels.contains(where: { $0.name == level }) {
                diagnostics.error(
                    code: "unknown-level", "'decide' has no level '\(level)'",
                    remedy: decide.levels.isEmpty ? "add 'levels' to 'decide'" : "known: \(decide.levels.map(\.name).joined(separator: ", "))",
                    at: levelNode.position)
            }
        }
        var listing: Rule.Listing?
        if let listNode {
            if kind != nil && kind != .list {
                diagnostics.error(code: "unknown-key", "only a list rule has 'list'", remedy: "remove it, or make the kind list", at: listNode.position)
            }
            listing = readListing(listNode)
        } else if kind == .list {
            diagnostics.error(
                code: "missing-key", "a list rule needs its list", remedy: "add 'list: {name: grey_ips, subject: ip, ttl: 7d}'", at: map.position)
        }
        guard let id, let kind, let condition else { return nil }
        return Rule(
            id: id, title: title, kind: kind, condition: condition, score: score ?? 0, dimension: dimension, level: level,
            talkingPoint: talkingPoint, listing: listing)
    }

    private mutating func readListing(_ node: Node) -> Rule.Listing? {
        var map = MapReader(node, "'list'", diagnostics)
        let name = map.nonEmptyString("name", .required)
        let subjectNode = map.required("subject")
        let subject = subjectNode?.string("'subject'", diagnostics)
        let ttl = map.duration("ttl", in: 1...Int64.max)
        map.finish()
        if let subject, let subjectNode {
            let fields = on.flatMap { schema.events[$0].fields }
            if fields.contains(where: { $0.name == subject }) {
                if fields.contains(where: { $0.name == subject && $0.type != .string }) {
                    diagnostics.error(
                        code: "type-mismatch", "the subject of a list is a string, and '\(subject)' is not", remedy: "choose a string field",
                        at: subjectNode.position)
                }
            } else {
                diagnostics.error(
                    code: "unknown-field", "the triggering events have no field '\(subject)'",
                    remedy: didYouMean(subject, among: fields.map(\.name)).map { "did you mean '\($0)'?" } ?? "name a string field", at: subjectNode.position)
            }
        }
        guard let name, let subject else { return nil }
        ownLists.append(name)
        return Rule.Listing(list: name, subject: subject, timeToLiveMilliseconds: ttl)
    }

    /// Every list that conditions name must exist.
    private func checkLists(_ rules: [Rule]) {
        guard let lists else { return }
        let known = lists + ownLists
        for rule in rules {
            for (name, position) in rule.condition.namedLists where !known.contains(name) {
                diagnostics.error(
                    code: "unknown-list", "there is no list '\(name)'",
                    remedy: didYouMean(name, among: known).map { "did you mean '\($0)'?" }
                        ?? "declare it under 'lists' in the package or the configuration, or fill it with a list rule",
                    at: position)
            }
        }
    }

    // MARK: Decision

    private func readDecision(_ node: Node?) -> DecisionPolicy {
        var policy = DecisionPolicy()
        guard let node else { return policy }
        var map = MapReader(node, "'decide'", diagnostics)
        policy.combination = map.choice("score", of: DecisionPolicy.Combination.self) ?? .sum
        let levels = map.map("levels")
        let actionsMap = map.map("actions")
        map.finish()
        if let levels, levels.entries.count > PackageLimits.levelsMax {
            diagnostics.error(
                code: "limit-exceeded", "there are at most \(PackageLimits.levelsMax) levels", remedy: "join levels that lead to the same actions",
                at: levels.position)
        }
        for (key, value) in levels?.entries ?? [] {
            guard let threshold = value.double("the level '\(key.text)'", in: 0...DecisionPolicy.scoreMax, diagnostics) else { continue }
            policy.levels.append(DecisionPolicy.Level(name: key.text, threshold: threshold, actions: []))
        }
        policy.levels.sort { $0.threshold < $1.threshold }
        for (key, value) in actionsMap?.entries ?? [] {
            guard let index = policy.levels.firstIndex(where: { $0.name == key.text }) else {
                diagnostics.error(
                    code: "unknown-level", "'levels' has no '\(key.text)'",
                    remedy: didYouMean(key.text, among: policy.levels.map(\.name)).map { "did you mean '\($0)'?" }
                        ?? "add it to 'levels', with the score that reaches it",
                    at: key.position)
                continue
            }
            for actionNode in value.list("the actions of '\(key.text)'", diagnostics) ?? [] {
                var action = MapReader(actionNode, "an action", diagnostics)
                let kind = action.choice("action", .required, of: DecisionPolicy.Action.Kind.self)
                let entity = action.required("on").flatMap { self.entity($0) }
                let duration = action.duration("for", in: 1...Int64.max)
                let restrictionNode = action.optional("restriction")
                let restriction = restrictionNode?.choice("'restriction'", of: DecisionPolicy.Action.Restriction.self, diagnostics)
                let talkingPoint = action.nonEmptyString("talking_point")
                action.finish()
                if kind == .restrict, !action.contains("restriction") {
                    diagnostics.error(
                        code: "missing-key", "'restrict' needs to know what to suggest", remedy: "add for example 'restriction: limited'", at: action.position)
                } else if let kind, kind != .restrict, let restrictionNode {
                    diagnostics.error(
                        code: "unknown-key", "'\(kind.rawValue)' has no restriction", remedy: "remove it, or make the action restrict",
                        at: restrictionNode.position)
                }
                if let kind, let entity {
                    policy.levels[index].actions.append(
                        DecisionPolicy.Action(
                            kind: kind, entity: entity, durationMilliseconds: duration, restriction: restriction, talkingPoint: talkingPoint))
                }
            }
        }
        return policy
    }
}

extension Expr {
    /// Every identifier in the tree, names that a macro binds included.
    fileprivate func collectNames(into names: inout [String]) {
        switch kind {
        case .literal: break
        case .identifier(let name): names.append(name)
        case .select(let operand, _, _): operand.collectNames(into: &names)
        case .call(_, let target, let arguments):
            target?.collectNames(into: &names)
            for argument in arguments { argument.collectNames(into: &names) }
        case .list(let elements): for element in elements { element.collectNames(into: &names) }
        case .map(let entries):
            for (key, value) in entries {
                key.collectNames(into: &names)
                value.collectNames(into: &names)
            }
        case .comprehension(let loop):
            for part in [loop.range, loop.initial, loop.loopCondition, loop.loopStep, loop.result] { part.collectNames(into: &names) }
        }
    }
}
