import Glibc

/// Where things stand: the executable, the repository, and what is shared between projects.
enum Places {
    /// The executable that the same build made: beside the test bundle.
    static let executable: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = text(buffer.prefix(max(0, count)))
        // A test bundle is run by itself, or by a helper of the toolchain that is given the bundle's path.
        let folders = ([own] + CommandLine.arguments).map(folder(of:))
        return folders.map { $0 + "/vane" }.first { access($0, X_OK) == 0 } ?? repository + "/.build/debug/vane"
    }()

    /// Tests/IntegrationTests/Support/Places.swift lies four levels below it.
    static let repository = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    /// What `make release` makes.
    static let optimised = repository + "/.build/optimized/release/vane"
    static let fixtures = repository + "/Tests/IntegrationTests/Fixtures"
    static let rules = repository + "/rules"

    /// What stands beside the repository: an Apache Kafka and data sets.
    static let shared = environment("VANE_SHARED") ?? folder(of: repository) + "/shared"
    static let handbook = shared + "/data/handbook"
    static let berka = shared + "/data/berka"

    static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    private static func text(_ characters: ArraySlice<CChar>) -> String {
        String(decoding: characters.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
