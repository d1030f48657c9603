import Events
import JournalSharing
import Testing

@Suite("Cost of an append") struct AppendCostTests {
    @Test func bytesAreThoseOfTheCommand() throws {
        let text = """
            {events: {e: {topic: e, id: i, time: t, fields: {a: {type: string}}}}, entities: {account: {key: a, history: 1d}}}
            """
        let schema = try Schema.read(Array(text.utf8), file: "schema.yaml")
        for length in [20, 40, 100] {
            let key = "bank:account:{\(String(repeating: "A", count: 22))}:0"
            let command = "*3\r\n$5\r\nRPUSH\r\n$\(key.utf8.count)\r\n\(key)\r\n$\(length)\r\n\(String(repeating: "x", count: length))\r\n"
            #expect(AppendCost.sentBytes(schema.entities[0], prefix: "bank:", entryBytes: length) == command.utf8.count)
        }
    }
}
