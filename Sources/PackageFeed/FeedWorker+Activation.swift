public import Documents
internal import Events
public import Rules
internal import Telemetry

/// Reads the entries of a list; `file` is its name in messages and tells the format by its end.
public typealias ListReader = @Sendable (_ bytes: [UInt8], _ file: String, _ list: String) throws(Diagnostics) -> ListContents

extension FeedWorker {
    /// Everything of an activation that can fail; changes nothing but what is new in `members[index]` on success.
    func prepare(_ index: Int, _ arrival: Member.Arrival) throws(Diagnostics) -> Update {
        let url = members[index].status.url
        switch members[index].subscription.content {
        case .package(let mode):
            let package = try assembly.read(.init(bytes: arrival.document.content, file: url, mode: mode, rollout: members[index].subscription.rollout))
            try checkName(index, arrival.document, package.name)
            var next = members[index]
            next.previous = next.revision(before: package)
            next.content = .package(package)
            let compiled = try compile(with: next, at: index)
            members[index] = next
            return Update(extended: nil, compiled: compiled, lists: [])
        case .list(let name):
            try checkName(index, arrival.document, name)
            let contents = try readList(arrival.document.content, url, name)
            members[index].content = .list(contents)
            return Update(extended: nil, compiled: nil, lists: [(name, contents)])
        case .schema:
            try checkName(index, arrival.document, "schema")
            return try prepareSchema(index, arrival)
        }
    }

    /// A schema that adds to the one that runs: all packages are read again, for what they mean must not change.
    private func prepareSchema(_ index: Int, _ arrival: Member.Arrival) throws(Diagnostics) -> Update {
        var next = assembly
        next.schema = try assembly.schema.extended(by: Schema.read(arrival.document.content, file: members[index].status.url))
        guard next.schema.adds(to: assembly.schema) else {
            members[index].content = .schema
            return Update(extended: nil, compiled: nil, lists: [])
        }
        let decoder = try next.makeDecoder(next.schema)
        let nextFixed = try next.readFixed()
        var packages: [Package?] = []
        for member in members {
            guard case .package(let mode) = member.subscription.content, let active = member.active else {
                packages.append(nil)
                continue
            }
            packages.append(try next.read(.init(bytes: active.document.content, file: member.status.url, mode: mode, rollout: member.subscription.rollout)))
        }
        let previous = try rereadPrevious(next)
        let compiled = try next.compile(
            fixed: nextFixed, subscribed: packages, previous: members.indices.map { members[$0].companion == nil ? nil : previous[$0] })
        assembly = next
        fixed = nextFixed
        for (other, package) in packages.enumerated() { if let package { members[other].content = .package(package) } }
        for (other, package) in previous.enumerated() { if let package { members[other].previous?.package = package } }
        members[index].content = .schema
        return Update(extended: ExtendedSchema(schema: next.schema, decoder: decoder), compiled: compiled, lists: [])
    }

    /// A signature says whose document it is, not where it belongs: one package's must not pass for another's.
    private func checkName(_ index: Int, _ document: SignedDocument, _ name: String) throws(Diagnostics) {
        func refuse(_ message: String, _ remedy: String) -> Diagnostics { Diagnostics([Diagnostic(code: "wrong-name", message, remedy: remedy)]) }
        if let release = document.release, release.name != name {
            throw refuse("the release is one of '\(release.name)', and the document one of '\(name)'", "build and sign it anew")
        }
        if !members[index].subscription.publicKeys.isEmpty, let last = members[index].accepted?.release.name, last != name {
            throw refuse("'\(last)' ran from here, and now the document is one of '\(name)'", "subscribe to another package under another URL")
        }
    }

    /// Notes what runs now.
    func putInForce(_ index: Int, _ arrival: Member.Arrival) {
        let now = environment.nowMilliseconds()
        members[index].active = arrival
        members[index].activeDigest = Digest.sha256(arrival.bytes)
        members[index].rejected = nil
        members[index].documentProblem = nil
        if let release = arrival.document.release {
            members[index].accepted = Admission.Accepted(release: release, digest: Digest.sha256(arrival.document.signedBytes))
        }
        members[index].status.phase = .active
        members[index].status.isRestored = false
        members[index].status.activatedMilliseconds = now
        members[index].status.confirmedMilliseconds = now
        members[index].status.revision = arrival.document.release?.revision
        members[index].status.expiresMilliseconds = arrival.document.release?.expiresMilliseconds
        members[index].status.keyID = arrival.keyID
        members[index].metrics.activeRevision.set(arrival.document.release?.revision ?? 0)
        switch members[index].content {
        case .package(let package):
            members[index].status.name = package.name
            members[index].status.version = package.version
            members[index].status.size = package.rules.count
            members[index].status.isAwaited = package.priority == .critical
            showRollout(index)
        case .list(let contents):
            if case .list(let name) = members[index].subscription.content { members[index].status.name = name }
            members[index].status.size = contents.entries.count
        case .schema:
            members[index].status.name = "schema"
            members[index].status.size = assembly.schema.events.count
        case nil: break
        }
    }

    // MARK: Restart

    /// Puts the last good documents in force. Signatures are asked for as the keys are now; expired documents run on, as they would have without a restart.
    /// - Returns: what can run before any server has answered.
    func restore() throws(Diagnostics) -> Update {
        var lists: [(name: String, contents: ListContents)] = []
        // A schema first: packages may need what it adds.
        let order = members.indices.sorted { members[$0].subscription.content == .schema && members[$1].subscription.content != .schema }
        for index in order {
            restoreTakenBack(index)
            guard let (entry, arrival) = kept(index) else { continue }
            do {
                lists += try prepare(index, arrival).lists
            } catch {
                log.warning(
                    "package-state", "the document kept from the last run cannot run: \(error.all.first?.description ?? "")",
                    ["url": .string(members[index].status.url)])
                continue
            }
            putInForce(index, arrival)
            members[index].validators = entry.validators
            members[index].latestDigest = members[index].activeDigest
            members[index].status.isRestored = true
            members[index].status.confirmedMilliseconds = entry.confirmedMilliseconds
            restorePrevious(index)
            log.info(
                "package-restored", "runs as kept from the last run",
                [
                    "url": .string(members[index].status.url), "name": .string(members[index].status.name ?? ""),
                    "version": .string(members[index].status.version ?? ""),
                ])
        }
        publish()
        return Update(
            extended: ExtendedSchema(schema: assembly.schema, decoder: try assembly.makeDecoder(assembly.schema)), compiled: try compile(), lists: lists)
    }

    func kept(_ index: Int, _ slot: LastGoodStore.Slot = .active) -> (LastGoodStore.Entry, Member.Arrival)? {
        guard let store else { return nil }
        let subscription = members[index].subscription
        func warn(_ why: String) {
            log.warning("package-state", "the document kept from the last run is not used: \(why)", ["url": .string(members[index].status.url)])
        }
        do {
            guard let entry = try store.load(subscription.url, slot, bytesMax: subscription.bytesMax) else { return nil }
            let document = try SignedDocument(entry.bytes, file: members[index].status.url)
            let signer = document.signer(among: subscription.publicKeys)
            guard subscription.publicKeys.isEmpty || signer != nil else {
                warn("it is not signed by one of public_keys")
                return nil
            }
            return (entry, Member.Arrival(bytes: entry.bytes, document: document, keyID: signer?.id, validators: entry.validators))
        } catch let failure as LastGoodStore.Failure {
            warn(failure.message)
        } catch {
            warn("\(error)")
        }
        return nil
    }
}
