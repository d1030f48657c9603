public import Documents

extension Schema {
    /// What a schema looks like, for editors and the formatter.
    public static let shape = Shape.record([
        .optional("timezone", .text, "The IANA time zone that `today` and `this_month` follow, such as Asia/Shanghai. Default: UTC."),
        .required("events", .table(event), "The event types by name."),
        .optional("entities", .table(entity), "Whose behaviour is watched, by name."),
    ])

    private static let event = Shape.record([
        .required("topic", .text, "The Kafka topic that carries events of this type and no other."),
        .required("id", .text, "The JSON key of the event's id."),
        .required("time", .text, "The JSON key of the event time: RFC 3339 with a zone, or epoch milliseconds."),
        .required("fields", .table(field), "The fields by name. A field without `optional: true` must be there."),
        .optional("derived", .table(derived), "Fields that an expression computes from the others, by name."),
    ])

    private static let field = Shape.record([
        .required("type", .choice(["string", "bool", "int", "double", "decimal", "enum", "timestamp"]), "What the field holds."),
        .optional("scale", Shape(.int(0...Int64(FieldLimits.decimalScaleMax))), "How many decimals a decimal has: 2 for cents. Decimals only."),
        .optional("values", .list(.text, atLeast: 1), "The texts that an enum can be. Enums only."),
        .optional("optional", .bool, "Whether an event may lack the field. Default: false."),
        .optional("sensitive", .bool, "Whether the text is replaced by a keyed hash as soon as the event is read. Strings only. Default: false."),
    ])

    private static let derived = Shape.record([
        .required("expr", .text, "A CEL expression over the fields, which sees clear values."),
        .optional("sensitive", .bool, "Whether the result is replaced by a keyed hash. Strings only. Default: false."),
    ])

    private static let entity = Shape.record([
        .required("key", .oneOrMore(.text), "The field that identifies the entity, or a list of fields that do so together."),
        .required("history", .duration, "How far back windows can reach, such as 30d."),
        .optional("retention", .duration, "After this time without an event the entity is forgotten. Default: the history."),
        .optional("record", .list(.text), "The fields that are kept of each event. Indicators can use these only."),
    ])
}
