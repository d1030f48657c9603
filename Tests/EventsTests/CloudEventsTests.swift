import Events
import Testing

@discardableResult private func withEnvelope<Result>(
    id: String? = nil, time: String? = nil, traceparent: String? = nil, received: Int64? = nil, _ body: (Decoder.Envelope) throws -> Result
) rethrows -> Result {
    func bytes(_ text: String?) -> UnsafeMutableRawBufferPointer? {
        guard let text else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.utf8.count, 1), alignment: 1)
        buffer.copyBytes(from: text.utf8)
        return UnsafeMutableRawBufferPointer(rebasing: buffer[..<text.utf8.count])
    }
    let buffers = [bytes(id), bytes(time), bytes(traceparent)]
    defer { buffers.forEach { $0?.baseAddress?.deallocate() } }
    let parts = buffers.map { $0.map { UnsafeRawBufferPointer($0) } }
    return try body(.init(id: parts[0], time: parts[1], traceparent: parts[2], receivedMilliseconds: received))
}

private let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

@Suite("CloudEvents") struct CloudEventsTests {
    @Test(
        "Structured: the fields are in data, wherever it stands",
        arguments: [
            (#"{"specversion":"1.0","type":"e","source":"/core","id":"c1","time":"1970-01-01T00:00:01Z","data":{"account":"a","m":1.5}}"#, "c1", 1000),
            (#"{"data":{"account":"a","m":1.5},"time":"1970-01-01T00:00:01Z","id":"c1","source":"/core","type":"e","specversion":"1.0"}"#, "c1", 1000),
            (#"{"id":"c1","data":{"account":"a","event_id":"d1","m":1.5,"event_time":2000},"specversion":"1.0","time":1}"#, "d1", 2000),
            (#"{"id":"c1","data":{"account":"a","event_id":null,"m":1.5,"event_time":null},"specversion":"1.0","time":3000}"#, "c1", 3000),
            (#"{"id":9,"time":4000,"specversion":"1.0","account":"outer","m":77,"event_id":"outer","data":{"account":"a","m":1.5}}"#, "9", 4000),
        ])
    func structured(json: String, id: String, time: Int64) throws {
        let bench = try Bench(allTypes)
        let row = try bench.decode(json)
        #expect(bench.value(row, "event_id") == id)
        #expect(bench.batch.headers[row].timeMilliseconds == time)
        #expect(bench.value(row, "account") == "a")
        #expect(bench.value(row, "m") == "150")
    }

    @Test(
        "Structured events are refused for the same reasons",
        arguments: [
            (#"{"specversion":"1.0","data":{"account":"a","event_time":1}}"#, "missing_id event_id"),
            (#"{"specversion":"1.0","id":"","data":{"account":"a","event_time":1}}"#, "missing_id event_id"),
            (#"{"specversion":"1.0","id":{},"data":{"account":"a","event_time":1}}"#, "wrong_type id"),
            (#"{"specversion":"1.0","id":"c","data":{"account":"a"}}"#, "missing_time event_time"),
            (#"{"specversion":"1.0","id":"c","time":"now","data":{"account":"a"}}"#, "malformed_time time"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{}}"#, "missing_field account"),
            (#"{"specversion":"1.0","id":"c","time":1}"#, "missing_id event_id"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":"text"}"#, "missing_id event_id"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{"account":"a","account":"b"}}"#, "duplicate_key account"),
            (#"{"specversion":"1.0","id":"c","id":"d","time":1,"data":{"account":"a"}}"#, "duplicate_key id"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{"account":"a"},"data":{"account":"b"}}"#, "duplicate_key data"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{"account":"a","x":[1}}"#, "not_json"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{"account":"a"}"#, "not_json"),
            (#"{"specversion":"1.0","id":"c","time":1,"data":{"account":"a","data":{"account":"b"}}}"#, "ok"),
        ])
    func structuredRefusals(json: String, outcome: String) throws { #expect(try Bench(allTypes).outcome(Array(json.utf8)) == outcome) }

    @Test("Where the schema has a field 'data', events are never envelopes")
    func fieldNamedData() throws {
        let bench = try Bench(
            "events: {e: {topic: t, id: id, time: time, fields: {data: {type: string}, specversion: {type: string, optional: true}}}}")
        let row = try bench.decode(#"{"id":"1","time":2,"specversion":"1.0","data":"payload"}"#)
        #expect(bench.value(row, "data") == "payload")
        #expect(bench.value(row, "specversion") == "1.0")
    }

    @Test("A plain event may have members with the names of an envelope")
    func plainWithEnvelopeNames() throws {
        let bench = try Bench("events: {e: {topic: t, id: id, time: time, fields: {specversion: {type: string}, type: {type: int}}}}")
        let row = try bench.decode(#"{"id":"1","time":2,"specversion":"1.0","type":3}"#)
        #expect(bench.value(row, "specversion") == "1.0")
        #expect(bench.value(row, "type") == "3")
    }

    @Test("Binary: headers stand in for what the JSON lacks")
    func binary() throws {
        let bench = try Bench(allTypes)
        try withEnvelope(id: "h1", time: "1970-01-01T00:00:05Z", traceparent: traceparent, received: 77) { envelope in
            var row = try bench.decode(Array(#"{"account":"a"}"#.utf8), envelope: envelope)
            #expect(bench.value(row, "event_id") == "h1")
            #expect(bench.batch.headers[row].timeMilliseconds == 5000)
            #expect(bench.batch.headers[row].receivedMilliseconds == 77)
            #expect(String(decoding: bench.batch.text(bench.batch.headers[row].traceparent), as: UTF8.self) == traceparent)
            row = try bench.decode(Array(event("").utf8), envelope: envelope)
            #expect(bench.value(row, "event_id") == "e1")
            #expect(bench.value(row, "event_time") == "1795138200000")
        }
        withEnvelope(id: "h1", time: "yesterday") { envelope in
            #expect(throws: Rejection(.malformedTime, field: "ce_time", "the time is not RFC 3339 with a zone, such as 2026-11-20T09:30:00.000+08:00")) {
                try bench.decode(Array(#"{"account":"a"}"#.utf8), envelope: envelope)
            }
        }
        withEnvelope(id: "") { envelope in
            #expect(throws: Rejection(.missingID, field: "event_id", "the event has no id")) {
                try bench.decode(Array(#"{"account":"a","event_time":1}"#.utf8), envelope: envelope)
            }
        }
    }

    @Test(
        "A trace context is carried, anything else that calls itself one is not",
        arguments: [(traceparent, true), ("", true), ("00-\r\nx: y", false), (String(repeating: "0", count: 200), false), ("GG", false), ("00-AB", false)])
    func traceContext(text: String, isKept: Bool) throws {
        let bench = try Bench(allTypes)
        var escaped = ""
        for character in text.unicodeScalars { escaped += character == "\r" ? "\\r" : character == "\n" ? "\\n" : String(character) }
        let row = try bench.decode("{\"specversion\":\"1.0\",\"traceparent\":\"\(escaped)\",\"data\":\(event(""))}")
        #expect(String(decoding: bench.batch.text(bench.batch.headers[row].traceparent), as: UTF8.self) == (isKept ? text : ""))
        try withEnvelope(traceparent: text) { envelope in
            let row = try bench.decode(Array(event("").utf8), envelope: envelope)
            #expect(String(decoding: bench.batch.text(bench.batch.headers[row].traceparent), as: UTF8.self) == (isKept ? text : ""))
        }
    }

    @Test(
        "The type of an event without a topic",
        arguments: [
            (#"{"event_type":"b"}"#, "b"), (#"{"x":{"event_type":"a"},"event_type":"b"}"#, "b"), (#"{"type":"b"}"#, "b"),
            (#"{"type":"a","event_type":"b"}"#, "b"), (#"{"type":"a","event_type":"zzz"}"#, "a"),
            (#"{"specversion":"1.0","type":"b","data":{"event_type":"a"}}"#, "b"),
            (#"{"specversion":"1.0","type":"com.bank.v1","data":{"event_type":"a"}}"#, "a"), (#"{"data":{"type":"b"}}"#, "b"),
            (#"{}"#, "unknown_event_type event_type"), (#"{"event_type":"c"}"#, "unknown_event_type event_type"),
            (#"{"event_type":1}"#, "unknown_event_type event_type"),
            (#"{"event_type":"a","event_type":"b"}"#, "duplicate_key event_type"), (#"{"type":"a","type":"b"}"#, "duplicate_key type"), ("", "empty"),
            ("[", "not_json"),
            (#"{"event_type":"a"#, "not_json"),
        ])
    func eventType(json: String, expected: String) throws {
        let bench = try Bench(
            "events: {a: {topic: a, id: i, time: t, fields: {x: {type: int}}}, b: {topic: b, id: i, time: t, fields: {x: {type: int}}}}")
        let bytes = Array(json.utf8)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: bytes)
        do {
            let type = try bench.decoder.eventType(of: UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count]))
            #expect(bench.schema.events[type].name == expected)
        } catch {
            #expect("\(error.reason.rawValue)\(error.field.map { " " + $0 } ?? "")" == expected)
        }
    }
}
