import Documents
import Engine
import Events
import Expressions
import Journals
import RuleTesting
import Rules
import Testing

struct FixedZone: TimeZoneProvider {
    func rules(named name: String) -> TimeZoneRules? {
        name == "UTC" ? TimeZoneRules(fixedOffsetSeconds: 0) : name == "Asia/Shanghai" ? TimeZoneRules(fixedOffsetSeconds: 28_800) : nil
    }
}

let bankSchema = """
    events:
      transaction:
        topic: transactions
        id: id
        time: time
        fields:
          account: {type: string}
          amount: {type: decimal, scale: 2, optional: true}
          payee: {type: string, optional: true}
          ip: {type: string, optional: true}
          device: {type: string, optional: true}
          rate: {type: double, optional: true}
          status: {type: enum, values: [ok, failed], optional: true}
      login:
        topic: logins
        id: id
        time: time
        fields:
          account: {type: string}
          device: {type: string, optional: true}
          status: {type: enum, values: [failed, locked, ok], optional: true}
          attempts: {type: int, optional: true}
    entities:
      account: {key: account, history: 7d, retention: 30d, record: [amount, payee]}
      device: {key: device, history: 1h, record: []}
    """

/// An engine over small packages, fed with JSON.
final class Bench {
    let schema: Schema
    let engine: Engine
    let decoder: Decoder
    let batch: EventBatch
    let lists: Lists
    var decision = Decision()

    /// - Parameter packages: what follows `package`, `version` and `on`; a package that says `on` itself keeps it.
    init(_ packages: String..., schema schemaText: String = bankSchema, lists: Lists = Lists()) throws {
        schema = try Schema.read(Array(schemaText.utf8), file: "schema.yaml")
        self.lists = lists
        var read: [Package] = []
        for (index, text) in packages.enumerated() { read.append(try Self.package(text, index, schema)) }
        engine = try Engine(schema: schema, packages: read, lists: lists, timeZones: FixedZone())
        decoder = Decoder(schema: schema, pseudonymiser: Pseudonymiser(key: Array("0123456789abcdef".utf8)), timeZones: FixedZone())
        batch = EventBatch(capacity: 1, schema: schema)
    }

    static func package(_ text: String, _ index: Int = 0, _ schema: Schema) throws -> Package {
        let head = "package: p\(index)\nversion: '\(index)'\n" + (text.contains("on: [") ? "" : "on: [transaction]\n")
        return try Package.read(parseYAML(Array((head + text).utf8), file: "p\(index).yaml"), schema: schema)
    }

    /// Processes one event, given as the members after its id and time.
    func run(
        _ id: String, at time: Int64, _ members: String = "", type: Int = 0, received: Int64? = nil, priority: Package.Priority = .deferrable
    ) throws(Rejection) {
        let json = Array("{\"id\":\"\(id)\",\"time\":\(time),\"account\":\"a\"\(members.isEmpty ? "" : "," + members)}".utf8)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: json.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: json)
        batch.removeAll()
        let row = try decoder.decode(UnsafeRawBufferPointer(buffer), eventType: type, envelope: .init(receivedMilliseconds: received), into: batch)
        try engine.process(batch, row: row, minimumPriority: priority, into: &decision)
    }

    /// Rules that hit, by id.
    var hits: [String] { decision.hits.map { engine.rules.packages[$0.package].rules[$0.rule].id } }
    var shadowHits: [String] { decision.shadowHits.map { engine.rules.packages[$0.package].rules[$0.rule].id } }
    /// `rule code variable` of each error.
    var errors: [String] { decision.errors.map { "\(engine.rules.packages[$0.package].rules[$0.rule].id) \($0.code)\($0.variable.map { " " + $0 } ?? "")" } }
    var level: String { DecisionWriter(engine).level(decision) }

    var json: String {
        var writer = JSONWriter()
        DecisionWriter(engine).decision(decision, &writer)
        return writer.text
    }
}

let start: Int64 = 1_795_138_200_000
let hour: Int64 = 3_600_000
