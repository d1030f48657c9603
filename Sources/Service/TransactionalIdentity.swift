/// The name under which a process delivers exactly once: its producer's `transactional.id`, and how others of the group learn it.
///
/// Each committed offset carries the name of who committed it, and a member's `client.id` is its name. So whoever takes a partition over sees whose
/// transaction may still be open there, and whether that process is a member any more.
struct TransactionalIdentity {
    let id: String
    /// Whether no other process can have the id, because it is random.
    let isOwn: Bool
    /// What stands beside committed offsets; nil where members cannot be told apart, because their `client.id` is configured or there is no group.
    let note: String?
    /// What makes the id the member's name, as a property of the consumer.
    let membership: [(name: String, value: String)]

    /// So that a note of somebody else is not taken for a name.
    private static let notePrefix = "transactional.id="

    /// Nil for delivery at least once.
    init?(_ kafka: Configuration.Kafka, instance: String, isAlone: Bool) {
        guard kafka.delivery == .exactlyOnce else { return nil }
        id = kafka.transactionalID ?? "\(kafka.group)-\(instance)-" + String(UInt64.random(in: .min ... .max), radix: 16)
        isOwn = kafka.transactionalID == nil
        let isHidden = isAlone || (kafka.properties + kafka.consumer).contains { $0.name == "client.id" }
        note = isHidden ? nil : Self.notePrefix + id
        membership = isHidden ? [] : [("client.id", id)]
    }

    /// The id that a note names, if any.
    static func id(inNote note: String) -> String? { note.hasPrefix(notePrefix) ? String(note.dropFirst(notePrefix.count)) : nil }
}
