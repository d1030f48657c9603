public import Expressions
internal import Events

/// Named sets of subjects with attributes, in memory: black, grey, white or any other. One thread.
///
/// Of two entries for one subject the newest wins, whatever order they arrive in, and of two of the same time the one that arrives last, so that
/// every process that has read the same entries, each subject's in the same order, holds the same lists. An entry ends by its time to live, counted in event time.
/// Beneath these entries a list has contents that are replaced as a whole, such as those of a file.
public final class Lists: ListLookup {
    public struct Entry: Sendable {
        /// When the entry was made; a later one replaces it.
        public var timeMilliseconds: Int64
        /// The first moment at which it no longer counts; nil for never.
        public var expiresMilliseconds: Int64?
        public var attributes: [Attribute]
        /// A removed subject stays, so that an older entry cannot bring it back.
        public var isRemoved: Bool

        public init(timeMilliseconds: Int64, expiresMilliseconds: Int64? = nil, attributes: [Attribute] = [], isRemoved: Bool = false) {
            self.timeMilliseconds = timeMilliseconds
            self.expiresMilliseconds = expiresMilliseconds
            self.attributes = attributes
            self.isRemoved = isRemoved
        }
    }

    public struct Attribute: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Time of the event being decided, in milliseconds since 1970.
    public var nowMilliseconds: Int64 = 0
    public private(set) var names: [String] = []
    private var lists: [[UInt64: Entry]] = []
    private var contents: [ListContents] = []

    public init() {}

    /// The number of a list, made where it does not exist yet.
    public func declare(_ name: String) -> Int {
        if let index = index(of: name) { return index }
        names.append(name)
        lists.append([:])
        contents.append(ListContents())
        return names.count - 1
    }

    /// Replaces what lies beneath the list's entries.
    public func setContents(list: Int, _ contents: ListContents) { self.contents[list] = contents }

    public func index(of name: String) -> Int? { names.firstIndex(of: name) }

    public func put(list: Int, subject: UInt64, _ entry: Entry) {
        if let old = lists[list][subject], old.timeMilliseconds > entry.timeMilliseconds { return }
        lists[list][subject] = entry
    }

    public func put(list: Int, subject: String, _ entry: Entry) { put(list: list, subject: Fingerprint.of(subject), entry) }

    private func entry(_ list: Int, _ subject: UInt64) -> Entry? {
        guard let entry = lists[list][subject] ?? contents[list].entries[subject], !entry.isRemoved else { return nil }
        if let expires = entry.expiresMilliseconds, expires <= nowMilliseconds { return nil }
        return entry
    }

    public func contains(list: Int, subject: UInt64) -> Bool { entry(list, subject) != nil }

    public func attribute(list: Int, subject: UInt64, name: String) -> String? {
        entry(list, subject)?.attributes.first { $0.name == name }?.value
    }

    /// Entries of both kinds; a subject that has both counts twice.
    public func count(list: Int) -> Int { lists[list].count + contents[list].entries.count }
}

/// Entries of a list that came together, such as those of a file: older than any that come one by one.
public struct ListContents: Sendable {
    public private(set) var entries: [UInt64: Lists.Entry] = [:]

    public init() {}

    /// Of two entries for one subject the later one counts.
    public mutating func put(subject: String, _ entry: Lists.Entry) { entries[Fingerprint.of(subject)] = entry }
}
