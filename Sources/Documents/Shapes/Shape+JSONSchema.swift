extension Shape {
    /// The dialect that YAML language servers know best.
    private static let dialect = "http://json-schema.org/draft-07/schema#"

    /// The shape as a JSON Schema for editors.
    /// - Parameter title: what the documents are.
    public func jsonSchema(title: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("$schema")
        writer.string(Self.dialect)
        writer.key("title")
        writer.string(title)
        writeMembers(&writer)
        writer.endObject()
        return Self.broken(writer.text) + "\n"
    }

    private func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(&writer)
        writer.endObject()
    }

    private func writeMembers(_ writer: inout JSONWriter) {
        func member(_ key: String, _ value: String) {
            writer.key(key)
            writer.string(value)
        }
        if let description { member("description", description) }
        switch kind {
        case .anything: break
        case .nothing: member("type", "null")
        case .text: member("type", "string")
        case .pattern(let expression):
            member("type", "string")
            member("pattern", expression)
        case .choice(let words):
            writer.key("enum")
            writer.beginArray()
            for word in words { writer.string(word) }
            writer.endArray()
        case .bool: member("type", "boolean")
        case .int(let range):
            member("type", "integer")
            if range.lowerBound != .min { writeNumber("minimum", range.lowerBound, &writer) }
            if range.upperBound != .max { writeNumber("maximum", range.upperBound, &writer) }
        case .number(let range):
            member("type", "number")
            if let range {
                writer.key("minimum")
                writer.double(range.lowerBound)
                writer.key("maximum")
                writer.double(range.upperBound)
            }
        case .list(let element, let atLeast):
            member("type", "array")
            if atLeast > 0 { writeNumber("minItems", Int64(atLeast), &writer) }
            writer.key("items")
            element.write(&writer)
        case .record(let properties, let others):
            member("type", "object")
            writer.key("properties")
            writer.beginObject()
            for property in properties {
                writer.key(property.name)
                property.shape.write(&writer)
            }
            writer.endObject()
            let required = properties.filter(\.isRequired)
            if !required.isEmpty {
                writer.key("required")
                writer.beginArray()
                for property in required { writer.string(property.name) }
                writer.endArray()
            }
            writer.key("additionalProperties")
            if let others { others.write(&writer) } else { writer.bool(false) }
        case .table(let value):
            member("type", "object")
            writer.key("additionalProperties")
            value.write(&writer)
        case .either(let shapes):
            writer.key("anyOf")
            writer.beginArray()
            for shape in shapes { shape.write(&writer) }
            writer.endArray()
        }
    }

    private func writeNumber(_ key: String, _ value: Int64, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.int(value)
    }

    /// Lines and indentation, so that a change of the schema is seen as one.
    private static func broken(_ json: String) -> String {
        var text = ""
        var depth = 0
        var isInString = false
        var isEscaped = false
        func line() -> String { "\n" + String(repeating: "  ", count: depth) }
        var previous: Character = " "
        for character in json {
            if isInString {
                text.append(character)
                if !isEscaped && character == "\"" { isInString = false }
                isEscaped = !isEscaped && character == "\\"
                previous = character
                continue
            }
            switch character {
            case "\"":
                isInString = true
                if previous == "{" || previous == "[" { text += line() }
                text.append(character)
            case "{", "[":
                if previous == "[" { text += line() }
                text.append(character)
                depth += 1
            case "}", "]":
                depth -= 1
                if previous != "{" && previous != "[" { text += line() }
                text.append(character)
            case ",": text += "," + line()
            case ":": text += ": "
            default: text.append(character)
            }
            previous = character
        }
        return text
    }
}
