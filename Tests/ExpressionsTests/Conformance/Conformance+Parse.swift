extension Conformance {
    static let parse = ##"""
        {"expr":"((((((((((((((((((((((((((((((((7))))))))))))))))))))))))))))))))"} => {"value":7}
        {"expr":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]"} => {"value":0}
        {"expr":"true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : true ? 1 : 2"} => {"value":1}
        {"expr":"!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!true"} => {"value":true}
        {"expr":"---------------------------------1"} => {"value":-1}
        {"expr":"1 + 2 * 3 - 4"} => {"value":3}
        {"expr":"(1 + 2) * 3"} => {"value":9}
        {"expr":"2 < 3 == true"} => {"value":true}
        {"expr":"1 == 1 && 2 != 3 || false"} => {"value":true}
        {"expr":"'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\?\\`'"} => {"value":"\u0007\b\f\n\r\t\u000b\\'\"?`"}
        {"expr":"r'\\n' + R\"\\x\""} => {"value":"\\n\\x"}
        {"expr":"'''a'b\n\"c'''"} => {"value":"a'b\n\"c"}
        {"expr":"\"\"\"x\"\"\""} => {"value":"x"}
        {"expr":"'\\x41\\u0042\\U00000043\\104'"} => {"value":"ABCD"}
        {"expr":"b'\\x41\\102'"} => {"value":"QUI=","type":"bytes"}
        {"expr":"b'\\u0041'"} => !syntax
        {"expr":"'\\ud83d'"} => !syntax
        {"expr":"'\\08'"} => !syntax
        {"expr":"'a\nb'"} => !syntax
        {"expr":"'"} => !syntax
        {"expr":"1 // c"} => {"value":1}
        {"expr":"\t1\r\n+\f1"} => {"value":2}
        {"expr":"[1,]"} => {"value":[1]}
        {"expr":"{'a':1,}"} => {"value":{"a":1}}
        {"expr":"size('a',)"} => !syntax
        {"expr":"1."} => !syntax
        {"expr":".5"} => {"value":0.5}
        {"expr":"0xg"} => !syntax
        {"expr":"1e"} => !syntax
        {"expr":"1 2"} => !syntax
        {"expr":"a b"} => !syntax
        {"expr":"while"} => !syntax
        {"expr":"{'while':1}.while"} => {"value":1}
        {"expr":"{'null':1}.null"} => !syntax
        {"expr":"1 = 1"} => !syntax
        {"expr":"'a' + \"b\" + r'c'"} => {"value":"abc"}
        {"expr":"- 5"} => {"value":-5}
        {"expr":"-(1)"} => {"value":-1}
        """##
}
