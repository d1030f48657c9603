internal import Expressions
internal import Rules

extension Engine {
    /// Whether a package acts for the subject of a decision; else it runs in shadow.
    @inline(__always) public func acts(package: Int, _ decision: borrowing Decision) -> Bool {
        let audience = audiences[package]
        return audience.isTrivial ? audience.end > 0 : audience.contains(Audience.place(of: decision.subject, salt: rules.salts[package]))
    }

    /// From the next event on a package acts for nobody. The revision that runs beside it, if there is one, acts for everyone again.
    /// Holds until the rules are replaced.
    public func withdraw(package: Int) {
        audiences.base[package] = .nobody
        let packages = rules.packages
        for other in packages.indices
        where other != package && packages[other].name == packages[package].name && packages[other].isPrevious && packages[other].mode == .live {
            audiences.base[other] = .everyone
        }
    }
}
