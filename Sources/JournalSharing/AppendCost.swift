public import Events
internal import RedisStore

/// What recording an event in one journal costs in Redis.
public enum AppendCost {
    /// Bytes that Redis keeps of an entry of so many bytes: a list's element has its length in front and behind, besides the list's own overhead.
    public static func storedBytes(entryBytes: Int) -> Int {
        let front = entryBytes < 64 ? 1 : entryBytes < 4_096 ? 2 : 5
        return entryBytes + front + (front + entryBytes < 128 ? 1 : 2)
    }

    /// Bytes of the `RPUSH` that carries an entry of so many bytes.
    public static func sentBytes(_ entity: EntityType, prefix: String, entryBytes: Int) -> Int {
        let logs = EntityLogs(entity, SharedJournals.Options(prefix: prefix))
        defer { logs.deallocate() }
        var commands = CommandBuffer()
        let entry = [UInt8](repeating: 0, count: entryBytes)
        entry.withUnsafeBytes { value in logs.withKey(EntityKey(low: 0, high: 0), 0) { key in commands.push(key: key, value: value) } }
        return commands.byteCount
    }
}
