public import Documents
internal import Events
internal import Journals

extension Package {
    /// What a package looks like, for editors and the formatter.
    public static let shape = Shape.record([
        .required("package", .text, "Its name. Two packages with one name are not loaded together."),
        .required("version", .text, "Any text; it stands in every hit. Put it in quotes."),
        .optional("title", title, "A text, or a map of language tags to texts."),
        .required("on", .oneOrMore(.text), "The event types that trigger the rules: one name, or a list."),
        .optional("priority", .choice(Priority.allCases.map(\.rawValue)), "What to pass over first under overload: deferrable ones. Default: normal."),
        .optional("mode", .choice(Mode.allCases.map(\.rawValue)), "`shadow` evaluates and reports, and acts on nothing. Default: live."),
        .optional("rollout", Rollout.shape, "For which share of the subjects it acts; for the others the revision before it does. Default: for all."),
        .optional("bounds", Bounds.shape, "Rates that it must not leave; where it does, the revision before it comes back."),
        .optional("parameters", .table(parameter), "Named constants for conditions: numbers, texts, booleans, or lists of these."),
        .optional("lists", .list(.text), "Lists that conditions ask, beside those of the configuration and those that list rules fill."),
        .optional("indicators", .list(indicator), "Values over the recorded history of entities."),
        .required("rules", .list(rule), "The rules."),
        .optional("decide", decide, "How hits make a decision."),
    ])

    private static let title = Shape.either([.text, .table(.text)])
    private static let parameter = Shape.either([.bool, Shape(.number(nil)), .text, .list(Shape(.anything))])

    private static let indicator = Shape.record([
        .required("id", .text, "The name by which conditions use it."),
        .optional("title", title, "A text, or a map of language tags to texts."),
        .required("entity", .text, "Whose history it is computed over."),
        .optional(
            "aggregate", Shape(.pattern("^ *(\(AggregateReader.names.joined(separator: "|"))) *(\\(.*\\))? *$")),
            "What to compute: count, distinct(counterparty)."),
        .optional("where", .text, "The condition on recorded events, in CEL."),
        .optional("of", .text, "Of a ratio: the condition on the events among which `where` counts."),
        .optional(
            "window", Shape(.pattern("^ *([0-9]+(ms|s|m|h|d)|today|this_month|all|last +[0-9]+ +events?) *$")),
            "Which events: a length such as 24h, or today, this_month, last 10 events, all."),
        .optional("offset", .duration, "How long before the event the window ends. Default: it ends at the event."),
        .optional("sequence", .list(step), "Steps that recorded events take in this order, the last one by the current event."),
        .optional("within", .duration, "The time that all steps of the sequence take at most."),
    ])

    private static let step = Shape.record([
        .required("where", .text, "The condition on the events of this step, in CEL."),
        .optional("at_least", Shape(.int(1...Int64(SequenceStep.recordsMax))), "How many events the step needs. Default: 1."),
    ])

    private static let rule = Shape.record([
        .required("id", .text, "Its name, which stands in alerts."),
        .optional("title", title, "A text, or a map of language tags to texts."),
        .required("kind", .choice(Rule.Kind.allCases.map(\.rawValue)), "`score` adds points, `hit` raises an alert or a level, `list` writes a list entry."),
        .optional("level", .text, "The level that a hit rule raises, one of those under `decide`."),
        .required("when", .text, "The condition, in CEL over fields, indicators and parameters."),
        .optional("score", Shape(.number(0...DecisionPolicy.scoreMax)), "The points of a score rule."),
        .optional("list", listing, "Where a list rule writes."),
        .optional("dimension", .text, "What the rule looks at, such as device or gang; it stands in the hit."),
        .optional("talking_point", .text, "What the channel may tell the customer."),
    ])

    private static let listing = Shape.record([
        .required("name", .text, "The list."), .required("subject", .text, "The string field whose value becomes the subject."),
        .optional("ttl", .duration, "How long the entry holds. Default: for ever."),
    ])

    private static let decide = Shape.record([
        .optional("score", .choice(DecisionPolicy.Combination.allCases.map(\.rawValue)), "How the scores of hits add up. Default: sum, capped at 100."),
        .optional("levels", .table(Shape(.number(0...DecisionPolicy.scoreMax))), "Levels by name, each with the score that reaches it."),
        .optional("actions", .table(.list(action)), "By level: what is done."),
    ])

    private static let action = Shape.record([
        .required("action", .choice(DecisionPolicy.Action.Kind.allCases.map(\.rawValue)), "What to do."),
        .required("on", .text, "The entity that it is done to."),
        .optional("for", .duration, "How long it holds."),
        .optional("restriction", .choice(DecisionPolicy.Action.Restriction.allCases.map(\.rawValue)), "What `restrict` suggests."),
        .optional("talking_point", .text, "What the channel may tell the customer."),
    ])
}
