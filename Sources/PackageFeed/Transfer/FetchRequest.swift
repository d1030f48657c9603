/// One look at a URL: what to ask for, and how much of an answer is borne.
struct FetchRequest {
    var url: String
    /// What the copy at hand came with; empty asks unconditionally.
    var validators: Validators
    /// Bytes of the document, after decompression.
    var bytesMax: Int
    /// From the first packet to the last byte.
    var timeoutMilliseconds: Int64
    /// Certificates to trust instead of the system's.
    var caFile: String?
}

/// What a server names a version of a document by.
struct Validators: Equatable {
    var etag: String?
    var lastModified: String?

    var isEmpty: Bool { etag == nil && lastModified == nil }
}

/// What a server answers.
enum Fetched {
    /// The copy that was asked about is still right.
    case unchanged
    case document([UInt8], Validators, contentType: String?)
}

/// Why there is no answer.
struct FetchFailure: Error, Equatable {
    /// Stable and searchable, in kebab case.
    var code: String
    var message: String
}
