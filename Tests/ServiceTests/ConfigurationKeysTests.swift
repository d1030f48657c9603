import Testing

@testable import Service

@Suite struct ConfigurationKeysTests {
    @Test func everyKeyHasItsOwnVariable() {
        let names = ConfigurationKeys.all.map { ConfigurationKeys.variable(of: $0.path) }
        #expect(Set(names).count == names.count)
        for (path, _) in ConfigurationKeys.all {
            let steps = path.split(separator: ".").map(String.init)
            #expect(ConfigurationKeys.match(path: path)?.steps == steps)
            #expect(ConfigurationKeys.match(variable: ConfigurationKeys.variable(of: path))?.steps == steps)
            #expect(!ConfigurationKeys.isSetByKubernetes(ConfigurationKeys.variable(of: path)))
        }
    }

    /// A key in an open map can never be taken for a key of the table.
    @Test func openMapsHideNothing() {
        for (path, kind) in ConfigurationKeys.all where kind == .openMap {
            #expect(!ConfigurationKeys.all.contains { $0.path.hasPrefix(path + ".") })
        }
    }
}
