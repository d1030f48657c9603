public import Documents
internal import Engine
public import Events
public import Expressions
internal import Journals
public import Rules

/// A package that tests run against, compiled once for all of them.
public final class PackageUnderTest {
    public let schema: Schema
    /// Always live: what is tested is what the rules do, not where they are rolled out.
    public let package: Package
    public let decoder: Decoder
    let pseudonymiser: Pseudonymiser?
    private let zone: TimeZoneRules
    private let rules: RuleSet
    /// The lists that the rules ask for or fill, in the order in which the rules know them.
    public var listNames: [String] { rules.listNames }

    /// - Throws: where the schema's time zone is unknown.
    public init(_ package: Package, schema: Schema, timeZones: any TimeZoneProvider, pseudonymiser: Pseudonymiser?) throws(Diagnostics) {
        guard let zone = timeZones.rules(named: schema.timeZone) else {
            throw Diagnostics([
                Diagnostic(code: "unknown-time-zone", "there is no time zone '\(schema.timeZone)'", remedy: "use an IANA name such as Asia/Shanghai")
            ])
        }
        var package = package
        package.mode = .live
        package.rollout = nil
        self.package = package
        self.schema = schema
        self.zone = zone
        self.pseudonymiser = pseudonymiser
        decoder = Decoder(schema: schema, pseudonymiser: pseudonymiser, timeZones: timeZones)
        rules = RuleSet(schema: schema, packages: [package], timeZones: timeZones)
    }

    /// An engine that has seen nothing yet, with empty lists.
    /// - Throws: where the package asks for too much.
    func makeEngine() throws(Diagnostics) -> Engine {
        do {
            return try Engine(schema: schema, rules: rules, lists: Lists(), calendar: Calendar(rules: zone))
        } catch {
            throw Diagnostics([
                Diagnostic(
                    code: "limit-exceeded", "indicator '\(error.indicator)' of package '\(package.name)': \(error.message)",
                    remedy: "share conditions between indicators, or split the entity")
            ])
        }
    }
}
