import Expressions
import Testing

/// One expression, what is bound, and the line that `vane eval` prints. An expected text without braces is the code of an error.
struct Row: Sendable, CustomTestStringConvertible {
    let expression: String
    let bindings: String
    let expected: String

    init(_ expression: String, _ expected: String, bind bindings: String = "{}") {
        self.expression = expression
        self.bindings = bindings
        self.expected = expected
    }

    var testDescription: String { expression }

    func check(container: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
        guard case .map(let bound) = try parseJSONValue(Array(bindings.utf8)) else { return }
        let line = evaluate(expression, bindings: bound, container: container, timeZones: SystemTimeZones())
        if expected.hasPrefix("{\"value\":") {
            #expect(line == expected, sourceLocation: sourceLocation)
        } else if expected == "syntax" {
            #expect(line.hasPrefix("{\"error\":\"<expression>:"), "\(line)", sourceLocation: sourceLocation)
        } else if expected.hasPrefix("!") {
            #expect(line.hasPrefix("{\"error\":\"\(expected.dropFirst()): "), "\(line)", sourceLocation: sourceLocation)
        } else {
            #expect(line == "{\"value\":\(expected)}", sourceLocation: sourceLocation)
        }
    }
}

@Test(
    "Literals",
    arguments: [
        Row("0", "0"), Row("0u", #"{"value":0,"type":"uint"}"#), Row("7U", #"{"value":7,"type":"uint"}"#), Row("0xfF", "255"), Row("-0x10", "-16"),
        Row("0x10u", #"{"value":16,"type":"uint"}"#), Row("-9223372036854775808", "-9223372036854775808"), Row("9223372036854775808", "syntax"),
        Row("--9223372036854775808", "!overflow"), Row("18446744073709551615u", #"{"value":18446744073709551615,"type":"uint"}"#),
        Row("18446744073709551616u", "syntax"), Row("0.5", "0.5"), Row(".5", "0.5"), Row("5e3", "5000.0"), Row("-1.5e-3", "-0.0015"), Row("1e-400", "0.0"),
        Row("1e400", "syntax"), Row("1.", "syntax"), Row("true", "true"), Row("false", "false"), Row("null", "null"), Row("''", #""""#),
        Row(#""it's""#, #""it's""#), Row(#"'say \"hi\"'"#, #""say \"hi\"""#), Row(#"'\a\b\f\n\r\t\v\\\?\'\`'"#, ##""\u0007\b\f\n\r\t\u000b\\?'`""##),
        Row(#"'\x41\X42\103\u0044\U00000045'"#, #""ABCDE""#), Row(#"'\u00e9' == 'é'"#, "true"), Row(#"r'\d'"#, #""\\d""#), Row(#"R"\n""#, #""\\n""#),
        Row(#"r'\' + r"\""#, #""\\\\""#), Row("'''a'b''c\n'''", #""a'b''c\n""#), Row(#""""a"b""c""""#, #""a\"b\"\"c""#), Row("r'''\\'''", #""\\""#),
        Row("'a\nb'", "syntax"), Row("'abc", "syntax"), Row("'''abc''", "syntax"), Row(#"'\q'"#, "syntax"), Row(#"'\x4'"#, "syntax"),
        Row(#"'\ud800'"#, "syntax"),
        Row(#"'\U00110000'"#, "syntax"), Row(#"'\400'"#, "syntax"), Row("b'abc'", #"{"value":"YWJj","type":"bytes"}"#),
        Row(#"b'\xff\377\000'"#, #"{"value":"//8A","type":"bytes"}"#),
        Row("b'é' == b'\\xc3\\xa9'", "true"), Row(#"'\303' == 'Ã'"#, "true"), Row(#"br'\x41'"#, #"{"value":"XHg0MQ==","type":"bytes"}"#),
        Row(#"b'\u0041'"#, "syntax"),
        Row("[]", "[]"), Row("[1, 2.5, 'a', null,]", #"[1,2.5,"a",null]"#), Row("{}", "{}"),
        Row("{'a': 1, 2: [3], true: {}, 4u: 5,}", #"{"a":1,"2":[3],"true":{},"4":5}"#),
        Row("1 // one\n + // plus\n 2", "3"), Row("\u{0C}1\r\n+\t2", "3"), Row("", "syntax"), Row("1 2", "syntax"), Row("(1", "syntax"), Row("[1, 2", "syntax"),
        Row("f(1,)", "syntax"),
        Row("a = 1", "syntax"), Row("a & b", "syntax"), Row("1 +", "syntax"), Row("#", "syntax"), Row("é", "syntax"), Row("for", "syntax"),
        Row("{'for': 1}.for", "1"), Row("{'in': 1}.in", "syntax"),
        Row("{'a-b c': 1}.`a-b c`", "1"), Row("`a`", "syntax"), Row("x.``", "syntax"), Row("M{a: 1}", "syntax"), Row("a.?b", "syntax"), Row("[?a]", "syntax"),
        Row("a[?0]", "syntax"),
    ])
func literals(row: Row) throws { try row.check() }

@Test(
    "Operators",
    arguments: [
        Row("1 + 2 * 3 - 4 / 2 % 3", "5"), Row("(1 + 2) * 3", "9"), Row("2 - 3 - 4", "-5"), Row("-7 / 2", "-3"), Row("-7 % 5", "-2"), Row("7 % -5", "2"),
        Row("1 / 0", "!divide_by_zero"), Row("1 % 0", "!divide_by_zero"), Row("1u / 0u", "!divide_by_zero"), Row("5u % 3u", #"{"value":2,"type":"uint"}"#),
        Row("1.0 / 0.0", #"{"value":"Infinity","type":"double"}"#), Row("-1.0 / 0.0", #"{"value":"-Infinity","type":"double"}"#),
        Row("0.0 / 0.0", #"{"value":"NaN","type":"double"}"#),
        Row("-(0.0)", "-0.0"), Row("47.5 % 5.5", "!no_such_overload"), Row("9223372036854775807 + 1", "!overflow"),
        Row("-9223372036854775808 - 1", "!overflow"),
        Row("5000000000 * 5000000000", "!overflow"), Row("-9223372036854775808 / -1", "!overflow"), Row("-9223372036854775808 % -1", "!overflow"),
        Row("0u - 1u", "!overflow"), Row("18446744073709551615u + 1u", "!overflow"),
        Row("5000000000u * 5000000000u", "!overflow"), Row("-(5u)", "!no_such_overload"), Row("-false", "!no_such_overload"),
        Row("1 + 1u", "!no_such_overload"), Row("1 + 1.0", "!no_such_overload"), Row("1 + 'a'", "!no_such_overload"),
        Row("0.1 + 0.2", "0.30000000000000004"), Row("42.5 * 0.2", "8.5"), Row("'a' + 'b'", #""ab""#), Row("b'a' + b'b'", #"{"value":"YWI=","type":"bytes"}"#),
        Row("[1] + [2]", "[1,2]"),
        Row("!true", "false"), Row("!!true", "true"), Row("!1", "!no_such_overload"), Row("---3", "-3"), Row("!-1", "!no_such_overload"),
        Row("-!true", "syntax"),
        Row("true ? 1 : 1 / 0", "1"), Row("false ? 1 / 0 : 2", "2"), Row("true ? (false ? 1 : 2) : 3", "2"), Row("true ? false ? 1 : 2 : 3", "syntax"),
        Row("false ? 1 : false ? 2 : 3", "3"), Row("1 ? 2 : 3", "!no_such_overload"), Row("1 / 0 > 1 ? 2 : 3", "!divide_by_zero"),
        Row("true && 1", "!no_such_overload"), Row("false && 32", "false"), Row("'x' && false", "false"), Row("1 / 0 > 0 && false", "false"),
        Row("false && 1 / 0 > 0", "false"), Row("1 / 0 > 0 && true", "!divide_by_zero"),
        Row("'a' && 'b'", "!no_such_overload"), Row("'x' || true", "true"), Row("1 / 0 > 0 || true", "true"), Row("true || x", "true"),
        Row("x || true", "true"), Row("x || false", "!unknown_name"), Row("f(1) || true", "true"), Row("a.as() || true", "true"),
        Row("f(1)", "!unknown_function"), Row("x", "!unknown_name"), Row("1 in [1, 2]", "true"), Row("1.0 in [1]", "true"), Row("1u in {1: 2}", "true"),
        Row("'b' in {'a': 1}", "false"), Row("1 in 2", "!no_such_overload"), Row("'a' in 'abc'", "!no_such_overload"),
        Row("[7, 8][1]", "8"), Row("[7, 8][dyn(1u)]", "8"), Row("[7, 8][dyn(1.0)]", "8"), Row("[7, 8][dyn(0.5)]", "!invalid_argument"),
        Row("[7, 8][2]", "!index_out_of_range"), Row("[7, 8][-1]", "!index_out_of_range"),
        Row("[7]['a']", "!no_such_overload"), Row("{1: 'a'}[1u]", #""a""#), Row("{1u: 'a'}[1.0]", #""a""#), Row("{'a': 1}.b", "!no_such_key"),
        Row("{'a': 1}['b']", "!no_such_key"), Row("{'a': {'b': 2}}.a.b", "2"), Row("(1).a", "!no_such_overload"),
        Row("{'a': 1, 'a': 2}", "!duplicate_key"), Row("{1: 1, 1u: 2}", "!duplicate_key"), Row("{1.5: 1}", "!invalid_argument"),
        Row("{[]: 1}", "!invalid_argument"), Row("has({'a': 1}.a)", "true"), Row("has({'a': 1}.b)", "false"), Row("has(1)", "syntax"),
    ])
func operators(row: Row) throws { try row.check() }

@Test(
    "Comparisons",
    arguments: [
        Row("1 == 1.0", "true"), Row("1 == 1u", "true"), Row("1 == '1'", "false"), Row("null == 1", "false"), Row("null == null", "true"),
        Row("[1] == [1.0]", "true"), Row("[1, 2] == [2, 1]", "false"), Row("{'a': 1, 'b': 2} == {'b': 2.0, 'a': 1u}", "true"),
        Row("{'a': 1} == {'a': 1, 'b': 2}", "false"), Row("0.0 == -0.0", "true"), Row("0.0 / 0.0 == 0.0 / 0.0", "false"), Row("0.0 / 0.0 != 0.0 / 0.0", "true"),
        Row("[0.0 / 0.0] == [0.0 / 0.0]", "false"), Row("9223372036854775807 == 9223372036854775807.0", "false"),
        Row("9007199254740993 == 9007199254740992.0", "false"), Row("18446744073709551615u == 18446744073709551616.0", "false"), Row("-1 < 0u", "true"),
        Row("1u > -1", "true"), Row("9223372036854775807 < 9223372036854775808u", "true"),
        Row("9223372036854775807 < 9223372036854775807.0", "false"), Row("9223372036854775807 >= 9223372036854775808.0", "true"),
        Row("9223372036854775807 < 9223372036854777857.0", "true"), Row("-9223372036854775808 <= -9223372036854775809.0", "true"),
        Row("18446744073709553665.0 > 18446744073709551615u", "true"), Row("18446744073709551615u < -1.0", "false"),
        Row("{9007199254740993: 1}[9007199254740992.0]", "!no_such_key"), Row("'elem' in [1u, 'str', b'x']", "false"), Row("1 < 1.5", "true"),
        Row("2u <= 1.5", "false"), Row("1.5 >= 1", "true"), Row("-1.5 < 0u", "true"), Row("-1.5 > -2", "true"), Row("0.0 / 0.0 < 1", "false"),
        Row("0.0 / 0.0 >= 1.0", "false"),
        Row("'a' < 'b'", "true"), Row("'abc' < 'abcd'", "true"), Row("'Z' < 'a'", "true"), Row("'a' < 'á'", "true"), Row("'é' == 'e\\u0301'", "false"),
        Row("'\\uffff' < '\\U00010000'", "true"), Row("b'a' < b'b'", "true"), Row("b'' < b'\\x00'", "true"),
        Row("false < true", "true"), Row("true <= false", "false"), Row("[0] < [1]", "!no_such_overload"), Row("{} < {}", "!no_such_overload"),
        Row("null < null", "!no_such_overload"), Row("1 < 'a'", "!no_such_overload"), Row("1 < 2 == true", "true"),
        Row("type(1) == int", "true"), Row("type(1) == uint", "false"), Row("type([1]) == type(['a'])", "true"), Row("type(type(1)) == type", "true"),
        Row("bytes('a') == b'a'", "true"), Row("timestamp(0) == timestamp('1970-01-01T00:00:00Z')", "true"),
        Row("duration('60s') == duration('1m')", "true"), Row("duration('1s') < duration('2s')", "true"), Row("timestamp(1) > timestamp(0)", "true"),
        Row("dyn(1) != null", "true"),
    ])
func comparisons(row: Row) throws { try row.check() }

@Test(
    "Conversions",
    arguments: [
        Row("int(42u)", "42"), Row("int(18446744073709551615u)", "!overflow"), Row("int(-7.9)", "-7"), Row("int(1e99)", "!overflow"),
        Row("int(9223372036854775807.0)", "!overflow"), Row("int(-9223372036854775808.0)", "!overflow"),
        Row("int(double(36028797018963969))", "36028797018963968"),
        Row("int(0.0 / 0.0)", "!overflow"), Row("int('-12')", "-12"), Row("int('12a')", "!invalid_argument"), Row("int('')", "!invalid_argument"),
        Row("int(' 1')", "!invalid_argument"), Row("int(timestamp('2004-09-16T23:59:59Z'))", "1095379199"), Row("int(true)", "!no_such_overload"),
        Row("int(null)", "!no_such_overload"),
        Row("uint(1729)", #"{"value":1729,"type":"uint"}"#), Row("uint(-1)", "!overflow"), Row("uint(25.9)", #"{"value":25,"type":"uint"}"#),
        Row("uint(1e19)", #"{"value":10000000000000000000,"type":"uint"}"#), Row("uint(6.022e23)", "!overflow"),
        Row("uint('300')", #"{"value":300,"type":"uint"}"#), Row("uint('-1')", "!invalid_argument"), Row("uint('+1')", "!invalid_argument"),
        Row("double(9223372036854775807)", "9.223372036854776e+18"), Row("double('6.02214e23')", "6.02214e+23"), Row("double('-0.0')", "-0.0"),
        Row("double('x')", "!invalid_argument"), Row("double('1e400')", "!overflow"), Row("double('NaN')", #"{"value":"NaN","type":"double"}"#),
        Row("double('-Infinity')", #"{"value":"-Infinity","type":"double"}"#),
        Row("double(' 1')", "!invalid_argument"), Row("double('nan(1)')", "!invalid_argument"), Row("double('')", "!invalid_argument"),
        Row("string(123)", #""123""#), Row("string(-4.5e-3)", #""-0.0045""#), Row("string(1.0)", #""1""#), Row("string(1e21)", #""1e+21""#),
        Row("string(1e20)", #""100000000000000000000""#), Row("string(1.5e-7)", #""1.5e-07""#), Row("string(123.456)", #""123.456""#),
        Row("string(0.0001)", #""0.0001""#),
        Row("string(true)", #""true""#), Row("string(b'\\xc3\\xbf')", #""ÿ""#), Row("string(b'\\xff')", "!invalid_argument"),
        Row("string(null)", "!no_such_overload"), Row("string(timestamp('2009-02-13T23:31:30.500Z'))", #""2009-02-13T23:31:30.5Z""#),
        Row("string(duration('1h1.5s'))", #""3601.5s""#), Row("bytes('ÿ')", #"{"value":"w78=","type":"bytes"}"#),
        Row("bool('true')", "true"), Row("bool('0')", "false"), Row("bool('TrUe')", "!invalid_argument"), Row("bool(1)", "!no_such_overload"),
        Row("dyn(1)", "1"), Row("dyn", "!unknown_name"), Row("type(null)", #"{"value":"null_type","type":"type"}"#),
        Row("type(1u)", #"{"value":"uint","type":"type"}"#), Row("type(timestamp(0))", #"{"value":"google.protobuf.Timestamp","type":"type"}"#),
        Row("google.protobuf.Duration", #"{"value":"google.protobuf.Duration","type":"type"}"#), Row("list", #"{"value":"list","type":"type"}"#),
        Row("type", #"{"value":"type","type":"type"}"#), Row("map == type({})", "true"), Row("int(1, 2)", "!no_such_overload"),
        Row("base64.encode(b'hello')", #""aGVsbG8=""#), Row("base64.decode('aGVsbG8')", #"{"value":"aGVsbG8=","type":"bytes"}"#),
        Row("base64.decode('a')", "!invalid_argument"), Row("base64.decode('a*==')", "!invalid_argument"),
    ])
func conversions(row: Row) throws { try row.check() }

@Test(
    "Macros",
    arguments: [
        Row("[1, 2].all(x, x > 0)", "true"), Row("[1, 2].all(x, x > 1)", "false"), Row("[].all(x, x > 1)", "true"),
        Row("[1, 'a', 3].all(x, x % 2 == 1)", "!no_such_overload"), Row("[1, 2, 3].all(e, 6 / (2 - e) == 6)", "false"),
        Row("[1, 2].all(x, x / 0 != 1)", "!divide_by_zero"), Row("{'a': 1}.all(k, k == 'a')", "true"),
        Row("[1, 'a', 3].exists(x, x != '1')", "true"), Row("[0, 1].exists(x, 1 / x == 1)", "true"), Row("[0, 2].exists(x, 1 / x == 1)", "!divide_by_zero"),
        Row("[].exists(x, true)", "false"), Row("[1].exists(x, 1)", "!no_such_overload"), Row("[1, 2].exists_one(x, x > 1)", "true"),
        Row("[1, 2].existsOne(x, x > 0)", "false"), Row("[2, 0].exists_one(x, 1 / x == 0)", "!divide_by_zero"),
        Row("[1, 2, 3].map(x, x * x)", "[1,4,9]"), Row("[1, 2, 3].map(x, x > 1, x * x)", "[4,9]"), Row("{'a': 1, 'b': 2}.map(k, k)", #"["a","b"]"#),
        Row("[0].map(x, 1 / x)", "!divide_by_zero"), Row("[1, 2, 3].filter(x, x % 2 == 1)", "[1,3]"), Row("{1: 2, 3: 4}.filter(k, k > 1)", "[3]"),
        Row("[1].filter(x, 1)", "!no_such_overload"), Row("(1).map(x, x)", "!no_such_overload"),
        Row("[[1], [2, 3]].map(l, l.map(x, x + size(l)))", "[[2],[4,5]]"), Row("[1, 2].map(x, [3].map(x, x))", "[[3],[3]]"),
        Row("[1].map(x, x) + [x]", "!unknown_name"), Row("[1, 2].exists(i, v, i == 1 && v == 2)", "true"), Row("[1, 2].all(i, v, v == i + 1)", "true"),
        Row("{'a': 1}.all(k, v, k == 'a' && v == 1)", "true"), Row("[5, 7].existsOne(i, v, v % 5 == i)", "true"),
        Row("[2, 4].transformList(i, v, v + i)", "[2,5]"), Row("[2, 4].transformList(i, v, i > 0, v)", "[4]"),
        Row("{'a': 1}.transformList(k, v, k)", #"["a"]"#), Row("{'a': 1, 'b': 2}.transformMap(k, v, v * 2)", #"{"a":2,"b":4}"#),
        Row("{'a': 1, 'b': 2}.transformMap(k, v, k != 'a', v)", #"{"b":2}"#), Row("['x', 'y'].transformMap(i, v, v)", #"{"0":"x","1":"y"}"#),
        Row("{'a': 'b'}.transformMapEntry(k, v, {v: k})", #"{"b":"a"}"#), Row("{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})", "!duplicate_key"),
        Row("{'a': 1, 'b': 2}.transformMapEntry(k, v, v > 1, {v: k})", #"{"2":"b"}"#), Row("{'a': 1}.transformMapEntry(k, v, v)", "!no_such_overload"),
        Row("cel.bind(x, 3, x * x)", "9"), Row("cel.bind(x, 1 / 0, true || x)", "!divide_by_zero"), Row("[1].map(1, 2)", "syntax"),
        Row("[1].all(a.b, true)", "syntax"), Row("[1].exists(x, x, true)", "syntax"),
        Row("[1].map(x, y)", "!unknown_name"), Row("l.map(x, x + n)", "[11,12]", bind: #"{"l":[1,2],"n":10}"#),
        Row("[{'z': 0}].exists(y, y.z == 0)", "true", bind: #"{"y.z":42}"#), Row("[{'z': 0}].exists(y, .y.z == 42)", "true", bind: #"{"y.z":42}"#),
    ])
func macros(row: Row) throws { try row.check() }

@Test(
    "Strings",
    arguments: [
        Row("size('πέντε')", "5"), Row("'abc'.size()", "3"), Row("size(b'é')", "2"), Row("size(1)", "!no_such_overload"),
        Row("'foobar'.startsWith('foo')", "true"), Row("'foobar'.endsWith('bar')", "true"), Row("'ar'.endsWith('bar')", "false"),
        Row("'hello'.contains('ell')", "true"), Row("'hello'.contains('')", "true"), Row("''.contains('a')", "false"), Row("'aaab'.contains('aab')", "true"),
        Row("'a'.contains(1)", "!no_such_overload"), Row("contains('a', 'a')", "!no_such_overload"),
        Row("'hubba'.matches('ubb')", "true"), Row("matches('hubba', '^ubb')", "false"), Row("'mañana'.matches('a+ñ+a+')", "true"),
        Row("'x'.matches('(')", "!invalid_argument"), Row("'x'.matches('(?=x)')", "!invalid_argument"),
        Row("s.matches(p)", "true", bind: #"{"s":"abc","p":"b"}"#), Row("''.matches('')", "true"), Row("'a'.matches(1)", "!no_such_overload"),
        Row("'tacocat'.charAt(3)", #""o""#), Row("'tacocat'.charAt(7)", #""""#), Row("'tacocat'.charAt(8)", "!index_out_of_range"),
        Row("'©αT'.charAt(1)", #""α""#), Row("'tacocat'.indexOf('ac')", "1"), Row("'tacocat'.indexOf('')", "0"), Row("'tacocat'.indexOf('', 3)", "3"),
        Row("'tacocat'.indexOf('a', 3)", "5"), Row("'tacocat'.indexOf('x')", "-1"), Row("'tacocat'.indexOf('a', 30)", "!index_out_of_range"),
        Row("'tacocat'.indexOf('a', 7)", "-1"), Row("'a'.indexOf('aa')", "-1"),
        Row("'ta©o©αT'.indexOf('©αT', 3)", "4"), Row("'tacocat'.lastIndexOf('at')", "5"), Row("'tacocat'.lastIndexOf('')", "7"),
        Row("''.lastIndexOf('@@')", "-1"), Row("'tacocat'.lastIndexOf('a', 3)", "1"), Row("'bananananana'.lastIndexOf('nana', 7)", "6"),
        Row("'ta©o©αT'.lastIndexOf('©α', 4)", "4"), Row("'tacocat'.lastIndexOf('a', -1)", "!index_out_of_range"),
        Row("'tacocat'.lastIndexOf('a', 30)", "!index_out_of_range"),
        Row("'TacoCÆt'.lowerAscii()", #""tacocÆt""#), Row("'tacoCαt'.upperAscii()", #""TACOCαT""#), Row("'{0} {0}'.replace('{0}', 'x')", #""x x""#),
        Row("'{0} {0}'.replace('{0}', 'x', 1)", #""x {0}""#), Row("'ab'.replace('', '-')", #""-a-b-""#), Row("'ab'.replace('', '-', 2)", #""-a-b""#),
        Row("'ab'.replace('a', 'x', 0)", #""ab""#), Row("'aaa'.replace('aa', 'b', -1)", #""ba""#),
        Row("'a b'.split(' ')", #"["a","b"]"#), Row("'a b c'.split(' ', 2)", #"["a","b c"]"#), Row("'a b'.split(' ', 0)", "[]"),
        Row("'a b'.split(' ', 1)", #"["a b"]"#), Row("'oé©'.split('')", #"["o","é","©"]"#), Row("'abc'.split('', 2)", #"["a","bc"]"#),
        Row("''.split(',')", #"[""]"#), Row("''.split('')", "[]"), Row("'a,'.split(',', -1)", #"["a",""]"#),
        Row("'tacocat'.substring(4)", #""cat""#), Row("'tacocat'.substring(0, 4)", #""taco""#), Row("'tacocat'.substring(7)", #""""#),
        Row("'tacocat'.substring(4, 3)", "!index_out_of_range"), Row("'tacocat'.substring(40)", "!index_out_of_range"),
        Row("'tacocat'.substring(1, 50)", "!index_out_of_range"), Row("'tacocat'.substring(-1)", "!index_out_of_range"),
        Row("'a'.substring(true, 1)", "!no_such_overload"), Row("'a'.substring(0, 1, 1)", "!no_such_overload"),
        Row("' \\f\\n\\t a b\\u3000'.trim()", #""a b""#), Row("'   '.trim()", #""""#), Row("'\\u200ba'.trim() == '\\u200ba'", "true"),
        Row("'aé😀'.reverse()", #""😀éa""#), Row("['x', 'y'].join()", #""xy""#), Row("['x', 'y'].join('-')", #""x-y""#), Row("[].join('-')", #""""#),
        Row("[1].join()", "!no_such_overload"), Row(#"strings.quote("a\"\\\n\a") == "\"a\\\"\\\\\\n\\a\"""#, "true"), Row("strings.quote('😀')", #""\"😀\"""#),
        Row("'%s|%s|%s'.format(['a', 1, 2.5])", #""a|1|2.5""#),
        Row("'%s'.format([[null, true, b'x', duration('2h'), type(1), 1.0]])", #""[null, true, x, 7200s, int, 1]""#),
        Row("'%s'.format([{'strKey': 'x', 6: 1u, true: 2}])", #""{6: 1, strKey: x, true: 2}""#), Row("'%d%%'.format([5])", #""5%""#),
        Row("'%d'.format([double('NaN')])", #""NaN""#), Row("'%.3f'.format([1.2345])", #""1.234""#), Row("'%f'.format([2.71828])", #""2.718280""#),
        Row("'%.0f'.format([2.5])", #""2""#), Row("'%.6e'.format([1052.032911275])", #""1.052033e+03""#),
        Row("'%e'.format([double('-Infinity')])", #""-Infinity""#),
        Row("'%b %b %o %x %X'.format([5, true, 11, 30, 'Hi~'])", #""101 1 13 1e 48697E""#), Row("'%x'.format([-255])", #""-ff""#),
        Row("'%x'.format([b'byte'])", #""62797465""#), Row("'%a'.format([1])", "!invalid_argument"), Row("'%d %d'.format([1])", "!index_out_of_range"),
        Row("'%b'.format(['x'])", "!invalid_argument"), Row("'%d'.format([duration('1s')])", "!invalid_argument"),
        Row("'%x'.format([0.5])", "!invalid_argument"), Row("'%e'.format([null])", "!invalid_argument"), Row("'%'.format([1])", "!invalid_argument"),
        Row("'%.999999f'.format([1.0])", "!invalid_argument"), Row("'%E'.format([1.0])", "!invalid_argument"), Row("'x'.format(1)", "!no_such_overload"),
        Row("42.charAt(2)", "!no_such_overload"),
        Row("'%s'.format([timestamp('2023-02-03T23:31:20+00:00')])", #""2023-02-03T23:31:20Z""#), Row("s.format([1])", #""1""#, bind: #"{"s":"%d"}"#),
        Row("'é%sé'.format(['ö'])", #""éöé""#),
    ])
func strings(row: Row) throws { try row.check() }

@Test(
    "Mathematics",
    arguments: [
        Row("math.greatest(-5)", "-5"), Row("math.greatest(1, 2.5, 2u)", "2.5"), Row("math.greatest([5.4, 10, 3u, -5.0])", "10"),
        Row("math.least(1u, -1)", "-1"), Row("math.least(1, 2, 3, 4, 0)", "0"), Row("math.least([])", "!invalid_argument"),
        Row("math.greatest('a')", "!no_such_overload"), Row("math.greatest(1, 'a')", "!no_such_overload"), Row("math.greatest()", "!no_such_overload"),
        Row("math.ceil(-1.2)", "-1.0"), Row("math.floor(-1.2)", "-2.0"), Row("math.round(-1.5)", "-2.0"), Row("math.round(0.5)", "1.0"),
        Row("math.trunc(-1.9)", "-1.0"), Row("math.ceil(dyn(1))", "!no_such_overload"),
        Row("math.abs(-11)", "11"), Row("math.abs(-1.5)", "1.5"), Row("math.abs(1u)", #"{"value":1,"type":"uint"}"#),
        Row("math.abs(-9223372036854775808)", "!overflow"), Row("math.sign(-3)", "-1"), Row("math.sign(0.0)", "0.0"),
        Row("math.sign(9u)", #"{"value":1,"type":"uint"}"#), Row("math.isNaN(0.0 / 0.0)", "true"), Row("math.isInf(1.0 / 0.0)", "true"),
        Row("math.isFinite(1.0)", "true"), Row("math.isNaN(1)", "!no_such_overload"), Row("math.sqrt(16)", "4.0"), Row("math.sqrt(2.0)", "1.4142135623730951"),
        Row("math.sqrt(-1)", #"{"value":"NaN","type":"double"}"#),
        Row("math.bitAnd(1, 3)", "1"), Row("math.bitOr(4, -2)", "-2"), Row("math.bitXor(4, -2)", "-6"),
        Row("math.bitNot(0u)", #"{"value":18446744073709551615,"type":"uint"}"#), Row("math.bitAnd(1, 1u)", "!no_such_overload"),
        Row("math.bitShiftLeft(1, 2)", "4"), Row("math.bitShiftLeft(-1, 200)", "0"), Row("math.bitShiftRight(-1024, 64)", "0"),
        Row("math.bitShiftRight(1024u, 200)", #"{"value":0,"type":"uint"}"#), Row("math.bitShiftRight(-1024, 3)", "2305843009213693824"),
        Row("math.bitShiftLeft(1u, -1)", "!invalid_argument"),
        Row("distance_km(0.0, 0.0, 0.0, 0.0)", "0.0"), Row("math.round(distance_km(31.2304, 121.4737, 39.9042, 116.4074))", "1067.0"),
        Row("math.round(distance_km(0.0, 0.0, 0.0, 180.0))", "20015.0"), Row("distance_km(1, 2, 3, 4)", "!no_such_overload"),
        Row("ip_in_cidr('10.1.2.3', '10.0.0.0/8')", "true"), Row("ip_in_cidr('11.1.2.3', '10.0.0.0/8')", "false"),
        Row("ip_in_cidr('2001:db8::1', '2001:db8::/32')", "true"), Row("ip_in_cidr('::1', '::/0')", "true"),
        Row("ip_in_cidr('::ffff:10.0.0.1', '10.0.0.0/8')", "true"), Row("ip_in_cidr('10.0.0.1', '10.0.0.1/32')", "true"),
        Row("ip_in_cidr('10.0.0.2', '10.0.0.1/32')", "false"), Row("ip_in_cidr('1.2.3.4', '0.0.0.0/0')", "true"),
        Row("ip_in_cidr('2001:db8::8000:0:0:1', '2001:db8::8000:0:0:0/127')", "true"), Row("ip_in_cidr('10.0.0', '10.0.0.0/8')", "!invalid_argument"),
        Row("ip_in_cidr('010.0.0.1', '10.0.0.0/8')", "!invalid_argument"), Row("ip_in_cidr('1::2::3', '::/0')", "!invalid_argument"),
        Row("ip_in_cidr(':1', '::/0')", "!invalid_argument"), Row("ip_in_cidr('1:2:3:4:5:6:7:8:9', '::/0')", "!invalid_argument"),
        Row("ip_in_cidr('1.1.1.1', '10.0.0.0/33')", "!invalid_argument"), Row("ip_in_cidr('1.1.1.1', '10.0.0.0')", "!invalid_argument"),
        Row("ip_in_cidr(1, '10.0.0.0/8')", "!no_such_overload"),
        Row("default(1, 2)", "1"), Row("default({'a': 1}.b, 2)", "!no_such_key"), Row("default(x, 2)", "!unknown_name"),
        Row("in_list('l', 1)", "!no_such_list"), Row("list_attr('l', 1, 'a')", "!no_such_list"), Row("in_list(1, 1)", "!no_such_overload"),
    ])
func mathematics(row: Row) throws { try row.check() }

@Test(
    "Times",
    arguments: [
        Row("timestamp('2009-02-13T23:31:30Z')", #"{"value":"2009-02-13T23:31:30Z","type":"timestamp"}"#),
        Row("timestamp('2009-02-14T07:31:30.1234567890+08:00')", #"{"value":"2009-02-13T23:31:30.123456789Z","type":"timestamp"}"#),
        Row("timestamp('0000-01-01T00:00:00Z')", "!invalid_argument"), Row("timestamp('10000-01-01T00:00:00Z')", "!invalid_argument"),
        Row("timestamp('2009-02-29T00:00:00Z')", "!invalid_argument"), Row("timestamp('2009-02-13 23:31:30Z')", "!invalid_argument"),
        Row("timestamp('2009-02-13T24:00:00Z')", "!invalid_argument"), Row("timestamp('2009-02-13T23:31:30')", "!invalid_argument"),
        Row("timestamp('2009-02-13T23:31:30.Z')", "!invalid_argument"), Row("timestamp('')", "!invalid_argument"), Row("timestamp(253402300800)", "!overflow"),
        Row("timestamp(-62135596800)", #"{"value":"0001-01-01T00:00:00Z","type":"timestamp"}"#),
        Row("timestamp('0001-01-01T00:00:00+00:01')", "!invalid_argument"),
        Row("duration('1h30m')", #"{"value":"5400s","type":"duration"}"#), Row("duration('-1.5s')", #"{"value":"-1.5s","type":"duration"}"#),
        Row("duration('1ns')", #"{"value":"0.000000001s","type":"duration"}"#), Row("duration('1us') + duration('1µs') == duration('2000ns')", "true"),
        Row("duration('0')", #"{"value":"0s","type":"duration"}"#), Row("duration('.5m')", #"{"value":"30s","type":"duration"}"#),
        Row("duration('1')", "!invalid_argument"), Row("duration('')", "!invalid_argument"), Row("duration('1d')", "!invalid_argument"),
        Row("duration('-')", "!invalid_argument"), Row("duration('.s')", "!invalid_argument"), Row("duration('320000000000s')", "!invalid_argument"),
        Row("duration('-9223372036854775807ns')", #"{"value":"-9223372036.854775807s","type":"duration"}"#),
        Row("duration('9223372036854775808ns')", "!invalid_argument"),
        Row("timestamp('2009-02-13T23:00:00Z') + duration('240s')", #"{"value":"2009-02-13T23:04:00Z","type":"timestamp"}"#),
        Row("duration('1s') + timestamp(0) == timestamp(1)", "true"),
        Row("timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns')", #"{"value":"0001-01-01T00:00:00.000000002Z","type":"timestamp"}"#),
        Row("timestamp(10) - duration('600s') == timestamp(-590)", "true"), Row("timestamp(130) - timestamp(10)", #"{"value":"120s","type":"duration"}"#),
        Row("duration('900s') - duration('42s')", #"{"value":"858s","type":"duration"}"#),
        Row("timestamp('0001-01-01T00:00:00Z') + duration('-1ns')", "!overflow"),
        Row("timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')", "!overflow"),
        Row("timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", "!overflow"), Row("timestamp(0) + timestamp(0)", "!no_such_overload"),
        Row("duration('9000000000s') + duration('9000000000s')", "!overflow"),
        Row("timestamp('2009-02-13T23:31:30.123Z').getFullYear()", "2009"), Row("timestamp('2009-02-13T23:31:30.123Z').getMonth()", "1"),
        Row("timestamp('2009-02-13T23:31:30.123Z').getDate()", "13"), Row("timestamp('2009-02-13T23:31:30.123Z').getDayOfMonth()", "12"),
        Row("timestamp('2009-02-13T23:31:30.123Z').getDayOfWeek()", "5"), Row("timestamp('2009-02-13T23:31:30.123Z').getDayOfYear()", "43"),
        Row("timestamp('2009-02-13T23:31:30.123Z').getHours()", "23"), Row("timestamp('2009-02-13T23:31:30.123Z').getMinutes()", "31"),
        Row("timestamp('2009-02-13T23:31:30.123Z').getSeconds()", "30"), Row("timestamp('2009-02-13T23:31:30.123Z').getMilliseconds()", "123"),
        Row("timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", "500"), Row("timestamp('1900-03-01T00:00:00Z').getDayOfYear()", "59"),
        Row("timestamp('2009-02-13T23:31:30Z').getDayOfMonth('+11:00')", "13"), Row("timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')", "11"),
        Row("timestamp('2009-02-13T23:31:30Z').getHours('02:00')", "1"), Row("timestamp('2009-02-13T23:31:30Z').getSeconds('-00:00')", "30"),
        Row("timestamp('2009-02-13T23:31:30Z').getHours('UTC')", "23"), Row("timestamp(0).getHours('Nowhere/Else')", "!invalid_argument"),
        Row("timestamp(0).getHours('../etc/passwd')", "!invalid_argument"), Row("timestamp(0).getHours(1)", "!no_such_overload"),
        Row("duration('10000s').getHours()", "2"), Row("duration('3730s').getMinutes()", "62"), Row("duration('-90s').getMinutes()", "-1"),
        Row("duration('3730s').getSeconds()", "3730"), Row("duration('123.321456789s').getMilliseconds()", "321"),
        Row("duration('1s').getDate()", "!no_such_overload"), Row("(1).getHours()", "!no_such_overload"),
    ])
func times(row: Row) throws { try row.check() }

@Test(
    "Names",
    arguments: [
        ("", Row("x.y", "true", bind: #"{"x.y":true}"#)), ("", Row("x.y", "1", bind: #"{"x":{"y":1}}"#)),
        ("", Row("x.y.z", "2", bind: #"{"x.y":{"z":2},"x":{"y":{"z":1}}}"#)), ("x", Row("y", "true", bind: #"{"x.y":true,"y":"no"}"#)),
        ("x", Row(".y", #""yes""#, bind: #"{"x.y":true,"y":"yes"}"#)), ("a.b", Row("c", "1", bind: #"{"a.b.c":1,"a.c":2,"c":3}"#)),
        ("a.b", Row("c", "2", bind: #"{"a.c":2,"c":3}"#)), ("a.b", Row("c.d", "4", bind: #"{"a.c.d":4,"c":{"d":5}}"#)),
        ("com.example", Row("[0].exists(y, y == 0)", "true", bind: #"{"com.example.y":42}"#)),
        ("com.example", Row("[{'z': 0}].exists(y, y.z == 0)", "true", bind: #"{"com.example.y.z":42}"#)),
        ("", Row("[1].exists(y, [0].exists(y, y == 0))", "true", bind: #"{"y":42}"#)), ("math", Row("abs(-1)", "1")),
        ("", Row("true", "true", bind: #"{"true":false}"#)), ("", Row("x", "9007199254740993", bind: #"{"x":9007199254740993}"#)),
        ("", Row("x", "1.0", bind: #"{"x":1e0}"#)), ("", Row("x", "1e+20", bind: #"{"x":100000000000000000000}"#)),
        ("", Row("a[a[a[0]]]", "0", bind: #"{"a":[0]}"#)),
    ])
func names(container: String, row: Row) throws { try row.check(container: container) }
