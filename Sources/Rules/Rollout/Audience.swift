internal import Events

/// The subjects for which a package acts; for all others it runs in shadow.
///
/// Each subject has a place on a line, which depends on nothing but its key and the package's name, and an audience is a stretch of that line. So a subject
/// is on the same side in every process, in a replay, and whatever else runs; and a greater share has everyone that a smaller one has.
public struct Audience: Sendable, Equatable {
    /// Places of subjects are below.
    private static let subjects: UInt64 = 1 << 53
    /// The place of events without a subject: in no share but the whole.
    private static let nobodyInParticular = subjects

    public let from: UInt64
    public let end: UInt64

    public static let everyone = Audience(from: 0, end: nobodyInParticular + 1)
    public static let nobody = Audience(from: 0, end: 0)

    private init(from: UInt64, end: UInt64) {
        self.from = from
        self.end = end
    }

    /// - Parameter share: from 0 to 1.
    public init(share: Double) {
        self.init(from: 0, end: share >= 1 ? Self.everyone.end : UInt64((share * 0x1p53).rounded()))
    }

    /// Whoever is not in this one.
    var rest: Audience { Audience(from: end, end: Self.everyone.end) }

    /// Whether nothing needs to be known of a subject.
    @inline(__always) public var isTrivial: Bool { self == Self.everyone || self == Self.nobody }

    @inline(__always) public func contains(_ place: UInt64) -> Bool { from <= place && place < end }

    /// What sets the places of one package apart from those of another, so that not always the same customers try what is new.
    static func salt(_ package: String) -> UInt64 { Fingerprint.of(package) }

    /// - Parameters:
    ///   - subject: 64 bits of the subject's key; nil without a subject.
    ///   - salt: of the package.
    @inline(__always) public static func place(of subject: UInt64?, salt: UInt64) -> UInt64 {
        guard let subject else { return nobodyInParticular }
        // The finaliser of MurmurHash3: every bit of the place depends on every bit of key and salt.
        var bits = subject ^ salt
        bits = (bits ^ (bits >> 33)) &* 0xff51_afd7_ed55_8ccd
        bits = (bits ^ (bits >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return (bits ^ (bits >> 33)) >> 11
    }
}
