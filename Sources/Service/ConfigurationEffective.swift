internal import Documents

extension Configuration {
    /// One value as it is in force, and where it comes from.
    public struct EffectiveValue: Sendable, Equatable {
        public enum Origin: Sendable, Equatable, CustomStringConvertible {
            case builtIn
            case file(String, line: Int)
            case environment(String)
            case flag

            public var description: String {
                switch self {
                case .builtIn: "default"
                case .file(let name, let line): "\(name):\(line)"
                case .environment(let variable): variable
                case .flag: ConfigurationLayers.flag
                }
            }
        }

        /// The keys from the root, joined by points: `kafka.group`, `packages[0].path`.
        public var key: String
        public var value: String
        public var origin: Origin
    }

    /// A line for each value, aligned: `kafka.group = vane    (vane.yaml:6)`.
    public func effectiveText() -> String {
        let keyWidth = effective.map(\.key.count).max() ?? 0
        let valueWidth = min(effective.map(\.value.count).max() ?? 0, 50)
        func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(width - text.count, 0)) }
        return effective.map { "\(pad($0.key, keyWidth)) = \(pad($0.value, valueWidth))  (\($0.origin))\n" }.joined()
    }

    /// The same as a JSON array of {key, value, origin}.
    public func effectiveJSON() -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for entry in effective {
            writer.beginObject()
            writer.key("key")
            writer.string(entry.key)
            writer.key("value")
            writer.string(entry.value)
            writer.key("origin")
            writer.string(entry.origin.description)
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}

/// Collects the values while they are read.
final class EffectiveValues {
    private(set) var all: [Configuration.EffectiveValue] = []
    private let file: String

    init(file: String) { self.file = file }

    /// - Parameter position: nil for a default.
    func record(_ key: String, _ value: String, _ position: Position?) {
        all.append(Configuration.EffectiveValue(key: key, value: value, origin: origin(position)))
    }

    private func origin(_ position: Position?) -> Configuration.EffectiveValue.Origin {
        guard let position else { return .builtIn }
        if position.file == ConfigurationLayers.flag { return .flag }
        return position.file == file ? .file(file, line: position.line) : .environment(position.file)
    }
}
