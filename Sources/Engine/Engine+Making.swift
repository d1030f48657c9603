public import Documents
public import Events
public import Expressions
public import Journals
public import Rules

extension Engine {
    /// An engine over embedded journals.
    /// - Throws: where the schema's time zone is unknown, or the packages ask for too much.
    public convenience init(
        schema: Schema, packages: [Package], lists: Lists = Lists(), timeZones: any TimeZoneProvider, journalLimits: JournalStore.Limits = .init(),
        limits: Limits = .init()
    ) throws(Diagnostics) {
        guard let zone = timeZones.rules(named: schema.timeZone) else {
            throw Diagnostics([
                Diagnostic(code: "unknown-time-zone", "there is no time zone '\(schema.timeZone)'", remedy: "use an IANA name such as Asia/Shanghai")
            ])
        }
        let rules = RuleSet(schema: schema, packages: packages, timeZones: timeZones)
        do {
            try self.init(
                schema: schema, rules: rules, lists: lists, calendar: Calendar(rules: zone), journalLimits: journalLimits, limits: limits)
        } catch {
            throw Diagnostics([
                Diagnostic(
                    code: "limit-exceeded", "indicator '\(error.indicator)': \(error.message)",
                    remedy: "share conditions between indicators, or split the entity")
            ])
        }
    }
}
