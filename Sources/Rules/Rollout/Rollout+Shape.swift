public import Documents

extension Shape {
    /// A part of a whole, as `Node.share` reads it.
    static let share = Shape.either([Shape(.number(0...1)), Shape(.pattern("^[0-9]+([.][0-9]+)?%$"))])
}

extension Rollout {
    /// What a rollout looks like, for editors and the formatter.
    public static let shape = Shape.record([.required("share", .share, "The part of all subjects, such as 10% or 0.1.")])
}

extension Bounds {
    static let shape = Shape.record([
        .optional(
            "alert_rate",
            .either([
                .share,
                .record([.optional("min", .share, "The least share of events that must raise an alert."), .optional("max", .share, "The greatest one.")]),
            ]), "The greatest share of events on which it may alert, or a range."),
        .optional("error_rate", .share, "The greatest share of events of which a condition may not be decided."),
        .optional("over", Shape(.int(eventsMin...eventsMax)), "The latest events over which rates are taken. Default: 10,000."),
        .optional(
            "otherwise", .choice(Otherwise.allCases.map(\.rawValue)), "What happens where there is no revision to return to. Default: shadow."),
    ])
}
