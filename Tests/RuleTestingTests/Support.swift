import Documents
import Engine
import Events
import Expressions
import Rules
import Testing

@testable import RuleTesting

/// Shanghai without its history: eight hours east of Greenwich.
struct FixedZone: TimeZoneProvider {
    func rules(named name: String) -> TimeZoneRules? { name == "Asia/Shanghai" ? TimeZoneRules(fixedOffsetSeconds: 8 * 3_600) : nil }
}

let testSchema = """
    timezone: Asia/Shanghai
    events:
      payment:
        topic: payments
        id: id
        time: time
        fields:
          account: {type: string}
          direction: {type: enum, values: [in, out]}
          amount: {type: decimal, scale: 2}
          payee: {type: string, optional: true}
          phone: {type: string, optional: true, sensitive: true}
          tries: {type: int, optional: true}
          ratio: {type: double, optional: true}
          is_new: {type: bool, optional: true}
          opened: {type: timestamp, optional: true}
        derived:
          digits: {expr: 'payee.size()'}
      login:
        topic: logins
        id: id
        time: time
        fields:
          account: {type: string}
          device: {type: string, optional: true}
    entities:
      account: {key: account, history: 7d, record: [direction, amount, payee, phone, tries, device]}
    """

let testPackage = """
    package: sample
    version: "1"
    on: payment
    parameters: {large: 1000.0}
    indicators:
      - {id: payers_1h, entity: account, aggregate: distinct(payee), where: 'direction == "in"', window: 1h}
      - {id: paid_1h, entity: account, aggregate: sum(amount), where: 'direction == "out"', window: 1h}
      - {id: mean_1h, entity: account, aggregate: avg(amount), window: 1h}
      - {id: first_payee, entity: account, aggregate: first(payee), window: all}
      - {id: first_phone, entity: account, aggregate: first(phone), window: all}
      - {id: last_direction, entity: account, aggregate: previous(direction), window: 1h}
      - {id: since_last, entity: account, aggregate: since_last, window: 1d}
      - {id: device, entity: account, aggregate: last(device), window: 1d}
      - id: in_then_out
        entity: account
        sequence:
          - {where: 'direction == "in"'}
          - {where: 'direction == "out"'}
        within: 1h
    rules:
      - {id: many, kind: score, when: 'direction == "out" && payers_1h >= 3', score: 50}
      - {id: large, kind: score, when: 'amount >= large', score: 40}
      - {id: known, kind: hit, when: 'in_list("black", payee) || in_list("phones", phone)', level: red}
      - {id: listed, kind: list, when: 'amount >= 5000.0', list: {name: grey, subject: payee}}
    decide:
      levels: {yellow: 40, red: 80}
      actions:
        yellow: [{action: step_up, on: account}]
        red: [{action: block, on: account, for: 24h}, {action: freeze, on: account}]
    """

var testPseudonymiser: Pseudonymiser? { Pseudonymiser(key: Array("0123456789abcdef".utf8)) }

func makePackage(_ text: String = testPackage, schema schemaText: String = testSchema) throws -> PackageUnderTest {
    let schema = try Schema.read(Array(schemaText.utf8), file: "schema.yaml")
    let package = try Package.read(parseYAML(Array(text.utf8), file: "package.yaml"), schema: schema)
    return try PackageUnderTest(package, schema: schema, timeZones: FixedZone(), pseudonymiser: testPseudonymiser)
}

func readTests(_ text: String, _ package: PackageUnderTest) throws -> TestFile {
    try TestFile.read(parseYAML(Array(text.utf8), file: "tests.yaml"), path: "tests.yaml", package: package)
}

/// What is wrong with a file, as `line:column code`.
func findings(_ text: String, _ package: PackageUnderTest) -> [String] {
    do {
        _ = try readTests(text, package)
        return []
    } catch let error as Diagnostics {
        for diagnostic in error.all { #expect(diagnostic.remedy != nil, "\(diagnostic) has no remedy") }
        return error.all.map { "\($0.position!.line):\($0.position!.column) \($0.code)" }
    } catch {
        return ["\(error)"]
    }
}

/// Events of a recording, one JSON object a line.
func runner(_ packages: [String], schema schemaText: String = testSchema, lists: Lists = Lists()) throws -> EventRunner {
    let schema = try Schema.read(Array(schemaText.utf8), file: "schema.yaml")
    let read = try packages.map { try Package.read(parseYAML(Array($0.utf8), file: "package.yaml"), schema: schema) }
    return EventRunner(
        engine: try Engine(schema: schema, packages: read, lists: lists, timeZones: FixedZone()),
        decoder: Decoder(schema: schema, pseudonymiser: testPseudonymiser, timeZones: FixedZone()), remembersTexts: true)
}
