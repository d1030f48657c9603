public import Documents

extension Package {
    /// Whether the package acts for everyone: what a revision that is rolled out is compared with, and returns to.
    public var isSettled: Bool { mode == .live && (rollout?.share ?? 1) >= 1 }

    /// The packages as they would be with everyone to act for, to find out what they decide: neither in shadow nor rolled out, unless beside another revision.
    public static func actingForEveryone(_ packages: [Package]) -> [Package] {
        packages.map { package in
            guard packages.count(where: { $0.name == package.name }) == 1 else { return package }
            var package = package
            package.mode = .live
            package.rollout = nil
            return package
        }
    }

    /// For whom each of the packages acts.
    static func audiences(_ packages: [Package]) -> [Audience] {
        packages.map { package in
            if package.mode == .shadow { return .nobody }
            guard package.isPrevious else { return package.rollout.map { Audience(share: $0.share) } ?? .everyone }
            guard let latest = packages.first(where: { $0.name == package.name && !$0.isPrevious }), latest.mode == .live else { return .everyone }
            return Audience(share: latest.rollout?.share ?? 1).rest
        }
    }

    /// Two packages of one name are two revisions, of which one is rolled out beside the other: marks the other one.
    /// - Throws: `duplicate-package` for other packages of one name.
    public static func pairRevisions(_ packages: inout [Package]) throws(Diagnostics) {
        var byName: [String: [Int]] = [:]
        for (index, package) in packages.enumerated() { byName[package.name, default: []].append(index) }
        for (index, package) in packages.enumerated() {
            let revisions = byName[package.name]!
            guard revisions.count > 1, index == revisions[0] else { continue }
            // One that a feed keeps is marked already.
            if revisions.count == 2, packages[revisions[0]].isPrevious != packages[revisions[1]].isPrevious { continue }
            // A share of everything is a rollout still: the last step of one.
            let plain = revisions.filter { packages[$0].mode == .live && packages[$0].rollout == nil }
            guard revisions.count == 2, plain.count == 1 else {
                throw Diagnostics([
                    Diagnostic(
                        code: "duplicate-package", "there are \(revisions.count) packages '\(package.name)'",
                        remedy: "load one only, rename the others, or give the newer of two revisions a 'rollout' or 'mode: shadow'", at: package.position)
                ])
            }
            packages[plain[0]].isPrevious = true
        }
    }
}
