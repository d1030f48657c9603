internal import CRdKafka

/// Resolves librdkafka's topic handles to ``Topic``s, by name once per handle.
///
/// A handle's address may be used again for another topic after a rebalance: the owner empties the cache there.
@safe struct TopicCache {
    /// Beyond this, the cache starts anew rather than search a long list.
    private static let countMax = 256

    private var entries: [(handle: OpaquePointer, topic: Topic)]
    private var latest = 0

    init() { unsafe entries = [] }

    /// O(1) for the same topic again, otherwise O(topics in use).
    ///
    /// SAFETY: `handle` must be alive.
    @unsafe mutating func topic(of handle: OpaquePointer) -> Topic {
        if unsafe latest < entries.count && entries[latest].handle == handle { return unsafe entries[latest].topic }
        if let index = unsafe entries.firstIndex(where: { unsafe $0.handle == handle }) {
            latest = index
            return unsafe entries[index].topic
        }
        if unsafe entries.count == TopicCache.countMax { unsafe entries.removeAll(keepingCapacity: true) }
        let topic = unsafe Topic(String(cString: rd_kafka_topic_name(handle)))
        latest = unsafe entries.count
        unsafe entries.append((handle, topic))
        return topic
    }

    mutating func removeAll() { unsafe entries.removeAll(keepingCapacity: true) }
}
