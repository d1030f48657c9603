import Documents
import Rules
import Testing

@testable import Service

@Suite struct RolloutConfigurationTests {
    private func read(_ packages: String) throws -> Configuration {
        let text = "schema: schema.yaml\nkafka: {bootstrap: \"b:9092\"}\npackages: \(packages)\n"
        return try Configuration.read(Array(text.utf8), file: "vane.yaml", environment: [:])
    }

    @Test func aShareCanBeGivenForPathsAndURLs() throws {
        let configuration = try read("[{path: a}, {path: b, rollout: {share: 12.5%}}, {url: \"https://h/p.yaml\", rollout: {share: 0}, mode: live}]")
        #expect(configuration.packages.map(\.rollout) == [nil, Rollout(share: 0.125), Rollout(share: 0)])
        #expect(configuration.packages.map(\.override.mode) == [nil, nil, .live])
        #expect(configuration.effective.contains { $0.key == "packages[1].rollout" && $0.value == "12.5 %" })
    }

    @Test(arguments: ["5", "{}", "{share: 2}", "{share: 10%, of: everything}"])
    func whatIsNoShareIsRefused(rollout: String) throws {
        #expect(throws: Diagnostics.self) { try read("[{path: a, rollout: \(rollout)}]") }
    }
}
