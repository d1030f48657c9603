/// Every function the evaluator computes itself, by canonical name.
enum Builtin: String {
    case negate = "-_"
    case not = "!_"
    case equals = "_==_"
    case notEquals = "_!=_"
    case less = "_<_"
    case lessEquals = "_<=_"
    case greater = "_>_"
    case greaterEquals = "_>=_"
    case add = "_+_"
    case subtract = "_-_"
    case multiply = "_*_"
    case divide = "_/_"
    case modulo = "_%_"
    case index = "_[_]"
    case `in` = "@in"
    case mapInsert = "@map_insert"
    case notStrictlyFalse = "@not_strictly_false"

    case size, contains, startsWith, endsWith, matches, dyn, type
    case bool, int, uint, double, string, bytes, timestamp, duration
    case getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getHours, getMinutes, getSeconds, getMilliseconds

    case charAt, indexOf, lastIndexOf, lowerAscii, upperAscii, replace, split, substring, trim, reverse, join, format
    case quote = "strings.quote"

    case greatest = "math.greatest"
    case least = "math.least"
    case ceil = "math.ceil"
    case floor = "math.floor"
    case round = "math.round"
    case trunc = "math.trunc"
    case abs = "math.abs"
    case sign = "math.sign"
    case sqrt = "math.sqrt"
    case isNaN = "math.isNaN"
    case isInf = "math.isInf"
    case isFinite = "math.isFinite"
    case bitAnd = "math.bitAnd"
    case bitOr = "math.bitOr"
    case bitXor = "math.bitXor"
    case bitNot = "math.bitNot"
    case bitShiftLeft = "math.bitShiftLeft"
    case bitShiftRight = "math.bitShiftRight"

    case base64Encode = "base64.encode"
    case base64Decode = "base64.decode"
    case distance = "distance_km"
    case addressInBlock = "ip_in_cidr"
}
