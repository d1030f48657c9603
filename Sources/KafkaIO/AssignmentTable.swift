/// Which partitions are ours, as the rebalance callbacks said, and where each was first read. Pure.
///
/// It exists because a poll takes its first message before the batch call for the rest, and that call may serve a rebalance:
/// the message in hand may be of a partition that was just given up, and must not be decided by us as well as by the new
/// owner. Whether librdkafka itself drops such messages within the batch call depends on its version; this does not rely on it.
struct AssignmentTable {
    enum Verdict: Equatable {
        case accept
        /// The partition is not ours.
        case discard
        /// It was given up and came back within this poll: what was read before and after cannot be told apart.
        case discardAndReadAgain
    }

    private struct Entry {
        var isAssigned = false
        var revokedInPoll: UInt64 = 0
        var firstOffset: Int64 = AssignmentTable.none
    }

    private static let none: Int64 = -1
    private var entries: [[Entry]] = []
    private var poll: UInt64 = 0

    /// Marks the start of a poll.
    mutating func beginPoll() { poll += 1 }

    mutating func assign(_ partitions: [TopicPartition]) {
        for partition in partitions {
            withEntry(partition) {
                $0.isAssigned = true
                $0.firstOffset = AssignmentTable.none
            }
        }
    }

    mutating func revoke(_ partitions: [TopicPartition]) {
        let poll = poll
        for partition in partitions {
            withEntry(partition) {
                $0.isAssigned = false
                $0.revokedInPoll = poll
            }
        }
    }

    /// What to do with a message that this poll brought. O(1).
    mutating func judge(topic: Topic, partition: Int32, offset: Int64) -> Verdict {
        let topicIndex = Int(topic.index)
        let partitionIndex = Int(partition)
        guard topicIndex < entries.count, partitionIndex < entries[topicIndex].count,
            entries[topicIndex][partitionIndex].isAssigned
        else { return .discard }
        if entries[topicIndex][partitionIndex].revokedInPoll == poll { return .discardAndReadAgain }
        if entries[topicIndex][partitionIndex].firstOffset == AssignmentTable.none {
            entries[topicIndex][partitionIndex].firstOffset = offset
        }
        return .accept
    }

    /// The offset of the first message accepted since the partition was assigned, if any.
    func firstOffset(of partition: TopicPartition) -> Int64? {
        let topicIndex = Int(partition.topic.index)
        let partitionIndex = Int(partition.partition)
        guard topicIndex < entries.count, partitionIndex < entries[topicIndex].count else { return nil }
        let offset = entries[topicIndex][partitionIndex].firstOffset
        return offset == AssignmentTable.none ? nil : offset
    }

    /// Every assigned partition, by topic index and partition.
    var assigned: [TopicPartition] {
        var result: [TopicPartition] = []
        for topicIndex in entries.indices {
            for partition in entries[topicIndex].indices where entries[topicIndex][partition].isAssigned {
                result.append(TopicPartition(topic: Topic(index: Int32(topicIndex)), partition: Int32(partition)))
            }
        }
        return result
    }

    private mutating func withEntry(_ partition: TopicPartition, _ body: (inout Entry) -> Void) {
        let topicIndex = Int(partition.topic.index)
        let partitionIndex = Int(partition.partition)
        while entries.count <= topicIndex { entries.append([]) }
        while entries[topicIndex].count <= partitionIndex { entries[topicIndex].append(Entry()) }
        body(&entries[topicIndex][partitionIndex])
    }
}
