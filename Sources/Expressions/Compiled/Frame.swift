/// Where a string's bytes are within a frame's texts.
public struct TextReference: Sendable {
    public var offset: UInt32
    public var count: UInt32

    public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    public static let none = TextReference(offset: 0, count: 0)
}

/// What compiled conditions read: 64-bit cells, and whether each has a value. The memory and the lists belong to the caller: frames are plain values, and
/// copying one counts no references.
public struct Frame {
    public var cells: UnsafeMutablePointer<UInt64>
    /// `Presence` of each cell.
    public var present: UnsafeMutablePointer<UInt8>
    /// The text of cells that are fingerprints, for what looks into strings.
    public var texts: UnsafeMutablePointer<TextReference>?
    public var arena: UnsafeRawPointer?
    public unowned(unsafe) var lists: (any ListLookup)?

    public init(
        cells: UnsafeMutablePointer<UInt64>, present: UnsafeMutablePointer<UInt8>, texts: UnsafeMutablePointer<TextReference>? = nil,
        arena: UnsafeRawPointer? = nil, lists: (any ListLookup)? = nil
    ) {
        self.cells = cells
        self.present = present
        self.texts = texts
        self.arena = arena
        self.lists = lists
    }
}

/// Named lists, as compiled conditions ask for them.
public protocol ListLookup: AnyObject {
    /// Whether a list has a subject, by the fingerprint of its text.
    func contains(list: Int, subject: UInt64) -> Bool
    /// An attribute of a subject; nil where list, subject or attribute does not exist.
    func attribute(list: Int, subject: UInt64, name: String) -> String?
    /// The number of a list by its name.
    func index(of name: String) -> Int?
}

/// What a cell's presence byte says.
public enum Presence {
    public static let absent: UInt8 = 0
    public static let value: UInt8 = 1
    public static let overflow: UInt8 = 2
    public static let divideByZero: UInt8 = 3
    public static let failed: UInt8 = 4
    /// Of an indicator that nobody has asked for yet; conditions never see it.
    public static let pending: UInt8 = 255

    /// The code of the error that a cell without a value stands for.
    public static func errorCode(_ presence: UInt8) -> String {
        switch presence {
        case absent: "no_such_value"
        case overflow: "overflow"
        case divideByZero: "divide_by_zero"
        default: "evaluation_error"
        }
    }
}
