internal import CMemory
internal import Expressions

/// Owns the tables of an index, so that the index itself is plain values that the hot path reads without counting references.
final class TableMemory {
    private var tables: [UnsafeMutableRawPointer] = []

    /// Tables from here on are worth large pages.
    private static let largeBytes = 1 << 20

    /// A copy of the elements that lives as long as this object.
    func table<Element>(_ elements: [Element]) -> FixedArray<Element> {
        let bytes = elements.count * MemoryLayout<Element>.stride
        let large = bytes >= Self.largeBytes ? vane_allocate_large(bytes)?.bindMemory(to: Element.self, capacity: elements.count) : nil
        let table = large.map { FixedArray(elements, at: $0) } ?? FixedArray(elements)
        tables.append(UnsafeMutableRawPointer(table.base))
        return table
    }

    deinit { for table in tables { table.deallocate() } }
}
