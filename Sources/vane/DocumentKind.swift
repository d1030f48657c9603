internal import Documents
internal import Events
internal import RuleTesting
internal import Rules
internal import Service

/// The kinds of documents that people write.
enum DocumentKind: String, CaseIterable {
    case schema, package, tests, config

    /// What a document is by its keys; nil for anything else.
    init?(_ root: Node) {
        if root["tests"] != nil {
            self = .tests
        } else if root["package"] != nil || root["rules"] != nil {
            self = .package
        } else if root["schema"] != nil || root["kafka"] != nil {
            self = .config
        } else if root["events"] != nil {
            self = .schema
        } else {
            return nil
        }
    }

    var shape: Shape {
        switch self {
        case .schema: Schema.shape
        case .package: Package.shape
        case .tests: TestFile.shape
        case .config: Configuration.shape
        }
    }

    var title: String {
        switch self {
        case .schema: "A schema of Vane: events and entities"
        case .package: "A package of Vane: indicators and rules"
        case .tests: "Tests of a package of Vane"
        case .config: "The configuration of Vane"
        }
    }
}
