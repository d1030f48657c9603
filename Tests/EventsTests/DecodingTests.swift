import Events
import Expressions
import Testing

@Test(
    "Each type takes its values",
    arguments: [
        ("b", "true", "true"), ("b", "false", "false"),
        ("s", "\"\"", ""), ("s", "\"a\\u00e9\\n\\\"\\ud83d\\ude00\"", "aé\n\"😀"), ("s", "\"\\u0000\"", "\0"),
        ("i", "0", "0"), ("i", "-0", "0"), ("i", "9223372036854775807", "9223372036854775807"),
        ("i", "-9223372036854775808", "-9223372036854775808"),
        ("d", "0", "0.0"), ("d", "-0.0", "0.0"), ("d", "1e-3", "0.001"), ("d", "-12.5E+1", "-125.0"),
        ("d", "1.7976931348623157e308", "1.7976931348623157e+308"),
        ("d", "5e-324", "5e-324"), ("d", "1e-400", "0.0"), ("d", "123456789012345678901234567890", "1.2345678901234568e+29"),
        ("m", "12.5", "1250"), ("m", "12.50", "1250"), ("m", "12.500000", "1250"), ("m", "12", "1200"), ("m", "0", "0"), ("m", "-0", "0"),
        ("m", "-0.00", "0"), ("m", "-0.01", "-1"), ("m", "\"12.34\"", "1234"), ("m", "\"-7\"", "-700"), ("m", "1e2", "10000"),
        ("m", "1.2345e2", "12345"), ("m", "1230000e-6", "123"), ("m", "125e-2", "125"), ("m", "1E+1", "1000"),
        ("m", "90071992547409.92", "9007199254740992"), ("m", "-90071992547409.92", "-9007199254740992"),
        ("m", "0.10000000000000000000000000000000000000", "10"), ("m", "0e999999999999", "0"),
        ("m", "1.50000000000000000000000000000000", "150"),
        ("m0", "7", "7"), ("m0", "7.0", "7"), ("m0", "9007199254740992", "9007199254740992"),
        ("m15", "0.000000000000001", "1"), ("m15", "9.007199254740992", "9007199254740992"),
        ("k", "\"in\"", "in"), ("k", "\"入\"", "入"), ("k", "\"\\u5165\"", "入"),
        ("t", "0", "0"), ("t", "1763602200250", "1763602200250"), ("t", "-1", "-1"),
        ("t", "\"1970-01-01T00:00:00Z\"", "0"), ("t", "\"2026-11-20T09:30:00.250+08:00\"", "1795138200250"),
        ("t", "\"2026-11-20T01:30:00.2509999999Z\"", "1795138200250"), ("t", "\"2026-11-19t20:00:00.25-05:30\"", "1795138200250"),
        ("t", "\"1950-05-01T00:00:00Z\"", "-620784000000"), ("t", "\"2024-02-29T00:00:00z\"", "1709164800000"),
        ("t", "\"9999-12-31T23:59:59.999Z\"", "253402300799999"), ("t", "-62135596800000", "-62135596800000"),
        ("s", "null", "-"), ("b", "null", "-"), ("i", "null", "-"), ("d", "null", "-"), ("m", "null", "-"), ("k", "null", "-"), ("t", "null", "-"),
        ("device", "\"\"", "-"),
    ])
