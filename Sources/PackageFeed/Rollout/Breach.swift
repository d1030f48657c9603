/// A package's rate has left its bounds.
public struct Breach: Sendable, Equatable {
    public var package: String
    public var version: String
    /// Of the document that it was read from: what runs by now may be another one.
    public var revision: UInt64
    /// Such as `it alerted on 12 of 400 events, and at most 2 % of 400 are in bounds`.
    public var message: String

    public init(package: String, version: String, revision: UInt64, message: String) {
        self.package = package
        self.version = version
        self.revision = revision
        self.message = message
    }
}
