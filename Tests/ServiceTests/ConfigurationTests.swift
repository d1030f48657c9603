import Documents
import RedisStore
import PackageFeed
import Telemetry
import Testing

@testable import Service

/// The whole file of the design, section 3.4, with the two keys that it leaves out.
private let complete = """
    schema: schema.yaml
    packages:
      - {path: rules/device}
      - {url: "https://rules.bank.example/account-trading.yaml", every: 30s, public_keys: [keys/risk-2026.pub], mode: shadow}
    kafka:
      bootstrap: "127.0.0.1:9092,[::1]:9093"
      group: vane-1
      delivery: exactly-once
      decisions: 0.01
      topics: {alerts: a, control_actions: b, decisions: c, list_entries: d, dead_letters: e, control: f}
      properties: {compression.type: lz4, sasl.password: hunter2}
      consumer: {fetch.min.bytes: 1}
      producer: {linger.ms: 5}
    journals:
      redis: {url: "redis://user:hunter2@127.0.0.1:6379/0", prefix: "v:"}
      memory: 2GiB
      records_per_entity: 1000
    lists: [{name: black, file: lists/black.csv}]
    pseudonym: {key_file: /etc/vane/pseudonym.key}
    budget: 400ms
    overload: {redis_down: pause}
    accept: {future: 1m}
    http: {listen: "[::1]:8081"}
    log: {level: debug, format: json}
    state_directory: state
    """

private func read(
    _ text: String, settings: [String] = [], environment: [String: String] = [:], file: String = "/etc/vane/vane.yaml"
) throws(Diagnostics) -> Configuration {
    try Configuration.read(Array(text.utf8), file: file, settings: settings, environment: environment)
}

