extension Conformance {
    static let string = ##"""
        {"expr":"size('')"} => {"value":0}
        {"expr":"size('ÿ')"} => {"value":1}
        {"expr":"size('🐱😀😛')"} => {"value":3}
        {"expr":"size(b'ÿ')"} => {"value":2}
        {"expr":"'é'.size()"} => {"value":2}
        {"expr":"'foobar'.startsWith('foo')"} => {"value":true}
        {"expr":"'foobar'.startsWith('bar')"} => {"value":false}
        {"expr":"''.startsWith('')"} => {"value":true}
        {"expr":"'🐱'.startsWith('\\U0001F431')"} => {"value":true}
        {"expr":"'foobar'.endsWith('bar')"} => {"value":true}
        {"expr":"'a'.endsWith('aa')"} => {"value":false}
        {"expr":"''.endsWith('')"} => {"value":true}
        {"expr":"'abc'.contains('')"} => {"value":true}
        {"expr":"'abcabd'.contains('abd')"} => {"value":true}
        {"expr":"'Straße'.contains('aß')"} => {"value":true}
        {"expr":"'abc'.contains('ac')"} => {"value":false}
        {"expr":"'abc' + 'def'"} => {"value":"abcdef"}
        {"expr":"'' + '' == ''"} => {"value":true}
        {"expr":"b'ab' + b'\\xff'"} => {"value":"YWL/","type":"bytes"}
        {"expr":"'hubba'.matches('ubb')"} => {"value":true}
        {"expr":"'abcd'.matches('^bc')"} => {"value":false}
        {"expr":"matches('abcabc', '^(abc){2}$')"} => {"value":true}
        {"expr":"'mañana'.matches('a+ñ+a+')"} => {"value":true}
        {"expr":"'🐱😀😛😛'.matches('(😀|😛){3}')"} => {"value":true}
        {"expr":"'x'.matches('(')"} => !invalid_argument
        {"expr":"'a\\nb'.matches('a.b')"} => {"value":false}
        {"expr":"''.matches('')"} => {"value":true}
        {"expr":"'abc'[0]"} => !no_such_overload
        {"expr":"'a' + 1"} => !no_such_overload
        {"expr":"'a'.contains(1)"} => !no_such_overload
        {"expr":"size(1)"} => !no_such_overload
        """##
}
