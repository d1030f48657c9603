/// Exact order of numbers across int, uint and double, without rounding 64-bit integers to doubles.
enum NumericOrder {
    enum Result { case less, equal, greater, unordered }

    /// How two numbers compare; nil when either is no number.
    static func compare(_ left: Value, _ right: Value) -> Result? {
        switch (left, right) {
        case (.int(let a), .int(let b)): of(a, b)
        case (.uint(let a), .uint(let b)): of(a, b)
        case (.double(let a), .double(let b)): a < b ? .less : a == b ? .equal : a > b ? .greater : .unordered
        // The standard library compares integers of different types by mathematical value.
        case (.int(let a), .uint(let b)): a < b ? .less : a == b ? .equal : .greater
        case (.uint(let a), .int(let b)): a < b ? .less : a == b ? .equal : .greater
        case (.int(let a), .double(let b)): integer(a, b)
        case (.uint(let a), .double(let b)): integer(a, b)
        case (.double(let a), .int(let b)): reverse(integer(b, a))
        case (.double(let a), .uint(let b)): reverse(integer(b, a))
        default: nil
        }
    }

    private static func of<T: Comparable>(_ a: T, _ b: T) -> Result { a < b ? .less : a == b ? .equal : .greater }

    private static func integer<T: FixedWidthInteger>(_ a: T, _ b: Double) -> Result {
        if b.isNaN { return .unordered }
        // Both bounds are exact powers of two (or zero) as doubles.
        if b < Double(T.min) { return .greater }
        if b >= (T.isSigned ? 0x1p63 : 0x1p64) { return .less }
        let floor = b.rounded(.down)
        let whole = T(floor)
        if a != whole { return a < whole ? .less : .greater }
        return floor == b ? .equal : .less
    }

    private static func reverse(_ result: Result) -> Result {
        switch result {
        case .less: .greater
        case .greater: .less
        default: result
        }
    }
}
