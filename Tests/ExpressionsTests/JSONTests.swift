import Expressions
import Testing

@Test(
    "Bindings are read strictly",
    arguments: [
        ("1", "{\"value\":1}"), ("-0", "{\"value\":0}"), ("1.0", "{\"value\":1.0}"), ("1e2", "{\"value\":100.0}"),
        ("9223372036854775807", "{\"value\":9223372036854775807}"),
        ("9223372036854775808", "{\"value\":9.223372036854776e+18}"), (" [1 , {\"a\" : null}] ", "{\"value\":[1,{\"a\":null}]}"),
        (#""\u00e9\ud83d\ude00\n\/""#, "{\"value\":\"é😀\\n/\"}"),
        (#"{"a":1,"b":2,"a":3}"#, #"{"value":{"a":3,"b":2}}"#), ("01", ""), ("+1", ""), (".5", ""), ("1.", ""), ("1e", ""), ("-", ""), ("NaN", ""),
        ("1e999", ""), ("[1,]", ""), ("{\"a\":1,}", ""), ("{a:1}", ""), ("'a'", ""),
        ("[1] 2", ""), ("", ""), ("\"a", ""), ("\"\t\"", ""), (#""\x""#, ""), (#""\ud800""#, ""), (#""\udc00""#, ""), (#""\ud800\u0041""#, ""),
        (#""\u12""#, ""), ("tru", ""), ("[", ""), ("{\"a\"", ""),
        (String(repeating: "[", count: 101) + String(repeating: "]", count: 101), ""),
    ])
func readJSON(text: String, expected: String) {
    do {
        let value = try parseJSONValue(Array(text.utf8))
        #expect(JSONText.result(value) == expected)
    } catch {
        #expect(expected.isEmpty, "\(error)")
    }
}

@Test("Invalid UTF-8 is refused")
func invalidUTF8() { #expect(throws: JSONError.self) { try parseJSONValue([0x22, 0xFF, 0x22]) } }

@Test(
    "Request lines",
    arguments: [
        (#"{"expr":"a + 1","bind":{"a":2}}"#, #"{"value":3}"#), (#"{"expr":"y","bind":{"x.y":1},"container":"x"}"#, #"{"value":1}"#),
        (#"{"expr":"1u"}"#, #"{"value":1,"type":"uint"}"#),
        (#"{"expr":"[1u, b'a', duration('1s'), int, 0.0 / 0.0]"}"#, #"{"value":[1,"YQ==","1s","int","NaN"]}"#),
        (#"{"expr":"1 / 0"}"#, #"{"error":"divide_by_zero: divide by zero"}"#),
        (#"{"expr":1}"#, #"{"error":"the line is no object with an \"expr\""}"#), ("[]", #"{"error":"the line is no object with an \"expr\""}"#),
        (#"{"expr":"1","bind":[]}"#, #"{"error":"\"bind\" is no object"}"#), (#"{"expr":"1","container":1}"#, #"{"error":"\"container\" is no text"}"#),
        ("{", #"{"error":"the line is not JSON: a key in quotes is expected at byte 1"}"#),
        (
            #"{"expr":"1 +"}"#,
            #"{"error":"<expression>:1:4: error[unexpected-token]: expected a value, found the end of the expression; write a field, a number or text here, or remove what is before it"}"#
        ),
    ])
func requestLines(line: String, expected: String) { #expect(evaluateLine(Array(line.utf8)) == expected) }
