public import Documents
internal import PackageFeed

/// Reads the status of a process: from where it listens, or from a file in which somebody has kept it.
public enum StatusClient {
    /// A status with ten thousand packages stays below.
    private static let bytesMax = 64 << 20
    private static let timeoutMilliseconds: Int64 = 10_000
    /// Where a process listens in all examples.
    public static let addressDefault = "http://127.0.0.1:8080"

    public struct Answer {
        public var bytes: [UInt8]
        public var root: Node
    }

    /// - Parameter place: such as `http://127.0.0.1:8080`, with or without `/v1/status`; or a file.
    /// - Throws: `status-unreachable` where there is no answer, `bad-status` where it is no status.
    public static func read(_ place: String) throws(Diagnostics) -> Answer {
        let bytes: [UInt8]
        if let scheme = place.firstRange(of: "://") {
            let rest = place[scheme.upperBound...]
            let path = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
            let url = path.isEmpty || path == "/" ? (place.hasSuffix("/") ? String(place.dropLast()) : place) + "/v1/status" : place
            do throws(Download.Failure) {
                bytes = try Download.document(url, bytesMax: bytesMax, timeoutMilliseconds: timeoutMilliseconds)
            } catch {
                throw Diagnostics([
                    Diagnostic(
                        code: "status-unreachable", "no status from \(url): \(error.message)",
                        remedy: "see that the process runs, that it is ready to answer, and that its http.listen says this address")
                ])
            }
        } else {
            bytes = try Files.read(place)
        }
        let root = try parseYAML(bytes, file: place)
        guard root["build"] != nil, root["entities"] != nil, root["packages"] != nil else {
            throw Diagnostics([
                Diagnostic(
                    code: "bad-status", "'\(place)' is no status of a process", remedy: "name the address of http.listen, or a file with what /v1/status said")
            ])
        }
        return Answer(bytes: bytes, root: root)
    }
}
