internal import CommandLineTable
internal import Documents

/// `vane schema`: what editors know about Vane's documents.
enum SchemaVerb {
    static let verb = Verb(
        "schema", summary: "print the JSON Schema of a kind of document, for editors",
        details: ["A YAML language server that is pointed at it completes keys, explains them and underlines mistakes. The same files stand in docs/schemas."],
        arguments: [Argument("KIND", help: "which kind of document", choices: DocumentKind.allCases.map(\.rawValue), completion: .nothing)],
        examples: [Example("vane schema package > package.schema.json", "the schema of packages")])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        guard let kind = arguments.arguments.first.flatMap(DocumentKind.init(rawValue:)) else { preconditionFailure("the table checks the choices") }
        Terminal.write(kind.shape.jsonSchema(title: kind.title))
        return Exit.fine
    }
}
