/// One document from a URL, for commands that wait for it.
public enum Download {
    public struct Failure: Error, Sendable {
        /// Stable and searchable, in kebab case.
        public var code: String
        public var message: String
    }

    /// - Parameters:
    ///   - url: https, http or file.
    ///   - bytesMax: a larger document is refused.
    public static func document(_ url: String, bytesMax: Int, timeoutMilliseconds: Int64) throws(Failure) -> [UInt8] {
        let fetcher = Fetcher()
        fetcher.start(
            FetchRequest(url: url, validators: Validators(), bytesMax: bytesMax, timeoutMilliseconds: timeoutMilliseconds, caFile: nil), number: 0)
        while true {
            guard let (_, result) = fetcher.poll(timeoutMilliseconds: 1_000).first else { continue }
            switch result {
            case .success(.document(let bytes, _, _)): return bytes
            case .success(.unchanged): throw Failure(code: "not-modified-without-copy", message: "the server says 'not modified' to a first request")
            case .failure(let failure): throw Failure(code: failure.code, message: failure.message)
            }
        }
    }
}
