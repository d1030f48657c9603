public import Expressions

/// What is known of an event beside its fields.
public struct EventHeader: Sendable {
    public var eventType: Int = 0
    /// Milliseconds since 1970.
    public var timeMilliseconds: Int64 = 0
    /// Identifies the event among those of the same time: a duplicate has both.
    public var idFingerprint: UInt64 = 0
    /// Where the event came from, folded into 16 bits: tells an event that is read again from one that was sent twice. 0 where nobody knows.
    public var origin: UInt16 = 0
    /// When the record entered Kafka; nil where the source does not know.
    public var receivedMilliseconds: Int64?
    /// W3C trace context to carry through; empty where there is none.
    public var traceparent: TextReference = .none
}

/// Decoded events as rows of 64-bit cells, beside their texts. Reused batch after batch: no allocation once it has grown.
///
/// A row has `stride` slots. Cell, status and text of slot `s` of row `r` are at `r * stride + s`; see `FieldType` for what a cell holds.
public final class EventBatch {
    public let capacity: Int
    public let stride: Int
    public private(set) var count = 0

    public let cells: UnsafeMutablePointer<UInt64>
    /// 1 where the slot has a value.
    public let present: UnsafeMutablePointer<UInt8>
    public let texts: UnsafeMutablePointer<TextReference>
    public let headers: UnsafeMutablePointer<EventHeader>
    public private(set) var arena: UnsafeMutableRawPointer
    private var arenaCapacity: Int
    private var arenaCount = 0
    /// Bytes of the arena that belong to the rows before the last one.
    private var arenaCountBeforeLast = 0
    /// Where the last staged event is in the arena.
    private var staged = 0..<0

    /// References into the arena have 32 bits.
    private static let arenaBytesMax = Int(UInt32.max)

    /// - Parameters:
    ///   - capacity: events that fit.
    ///   - stride: slots of the widest event type.
    public init(capacity: Int, stride: Int) {
        precondition(capacity > 0 && stride > 0)
        self.capacity = capacity
        self.stride = stride
        cells = .allocate(capacity: capacity * stride)
        cells.initialize(repeating: 0, count: capacity * stride)
        present = .allocate(capacity: capacity * stride)
        present.initialize(repeating: 0, count: capacity * stride)
        texts = .allocate(capacity: capacity * stride)
        texts.initialize(repeating: .none, count: capacity * stride)
        headers = .allocate(capacity: capacity)
        headers.initialize(repeating: EventHeader(), count: capacity)
        arenaCapacity = 64 * 1024
        arena = .allocate(byteCount: arenaCapacity, alignment: 8)
    }

    public convenience init(capacity: Int, schema: Schema) {
        self.init(capacity: capacity, stride: schema.events.map(\.fields.count).max() ?? 1)
    }

    deinit {
        cells.deallocate()
        present.deallocate()
        texts.deallocate()
        headers.deallocate()
        arena.deallocate()
    }

    public func removeAll() {
        count = 0
        arenaCount = 0
        unstage()
    }

    /// Forgets the last row and its texts: its event was rejected. Only right after it was decoded.
    public func removeLast() {
        count -= 1
        arenaCount = arenaCountBeforeLast
        unstage()
    }

    /// Whether texts of so many bytes still fit.
    func hasRoom(forTextBytes bytes: Int) -> Bool { bytes <= Self.arenaBytesMax - arenaCount }

    /// Copies an event behind the texts, so that its strings need no copy of their own: `reference` finds them there. The next row keeps it.
    /// - Parameters:
    ///   - padding: zeros behind it.
    ///   - room: bytes of other texts that can follow before all references are taken; the arena stays where it is meanwhile.
    func stage(_ bytes: UnsafeRawBufferPointer, padding: Int, room: Int) -> UnsafeRawPointer {
        let needed = arenaCount + bytes.count + max(padding, room)
        if needed > arenaCapacity { grow(toHold: needed) }
        let place = arena + arenaCount
        if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
        (place + bytes.count).initializeMemory(as: UInt8.self, repeating: 0, count: padding)
        staged = arenaCount..<arenaCount + bytes.count
        return UnsafeRawPointer(place)
    }

    /// Forgets what was staged, so that no row keeps it.
    func unstage() { staged = arenaCount..<arenaCount }

    /// A new row with no values, and the event that was staged for it, if any. The batch must not be full.
    func appendRow() -> Int {
        precondition(count < capacity)
        let row = count
        (present + row * stride).update(repeating: 0, count: stride)
        headers[row] = EventHeader()
        arenaCountBeforeLast = arenaCount
        arenaCount = max(arenaCount, staged.upperBound)
        count += 1
        return row
    }

    /// Refers to `bytes` where they are part of the staged event, and copies them otherwise.
    @inline(__always) func reference(_ bytes: UnsafeRawBufferPointer) -> TextReference {
        let offset = UInt(bitPattern: bytes.baseAddress) &- UInt(bitPattern: arena)
        if offset >= UInt(bitPattern: staged.lowerBound) && offset < UInt(bitPattern: staged.upperBound) {
            return TextReference(offset: UInt32(truncatingIfNeeded: offset), count: UInt32(truncatingIfNeeded: bytes.count))
        }
        return store(bytes)
    }

    /// Copies `bytes` into the batch.
    func store(_ bytes: UnsafeRawBufferPointer) -> TextReference {
        if arenaCount + bytes.count > arenaCapacity { grow(toHold: arenaCount + bytes.count) }
        if let base = bytes.baseAddress { (arena + arenaCount).copyMemory(from: base, byteCount: bytes.count) }
        let reference = TextReference(offset: UInt32(arenaCount), count: UInt32(bytes.count))
        arenaCount += bytes.count
        return reference
    }

    @inline(never) private func grow(toHold needed: Int) {
        precondition(needed <= Self.arenaBytesMax)
        let larger = min(max(needed, arenaCapacity * 2), Self.arenaBytesMax)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
        moved.copyMemory(from: arena, byteCount: arenaCount)
        arena.deallocate()
        arena = moved
        arenaCapacity = larger
    }

    /// The bytes behind a reference, valid until the next `store` or `removeAll`.
    public func text(_ reference: TextReference) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: arena + Int(reference.offset), count: Int(reference.count))
    }

    public func isPresent(row: Int, slot: Int) -> Bool { present[row * stride + slot] != 0 }
    public func cell(row: Int, slot: Int) -> UInt64 { cells[row * stride + slot] }
    public func text(row: Int, slot: Int) -> UnsafeRawBufferPointer { text(texts[row * stride + slot]) }
}