private func faults(_ text: String, settings: [String] = [], environment: [String: String] = [:]) -> [String] {
    do {
        _ = try read(text, settings: settings, environment: environment, file: "v.yaml")
        return []
    } catch {
        for fault in error.all { #expect(fault.remedy != nil && fault.position != nil, "\(fault)") }
        return error.all.map(\.description)
    }
}

@Suite struct ConfigurationTests {
    @Test func everyKey() throws {
        let configuration = try read(complete)
        #expect(configuration.schema == "/etc/vane/schema.yaml")
        #expect(
            configuration.packages.map(\.source) == [
                .path("/etc/vane/rules/device"),
                .url(
                    Configuration.Remote(
                        url: "https://rules.bank.example/account-trading.yaml", everyMilliseconds: 30_000, publicKeys: ["/etc/vane/keys/risk-2026.pub"],
                        bytesMax: 16 << 20, timeoutMilliseconds: 30_000, staleAfterMilliseconds: nil, stalePolicy: .warn, caFile: nil)),
            ])
        #expect(configuration.packages.map(\.mode) == [nil, .shadow])
        let kafka = try #require(configuration.kafka)
        #expect(kafka.bootstrap == "127.0.0.1:9092,[::1]:9093" && kafka.group == "vane-1" && kafka.delivery == .exactlyOnce)
        #expect(kafka.decisions == .share(0.01))
        #expect([kafka.topics.alerts, kafka.topics.controlActions, kafka.topics.decisions] == ["a", "b", "c"])
        #expect([kafka.topics.listEntries, kafka.topics.deadLetters, kafka.topics.control] == ["d", "e", "f"])
        #expect(kafka.properties.map { "\($0.name)=\($0.value)" } == ["compression.type=lz4", "sasl.password=hunter2"])
        #expect(kafka.consumer.map { "\($0.name)=\($0.value)" } == ["fetch.min.bytes=1"])
        #expect(kafka.producer.map { "\($0.name)=\($0.value)" } == ["linger.ms=5"])
        #expect(configuration.journals.redis?.server == RedisConfiguration(address: .tcp(host: "127.0.0.1", port: 6379), user: "user", password: "hunter2"))
        #expect(configuration.journals.redis?.prefix == "v:")
        #expect(configuration.journals.memoryBytes == 2 << 30 && configuration.journals.recordsPerEntity == 1_000)
        #expect(configuration.lists.map { "\($0.name)=\($0.file)" } == ["black=/etc/vane/lists/black.csv"])
        #expect(configuration.pseudonymKey == .file("/etc/vane/pseudonym.key"))
        #expect(configuration.budgetMilliseconds == 400 && configuration.redisDown == .pause)
        #expect(configuration.futureToleranceMilliseconds == 60_000)
        #expect(configuration.http == Configuration.Listen(host: "::1", port: 8081))
        #expect(configuration.logLevel == .debug && configuration.logFormat == .json)
        #expect(configuration.stateDirectory == "/etc/vane/state")
    }

    @Test func defaults() throws {
        let configuration = try read("schema: s.yaml\nkafka: {bootstrap: 'a:1'}", file: "vane.yaml")
        #expect(configuration.schema == "s.yaml" && configuration.packages.isEmpty && configuration.lists.isEmpty)
        #expect(
            configuration.kafka?.group == "vane" && configuration.kafka?.delivery == .atLeastOnce
                && configuration.kafka?.decisions == Configuration.DecisionShare.none)
        #expect(configuration.kafka?.commitIntervalMilliseconds == 500 && configuration.kafka?.transactionalID == nil)
        let exact = try read("schema: s.yaml\nkafka: {bootstrap: 'a:1', delivery: exactly-once, transactional_id: vane-1}").kafka
        #expect(exact?.commitIntervalMilliseconds == 100 && exact?.transactionalID == "vane-1")
        #expect(configuration.kafka?.topics == Configuration.Topics())
        #expect(configuration.journals == Configuration.Journals(redis: nil, memoryBytes: 4 << 30, recordsPerEntity: 100_000))
        #expect(configuration.pseudonymKey == nil && configuration.budgetMilliseconds == 500 && configuration.redisDown == .degrade)
        #expect(configuration.http == nil)
        #expect(configuration.logLevel == .info && configuration.logFormat == .text && configuration.stateDirectory == "/var/lib/vane")
        #expect(configuration.futureToleranceMilliseconds == 300_000)
        #expect(try read("schema: s").kafka == nil)
    }

    /// What is wrong, where, and what to do; the file is three lines of good keys with one change.
    @Test(arguments: [
        ("{}", "v.yaml:1:1: error[missing-key]: the configuration has no 'schema'; add 'schema: …'"),
        (
            "schema: s\nbudget: 2",
            "v.yaml:2:9: error[bad-value]: 'budget' is '2', which is no duration; write a whole number with a unit: ms, s, m, h or d, such as 500ms or 24h"
        ),
        ("schema: s\nbudget: 2m", "v.yaml:2:9: error[bad-value]: 'budget' is 2m; write a duration from 1ms to 1m"),
        ("schema: s\nkafka: {}", "v.yaml:2:8: error[missing-key]: 'kafka' has no 'bootstrap'; add 'bootstrap: …'"),
        (
            "schema: s\nkafka: {bootstrap: localhost}",
            "v.yaml:2:20: error[bad-value]: 'localhost' is no list of brokers; write host:port, several separated by commas"
        ),
        (
            "schema: s\nkafka: {bootstrap: 'a:1', delivery: exactly_once}",
            "v.yaml:2:37: error[bad-value]: 'delivery' is 'exactly_once'; did you mean 'exactly-once'? write one of exactly-once, at-least-once"
        ),
        (
            "schema: s\nkafka: {bootstrap: 'a:1', decisions: 2.0}",
            "v.yaml:2:38: error[bad-value]: 'decisions' is '2.0'; write none, all, or a share between 0 and 1 such as 0.01"
        ),
        (
            "schema: s\nkafka: {bootstrap: 'a:1', topics: {alert: x}}",
            "v.yaml:2:36: error[unknown-key]: 'kafka.topics' has no key 'alert'; did you mean 'alerts'? known here: alerts, control, control_actions, dead_letters, decisions, list_entries"
        ),
        (
            "schema: s\nkafka: {bootstrap: 'a:1', topics: {alerts: 'a b'}}",
            "v.yaml:2:44: error[bad-value]: 'a b' is no name of a topic; use up to 249 letters, digits, '.', '_' and '-'"
        ),
        ("schema: s\nkafka: {bootstrap: 'a:1', properties: {group.id: x}}", "v.yaml:2:40: error[bad-value]: vane sets 'group.id' itself; use kafka.group"),
        (
            "schema: s\nkafka: {bootstrap: 'a:1', properties: {x: [1]}}",
            "v.yaml:2:43: error[wrong-type]: the property 'x' must be one value, not a list; write 'x: value'"
        ),
        (
            "schema: s\npackages: [{}]",
            "v.yaml:2:12: error[missing-key]: 'packages[0]' has neither 'path' nor 'url'; add 'path: …' for a file or folder, or 'url: …'"
        ),
        (
            "schema: s\npackages: [{path: a, url: 'https://b'}]",
            "v.yaml:2:27: error[bad-value]: 'packages[0]' has both 'path' and 'url'; keep one of them, and write two elements for two packages"
        ),
        (
            "schema: s\npackages: [{path: a, every: 1m}]",
            "v.yaml:2:29: error[bad-value]: 'every' belongs to a package by URL, and 'packages[0]' has a path; remove it, or write 'url: file:///…'"
        ),
        ("schema: s\npackages: [{url: 'ftp://b'}]", "v.yaml:2:18: error[bad-value]: 'ftp://b' is no URL of a document; write https://…, http://… or file://…"),
        ("schema: s\npackages: [a]", "v.yaml:2:12: error[wrong-type]: 'packages[0]' must be a map, not text; write 'key: value' lines, indented under it"),
        (
            "schema: s\njournals: {redis: {url: 'redis://h'}, records_per_entity: 1000001}",
            "v.yaml:2:59: error[bad-value]: with Redis an entity keeps at most 1000000 records; lower it: what is beyond is folded, and decisions say 'approximate'"
        ),
        (
            "schema: s\njournals: {redis: {url: 'http://x'}}",
            "v.yaml:2:25: error[bad-value]: 'http://' is not known; there are redis://, redis-cluster:// and redis-socket://; write redis://host:port/database, redis-socket:///path or redis-cluster://host:port,host:port, and the password into a file"
        ),
        ("schema: s\njournals: {memory: 1MiB}", "v.yaml:2:20: error[bad-value]: 'memory' is 1MiB; write a size from 16MiB to 1024TiB"),
        (
            "schema: s\nlists: [{name: a, file: f}, {name: a, file: g}]",
            "v.yaml:2:36: error[bad-value]: a list 'a' stands already at line 2; give every list its own name"
        ),
        (
            "schema: s\nlists: [{name: '1a', file: f}]",
            "v.yaml:2:16: error[bad-value]: '1a' is no name of a list; use letters, digits, '_' and '-', and start with a letter"
        ),
        (
            "schema: s\npseudonym: {key: abc}",
            "v.yaml:2:18: error[secret-in-clear]: the pseudonym key stands in the configuration; put it into a file of its own and name that as pseudonym.key_file, or into VANE_PSEUDONYM_KEY"
        ),
        (
            "schema: s\nhttp: {listen: '8080'}",
            "v.yaml:2:16: error[bad-value]: '8080' is no address to listen on; write host:port, such as 127.0.0.1:8080 or [::1]:8080"
        ),
        ("schema: s\nlog: {levle: info}", "v.yaml:2:7: error[unknown-key]: 'log' has no key 'levle'; did you mean 'level'? known here: format, level"),
        ("schema: s\nschema: t", "v.yaml:2:1: error[duplicate-key]: the key 'schema' stands already at line 1, column 1; keep one of the two"),
    ])
    func oneFault(_ text: String, _ expected: String) {
        #expect(faults(text) == [expected])
    }

    @Test func allFaultsInOneGo() {
        let text = "budgett: 1s\nkafka: {group: 5}\nlog: {level: loud}\naccept: {future: x}\n"
        let codes = faults(text, settings: ["kafka.x=1", "nothing"], environment: ["VANE_BUDGET": "soon"]).map {
            $0.split(separator: " ")[0...1].joined(separator: " ")
        }
        #expect(
            codes == [
                "--set:1:1: error[unknown-key]:", "--set:1:1: error[syntax]:", "VANE_BUDGET:1:1: error[bad-value]:", "v.yaml:1:1: error[missing-key]:",
                "v.yaml:1:1: error[unknown-key]:", "v.yaml:2:8: error[missing-key]:", "v.yaml:2:16: error[wrong-type]:", "v.yaml:3:14: error[bad-value]:",
                "v.yaml:4:18: error[bad-value]:",
            ])
    }
}

