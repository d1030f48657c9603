/// How numbers compare across int, uint and double.
///
/// Order (`<`, `<=`, `>`, `>=`, `math.greatest`) compares an integer with a double as two doubles: above 2^53 neighbours may be
/// "neither less nor greater". The conformance tests of CEL demand that. Equality and map keys are exact, since keys that are
/// equal to a third but not to each other would make maps depend on the order of insertion.
enum NumericOrder {
    enum Result { case less, equal, greater, unordered }

    /// How two numbers are ordered; nil when either is no number.
    static func compare(_ left: Value, _ right: Value) -> Result? {
        switch (left, right) {
        case (.int(let a), .int(let b)): order(a, b)
        case (.uint(let a), .uint(let b)): order(a, b)
        case (.double(let a), .double(let b)): order(a, b)
        // The standard library compares integers of different types by mathematical value.
        case (.int(let a), .uint(let b)): a < b ? .less : a == b ? .equal : .greater
        case (.uint(let a), .int(let b)): a < b ? .less : a == b ? .equal : .greater
        case (.int(let a), .double(let b)): order(Double(a), b)
        case (.uint(let a), .double(let b)): order(Double(a), b)
        case (.double(let a), .int(let b)): order(a, Double(b))
        case (.double(let a), .uint(let b)): order(a, Double(b))
        default: nil
        }
    }

    /// Whether two values are numbers of exactly the same mathematical value.
    static func areEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Int64(exactly: b) == a
        case (.uint(let a), .double(let b)), (.double(let b), .uint(let a)): UInt64(exactly: b) == a
        default: compare(left, right) == .equal
        }
    }

    private static func order<T: Comparable>(_ a: T, _ b: T) -> Result {
        a < b ? .less : a == b ? .equal : a > b ? .greater : .unordered
    }
}
