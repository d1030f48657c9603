internal import Rules

/// A document of a package with what it says: kept to run beside its successor, and to return to.
struct Revision {
    var arrival: Member.Arrival
    var package: Package
}
