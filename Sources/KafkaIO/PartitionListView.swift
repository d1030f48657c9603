internal import CRdKafka

/// A partition list that librdkafka lends for the length of a callback.
@safe struct PartitionListView: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?

    /// SAFETY: the list must outlive this view.
    @unsafe init(_ pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) { unsafe self.pointer = pointer }

    var count: Int { unsafe pointer.map { unsafe Int($0.pointee.cnt) } ?? 0 }

    var partitions: [TopicPartition] { (0..<count).map { partition(at: $0) } }

    /// The entries with an offset; those without (logical or unknown ones) are left out.
    var offsets: [PartitionOffset] {
        (0..<count).compactMap { index in
            let offset = unsafe pointer!.pointee.elems[index].offset
            return offset < 0 ? nil : PartitionOffset(partition: partition(at: index), offset: offset)
        }
    }

    /// What is kept beside offsets; partitions without a text are left out.
    var notes: [TopicPartition: String] {
        var notes: [TopicPartition: String] = [:]
        for index in 0..<count {
            let element = unsafe pointer!.pointee.elems[index]
            guard let text = unsafe element.metadata, unsafe element.metadata_size > 0 else { continue }
            // SAFETY: the text has as many bytes as the element says; they are copied.
            notes[partition(at: index)] = unsafe String(
                decoding: UnsafeRawBufferPointer(start: text, count: element.metadata_size), as: UTF8.self)
        }
        return notes
    }

    var failures: [PartitionFailure] {
        (0..<count).compactMap { index in
            let code = unsafe pointer!.pointee.elems[index].err
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
            return PartitionFailure(partition: partition(at: index), error: KafkaError("serve the partition", code: code))
        }
    }

    private func partition(at index: Int) -> TopicPartition {
        // SAFETY: `index` is below the list's count; the name is NUL-terminated.
        let element = unsafe pointer!.pointee.elems[index]
        return unsafe TopicPartition(topic: Topic(String(cString: element.topic)), partition: element.partition)
    }
}
