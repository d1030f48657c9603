internal import Documents
internal import Events
internal import Rules
internal import Telemetry

/// A new revision beside the one before it, and the way back.
extension FeedWorker {
    /// A server that goes back and forth between more bad documents needs a person, not a longer memory.
    private static let takenBackMax = 32

    /// Compiles what runs, with another member in the place of one.
    func compile(with next: Member? = nil, at index: Int = 0) throws(Diagnostics) -> Assembly.Compiled {
        var all = members
        if let next { all[index] = next }
        return try assembly.compile(fixed: fixed, subscribed: all.map(\.package), previous: all.map(\.companion))
    }

    /// The previous packages as another assembly reads them, by member.
    func rereadPrevious(_ next: Assembly) throws(Diagnostics) -> [Package?] {
        var packages: [Package?] = []
        for member in members {
            guard let previous = member.previous, case .package(let mode) = member.subscription.content else {
                packages.append(nil)
                continue
            }
            packages.append(try next.read(.init(bytes: previous.arrival.document.content, file: member.status.url, mode: mode)))
        }
        return packages
    }

    func showRollout(_ index: Int) {
        let package = members[index].package
        members[index].status.share = package.flatMap { $0.mode == .live && !$0.isSettled ? $0.rollout?.share : nil }
        members[index].status.previousVersion = members[index].previous?.package.version
        members[index].status.takenBack = members[index].takenBack.last
    }

    // MARK: Taking back

    /// Why a document is not taken again; nil where nothing is known against it.
    func takenBack(_ index: Int, _ document: SignedDocument) -> Refusal? {
        let revision = unsafe document.content.withUnsafeBytes { unsafe Fingerprint.of($0) }
        return members[index].takenBack.first { $0.revision == revision }.map { Self.outOfBounds($0.version, $0.message, "taken back") }
    }

    private static func outOfBounds(_ version: String, _ message: String, _ outcome: String) -> Refusal {
        Refusal(code: "out-of-bounds", message: "version \(version) was \(outcome): \(message)")
    }

    private func note(_ index: Int, _ refusal: Refusal) {
        members[index].documentProblem = problem(nil, .rollout, refusal.code, refusal.message)
    }

    /// Returns from a revision whose rate has left its bounds.
    func takeBack(_ breach: Breach) {
        if let index = members.firstIndex(where: { $0.package?.name == breach.package && $0.package?.revision == breach.revision }) {
            takeBack(index, breach)
        } else {
            takeBackFixed(breach)
        }
        publish()
    }

    private func takeBack(_ index: Int, _ breach: Breach) {
        guard let package = members[index].package, package.mode == .live else { return }
        let previous = members[index].previous
        if previous == nil && package.bounds?.otherwise == .keep {
            note(index, Self.outOfBounds(breach.version, breach.message, "kept"))
            return report(breach, "it runs on", url: members[index].status.url)
        }
        let now = environment.nowMilliseconds()
        members[index].takenBack.append(
            TakenBack(
                revision: breach.revision, version: breach.version, atMilliseconds: now, message: breach.message, returnedTo: previous?.package.version,
                returnedToRevision: previous?.package.revision))
        members[index].takenBack.removeFirst(max(0, members[index].takenBack.count - Self.takenBackMax))
        saveTakenBack(index)
        assembly.withdrawn.insert(breach.revision)
        if let previous { assembly.returnedTo.insert(previous.package.revision) }
        do {
            let update = Update(extended: nil, compiled: try putBack(index), lists: [])
            save(index)
            members[index].metrics.count(.returned)
            handover.put(update)
        } catch {
            // What ran before goes with the others that ran with it; should it not, what runs stays, and the log says why.
            log.error("package-state", "the revision before cannot be returned to: \(error.all.first?.description ?? "")")
        }
        note(index, Self.outOfBounds(breach.version, breach.message, "taken back"))
        showRollout(index)
        let outcome = previous.map { "version \($0.package.version) is in force again" } ?? "it acts on nothing any more"
        report(breach, outcome, url: members[index].status.url)
    }

