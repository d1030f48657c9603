/// The signatures of everything that expressions can call without a declaration.
enum StandardFunctions {
    static let overloads: [String: [Overload]] = {
        var table: [String: [Overload]] = [:]
        for text in operators + core + conversions + times + strings + math + encoders + host {
            let overload = SignatureReader.read(text)
            table[overload.function, default: []].append(overload)
        }
        return table
    }()

    // Equality and order are checked by rule (`Checker+Comparison`), not by table: numbers compare across types.
    private static let operators = [
        "!_(bool) -> bool", "-_(int) -> int", "-_(double) -> double", "_&&_(bool, bool) -> bool", "_||_(bool, bool) -> bool",
        "_?_:_(bool, A, A) -> A", "@not_strictly_false(bool) -> bool",
        "_+_(int, int) -> int", "_+_(uint, uint) -> uint", "_+_(double, double) -> double", "_+_(string, string) -> string",
        "_+_(bytes, bytes) -> bytes", "_+_(list(A), list(A)) -> list(A)", "_+_(timestamp, duration) -> timestamp",
        "_+_(duration, timestamp) -> timestamp", "_+_(duration, duration) -> duration",
        "_-_(int, int) -> int", "_-_(uint, uint) -> uint", "_-_(double, double) -> double", "_-_(timestamp, timestamp) -> duration",
        "_-_(timestamp, duration) -> timestamp", "_-_(duration, duration) -> duration",
        "_*_(int, int) -> int", "_*_(uint, uint) -> uint", "_*_(double, double) -> double",
        "_/_(int, int) -> int", "_/_(uint, uint) -> uint", "_/_(double, double) -> double",
        "_%_(int, int) -> int", "_%_(uint, uint) -> uint",
        "_[_](list(A), int) -> A", "_[_](map(A, B), A) -> B",
        "@in(A, list(A)) -> bool", "@in(A, map(A, B)) -> bool",
        "@map_insert(map(A, B), A, B) -> map(A, B)", "@map_insert(map(A, B), map(A, B)) -> map(A, B)",
    ]

    private static let core = [
        "size(string) -> int", "size(bytes) -> int", "size(list(A)) -> int", "size(map(A, B)) -> int",
        "{string}.size() -> int", "{bytes}.size() -> int", "{list(A)}.size() -> int", "{map(A, B)}.size() -> int",
        "{string}.contains(string) -> bool", "{string}.startsWith(string) -> bool", "{string}.endsWith(string) -> bool",
        "{string}.matches(string) -> bool", "matches(string, string) -> bool",
        "dyn(A) -> dyn", "type(A) -> type(A)",
    ]

    private static let conversions = [
        "bool(bool) -> bool", "bool(string) -> bool",
        "int(int) -> int", "int(uint) -> int", "int(double) -> int", "int(string) -> int", "int(timestamp) -> int",
        "uint(uint) -> uint", "uint(int) -> uint", "uint(double) -> uint", "uint(string) -> uint",
        "double(double) -> double", "double(int) -> double", "double(uint) -> double", "double(string) -> double",
        "string(string) -> string", "string(bool) -> string", "string(int) -> string", "string(uint) -> string",
        "string(double) -> string", "string(bytes) -> string", "string(timestamp) -> string", "string(duration) -> string",
        "bytes(bytes) -> bytes", "bytes(string) -> bytes",
        "timestamp(timestamp) -> timestamp", "timestamp(string) -> timestamp", "timestamp(int) -> timestamp",
        "duration(duration) -> duration", "duration(string) -> duration", "duration(int) -> duration",
    ]

    private static let times: [String] =
        [
            "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes",
            "getSeconds", "getMilliseconds",
        ].flatMap { ["{timestamp}.\($0)() -> int", "{timestamp}.\($0)(string) -> int"] }
        + ["getHours", "getMinutes", "getSeconds", "getMilliseconds"].map { "{duration}.\($0)() -> int" }

    private static let strings = [
        "{string}.charAt(int) -> string", "{string}.indexOf(string) -> int", "{string}.indexOf(string, int) -> int",
        "{string}.lastIndexOf(string) -> int", "{string}.lastIndexOf(string, int) -> int", "{string}.lowerAscii() -> string",
        "{string}.upperAscii() -> string", "{string}.replace(string, string) -> string",
        "{string}.replace(string, string, int) -> string", "{string}.split(string) -> list(string)",
        "{string}.split(string, int) -> list(string)", "{string}.substring(int) -> string",
        "{string}.substring(int, int) -> string", "{string}.trim() -> string", "{string}.reverse() -> string",
        "{list(string)}.join() -> string", "{list(string)}.join(string) -> string", "strings.quote(string) -> string",
        "{string}.format(list(dyn)) -> string",
    ]

    private static let numbers = ["int", "uint", "double"]

    private static let math: [String] = {
        var table: [String] = []
        for name in ["math.greatest", "math.least"] {
            table += numbers.flatMap { ["\(name)(\($0)) -> \($0)", "\(name)(list(\($0))) -> \($0)", "\(name)(\($0), \($0)) -> \($0)"] }
        }
        table += ["ceil", "floor", "round", "trunc"].map { "math.\($0)(double) -> double" }
        table += numbers.flatMap { ["math.abs(\($0)) -> \($0)", "math.sign(\($0)) -> \($0)", "math.sqrt(\($0)) -> double"] }
        table += ["isNaN", "isInf", "isFinite"].map { "math.\($0)(double) -> bool" }
        for type in ["int", "uint"] {
            table += ["bitAnd", "bitOr", "bitXor"].map { "math.\($0)(\(type), \(type)) -> \(type)" }
            table += ["bitShiftLeft", "bitShiftRight"].map { "math.\($0)(\(type), int) -> \(type)" }
            table.append("math.bitNot(\(type)) -> \(type)")
        }
        return table
    }()

    private static let encoders = ["base64.encode(bytes) -> string", "base64.decode(string) -> bytes"]

    private static let host = [
        "default(A, A) -> A", "in_list(string, A) -> bool", "list_attr(string, A, string) -> dyn",
        "distance_km(double, double, double, double) -> double", "ip_in_cidr(string, string) -> bool",
    ]

    /// Functions that may see a string of which only the fingerprint is known: they test equality, or pass the value on.
    static let acceptsFingerprint: Set<String> = [Operator.in, Operator.conditional, "in_list", "list_attr", "default"]
    /// Functions of any number of arguments; the table holds their types for one and two.
    static let variadic: Set<String> = ["math.greatest", "math.least"]
}
