/// Says which input offsets may be committed: those whose outputs, and all outputs before them, were acknowledged. Pure.
///
/// The owner numbers each output with ``nextSequence()``, registers the next offsets of each decided batch with
/// ``register(_:)``, passes delivery reports on, and commits what ``takeCommittable()`` returns. Memory is bounded: by
/// `outputCountMax` bits for outputs, and by `batchCountMax` batches, beyond which neighbours are merged, which only delays
/// the earlier one's commit.
public struct DeliveryTracker: Sendable {
    private struct Mark {
        /// The last output's number when the batch was registered.
        var highestSequence: UInt64
        var offsets: [TopicPartition: Int64]
    }

    private let outputCountMax: Int
    private let batchCountMax: Int
    /// One bit per output from `oldest` up to `next`, set when acknowledged, at the number modulo the size.
    private var acknowledged: [UInt64]
    /// Every output below is acknowledged.
    private var oldest: UInt64 = 1
    private var next: UInt64 = 1
    private var marks: [Mark] = []
    /// How many of `marks` were taken already; they are removed many at a time.
    private var marksTaken = 0

    /// Outputs that failed since the last ``reset()``. While there is one, no offset at or after its batch is committable.
    public private(set) var failedCount = 0

    /// - Parameters:
    ///   - outputCountMax: outputs between the oldest unacknowledged and the newest, rounded up to a power of two; no less than
    ///     the producer's `queue.buffering.max.messages`.
    ///   - batchCountMax: batches waiting for acknowledgements, at least 1.
    public init(outputCountMax: Int, batchCountMax: Int) {
        precondition(outputCountMax >= 1 && batchCountMax >= 1, "limits are at least 1")
        var size = 64
        while size < outputCountMax { size *= 2 }
        self.outputCountMax = size
        self.batchCountMax = batchCountMax
        acknowledged = Array(repeating: 0, count: size / 64)
    }

    /// Outputs between the oldest unacknowledged one and the newest.
    public var outstandingCount: Int { Int(next - oldest) }

    /// Whether there is a number for another output. If not, wait for acknowledgements: this is the back-pressure.
    public var hasRoom: Bool { outstandingCount < outputCountMax }

    /// Whether every registered offset has been taken.
    public var isSettled: Bool { marksTaken == marks.count }

    /// The number of the next output. Calling it without ``hasRoom`` is a bug. O(1).
    public mutating func nextSequence() -> UInt64 {
        precondition(hasRoom, "more than \(outputCountMax) outputs outstanding")
        defer { next += 1 }
        return next
    }

    /// An output was acknowledged. Repeats, and numbers from before a ``reset()``, change nothing. Amortised O(1).
    public mutating func acknowledge(_ sequence: UInt64) {
        precondition(sequence < next, "output \(sequence) was never numbered")
        if sequence < oldest { return }
        set(sequence)
        while oldest < next && isSet(oldest) {
            clear(oldest)
            oldest += 1
        }
    }

    /// An output was not delivered: what led to it will not be committed. The owner goes back to the committed offsets and
    /// calls ``reset()``, or stops. Numbers from before a ``reset()`` change nothing.
    public mutating func fail(_ sequence: UInt64) {
        precondition(sequence < next, "output \(sequence) was never numbered")
        if sequence >= oldest { failedCount += 1 }
    }

    /// Every message below these offsets has been decided, and its outputs numbered. O(partitions).
    public mutating func register(_ offsets: [PartitionOffset]) {
        if marks.count - marksTaken == batchCountMax {
            marks[marks.count - 1].highestSequence = next - 1
        } else {
            marks.append(Mark(highestSequence: next - 1, offsets: Dictionary(minimumCapacity: offsets.count)))
        }
        for offset in offsets { marks[marks.count - 1].offsets[offset.partition] = offset.offset }
    }

    /// The offsets to commit now, the highest of each partition that became committable since the last call, by topic and
    /// partition. O(batches taken).
    public mutating func takeCommittable() -> [PartitionOffset] {
        var ready: [TopicPartition: Int64] = [:]
        while marksTaken < marks.count && marks[marksTaken].highestSequence < oldest {
            ready.merge(marks[marksTaken].offsets) { _, later in later }
            marksTaken += 1
        }
        if marksTaken >= batchCountMax || marksTaken == marks.count {
            marks.removeFirst(marksTaken)
            marksTaken = 0
        }
        return ready.map { PartitionOffset(partition: $0.key, offset: $0.value) }
            .sorted { ($0.partition.topic.index, $0.partition.partition) < ($1.partition.topic.index, $1.partition.partition) }
    }

    /// Forgets the offsets of partitions that are no longer ours.
    public mutating func drop(_ partitions: [TopicPartition]) {
        for index in marksTaken..<marks.count {
            for partition in partitions { marks[index].offsets[partition] = nil }
        }
    }

    /// Forgets everything outstanding, after going back to the committed offsets. Numbers go on, so that late reports of
    /// forgotten outputs are recognised.
    public mutating func reset() {
        for index in acknowledged.indices { acknowledged[index] = 0 }
        oldest = next
        marks.removeAll(keepingCapacity: true)
        marksTaken = 0
        failedCount = 0
    }

    private func isSet(_ sequence: UInt64) -> Bool {
        let place = Int(sequence & UInt64(outputCountMax - 1))
        return acknowledged[place >> 6] & (1 << UInt64(place & 63)) != 0
    }

    private mutating func set(_ sequence: UInt64) {
        let place = Int(sequence & UInt64(outputCountMax - 1))
        acknowledged[place >> 6] |= 1 << UInt64(place & 63)
    }

    private mutating func clear(_ sequence: UInt64) {
        let place = Int(sequence & UInt64(outputCountMax - 1))
        acknowledged[place >> 6] &= ~(1 << UInt64(place & 63))
    }
}