@Suite struct ConfigurationLayersTests {
    @Test func flagBeforeEnvironmentBeforeFile() throws {
        let text = "schema: s\nkafka: {bootstrap: 'a:1', group: file}"
        let environment = ["VANE_KAFKA_GROUP": "variable", "VANE_BUDGET": "100ms"]
        #expect(try read(text).kafka?.group == "file")
        #expect(try read(text, environment: environment).kafka?.group == "variable")
        #expect(try read(text, settings: ["kafka.group=flag", "kafka.group=later"], environment: environment).kafka?.group == "later")
        #expect(try read(text, environment: environment).budgetMilliseconds == 100)
        #expect(try read(text, environment: ["VANE_KAFKA_GROUP": ""]).kafka?.group == "file")
    }

    @Test func aFileIsNotNeededForAnyKey() throws {
        let configuration = try read(
            "", settings: ["schema=s", "kafka.bootstrap=a:1", "kafka.decisions=0.5", "lists=[{name: x, file: f}]", "packages=[{path: p}]"],
            environment: ["VANE_JOURNALS_REDIS_URL": "redis://h", "VANE_JOURNALS_RECORDS_PER_ENTITY": "100", "VANE_PSEUDONYM_KEY": "k"])
        #expect(configuration.kafka?.decisions == .share(0.5))
        #expect(configuration.lists.map(\.name) == ["x"] && configuration.packages.count == 1)
        #expect(configuration.journals.redis?.server.addresses == [.tcp(host: "h", port: 6379)] && configuration.journals.recordsPerEntity == 100)
        #expect(configuration.pseudonymKey == .environment(Secret("k")))
    }

