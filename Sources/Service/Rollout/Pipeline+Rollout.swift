internal import Engine
internal import PackageFeed
internal import Rules
internal import Telemetry

/// What becomes of packages whose rates have left their bounds.
extension Pipeline {
    /// After a batch.
    func watchRates() {
        for finding in watch.finish(minimum: shedding.minimum) {
            let breach = finding.breach
            // The other revision is at hand: nothing needs to be compiled, and the next event meets it.
            let withdraws = finding.hasPrevious || intake == nil && finding.otherwise == .shadow
            if withdraws { engine.withdraw(package: finding.package) }
            // The feed knows what there is to return to, remembers it, and says so.
            if let intake {
                intake.report(breach)
                continue
            }
            log.error(
                "package-out-of-bounds",
                "\(breach.package) \(breach.version): \(breach.message); \(withdraws ? "it acts on nothing any more" : "it runs on")",
                ["package": .string(breach.package), "version": .string(breach.version), "url": "none"])
        }
    }
}
