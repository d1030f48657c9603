internal import Engine
internal import KafkaIO
internal import Rules
internal import Telemetry

/// The topic of list entries, which this process reads as a whole and follows.
extension Pipeline {
    static let waitNoticeNanoseconds: Int64 = 10_000_000_000

    /// Lets events flow once the lists are complete.
    func goOnOnceListsAreRead() {
        if lists.hasReachedEnd {
            waitsForLists = false
        } else if case let now = Clock.steadyNanoseconds(), now >= nextWaitNotice {
            nextWaitNotice = now + Self.waitNoticeNanoseconds
            log.warning("waiting-for-lists", "events wait until the topic \(lists.topic) has been read; see that it can be")
        }
    }

    /// A topic that does not exist holds no list: nothing to wait for.
    func listsMayBeMissing(_ event: ConsumerEvent) {
        guard waitsForLists, case .topicMissing(lists.topic) = event else { return }
        waitsForLists = false
    }

    func takeListEntry(_ message: Message) {
        guard let payload = message.payload else {
            // A tombstone removes the subject.
            guard let key = message.key, let (list, subject) = ListEntryReader.parts(ofKey: key) else { return }
            engine.lists.put(
                list: engine.lists.declare(list), subject: subject,
                Lists.Entry(timeMilliseconds: max(0, message.timestamp.milliseconds), isRemoved: true))
            return
        }
        do {
            let parsed = try ListEntryReader.read(Array(payload), timeMilliseconds: max(0, message.timestamp.milliseconds))
            engine.lists.put(list: engine.lists.declare(parsed.list), subject: parsed.subject, parsed.entry)
        } catch {
            log.warning(
                "bad-list-entry", "list entry ignored: \(error.message)",
                ["topic": .string(message.topic.name), "partition": .number(message.partition), "offset": .number(message.offset)])
        }
    }
}
