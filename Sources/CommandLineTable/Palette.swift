private import Glibc

/// Colour for terminals, nothing for files and pipes.
public struct Palette: Sendable {
    public var isEnabled: Bool

    public init(isEnabled: Bool) { self.isEnabled = isEnabled }

    /// Colour only where the descriptor is a terminal that understands it and nobody set NO_COLOR (no-color.org).
    public static func detect(fileDescriptor: Int32, environment: [String: String]) -> Palette {
        let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        return Palette(isEnabled: !isRefused && isatty(fileDescriptor) == 1)
    }

    public func bold(_ text: String) -> String { paint("1", text) }
    public func dim(_ text: String) -> String { paint("2", text) }
    public func red(_ text: String) -> String { paint("31", text) }
    public func green(_ text: String) -> String { paint("32", text) }
    public func yellow(_ text: String) -> String { paint("33", text) }

    private func paint(_ code: String, _ text: String) -> String { isEnabled ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
