import Documents
import Glibc
import Rules
import Telemetry
import Testing

@testable import PackageFeed

/// A new revision beside the one before it, and the way back.
@Suite struct RolloutTests {
    private let folder = Folder()
    private let state = Folder()
    private var path: String { "file://\(folder.path)/p.yaml" }

    private func offer(_ version: String, share: String? = nil, bounds: String? = nil) {
        let more = (share.map { "rollout: {share: \($0)}\n" } ?? "") + (bounds.map { "bounds: {\($0)}\n" } ?? "")
        folder.write("p.yaml", bytes(package(version: version, more: more)))
    }

    private func bench(_ subscription: Subscription? = nil, fixed: [String] = []) throws -> Bench {
        try Bench([subscription ?? Subscription(.package(mode: nil), url: path, everyMilliseconds: 3_600_000)], fixed: fixed, state: state)
    }

    /// `version` of each package as it runs, with `*` where it is the previous one and `-` where it acts on nothing.
    private func running(_ compiled: Assembly.Compiled?) -> [String] {
        (compiled?.rules.packages ?? []).enumerated().map { index, package in
            package.version + (package.isPrevious ? "*" : "") + (compiled!.rules.audiences[index] == .nobody ? "-" : "")
        }
    }

    private func next(_ bench: Bench, _ version: String) throws -> [String] {
        bench.feed.refresh()
        try bench.isActive(version)
        return running(bench.feed.handover.take()?.compiled)
    }

    private func breach(_ bench: Bench, _ version: String, in rules: Assembly.Compiled?) throws -> Breach {
        let package = try #require(rules?.rules.packages.first { $0.version == version })
        return Breach(package: package.name, version: version, revision: package.revision, message: "it alerts too often")
    }

    @Test func theRevisionBeforeRunsBesideANewOneUntilThatHasEveryone() throws {
        offer("1")
        let bench = try bench().started()
        try bench.isActive("1")
        #expect(running(bench.feed.handover.take()?.compiled) == ["1"] && bench.status.share == nil && bench.status.previousVersion == nil)
        offer("2", share: "10%")
        #expect(try next(bench, "2") == ["2", "1*"])
        #expect(bench.status.share == 0.1 && bench.status.previousVersion == "1")
        #expect(bench.status.text(at: 0).hasPrefix("active sample 2 for 10 % beside 1, "))
        var writer = JSONWriter()
        bench.status.write(at: 0, to: &writer)
        #expect(writer.text.contains(#""share":0.1,"previous_version":"1","taken_back":null"#))
        // A share that is raised, and another new revision: the one before stays the one that had everyone.
        offer("2", share: "50%")
        bench.feed.refresh()
        try eventually("half of all") { bench.status.share == 0.5 }
        #expect(running(bench.feed.handover.take()?.compiled) == ["2", "1*"])
        offer("3", share: "0")
        #expect(try next(bench, "3") == ["3-", "1*"])
        offer("4")
        #expect(try next(bench, "4") == ["4"])
        #expect(bench.status.share == nil && bench.status.previousVersion == "1")
        offer("5", share: "1%")
        #expect(try next(bench, "5") == ["5", "4*"])
    }

    @Test func theShareOfTheConfigurationCounts() throws {
        offer("1", share: "100%")
        var subscription = Subscription(.package(mode: nil), url: path, everyMilliseconds: 3_600_000)
        let first = try bench(subscription).started()
        try first.isActive("1")
        first.feed.stop()
        subscription.rollout = Rollout(share: 0.25)
        offer("2")
        let second = try bench(subscription).started()
        // Alone it has its share of the subjects, and nothing acts for the others.
        #expect(running(second.feed.initial.compiled) == ["1"] && second.feed.initial.compiled?.rules.audiences == [Audience(share: 0.25)])
        try second.isActive("2")
        #expect(running(second.feed.handover.take()?.compiled) == ["2"])
    }

    @Test func aRestartGoesOnWithBoth() throws {
        do {
            offer("1")
            let bench = try bench().started()
            try bench.isActive("1")
            offer("2", share: "10%")
            _ = try next(bench, "2")
        }
        let bench = try bench()
        #expect(running(bench.feed.initial.compiled) == ["2", "1*"] && bench.status.share == 0.1 && bench.status.previousVersion == "1")
    }

    @Test(arguments: ["10%", nil])
    func aRevisionThatLeavesItsBoundsIsReturnedFromForGood(share: String?) throws {
        offer("1", bounds: "alert_rate: 5%")
        let bench = try bench().started()
        try bench.isActive("1")
        offer("2", share: share, bounds: "alert_rate: 5%")
        bench.feed.refresh()
        try bench.isActive("2")
        let both = bench.feed.handover.take()?.compiled
        let report = try breach(bench, "2", in: both)
        bench.feed.report(report)
        try bench.hasProblem("out-of-bounds")
        #expect(running(bench.feed.handover.take()?.compiled) == ["1"])
        #expect(bench.status.version == "1" && bench.status.problem?.stage == .rollout && bench.status.takenBack?.version == "2")
        #expect(bench.status.takenBack?.returnedTo == "1" && bench.status.previousVersion == nil && bench.status.share == nil)
        #expect(bench.logged("package-out-of-bounds") == 1 && bench.log.contains { $0.contains("it alerts too often; version 1 is in force again") })
        #expect(bench.registry.prometheusText().contains("to=\"returned\"} 1"))

        // The same document, the same with another end, a second report: nothing changes.
        bench.feed.report(report)
        bench.feed.refresh()
        folder.write("p.yaml", folder.read("p.yaml"))
        bench.feed.refresh()
        let confirmed = bench.registry.prometheusText()
        try eventually("two more polls") { bench.registry.prometheusText() != confirmed && bench.status.problem?.code == "out-of-bounds" }
        #expect(bench.feed.handover.take() == nil && bench.status.version == "1")

        // Nor after a restart, which finds the document at the server again.
        bench.feed.stop()
        let again = try self.bench()
        #expect(running(again.feed.initial.compiled) == ["1"] && again.status.takenBack?.version == "2")
        #expect(again.feed.initial.compiled?.rules.packages[0].bounds?.otherwise == .keep)
        _ = again.started()
        try again.hasProblem("out-of-bounds")
        #expect(again.status.version == "1" && again.status.phase == .active && again.feed.handover.take() == nil)
        // What was returned to has nothing behind it, and runs on.
        again.feed.report(try breach(again, "1", in: again.feed.initial.compiled))
        try eventually("a line in the log") { again.logged("package-out-of-bounds") == 1 }
        #expect(again.log.contains { $0.contains("it runs on") } && again.status.version == "1" && again.feed.handover.take() == nil)
        // A mended one is taken.
        offer("3", share: "10%", bounds: "alert_rate: 5%")
        #expect(try next(again, "3") == ["3", "1*"])
    }

