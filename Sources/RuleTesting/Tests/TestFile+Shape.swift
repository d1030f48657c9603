public import Documents
internal import Events
internal import Rules

extension TestFile {
    /// What a file of tests looks like, for editors and the formatter.
    public static let shape = Shape.record([
        .optional("package", .text, "The package that the tests are about, as seen from this file. Default: the one beside or above it."),
        .optional("defaults", .table(fields), "By event type: fields that each event has unless it says otherwise."),
        .required("tests", .list(test), "The tests."),
    ])

    private static let fields = Shape.either([.table(Shape(.anything)), Shape(.nothing)])

    private static let test = Shape.record([
        .required("name", .text, "What the test shows."),
        .optional("start", .text, "When the stream starts, in RFC 3339. Default: Monday, 2 March 2026, 10:00 in Shanghai."),
        .optional("lists", .table(.list(listed)), "By list: what it holds."),
        .required("events", .list(event, atLeast: 1), "The stream of events."),
        .optional("expect", .either([expectation, .list(expectation)]), "What holds after the last event, or a list of expectations, each with its `event`."),
        .optional("alerts", .choice(["none"]), "No event of the stream may raise an alert."),
    ])

    private static let listed = Shape.record([
        .required("subject", .text, "Who is listed; sensitive ones in clear."),
        .optional("attributes", .table(.text), "What is known about the subject."),
        .optional("expires_at", .text, "When the entry ends, in RFC 3339."),
    ])

    private static let event = Shape.record(
        [
            .optional("at", .text, "Time since the start, such as 2h, or an RFC 3339 time."),
            .optional("after", .duration, "Time since the event before. Default: 1s."),
            .optional("id", .text, "The event's id; {n} counts through a series."),
            .optional("times", Shape(.int(1...Int64(TestLimits.eventsMax))), "Makes a series of so many events. Default: 1."),
            .optional("every", .duration, "The time from one event of a series to the next. Default: 1s."),
        ], others: fields.described("The fields of an event of this type."))

    private static let expectation = Shape.record([
        .optional("event", .either([.text, Shape(.int(1...Int64.max))]), "Which event it is about: an id, or a number from 1. Default: the last."),
        .optional("hit", .oneOrMore(.text), "Rules that hit, perhaps among others."),
        .optional("no_hit", .oneOrMore(.text), "Rules that do not hit."),
        .optional("hits", .oneOrMore(.text), "Exactly the rules that hit."),
        .optional("level", .text, "The decision's level; none without an alert, green for an alert below all levels."),
        .optional("score", Shape(.number(0...DecisionPolicy.scoreMax)), "The decision's score."),
        .optional("actions", .either([kind, .list(.either([kind, action]))]), "Exactly the actions, in any order."),
        .optional("indicators", .table(Shape(.anything)), "By indicator: its value; null for one that does not exist."),
    ])

    private static let kind = Shape.choice(DecisionPolicy.Action.Kind.allCases.map(\.rawValue))

    private static let action = Shape.record([
        .required("action", kind, "What is done."), .optional("on", .text, "The entity that it is done to."), .optional("for", .duration, "How long it holds."),
    ])
}