func decodes(field: String, json: String, expected: String) throws {
    let bench = try Bench(allTypes)
    let row = try bench.decode(event("\"\(field)\":\(json)"))
    #expect(bench.value(row, field) == expected)
    for other in ["s", "b", "i", "d", "m", "m0", "m15", "k", "t", "device"] where other != field { #expect(bench.value(row, other) == "-") }
    #expect(bench.value(row, "account") == "a1")
    #expect(bench.value(row, "event_id") == "e1")
    #expect(bench.value(row, "event_type") == "e")
    #expect(bench.value(row, "event_time") == "1795138200000")
    #expect(bench.batch.headers[row].timeMilliseconds == 1_795_138_200_000)
}

@Test(
    "Bad values are refused, each for its reason",
    arguments: [
        // The wrong kind of value.
        ("s", "1", "wrong_type"), ("s", "true", "wrong_type"), ("s", "{}", "wrong_type"), ("s", "[]", "wrong_type"),
        ("b", "1", "wrong_type"), ("b", "\"true\"", "wrong_type"), ("b", "{\"a\":1}", "wrong_type"),
        ("i", "\"1\"", "wrong_type"), ("i", "1.0", "wrong_type"), ("i", "1e3", "wrong_type"), ("i", "true", "wrong_type"), ("i", "[1]", "wrong_type"),
        ("d", "\"1\"", "wrong_type"), ("d", "false", "wrong_type"),
        ("m", "true", "wrong_type"), ("m", "\"\"", "wrong_type"), ("m", "\" 1\"", "wrong_type"), ("m", "\"1,5\"", "wrong_type"),
        ("m", "\"+1\"", "wrong_type"), ("m", "\"1e\"", "wrong_type"), ("m", "\"1e+\"", "wrong_type"), ("m", "\".5\"", "wrong_type"),
        ("m", "\"5.\"", "wrong_type"), ("m", "\"5.e1\"", "wrong_type"), ("m", "\"-\"", "wrong_type"), ("m", "\"1.2.3\"", "wrong_type"),
        ("m", "\"007\"", "wrong_type"), ("m", "\"0x10\"", "wrong_type"), ("m", "\"NaN\"", "wrong_type"), ("m", "\"１\"", "wrong_type"),
        ("k", "0", "wrong_type"), ("t", "true", "wrong_type"), ("t", "{}", "wrong_type"),
        // Numbers that are none, whichever way they are read.
        ("i", "01", "wrong_type"), ("i", "-", "wrong_type"), ("i", "12abc", "wrong_type"), ("m", "1.", "wrong_type"), ("m", "-.5", "wrong_type"),
        // Out of range.
        ("i", "9223372036854775808", "out_of_range"), ("i", "-9223372036854775809", "out_of_range"), ("i", "99999999999999999999999", "out_of_range"),
        ("d", "1e309", "out_of_range"), ("d", "-1e309", "out_of_range"),
        ("m", "90071992547409.93", "out_of_range"), ("m", "-90071992547409.93", "out_of_range"), ("m", "1e99", "out_of_range"),
        ("m", "1e999999999999999999", "out_of_range"), ("m", "123456789012345678901234567890", "out_of_range"),
        ("m", "12345678901234567890.12", "out_of_range"), ("m15", "9.007199254740993", "out_of_range"), ("m15", "10", "out_of_range"),
        ("t", "9223372036854775808", "out_of_range"), ("t", "9223372036854775807", "out_of_range"), ("t", "-62135596800001", "out_of_range"),
        // Too fine.
        ("m", "0.001", "too_many_decimals"), ("m", "1e-3", "too_many_decimals"), ("m", "1.234", "too_many_decimals"), ("m0", "0.5", "too_many_decimals"),
        ("m", "0.1234567890123456789012345678901234567890", "too_many_decimals"), ("m", "1e-999999999999999999", "too_many_decimals"),
        // Enums and times.
        ("k", "\"IN\"", "unknown_enum_value"), ("k", "\"\"", "unknown_enum_value"), ("k", "\"in \"", "unknown_enum_value"),
        ("t", "\"\"", "malformed_time"), ("t", "\"2026-11-20\"", "malformed_time"), ("t", "\"2026-11-20T01:30:00\"", "malformed_time"),
        ("t", "\"2026-11-20 01:30:00Z\"", "malformed_time"), ("t", "\"2026-13-20T01:30:00Z\"", "malformed_time"),
        ("t", "\"2026-02-29T01:30:00Z\"", "malformed_time"), ("t", "\"2026-11-20T24:00:00Z\"", "malformed_time"),
        ("t", "\"2026-11-20T01:30:00+0800\"", "malformed_time"), ("t", "\"2026-11-20T01:30:00.Z\"", "malformed_time"),
        ("t", "\"2026-11-20T01:30:00Z \"", "malformed_time"), ("t", "\"1763602200250\"", "malformed_time"), ("t", "1.5", "malformed_time"),
        ("t", "1e12", "malformed_time"),
    ])
func refuses(field: String, json: String, reason: String) throws {
    let bench = try Bench(allTypes)
    #expect(bench.outcome(Array(event("\"\(field)\":\(json)").utf8)) == "\(reason) \(field)")
}

/// Nothing at all is accepted in part: what is not JSON, and what is JSON but no event.
@Test(
    "Bad records are refused, each for its reason",
    arguments: [
        ("", "empty"), (" ", "empty"), ("\n\t \r\n", "empty"),
        ("x", "not_json"), ("nul", "not_json"), ("'a'", "not_json"), ("\u{FEFF}{}", "not_json"),
        ("null", "not_json"), ("true", "not_json"), ("1", "not_json"), ("\"text\"", "not_json"), ("[]", "not_json"), ("[{}]", "not_json"),
        ("{", "not_json"), ("}", "not_json"), ("{]", "not_json"), ("{\"a\"", "not_json"), ("{\"a\":", "not_json"), ("{\"a\":1", "not_json"),
        ("{\"a\":1,", "not_json"), ("{\"a", "not_json"), ("{a:1}", "not_json"), ("{\"a\" 1}", "not_json"), ("{\"a\":1 \"b\":2}", "not_json"),
        ("{\"event_id\":\"e\",}", "not_json"), ("{,}", "not_json"), ("{\"event_id\":tru}", "not_json event_id"),
        (event("") + "x", "not_json"), (event("") + event(""), "not_json"), (event("") + ",", "not_json"), (event("") + "}", "not_json"),
        (event("\"s\":nulL"), "not_json s"), (event("\"b\":tru"), "not_json b"), (event("\"s\":\"a\u{1}\""), "not_json"),
        (event("\"s\":\"\\x\""), "not_json s"),
        (event("\"s\":\"\\ud83d\""), "not_json s"), (event("\"s\":\"\\ude00\\ud83d\""), "not_json s"), (event("\"s\":\"\\u12\""), "not_json s"),
        (event("\"s\":\"\0\""), "not_json"), (event("\"s\":\0"), "not_json s"),
        ("{}", "missing_id event_id"), ("{\"event_id\":null}", "missing_id event_id"), ("{\"event_id\":\"\"}", "missing_id event_id"),
        ("{\"event_id\":{}}", "wrong_type event_id"), ("{\"event_id\":[1]}", "wrong_type event_id"), ("{\"event_id\":true}", "wrong_type event_id"),
        ("{\"event_id\":12a}", "wrong_type event_id"), ("{\"event_id\":01}", "wrong_type event_id"),
        ("{\"event_id\":1}", "missing_time event_time"), ("{\"event_id\":1,\"event_time\":null}", "missing_time event_time"),
        ("{\"event_id\":1,\"event_time\":\"\"}", "malformed_time event_time"), ("{\"event_id\":1,\"event_time\":-1}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":\"1969-12-31T23:59:59.999Z\"}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":\"1970-01-01T00:00:00+00:01\"}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":7258118400000}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":\"2200-01-01T00:00:00Z\"}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":99999999999999999999}", "out_of_range event_time"),
        ("{\"event_id\":1,\"event_time\":false}", "wrong_type event_time"),
        ("{\"event_id\":1,\"event_time\":0}", "missing_field account"), ("{\"event_id\":1,\"event_time\":0,\"account\":null}", "missing_field account"),
        ("{\"event_id\":1,\"event_time\":0,\"account\":\"\"}", "missing_key account"),
        ("{\"event_id\":1,\"event_time\":0,\"account\":\"a\"}", "ok"), ("{\"event_id\":1,\"event_time\":7258118399999,\"account\":\"a\"}", "ok"),
        // Twice the same key, also where it is written in another way.
        (event("\"account\":\"b\""), "duplicate_key account"), (event("\"m\":1,\"m\":1"), "duplicate_key m"), (event("\"m\":null,\"m\":2"), "duplicate_key m"),
        (event("\"m\":1,\"\\u006d\":2"), "duplicate_key m"), (event("\"\\u0061ccount\":\"b\""), "duplicate_key account"),
        (event("\"event_id\":\"e2\""), "duplicate_key event_id"), (event("\"x\":1,\"x\":2"), "ok"),
    ])
