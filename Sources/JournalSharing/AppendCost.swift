public import Events
internal import RedisStore

/// What recording an event in one journal costs in Redis.
public enum AppendCost {
    /// Bytes of the `APPEND` that carries an entry of so many bytes.
    public static func sentBytes(_ entity: EntityType, prefix: String, entryBytes: Int) -> Int {
        let logs = EntityLogs(entity, SharedJournals.Options(prefix: prefix))
        defer { logs.deallocate() }
        var commands = CommandBuffer()
        let entry = [UInt8](repeating: 0, count: entryBytes)
        entry.withUnsafeBytes { value in logs.withKey(EntityKey(low: 0, high: 0), 0) { key in commands.append(key: key, value: value) } }
        return commands.byteCount
    }
}
