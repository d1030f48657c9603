internal import Engine
internal import Events
internal import JournalSharing
internal import Journals
internal import KafkaIO
internal import PackageFeed
internal import Rules
internal import Telemetry

/// How packages, lists and schemas that come while events flow are taken over.
extension Pipeline {
    /// Journals that are brought over to new indicators between two batches: a few microseconds' work each.
    private static let journalsBroughtOver = 256

    /// Between two batches: new packages, lists and schemas.
    func takePackages() throws(KafkaError) {
        guard let intake else { return }
        // Journals are brought over to new indicators little by little, and one change after the other.
        if engine.store.bringOver(limit: Self.journalsBroughtOver), let update = intake.update {
            if let extended = update.extended, let compiled = update.compiled {
                waitsForRest = !isAtRest
                if !waitsForRest {
                    let before = engine
                    try extend(to: extended, compiled)
                    finish(update, replacing: before)
                } else if sharing?.obstacle != nil {
                    // Events do not wait for it: it is taken when Redis is back.
                    waitsForRest = false
                }
            } else {
                let before = engine.rules
                if let compiled = update.compiled { engine.setRules(compiled.rules, plan: compiled.plan) }
                finish(update, replacing: update.compiled == nil ? nil : before)
            }
        }
        intake.turn()
        if !intake.holdsBack { waitsForPackages = false }
    }

    private func finish(_ update: Update, replacing replaced: AnyObject?) {
        for package in watch.withdrawn(among: engine.rules) { engine.withdraw(package: package) }
        for (name, contents) in update.lists { engine.lists.setContents(list: engine.lists.declare(name), contents) }
        intake?.took(replacing: replaced)
    }

    private var isAtRest: Bool { underWay.isEmpty && sharing?.journals.comeToRest() ?? true }

    /// Goes on with a schema that adds to the one before.
    private func extend(to extended: ExtendedSchema, _ compiled: Assembly.Compiled) throws(KafkaError) {
        let before = engine.schema
        let schema = extended.schema
        engine = Engine(schema: schema, rules: compiled.rules, plan: compiled.plan, succeeding: engine, keepsJournals: sharing == nil)
        decoder = extended.decoder
        sharing?.succeed(engine.store)
        coverage.succeed(engine.store, sharing?.journals)
        emission.succeed(engine)
        for batch in spare { batch.setSchema(schema) }
        let added = schema.events.dropFirst(before.events.count).map(\.name)
        if !added.isEmpty { try subscribeAnew() }
        log.info(
            "schema-extended", "the schema goes on with what its URL adds" + (added.isEmpty ? "" : ": event types \(added.joined(separator: ", "))"))
    }
}