func refusesRecords(json: String, outcome: String) throws {
    let bench = try Bench(allTypes)
    #expect(bench.outcome(Array(json.utf8)) == outcome)
}

@Test("Escaped keys are read")
func escapedKeys() throws {
    let bench = try Bench(allTypes)
    let row = try bench.decode("{\"event_\\u0069d\":\"x\",\"\\u0065vent_time\":5,\"accoun\\u0074\":\"a\",\"\\u006d\":1.5,\"\\\"\":1}")
    #expect(bench.value(row, "event_id") == "x")
    #expect(bench.value(row, "m") == "150")
}

@Test(
    "Ids are strings, or numbers as written",
    arguments: [("\"x-1\"", "x-1"), ("12345678901234567890123", "12345678901234567890123"), ("1e3", "1e3"), ("-1.50", "-1.50")])
func ids(json: String, expected: String) throws {
    let bench = try Bench(allTypes)
    let row = try bench.decode("{\"event_id\": \(json) ,\"event_time\":1,\"account\":\"a\"}")
    #expect(bench.value(row, "event_id") == expected)
    #expect(bench.batch.headers[row].idFingerprint == Fingerprint.of(expected))
}

@Test("Members that the schema does not know are passed over at any depth")
func unknownMembers() throws {
    let bench = try Bench(allTypes)
    let noise =
        "\"x\":{\"account\":\"no\",\"m\":[1,{\"event_id\":\"no\"}],\"}\":\"{\\\"\"},\"y\":[[[]],{}],\"z\":\"\\u0000\",\"\":null,\"data\":{\"m\":7},\"time\":1,\"id\":{}"
    let row = try bench.decode("{" + noise + "," + event("\"m\":3").dropFirst())
    #expect(bench.value(row, "account") == "a1")
    #expect(bench.value(row, "m") == "300")
}

