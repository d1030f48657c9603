import Foundation

/// A JSON value as Foundation reads it: a reader other than Vane's own.
struct JSON: CustomStringConvertible {
    private let value: Any?

    /// The type is asked for, and not `is NSNull`, which makes objects of a whole array to find out.
    init(_ value: Any?) { self.value = value.map { type(of: $0) is NSNull.Type } ?? true ? nil : value }

    /// Nothing where the text is no JSON.
    init(parsing text: String) { self.init(try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
    var exists: Bool { value != nil }
    var string: String? { value as? String }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var int: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var array: [JSON] { (value as? [Any])?.map { JSON($0) } ?? [] }
    var keys: Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
    var description: String { value.map { "\($0)" } ?? "nothing" }
}
