public import Expressions
internal import Synchronization

/// The time zones of the system's zone files, each read once.
public final class ZoneFiles: TimeZoneProvider {
    private static let folder = "/usr/share/zoneinfo/"
    /// There are about six hundred; expressions that make up names do not fill the memory.
    private static let zonesMax = 2_000

    private let zones = Mutex<[String: TimeZoneRules?]>([:])

    public init() {}

    public func rules(named name: String) -> TimeZoneRules? {
        // Names come from rules: they must not lead out of the folder.
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains(".."), name.utf8.count < 64 else { return nil }
        return zones.withLock { zones in
            if let known = zones[name] { return known }
            let rules =
                (try? Files.read(Self.folder + name)).flatMap { TimeZoneRules(tzif: $0) } ?? (name == "UTC" ? TimeZoneRules(fixedOffsetSeconds: 0) : nil)
            if zones.count < Self.zonesMax { zones[name] = rules }
            return rules
        }
    }
}
