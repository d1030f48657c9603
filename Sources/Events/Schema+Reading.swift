public import Documents
internal import Expressions

extension Schema {
    /// Reads a schema from its document.
    /// - Parameter warnings: receives what is doubtful but not wrong.
    /// - Throws: everything that is wrong with it.
    public static func read(_ root: Node, warnings: DiagnosticList = DiagnosticList()) throws(Diagnostics) -> Schema {
        let diagnostics = DiagnosticList()
        var reader = SchemaReader(diagnostics: diagnostics)
        let schema = reader.read(root)
        try diagnostics.throwIfErrors()
        warnings.add(contentsOf: diagnostics.sorted)
        return schema
    }

    public static func read(_ bytes: [UInt8], file: String, warnings: DiagnosticList = DiagnosticList()) throws(Diagnostics) -> Schema {
        try read(parseYAML(bytes, file: file), warnings: warnings)
    }
}

private struct SchemaReader {
    let diagnostics: DiagnosticList
    /// Fields that are declared but could not be read, which is reported; what refers to them is not reported again.
    private var unreadable: Set<String> = []
    /// An event type's fields could not be read at all, so that no name is known to be unknown.
    private var hasUnreadableFields = false
    var schema = Schema(timeZone: "UTC", events: [], entities: [])

    init(diagnostics: DiagnosticList) { self.diagnostics = diagnostics }

    mutating func read(_ root: Node) -> Schema {
        var map = MapReader(root, "the schema", diagnostics)
        schema.timeZone = map.nonEmptyString("timezone") ?? "UTC"
        if let events = map.map("events", .required) {
            if events.isMap && events.entries.isEmpty {
                diagnostics.error(code: "missing-key", "the schema has no events", remedy: "describe at least one event type", at: events.position)
            }
            if events.entries.count > SchemaLimits.eventTypesMax {
                diagnostics.error(
                    code: "limit-exceeded", "the schema has more than \(SchemaLimits.eventTypesMax) event types", remedy: "split it", at: events.position)
            }
            for (key, node) in events.entries.prefix(SchemaLimits.eventTypesMax) { readEvent(key, node) }
        }
        if let entities = map.map("entities") {
            if entities.entries.count > SchemaLimits.entityTypesMax {
                diagnostics.error(
                    code: "limit-exceeded", "the schema has more than \(SchemaLimits.entityTypesMax) entities", remedy: "split it", at: entities.position)
            }
            for (key, node) in entities.entries.prefix(SchemaLimits.entityTypesMax) { readEntity(key, node) }
        }
        map.finish()
        return schema
    }

    // MARK: Events

    private mutating func readEvent(_ key: Node.Key, _ node: Node) {
        checkName(key, "event type")
        var map = MapReader(node, "event type '\(key.text)'", diagnostics)
        let topicNode = map.optional("topic")
        let topic = map.nonEmptyString("topic", .required) ?? ""
        if let topicNode, !topic.isEmpty, let other = schema.events.first(where: { $0.topic == topic }) {
            diagnostics.error(
                code: "duplicate-topic", "event type '\(other.name)' has the topic '\(topic)' already", remedy: "give each event type a topic of its own",
                at: topicNode.position)
        }
        let idNode = map.optional("id")
        let idKey = map.nonEmptyString("id", .required) ?? "id"
        let timeKey = map.nonEmptyString("time", .required) ?? "time"
        var fields = [
            Field(name: EventType.reservedNames[EventType.idSlot], type: .string),
            Field(name: EventType.reservedNames[EventType.timeSlot], type: .timestamp),
            Field(name: EventType.reservedNames[EventType.typeSlot], type: .string),
        ]
        let fieldsMap = map.map("fields", .required)
        if !(fieldsMap?.isMap ?? false) { hasUnreadableFields = true }
        for (name, fieldNode) in fieldsMap?.entries ?? [] {
            checkFieldName(name, fields)
            if let field = readField(name, fieldNode) { fields.append(field) } else { unreadable.insert(name.text) }
        }
        if let idNode, fields.contains(where: { $0.name == idKey && $0.sensitive }) {
            diagnostics.error(
                code: "sensitive-id", "the id is the sensitive field '\(idKey)', and ids stand in outputs in clear",
                remedy: "take another key for 'id', or remove 'sensitive'", at: idNode.position)
        }
        if let derived = map.map("derived") { readDerived(derived, &fields) }
        if fields.count > SchemaLimits.fieldsMax {
            diagnostics.error(
                code: "limit-exceeded", "event type '\(key.text)' has more than \(SchemaLimits.fieldsMax) fields", remedy: "leave out what no rule needs",
                at: key.position)
        }
        map.finish()
        schema.events.append(EventType(name: key.text, topic: topic, idKey: idKey, timeKey: timeKey, fields: fields))
    }

