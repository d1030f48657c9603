import Glibc

public enum TemporaryFolder {
    /// Makes a folder of its own, whatever a test that was killed has left behind. Every user may read it, as servers do that run as another.
    /// - Returns: its path, which begins with `/tmp/NAME-`.
    public static func make(_ name: String) -> String {
        var template = Array("/tmp/\(name)-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "cannot make a folder in /tmp")
        chmod(template, 0o755)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