@Test("Size is bounded, and depth does no harm")
func sizes() throws {
    let bench = try Bench(allTypes)
    func outcome(_ members: String) -> String { bench.outcome(Array(event(members).utf8)) }
    let mebibyte = String(repeating: "x", count: 1 << 20)
    #expect(outcome("\"s\":\"\(mebibyte)\"") == "string_too_long s")
    #expect(outcome("\"m\":\"\(mebibyte)\"") == "wrong_type m")
    #expect(outcome("\"m\":\"0.\(String(repeating: "0", count: 1 << 20))\"") == "ok")
    #expect(outcome("\"k\":\"\(mebibyte)\"") == "unknown_enum_value k")
    #expect(outcome("\"t\":\"\(mebibyte)\"") == "malformed_time t")
    #expect(outcome("\"unknown\":\"\(mebibyte)\"") == "ok")
    #expect(outcome("\"\(mebibyte)\":1") == "ok")
    #expect(outcome("\"s\":\"\(String(repeating: "x", count: FieldLimits.stringBytesMax))\"") == "ok")
    #expect(outcome("\"s\":\"\(String(repeating: "x", count: FieldLimits.stringBytesMax + 1))\"") == "string_too_long s")
    #expect(outcome("\"unknown\":\(String(repeating: "9", count: 1 << 20))") == "ok")
    #expect(outcome("\"i\":\(String(repeating: "9", count: 1 << 20))") == "out_of_range i")
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let deepObject = String(repeating: "{\"account\":", count: 100_000) + "1" + String(repeating: "}", count: 100_000)
    for nested in [deep, deepObject] {
        #expect(["ok", "too_deep"].contains(outcome("\"unknown\":\(nested)")))
        #expect(["wrong_type s", "too_deep"].contains(outcome("\"s\":\(nested)")))
        #expect(["wrong_type m", "too_deep"].contains(outcome("\"m\":\(nested)")))
    }
    #expect(outcome("\"unknown\":" + String(repeating: "[", count: 100_000)) == "not_json")
    let many = (0..<200_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(outcome(many) == "ok")
    let id = String(repeating: "i", count: FieldLimits.eventIDBytesMax)
    #expect(bench.outcome(Array("{\"event_id\":\"\(id)\",\"event_time\":1,\"account\":\"a\"}".utf8)) == "ok")
    #expect(bench.outcome(Array("{\"event_id\":\"\(id)i\",\"event_time\":1,\"account\":\"a\"}".utf8)) == "string_too_long event_id")
    let huge = [UInt8](repeating: UInt8(ascii: " "), count: FieldLimits.eventBytesMax + 1 - event("").utf8.count) + Array(event("").utf8)
    #expect(bench.outcome(huge) == "too_large")
    #expect(bench.outcome(Array(huge.dropFirst())) == "ok")
}

@Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE5, 0x85], [0x80]] as [[UInt8]], ["s", "unknown"])
func invalidUTF8(bytes: [UInt8], member: String) throws {
    let bench = try Bench(allTypes)
    let json = Array(event("").utf8.dropLast()) + Array(",\"\(member)\":\"".utf8) + bytes + Array("\"}".utf8)
    #expect(bench.outcome(json) == "invalid_utf8")
}

