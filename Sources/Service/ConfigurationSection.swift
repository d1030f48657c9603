internal import Documents

/// A map of the configuration: reads values with defaults, and records each with its origin.
struct ConfigurationSection {
    var reader: MapReader
    /// The keys from the root to here, with a point at the end; empty at the root.
    let path: String
    let effective: EffectiveValues
    /// The file's folder with a slash at its end, or empty.
    let folder: String

    var diagnostics: DiagnosticList { reader.diagnostics }

    /// The section under a key; an empty one when the key is absent, so that its defaults are recorded.
    mutating func section(_ key: String) -> ConfigurationSection {
        let node = reader.optional(key) ?? Node(.map([]), at: reader.position)
        return ConfigurationSection(reader: MapReader(node, "'\(path)\(key)'", diagnostics), path: "\(path)\(key).", effective: effective, folder: folder)
    }

    /// A section for an element of a list.
    func element(_ node: Node, _ key: String, _ index: Int) -> ConfigurationSection {
        let name = "\(path)\(key)[\(index)]"
        return ConfigurationSection(reader: MapReader(node, "'\(name)'", diagnostics), path: name + ".", effective: effective, folder: folder)
    }

    func finish() { reader.finish() }

    mutating func text(_ key: String, default fallback: String, _ shown: (String) -> String = { $0 }) -> String {
        let value = reader.nonEmptyString(key)
        record(key, shown(value ?? fallback), isGiven: value != nil)
        return value ?? fallback
    }

    /// Text without a default; a missing required one is reported.
    mutating func text(_ key: String, _ presence: MapReader.Presence, _ shown: (String) -> String = { $0 }) -> String? {
        guard let value = reader.nonEmptyString(key, presence) else { return nil }
        record(key, shown(value), isGiven: true)
        return value
    }

    /// A path; relative ones start at the file's folder.
    mutating func path(_ key: String, _ presence: MapReader.Presence) -> String? {
        guard let value = reader.nonEmptyString(key, presence) else { return nil }
        record(key, resolve(value), isGiven: true)
        return resolve(value)
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, default fallback: Choice) -> Choice {
        let value = reader.choice(key, of: Choice.self)
        record(key, (value ?? fallback).rawValue, isGiven: value != nil)
        return value ?? fallback
    }

    /// In milliseconds.
    mutating func duration(_ key: String, in range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
        let value = reader.duration(key, in: range)
        record(key, formatDuration(value ?? fallback), isGiven: value != nil)
        return value ?? fallback
    }

    mutating func byteSize(_ key: String, in range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
        let value = reader.byteSize(key, in: range)
        record(key, formatByteSize(value ?? fallback), isGiven: value != nil)
        return value ?? fallback
    }

    mutating func int(_ key: String, in range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
        let value = reader.int(key, in: range)
        record(key, "\(value ?? fallback)", isGiven: value != nil)
        return value ?? fallback
    }

    func resolve(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

    func record(_ key: String, _ value: String, isGiven: Bool) {
        effective.record(path + key, value, isGiven ? reader.entries.first { $0.key.text == key }?.value.position : nil)
    }

    /// Reports a value that is wrong in itself, at its place.
    func reject(_ key: String, _ message: String, _ remedy: String) {
        let position = reader.entries.first { $0.key.text == key }?.value.position ?? reader.position
        diagnostics.error(code: "bad-value", message, remedy: remedy, at: position)
    }
}
