/// A map in insertion order. Keys are bool, int, uint or string; numeric keys of equal value are the same key.
///
/// Lookup is linear for a few entries and hashed above `linearMax`; nothing ever iterates over the hash table, so
/// order never depends on hashing.
public struct MapValue: Sendable {
    /// Up to this many entries a scan is faster than building a hash table.
    private static let linearMax = 8

    public private(set) var keys: [Value] = []
    public private(set) var values: [Value] = []
    private var positions: [Value: Int] = [:]

    public init() {}

    public var count: Int { keys.count }

    /// The value for a key, or nil. A double key finds the integer key of equal value. Amortised O(1).
    public func value(for key: Value) -> Value? {
        position(of: key).map { values[$0] }
    }

    /// Appends an entry; false when the key is already there.
    public mutating func insert(_ key: Value, _ value: Value) -> Bool {
        guard position(of: key) == nil else { return false }
        append(key, value)
        return true
    }

    /// Appends an entry, or replaces the value of a key that is already there, which keeps its place.
    public mutating func set(_ key: Value, _ value: Value) {
        if let position = position(of: key) {
            values[position] = value
        } else {
            append(key, value)
        }
    }

    private mutating func append(_ key: Value, _ value: Value) {
        keys.append(key)
        values.append(value)
        if keys.count > Self.linearMax {
            if positions.isEmpty {
                for (position, key) in keys.enumerated() { positions[key] = position }
            } else {
                positions[key] = keys.count - 1
            }
        }
    }

    private func position(of key: Value) -> Int? {
        if keys.count > Self.linearMax { return positions[key] }
        return keys.firstIndex { $0 == key }
    }
}

extension MapValue: Hashable {
    /// Equal maps have the same keys with equal values, in any order.
    public static func == (left: MapValue, right: MapValue) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in zip(left.keys, left.values) {
            guard let other = right.value(for: key), other == value else { return false }
        }
        return true
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