@Test("After a refusal the batch is as before, texts included")
func refusalLeavesNothing() throws {
    let bench = try Bench(allTypes, capacity: 2)
    let first = try bench.decode(event("\"s\":\"first\",\"m\":1"))
    let long = String(repeating: "y", count: 60_000)
    // Were the texts of refused events kept, 64 MiB would have piled up behind the first row.
    for bad in 0..<1_000 {
        #expect(throws: Rejection.self) { try bench.decode(event("\"s\":\"\(long)\",\"device\":\"d\",\"m\":\(bad % 2 == 0 ? "true" : "1,\"t\":\"x\"")")) }
        #expect(bench.batch.count == 1)
    }
    let second = try bench.decode(event("\"k\":\"out\""))
    #expect(second == 1 && bench.batch.count == 2)
    #expect(bench.batch.texts[second * bench.batch.stride].offset < 200)
    #expect(bench.value(first, "s") == "first" && bench.value(first, "m") == "100" && bench.value(first, "k") == "-")
    #expect(bench.value(second, "s") == "-" && bench.value(second, "device") == "-" && bench.value(second, "m") == "-" && bench.value(second, "k") == "out")
}

@Test("A row does not see what stood there before")
func rowsAreReused() throws {
    let bench = try Bench(allTypes, capacity: 1)
    _ = try bench.decode(event("\"s\":\"x\",\"b\":true,\"i\":1,\"d\":1,\"m\":1,\"k\":\"out\",\"t\":1,\"device\":\"d\""))
    bench.batch.removeAll()
    let row = try bench.decode(event(""))
    for field in ["s", "b", "i", "d", "m", "k", "t", "device"] { #expect(bench.value(row, field) == "-") }
}

@Test("Messages never quote what the event holds")
func messagesAreDiscreet() throws {
    let bench = try Bench(allTypes)
    let secret = "13800138000"
    let bad = [
        "{\"\(secret)", secret, "[\(secret)]", "{\"event_id\":{\"\(secret)\":1}}", "{\"event_id\":1,\"event_time\":\"\(secret)\"}",
        "{\"event_id\":1,\"event_time\":\(secret)000}",
        event("\"s\":\(secret)"), event("\"b\":\"\(secret)\""), event("\"i\":\"\(secret)\""), event("\"i\":\(secret)\(secret)"), event("\"i\":\(secret).5"),
        event("\"d\":\"\(secret)\""), event("\"d\":\(secret)e999"), event("\"m\":\"\(secret)x\""), event("\"m\":\(secret)e99"), event("\"m\":0.\(secret)"),
        event("\"k\":\"\(secret)\""), event("\"t\":\"\(secret)\""), event("\"account\":\"\(secret)\""), event("\"s\":\"\(secret)\\x\""),
        event("\"s\":\"\(String(repeating: secret, count: 10_000))\""), event("\"b\":\(secret)"), event("\"s\":\"\(secret)\"") + secret,
    ]
    for json in bad {
        bench.batch.removeAll()
        do {
            _ = try bench.decode(json)
            Issue.record("accepted: \(json)")
        } catch {
            #expect(!error.description.contains(secret), "\(error)")
            #expect(!error.message.isEmpty)
        }
    }
}