    @Test func textStaysText() throws {
        let configuration = try read("schema: s", settings: ["kafka.bootstrap=a:1", "kafka.group=007", "kafka.properties.a.b=true", "kafka.topics.alerts=no"])
        #expect(configuration.kafka?.group == "007" && configuration.kafka?.topics.alerts == "no")
        #expect(configuration.kafka?.properties.map { "\($0.name)=\($0.value)" } == ["a.b=true"])
    }

    @Test func propertiesKeepTheirPoints() throws {
        let text = "schema: s\nkafka: {bootstrap: 'a:1', properties: {compression.type: none, x: 1}}"
        let configuration = try read(
            text, settings: ["kafka.properties.compression.type=lz4"],
            environment: ["VANE_KAFKA_PROPERTIES_LINGER_MS": "5", "VANE_KAFKA_CONSUMER_FETCH_MIN_BYTES": "1"])
        #expect(configuration.kafka?.properties.map { "\($0.name)=\($0.value)" } == ["compression.type=lz4", "x=1", "linger.ms=5"])
        #expect(configuration.kafka?.consumer.map { "\($0.name)=\($0.value)" } == ["fetch.min.bytes=1"])
    }

    @Test(
        arguments: [
            (
                ["kafka.gruop=x"], [:],
                "--set:1:1: error[unknown-key]: the configuration has no key 'kafka.gruop'; did you mean 'kafka.group'? the keys are those of vane.yaml, joined by points"
            ),
            (
                ["kafka.properties.=x"], [:],
                "--set:1:1: error[unknown-key]: the configuration has no key 'kafka.properties.'; did you mean 'kafka.properties'? the keys are those of vane.yaml, joined by points"
            ),
            (
                ["pseudonym.key=x"], [:],
                "--set:1:1: error[secret-in-clear]: 'pseudonym.key' must not stand on a command line, which every user of the machine can read; put it into VANE_PSEUDONYM_KEY or into a file"
            ),
            (["log.level=loud"], [:], "--set:1:11: error[bad-value]: 'level' is 'loud'; write one of debug, info, warning, error"),
            (
                ["journals.records_per_entity=many"], [:],
                "--set:1:29: error[wrong-type]: 'records_per_entity' must be a whole number, not text; write digits, without quotes and without a point"
            ),
            (["lists=[{name: x}]"], [:], "--set:1:8: error[missing-key]: 'lists[0]' has neither 'file' nor 'url'; add 'file: …' for a file, or 'url: …'"),
            (
                [], ["VANE_LOG_LEVLE": "info"],
                "VANE_LOG_LEVLE:1:1: error[unknown-key]: no key of the configuration belongs to the variable VANE_LOG_LEVLE; did you mean VANE_LOG_LEVEL? unset it if it is not meant for vane"
            ),
            (
                [], ["VANE_HTTP_LISTEN": "x"],
                "VANE_HTTP_LISTEN:1:1: error[bad-value]: 'x' is no address to listen on; write host:port, such as 127.0.0.1:8080 or [::1]:8080"
            ),
        ] as [([String], [String: String], String)])
    func faultsOfLayers(_ settings: [String], _ environment: [String: String], _ expected: String) {
        #expect(faults("schema: s", settings: settings, environment: environment) == [expected])
    }

