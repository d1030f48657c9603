internal import Expressions

/// Owns the tables of an index, so that the index itself is plain values that the hot path reads without counting references.
final class TableMemory {
    private var tables: [UnsafeMutableRawPointer] = []

    /// A copy of the elements that lives as long as this object.
    func table<Element>(_ elements: [Element]) -> FixedArray<Element> {
        let table = FixedArray(elements)
        tables.append(UnsafeMutableRawPointer(table.base))
        return table
    }

    deinit { for table in tables { table.deallocate() } }
}