    @Test func aSignedDocumentIsNotLetInAgainBySigningItAnew() throws {
        let key = SigningKey()
        func offer(_ version: String, _ revision: Int64) { folder.write("p.yaml", signed(package(version: version), by: key, revision: revision)) }
        offer("1", 1)
        let bench = try bench(Subscription(.package(mode: nil), url: path, everyMilliseconds: 3_600_000, publicKeys: [key.publicKey])).started()
        try bench.isActive("1")
        offer("2", 2)
        bench.feed.refresh()
        try bench.isActive("2")
        bench.feed.report(try breach(bench, "2", in: bench.feed.handover.take()?.compiled))
        try bench.hasProblem("out-of-bounds")
        #expect(bench.status.revision == 1)
        offer("2", 3)
        bench.feed.refresh()
        try eventually("the document is looked at") { bench.registry.prometheusText().contains("outcome=\"changed\"} 3") }
        try bench.hasProblem("out-of-bounds")
        #expect(bench.status.revision == 1)
        // What was admitted stays admitted: nothing older than what was taken back.
        offer("1b", 1)
        bench.feed.refresh()
        try bench.hasProblem("rolled-back")
        offer("3", 4)
        bench.feed.refresh()
        try bench.isActive("3")
    }

    @Test(arguments: ["shadow", "keep"])
    func withoutARevisionBeforeThePackageSaysWhatHappens(otherwise: String) throws {
        offer("1", bounds: "alert_rate: 5%, otherwise: \(otherwise)")
        let bench = try bench().started()
        try bench.isActive("1")
        bench.feed.report(try breach(bench, "1", in: bench.feed.handover.take()?.compiled))
        try bench.hasProblem("out-of-bounds")
        #expect(running(bench.feed.handover.take()?.compiled) == (otherwise == "shadow" ? ["1-"] : []))
        bench.feed.stop()
        #expect(try running(self.bench().feed.initial.compiled) == [otherwise == "shadow" ? "1-" : "1"])
    }

    @Test func filesTakeTheOneBesideThem() throws {
        offer("1")
        let bounds = "bounds: {error_rate: 1%, otherwise: keep}\n"
        let bench = try bench(
            fixed: [
                package("alone", version: "7", more: bounds), package("two", version: "8"),
                package("two", version: "9", more: bounds + "rollout: {share: 10%}\n"),
            ]
        ).started()
        try bench.isActive("1")
        let compiled = bench.feed.handover.take()?.compiled
        #expect(running(compiled) == ["7", "8*", "9", "1"])
        bench.feed.report(try breach(bench, "7", in: compiled))
        bench.feed.report(try breach(bench, "9", in: compiled))
        try eventually("two lines in the log") { bench.logged("package-out-of-bounds") == 2 }
        let after = bench.feed.handover.take()?.compiled
        #expect(running(after) == ["7", "8*", "9-", "1"] && after?.rules.audiences[1] == .everyone)
        // It stays so when something else changes.
        offer("2")
        #expect(try next(bench, "2") == ["7", "8*", "9-", "2"])
    }

    @Test func whatIsKeptSurvivesACrashAtAnyMoment() throws {
        offer("1")
        let first = try bench().started()
        try first.isActive("1")
        offer("2", share: "10%")
        first.feed.refresh()
        try first.isActive("2")
        let before = Dictionary(uniqueKeysWithValues: try files().map { ($0, state.read("packages/" + $0)) })
        first.feed.report(try breach(first, "2", in: first.feed.handover.take()?.compiled))
        try first.hasProblem("out-of-bounds")
        first.feed.stop()
        let after = Dictionary(uniqueKeysWithValues: try files().map { ($0, state.read("packages/" + $0)) })
        #expect(Set(before.keys.map(suffix)) == ["document", "previous"] && Set(after.keys.map(suffix)) == ["document", "taken-back"])
        // It ended after it had noted what it takes back, and then after it had replaced the document.
        for names in [["document"], ["document", "previous"]] {
            shell("rm -f '\(state.path)'/packages/*")
            for (name, content) in after where suffix(name) == "taken-back" || names.count == 2 { state.write("packages/" + name, content) }
            for (name, content) in before where suffix(name) == "previous" || names.count == 1 { state.write("packages/" + name, content) }
            #expect(try running(self.bench().feed.initial.compiled) == ["1"])
        }
    }

    private func suffix(_ name: String) -> String { String(name.split(separator: ".").last ?? "") }
    private func files() throws -> [String] { shell("ls '\(state.path)/packages'").split(separator: "\n").map(String.init) }
}