    private func checkName(_ key: Node.Key, _ what: String) {
        if !isIdentifier(key.text) {
            diagnostics.error(
                code: "bad-name", "'\(key.text)' is no name for \(what == "event type" ? "an" : "a") \(what)",
                remedy: "use letters, digits and underscores, and start with a letter", at: key.position)
        }
    }

    private func checkFieldName(_ key: Node.Key, _ fields: [Field]) {
        checkName(key, "field")
        if EventType.reservedNames.contains(key.text) {
            diagnostics.error(
                code: "reserved-name", "every event has '\(key.text)' already", remedy: "leave it out of the fields; 'id' and 'time' say where it comes from",
                at: key.position)
        } else if Self.reservedWords.contains(key.text) {
            diagnostics.error(
                code: "reserved-name", "'\(key.text)' is a word of the expression language", remedy: "choose a name that conditions can use", at: key.position)
        } else if fields.contains(where: { $0.name == key.text }) {
            diagnostics.error(code: "duplicate-field", "there is a field '\(key.text)' already", remedy: "choose another name", at: key.position)
        }
    }

    /// Words that no expression can use as a name. Source: CEL specification, "Syntax".
    private static let reservedWords: Set<String> = [
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "namespace", "null", "package",
        "return", "true", "var", "void", "while",
    ]

    private func readField(_ key: Node.Key, _ node: Node) -> Field? {
        var map = MapReader(node, "field '\(key.text)'", diagnostics)
        let typeName = map.choice("type", .required, among: ["string", "bool", "int", "double", "decimal", "enum", "timestamp"])
        let scaleNode = map.optional("scale")
        let valuesNode = map.optional("values")
        let optional = map.bool("optional") ?? false
        let sensitiveNode = map.optional("sensitive")
        let sensitive = sensitiveNode?.bool("'sensitive'", diagnostics) ?? false
        map.finish()
        if let scaleNode, typeName != nil, typeName != "decimal" {
            diagnostics.error(code: "unknown-key", "only decimals have a scale", remedy: "remove 'scale', or make the type decimal", at: scaleNode.position)
        }
        if let valuesNode, typeName != nil, typeName != "enum" {
            diagnostics.error(code: "unknown-key", "only enums have values", remedy: "remove 'values', or make the type enum", at: valuesNode.position)
        }
        if sensitive, typeName != nil, typeName != "string" {
            diagnostics.error(
                code: "bad-value", "only a string can be sensitive", remedy: "make the type string, or remove 'sensitive'", at: sensitiveNode?.position)
        }
        let type: FieldType
        switch typeName {
        case "string": type = .string
        case "bool": type = .bool
        case "int": type = .int
        case "double": type = .double
        case "timestamp": type = .timestamp
        case "decimal":
            guard let scaleNode else {
                diagnostics.error(code: "missing-key", "a decimal needs its scale", remedy: "add 'scale: 2' for cents", at: map.position)
                return nil
            }
            guard let scale = scaleNode.int("'scale'", in: 0...Int64(FieldLimits.decimalScaleMax), diagnostics) else { return nil }
            type = .decimal(scale: Int(scale))
        case "enum":
            guard let values = readValues(valuesNode, map.position) else { return nil }
            type = .enumeration(values)
        default: return nil
        }
        return Field(name: key.text, type: type, optional: optional, sensitive: sensitive)
    }

    private func readValues(_ node: Node?, _ position: Position) -> [String]? {
        guard let node else {
            diagnostics.error(code: "missing-key", "an enum needs its values", remedy: "add 'values: [a, b]'", at: position)
            return nil
        }
        guard let list = node.list("'values'", diagnostics) else { return nil }
        var values: [String] = []
        for element in list {
            guard let value = element.string("an element of 'values'", diagnostics) else { continue }
            if values.contains(value) {
                diagnostics.error(code: "duplicate-value", "the value '\(value)' stands twice", remedy: "keep one of the two", at: element.position)
            }
            values.append(value)
        }
        if values.isEmpty || values.count > FieldLimits.enumerationValuesMax {
            diagnostics.error(
                code: "bad-value", "an enum has 1 to \(FieldLimits.enumerationValuesMax) values", remedy: "use a string for anything longer", at: node.position)
            return nil
        }
        return values
    }