    @Test func foreignVariablesAreLeftAlone() {
        let environment = [
            "VANE_CONFIG": "x", "VANE_SERVICE_HOST": "10.0.0.1", "VANE_SERVICE_PORT_HTTP": "80", "VANE_PORT": "tcp://x", "VANE_PORT_80_TCP_ADDR": "x",
            "PATH": "/bin", "VANECONFIG": "x",
        ]
        #expect(faults("schema: s", environment: environment) == [])
    }
}

@Suite struct ConfigurationEffectiveTests {
    @Test func originsAndMasks() throws {
        let configuration = try read(
            complete, settings: ["kafka.producer.ssl.key.password=hunter2"], environment: ["VANE_LOG_LEVEL": "error", "VANE_PSEUDONYM_KEY": "hunter2"])
        let shown = Dictionary(uniqueKeysWithValues: configuration.effective.map { ($0.key, "\($0.value) \($0.origin)") })
        #expect(shown["schema"] == "/etc/vane/schema.yaml /etc/vane/vane.yaml:1")
        #expect(shown["kafka.group"] == "vane-1 /etc/vane/vane.yaml:7")
        #expect(shown["log.level"] == "error VANE_LOG_LEVEL")
        #expect(shown["kafka.producer.ssl.key.password"] == "*** --set")
        #expect(shown["kafka.properties.sasl.password"] == "*** /etc/vane/vane.yaml:11")
        #expect(shown["journals.redis.url"] == "redis://user:***@127.0.0.1:6379/0 /etc/vane/vane.yaml:15")
        #expect(shown["pseudonym.key"] == "*** VANE_PSEUDONYM_KEY")
        #expect(shown["packages[1].every"] == "30s /etc/vane/vane.yaml:4")
        let everything = configuration.effectiveText() + configuration.effectiveJSON()
        #expect(!everything.contains("hunter2"))
        #expect(!"\(configuration.journals)".contains("hunter2") && !String(reflecting: configuration.journals).contains("hunter2"))
        #expect(try read("schema: s").effective.contains { $0.key == "budget" && $0.value == "500ms" && $0.origin == .builtIn })
    }

    @Test func text() throws {
        let lines = try read("schema: s").effectiveText().split(separator: "\n")
        #expect(lines[0] == "schema                      = /etc/vane/s    (/etc/vane/vane.yaml:1)")
        #expect(lines.contains("journals.memory             = 4GiB           (default)"))
        #expect(try parseYAML(Array(read("schema: s").effectiveJSON().utf8), file: "t.json")["x"] == nil)
    }
}
