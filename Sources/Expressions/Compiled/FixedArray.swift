/// A fixed run of plain values whose memory its owner frees.
///
/// The hot path reads tables through it: unlike an array's, its elements are read without counting references, and unlike a closure over an unsafe
/// buffer, it can be kept. Elements must be plain: no references inside.
@frozen public struct FixedArray<Element> {
    public let base: UnsafeMutablePointer<Element>
    public let count: Int

    /// Copies the elements. The owner calls `deallocate` once.
    @inlinable public init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(elements.count, 1))
        base.initialize(from: elements, count: elements.count)
    }

    /// Copies the elements to memory of its own kind, which `deallocate` gives back like any other.
    /// - Parameter base: has room for them, and came from the C library.
    @inlinable public init(_ elements: [Element], at base: UnsafeMutablePointer<Element>) {
        count = elements.count
        self.base = base
        base.initialize(from: elements, count: elements.count)
    }

    @inlinable public func deallocate() { base.deallocate() }

    @inlinable public var indices: Range<Int> { 0..<count }

    @inlinable public subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(base + index) }
        @inline(__always) nonmutating unsafeMutableAddress { base + index }
    }
}

extension FixedArray: @unchecked Sendable where Element: Sendable {}