    /// Derived fields may use each other, in any order but in a circle.
    private mutating func readDerived(_ derived: MapReader, _ fields: inout [Field]) {
        struct Pending {
            var key: Node.Key
            var expression: Node
            var sensitive: Bool
            var uses: [String]
        }
        var pending: [Pending] = []
        var known = fields
        for (key, node) in derived.entries {
            checkFieldName(key, known)
            var map = MapReader(node, "derived field '\(key.text)'", diagnostics)
            let expression = map.required("expr")
            let sensitive = map.bool("sensitive") ?? false
            map.finish()
            known.append(Field(name: key.text, type: .string))
            guard let expression, case .string(let text) = expression.content else {
                _ = expression?.string("'expr'", diagnostics)
                unreadable.insert(key.text)
                continue
            }
            // What does not parse is reported where it is checked.
            let uses = (try? parse(Source(text)))?.freeNames ?? []
            pending.append(Pending(key: key, expression: expression, sensitive: sensitive, uses: uses))
        }
        while !pending.isEmpty {
            let waiting = pending.map(\.key.text)
            guard let ready = pending.firstIndex(where: { item in !item.uses.contains { waiting.contains($0) } }) else {
                for item in pending {
                    var reached: [String] = []
                    var next = item.uses
                    while let name = next.popLast() {
                        guard !reached.contains(name), let other = pending.first(where: { $0.key.text == name }) else { continue }
                        reached.append(name)
                        next += other.uses
                    }
                    // The others only need something of a circle.
                    guard reached.contains(item.key.text) else { continue }
                    let through = item.uses.filter { waiting.contains($0) }.joined(separator: ", ")
                    diagnostics.error(
                        code: "circular-derivation", "derived field '\(item.key.text)' depends on itself through \(through)",
                        remedy: "write one of them without the others", at: item.expression.position)
                }
                unreadable.formUnion(waiting)
                return
            }
            let item = pending.remove(at: ready)
            if item.uses.contains(where: { unreadable.contains($0) }) || (hasUnreadableFields && fields.count == EventType.reservedNames.count) {
                unreadable.insert(item.key.text)
                continue
            }
            // Derived fields see clear values: they are computed before the hashing.
            var environment = Environment()
            for field in fields { environment.declare(variable: field.name, field.type.expressionType, values: field.type.values) }
            guard let checked = CheckedExpression.read(item.expression, "the expression of '\(item.key.text)'", environment, expected: nil, diagnostics) else {
                unreadable.insert(item.key.text)
                continue
            }
            let type: FieldType
            switch checked.type {
            case .string: type = .string
            case .bool: type = .bool
            case .int: type = .int
            case .double: type = .double
            case .timestamp: type = .timestamp
            default:
                diagnostics.error(
                    code: "wrong-type", "a derived field cannot be of type \(checked.type)", remedy: "convert it to string, bool, int, double or timestamp",
                    at: item.expression.position)
                unreadable.insert(item.key.text)
                continue
            }
            if item.sensitive && type != .string {
                diagnostics.error(code: "bad-value", "only a string can be sensitive", remedy: "remove 'sensitive'", at: item.key.position)
            }
            if !item.sensitive, let source = fields.first(where: { $0.sensitive && item.uses.contains($0.name) }), type == .string {
                diagnostics.warning(
                    code: "clear-derivation", "'\(item.key.text)' is derived from the sensitive field '\(source.name)' and stays in clear",
                    remedy: "add 'sensitive: true', unless it says nothing about a person", at: item.key.position)
            }
            fields.append(
                Field(
                    name: item.key.text, type: type, optional: true, sensitive: item.sensitive,
                    derivation: Derivation(expression: checked, slots: Array(fields.indices))))
        }
    }

    // MARK: Entities

