import Events
import Testing

private func bytes(_ hexadecimal: String) -> [UInt8] {
    var digits = Substring(hexadecimal)
    var bytes: [UInt8] = []
    while !digits.isEmpty {
        bytes.append(UInt8(digits.prefix(2), radix: 16)!)
        digits = digits.dropFirst(2)
    }
    return bytes
}

/// HMAC-SHA-256, cut to 128 bits. Source: RFC 4231, sections 4.2, 4.5, 4.6 (whose answer is cut to 128 bits there, too), 4.7 and 4.8; the second test case
/// has a key of 4 bytes, which is refused here.
@Test(
    "Known answers",
    arguments: [
        (String(repeating: "0b", count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        (String(repeating: "0c", count: 20), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (String(repeating: "aa", count: 131), "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f"),
        (
            String(repeating: "aa", count: 131),
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944"
        ),
    ])
func knownAnswers(key: String, text: String, expected: String) { #expect(Pseudonymiser(key: bytes(key))!.pseudonym(of: text) == expected) }

@Test("A key is at least 128 bits")
func keyLength() {
    #expect(Pseudonymiser(key: []) == nil)
    #expect(Pseudonymiser(key: Array(repeating: 1, count: 15)) == nil)
    #expect(Pseudonymiser(key: Array(repeating: 1, count: 16)) != nil)
}

private let sensitiveSchema = """
    events:
      e:
        topic: t
        id: id
        time: time
        fields:
          phone: {type: string, optional: true, sensitive: true}
          name: {type: string, optional: true}
          amount: {type: decimal, scale: 2, optional: true}
          on: {type: bool, optional: true}
          at: {type: timestamp, optional: true}
        derived:
          last: {expr: 'prefix + "!"', sensitive: true}
          prefix: {expr: 'phone.substring(0, 3)', sensitive: true}
          operator: {expr: 'prefix == "138" ? "mobile" : "other"'}
          digits: {expr: 'size(phone)'}
          half: {expr: 'amount / 2.0'}
          flag: {expr: 'on && amount > 10.0'}
          later: {expr: 'at + duration("1s")'}
          initial: {expr: 'name.substring(0, 1)'}
    entities:
      person: {key: phone, history: 1d, record: [amount, prefix]}
      initial: {key: initial, history: 1d}
    """

@Test("Sensitive fields are pseudonyms, and what is derived from them saw them in clear")
func sensitiveFields() throws {
    let bench = try Bench(sensitiveSchema)
    let pseudonymiser = Pseudonymiser(key: Bench.key)!
    let row = try bench.decode(#"{"id":"1","time":1,"phone":"13800138000","name":"王五","amount":25.50,"on":true,"at":500}"#)
    #expect(bench.value(row, "phone") == pseudonymiser.pseudonym(of: "13800138000"))
    #expect(bench.value(row, "prefix") == pseudonymiser.pseudonym(of: "138"))
    #expect(bench.value(row, "last") == pseudonymiser.pseudonym(of: "138!"))
    #expect(bench.value(row, "operator") == "mobile")
    #expect(bench.value(row, "digits") == "11")
    #expect(bench.value(row, "half") == "12.75")
    #expect(bench.value(row, "flag") == "true")
    #expect(bench.value(row, "later") == "1500")
    #expect(bench.value(row, "initial") == "王")
    for field in ["phone", "prefix", "last"] {
        let slot = bench.schema.events[0].slot(named: field)!
        #expect(bench.batch.cell(row: row, slot: slot) == Fingerprint.of(bench.text(row, field)!))
    }
    for slot in 0..<bench.batch.stride where bench.batch.isPresent(row: row, slot: slot) {
        let text = String(decoding: bench.batch.text(row: row, slot: slot), as: UTF8.self)
        #expect(!text.contains("138") || text.count == 32)
    }
    // The same value has the same pseudonym, another one another; the empty one has one as well, where it is no key.
    let second = try bench.decode(#"{"id":"2","time":1,"phone":"13800138000"}"#)
    #expect(bench.value(second, "phone") == bench.value(row, "phone"))
    let third = try bench.decode(#"{"id":"3","time":1,"phone":"13800138001"}"#)
    #expect(bench.value(third, "phone") != bench.value(row, "phone"))
}

@Test("What is derived from nothing, or fails, is absent")
func absentDerivations() throws {
    let bench = try Bench(sensitiveSchema)
    let row = try bench.decode(#"{"id":"1","time":1,"phone":"12","name":""}"#)
    for field in ["prefix", "last", "operator", "half", "flag", "later"] { #expect(bench.value(row, field) == "-", "\(field)") }
    #expect(bench.value(row, "digits") == "2")
    // Too short a name fails; a derived key that is empty identifies nothing.
    #expect(bench.value(row, "initial") == "-")
    let empty = try Bench(
        "events: {e: {topic: t, id: id, time: time, fields: {n: {type: string}}, derived: {k: {expr: 'n.substring(1)'}}}}\nentities: {x: {key: k, history: 1d}}"
    )
    #expect(empty.value(try empty.decode(#"{"id":"1","time":1,"n":"a"}"#), "k") == "-")
    #expect(empty.value(try empty.decode(#"{"id":"1","time":1,"n":"ab"}"#), "k") == "b")
}

@Test("A sensitive key that is empty identifies nobody")
func emptySensitiveKey() throws {
    let bench = try Bench(sensitiveSchema)
    let row = try bench.decode(#"{"id":"1","time":1,"phone":""}"#)
    #expect(bench.value(row, "phone") == "-")
}
