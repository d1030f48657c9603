internal import CRdKafka
internal import Glibc

/// The owner of one of librdkafka's partition lists.
@safe struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// SAFETY: takes over the list.
    @unsafe init(adopting pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { unsafe self.pointer = pointer }

    init(_ partitions: [TopicPartition]) {
        self.init(count: partitions.count)
        for partition in partitions { add(partition) }
    }

    /// - Parameter note: the text to be kept beside a partition's offset.
    init(_ offsets: [PartitionOffset], note: (TopicPartition) -> String? = { _ in nil }) {
        self.init(count: offsets.count)
        for offset in offsets { add(offset.partition, offset: offset.offset, note: note(offset.partition)) }
    }

    init(topics: [String]) {
        self.init(count: topics.count)
        for topic in topics { unsafe _ = rd_kafka_topic_partition_list_add(pointer, topic, RD_KAFKA_PARTITION_UA) }
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    var view: PartitionListView { unsafe PartitionListView(pointer) }

    private init(count: Int) { unsafe pointer = rd_kafka_topic_partition_list_new(Int32(count)) }

    private func add(_ partition: TopicPartition, offset: Int64? = nil, note: String? = nil) {
        // SAFETY: librdkafka copies the name and returns the new element, which the list owns.
        let element = unsafe rd_kafka_topic_partition_list_add(pointer, partition.topic.name, partition.partition)!
        if let offset { unsafe element.pointee.offset = offset }
        if let note {
            // SAFETY: the list frees it with itself.
            unsafe element.pointee.metadata = UnsafeMutableRawPointer(strdup(note))
            unsafe element.pointee.metadata_size = note.utf8.count
        }
    }
}