    private mutating func readEntity(_ key: Node.Key, _ node: Node) {
        checkName(key, "entity")
        var map = MapReader(node, "entity '\(key.text)'", diagnostics)
        let keyNode = map.required("key")
        let keyNodes: [Node]
        if let keyNode, case .list(let elements) = keyNode.content { keyNodes = elements } else { keyNodes = keyNode.map { [$0] } ?? [] }
        let history = map.duration("history", .required, in: 1...SchemaLimits.historyMillisecondsMax)
        let retentionNode = map.optional("retention")
        let retention = retentionNode?.duration("'retention'", in: 1...SchemaLimits.historyMillisecondsMax, diagnostics)
        let recordNodes = map.list("record") ?? []
        map.finish()
        if let keyNode, keyNodes.isEmpty || keyNodes.count > SchemaLimits.keyFieldsMax {
            diagnostics.error(
                code: "bad-value", "a key has 1 to \(SchemaLimits.keyFieldsMax) fields", remedy: "name the fields that identify the entity",
                at: keyNode.position)
        }
        if let history, let retention, retention < history {
            diagnostics.error(
                code: "bad-value", "the retention is shorter than the history", remedy: "make it at least as long", at: retentionNode?.position)
        }
        var keyNames: [String] = []
        for node in keyNodes {
            guard let name = fieldName(node, "a key field") else { continue }
            if keyNames.contains(name) {
                diagnostics.error(code: "duplicate-field", "the key has '\(name)' already", remedy: "name it once", at: node.position)
                continue
            }
            keyNames.append(name)
        }
        var record: [RecordedField] = []
        for node in recordNodes {
            guard let name = fieldName(node, "a recorded field") else { continue }
            if record.contains(where: { $0.name == name }) {
                diagnostics.error(code: "duplicate-field", "'\(name)' is recorded already", remedy: "name it once", at: node.position)
                continue
            }
            if EventType.reservedNames.contains(name) {
                diagnostics.error(code: "reserved-name", "'\(name)' is recorded always", remedy: "leave it out", at: node.position)
                continue
            }
            // Only event types that have the key take part.
            let types = schema.events.filter { event in keyNames.allSatisfy { event.slot(named: $0) != nil } }
            let found = types.compactMap { event in event.slot(named: name).map { event.fields[$0].type } }
            guard let type = found.first else {
                if unreadable.contains(name) || hasUnreadableFields { continue }
                diagnostics.error(
                    code: "unknown-field", "no event type that has the key of '\(key.text)' has a field '\(name)'",
                    remedy: "record fields of events that take part",
                    at: node.position)
                continue
            }
            if found.contains(where: { $0 != type }) {
                diagnostics.error(
                    code: "type-mismatch", "'\(name)' has different types in the event types of '\(key.text)'",
                    remedy: "give it one type, or record it under another name",
                    at: node.position)
                continue
            }
            record.append(RecordedField(name: name, type: type))
        }
        if record.count > SchemaLimits.recordedFieldsMax {
            diagnostics.error(
                code: "limit-exceeded", "'\(key.text)' records more than \(SchemaLimits.recordedFieldsMax) fields", remedy: "record what windows need only",
                at: map.position)
            return
        }
        let participations: [Participation?] = schema.events.map { event in
            let keySlots = keyNames.compactMap { event.slot(named: $0) }
            guard keySlots.count == keyNames.count, !keySlots.isEmpty else { return nil }
            return Participation(keySlots: keySlots, recordSlots: record.map { event.slot(named: $0.name) ?? -1 })
        }
        if !keyNames.isEmpty && !participations.contains(where: { $0 != nil }) && !diagnostics.hasErrors {
            diagnostics.error(
                code: "unknown-field", "no event type has all key fields of '\(key.text)'", remedy: "name fields that one event type has together",
                at: map.position)
        }
        schema.entities.append(
            EntityType(
                name: key.text, key: keyNames, historyMilliseconds: history ?? 1, retentionMilliseconds: retention ?? history ?? 1, record: record,
                participations: participations))
    }

    private func fieldName(_ node: Node, _ what: String) -> String? {
        guard let name = node.string(what, diagnostics) else { return nil }
        if schema.events.contains(where: { $0.slot(named: name) != nil }) { return name }
        if unreadable.contains(name) || hasUnreadableFields { return nil }
        let all = schema.events.flatMap { $0.fields.map(\.name) }
        diagnostics.error(
            code: "unknown-field", "no event type has a field '\(name)'",
            remedy: didYouMean(name, among: all).map { "did you mean '\($0)'?" } ?? "declare it in the fields of an event type",
            at: node.position)
        return nil
    }
}

/// A letter or underscore, then letters, digits and underscores.
func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }
}