    /// Puts the revision before in the place of the one that runs; without one, the one that runs into shadow.
    private func putBack(_ index: Int) throws(Diagnostics) -> Assembly.Compiled {
        var next = members[index]
        guard let previous = next.previous else {
            guard var package = next.package else { preconditionFailure("only packages are taken back") }
            package.mode = .shadow
            next.content = .package(package)
            let compiled = try compile(with: next, at: index)
            members[index] = next
            return compiled
        }
        var package = previous.package
        package.rollout = nil
        package.bounds?.otherwise = .keep
        next.content = .package(package)
        next.previous = nil
        let compiled = try compile(with: next, at: index)
        let confirmed = next.status.confirmedMilliseconds
        members[index] = next
        // What was admitted stays admitted: an older release than the one that is taken back is not let in again.
        putInForce(index, previous.arrival)
        members[index].accepted = next.accepted
        // A newer document that does not go with the others may do so later.
        members[index].rejected = next.rejected
        members[index].status.confirmedMilliseconds = confirmed
        return compiled
    }

    /// Files have no revision before them but the one that the configuration names beside them, which acts for everyone again.
    private func takeBackFixed(_ breach: Breach) {
        for source in fixed.indices {
            guard let place = fixed[source].firstIndex(where: { $0.name == breach.package && $0.revision == breach.revision }) else { continue }
            let package = fixed[source][place]
            let hasCompanion = fixed.joined().contains { $0.name == package.name && $0.revision != package.revision }
            if !hasCompanion && package.bounds?.otherwise == .keep { return report(breach, "it runs on") }
            fixed[source][place].mode = .shadow
            assembly.withdrawn.insert(breach.revision)
            do {
                handover.put(Update(extended: nil, compiled: try compile(), lists: []))
            } catch {
                preconditionFailure("the same packages compile whatever their mode: \(error)")
            }
            return report(breach, "it acts on nothing any more")
        }
    }

    private func report(_ breach: Breach, _ outcome: String, url: String? = nil) {
        log.error(
            "package-out-of-bounds", "\(breach.package) \(breach.version): \(breach.message); \(outcome)",
            ["package": .string(breach.package), "version": .string(breach.version), "url": .string(url ?? "none")])
    }

    // MARK: Keeping

    func savePrevious(_ index: Int, in store: LastGoodStore) throws(LastGoodStore.Failure) {
        guard let previous = members[index].previous else { return }
        try store.save(
            members[index].subscription.url,
            LastGoodStore.Entry(bytes: previous.arrival.bytes, validators: previous.arrival.validators, confirmedMilliseconds: 0), .previous)
    }

    private func saveTakenBack(_ index: Int) {
        do {
            try store?.saveTakenBack(members[index].subscription.url, members[index].takenBack)
        } catch {
            log.error(
                "package-state", "what was taken back cannot be kept for a restart: \(error.message)", ["url": .string(members[index].status.url)])
        }
    }

    /// Before the document itself is read: what it says depends on it.
    func restoreTakenBack(_ index: Int) {
        guard let store, case .package = members[index].subscription.content else { return }
        do {
            members[index].takenBack = try store.loadTakenBack(members[index].subscription.url)
        } catch {
            log.warning("package-state", "what was taken back is not known any more: \(error.message)", ["url": .string(members[index].status.url)])
        }
        for taken in members[index].takenBack {
            assembly.withdrawn.insert(taken.revision)
            if let revision = taken.returnedToRevision { assembly.returnedTo.insert(revision) }
        }
    }

    /// Once the document is in force.
    func restorePrevious(_ index: Int) {
        guard case .package(let mode) = members[index].subscription.content, let (_, arrival) = kept(index, .previous) else { return }
        do {
            var next = members[index]
            let package = try assembly.read(.init(bytes: arrival.document.content, file: next.status.url, mode: mode))
            guard package.name == next.package?.name, package.revision != next.package?.revision else { return }
            next.previous = Revision(arrival: arrival, package: package)
            _ = try compile(with: next, at: index)
            members[index] = next
            if next.takenBack.contains(where: { $0.revision == next.package?.revision }) {
                // The process ended while it returned.
                _ = try putBack(index)
                save(index)
            }
        } catch {
            return log.warning(
                "package-state", "the revision before cannot run: \(error.all.first?.description ?? "")", ["url": .string(members[index].status.url)])
        }
        showRollout(index)
    }
}

extension Member {
    /// What a new revision of the package would return to: the last one that acted for everyone, so a share that is raised step by step keeps it.
    func revision(before package: Package) -> Revision? {
        if let active, let running = self.package, running.isSettled, running.name == package.name, running.revision != package.revision {
            return Revision(arrival: active, package: running)
        }
        return previous.flatMap { $0.package.name == package.name && $0.package.revision != package.revision ? $0 : nil }
    }
}
