import Synchronization

/// A topic's name, interned: comparing, hashing and copying cost what an integer costs, and a message carries no `String`.
///
/// Indices are dense from 0 and never change within one process, so an owner can keep an array by ``index``.
/// The table is shared by the whole process, behind a lock, and never shrinks: names come from configuration and from what
/// a subscription matched, at most ``countMax`` of them.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
    /// More distinct topics than this in one process are a bug of the caller, not traffic.
    public static let countMax = 65_536

    /// Dense from 0, in order of first use.
    public let index: Int32

    /// The topic of this name. O(1), takes a lock: resolve once, not for each message.
    public init(_ name: String) {
        index = Topic.registry.withLock { $0.index(of: name) }
    }

    /// A topic that this process has named already.
    init(index: Int32) { self.index = index }

    /// The name as Kafka knows it. O(1), takes a lock.
    public var name: String {
        Topic.registry.withLock { $0.names[Int(index)] }
    }

    public var description: String { name }

    private static let registry = Mutex(Registry())

    private struct Registry {
        var names: [String] = []
        var indices: [String: Int32] = [:]

        mutating func index(of name: String) -> Int32 {
            if let known = indices[name] { return known }
            precondition(names.count < Topic.countMax, "more than \(Topic.countMax) topics in one process")
            let index = Int32(names.count)
            names.append(name)
            indices[name] = index
            return index
        }
    }
}
