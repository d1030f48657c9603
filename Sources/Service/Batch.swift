internal import Events
internal import KafkaIO

/// Messages polled at once, the rows decoded from them, and what became of each. Reused.
final class Batch {
    /// A message that holds an event, or should.
    struct Arrival {
        /// Its place among the messages.
        var message: Int
        /// Its place among the rows; ``none`` where it was refused.
        var row: Int
        /// Its partition went to another member before it was decided.
        var isLost = false

        static let none = -1
    }

    let messages: MessageBatch
    private(set) var rows: EventBatch
    var arrivals: [Arrival] = []
    var rejections: [Rejection] = []
    /// Of each partition the offset to go on from.
    var nextOffsets: [PartitionOffset] = []
    /// How often events had to be read again when it was polled: batches of before are decided for their journals only.
    var rewinds = 0

    init(capacity: Int, rows: EventBatch) {
        messages = MessageBatch(capacity: capacity)
        self.rows = rows
    }

    /// Rows of another schema from now on.
    func setSchema(_ schema: Schema) {
        rows = EventBatch(capacity: messages.capacity, schema: schema)
        removeAll()
    }

    func removeAll() {
        rows.removeAll()
        arrivals.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
        nextOffsets.removeAll(keepingCapacity: true)
    }

    /// Of each partition the latest offset counts; batches hold few partitions.
    func note(_ offset: PartitionOffset) {
        for index in nextOffsets.indices where nextOffsets[index].partition == offset.partition {
            nextOffsets[index] = offset
            return
        }
        nextOffsets.append(offset)
    }

    /// Of each partition the first offset in this batch.
    var firstOffsets: [PartitionOffset] {
        var offsets: [PartitionOffset] = []
        for arrival in arrivals where !arrival.isLost {
            let message = messages[arrival.message]
            let partition = message.topicPartition
            if !offsets.contains(where: { $0.partition == partition }) { offsets.append(PartitionOffset(partition: partition, offset: message.offset)) }
        }
        return offsets
    }

    func lose(_ partitions: [TopicPartition]) {
        for index in arrivals.indices where partitions.contains(messages[arrivals[index].message].topicPartition) { arrivals[index].isLost = true }
    }
}
