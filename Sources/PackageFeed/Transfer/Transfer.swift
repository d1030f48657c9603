internal import CCurl

/// A request under way: libcurl's handle, and what has arrived so far. Belongs to the thread of its ``Fetcher``.
@safe final class Transfer {
    /// A header that is longer is no validator; the rest of it is not kept.
    private static let headerBytesMax = 4_096
    /// Of all headers of an answer; servers send a few hundred bytes.
    private static let headersBytesMax = 256 << 10
    /// http redirects to https, and either to itself; a server that redirects more often runs in a circle.
    private static let redirectsMax = 5
    private static let connectMillisecondsMax: Int64 = 10_000

    let handle: UnsafeMutableRawPointer
    let request: FetchRequest
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var headersBytes = 0
    private var answer = Validators()
    private var contentType: String?
    private var contentEncoding: String?
    /// Of an HTTP/1 answer: whether it says where it ends.
    private var isDelimited = true
    private var reason: UnsafeMutablePointer<CChar>

    init(_ request: FetchRequest) {
        self.request = request
        unsafe handle = curl_easy_init()!
        unsafe headers = nil
        unsafe reason = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure()
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
        unsafe reason.deallocate()
    }

    private func configure() {
        let isSecure = request.url.hasPrefix("https:")
        let isFile = request.url.hasPrefix("file:")
        text(CURLOPT_URL, request.url)
        text(CURLOPT_PROTOCOLS_STR, isSecure ? "https" : isFile ? "file" : "http")
        // Never to a file of this machine, and never back to clear text.
        text(CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https")
        number(CURLOPT_FOLLOWLOCATION, isFile ? 0 : 1)
        number(CURLOPT_MAXREDIRS, Self.redirectsMax)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_CONNECTTIMEOUT_MS, Int(min(Self.connectMillisecondsMax, request.timeoutMilliseconds)))
        number(CURLOPT_TIMEOUT_MS, Int(request.timeoutMilliseconds))
        text(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        text(CURLOPT_USERAGENT, "vane")
        if let caFile = request.caFile { text(CURLOPT_CAINFO, caFile) }
        unsafe _ = vane_curl_set_large(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.bytesMax))
        unsafe _ = vane_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, reason)
        add(header: "Accept: application/yaml, application/json, text/csv, */*;q=0.5")
        if let etag = request.validators.etag { add(header: "If-None-Match: \(etag)") }
        if let time = request.validators.lastModified { add(header: "If-Modified-Since: \(time)") }
        if request.validators.isEmpty && !isFile { add(header: "Cache-Control: no-cache") }
        unsafe _ = vane_curl_set_headers(handle, headers)

        // SAFETY: the fetcher keeps this object until the handle has left libcurl's hands.
        let opaque = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = vane_curl_set_pointer(handle, CURLOPT_PRIVATE, opaque)
        unsafe _ = vane_curl_set_pointer(handle, CURLOPT_WRITEDATA, opaque)
        unsafe _ = vane_curl_set_pointer(handle, CURLOPT_HEADERDATA, opaque)
        unsafe _ = vane_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, opaque in
            unsafe Unmanaged<Transfer>.fromOpaque(opaque!).takeUnretainedValue().take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe _ = vane_curl_set_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, opaque in
            unsafe Unmanaged<Transfer>.fromOpaque(opaque!).takeUnretainedValue().takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private func text(_ option: CURLoption, _ value: String) { unsafe _ = vane_curl_set_text(handle, option, value) }
    private func number(_ option: CURLoption, _ value: Int) { unsafe _ = vane_curl_set_long(handle, option, value) }
    private func add(header: String) { unsafe headers = curl_slist_append(headers, header) }

    /// Counts what comes out of decompression: a few kilobytes can unfold to gigabytes.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= request.bytesMax else {
            isTooLarge = true
            return 0
        }
        unsafe body.append(contentsOf: bytes)
        return bytes.count
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headersBytes += bytes.count
        guard headersBytes <= Self.headersBytesMax else { return 0 }
        let line = unsafe String(decoding: bytes.prefix(Self.headerBytesMax), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // Each answer on the way of a redirect starts afresh.
            answer = Validators()
            (contentType, contentEncoding) = (nil, nil)
            isDelimited = !line.hasPrefix("HTTP/1")
            body.removeAll()
        }
        guard let colon = line.firstIndex(of: ":") else { return bytes.count }
        let value = trim(line[line.index(after: colon)...])
        switch line[..<colon].lowercased() {
        case "etag": answer.etag = value
        case "last-modified": answer.lastModified = value
        case "content-type": contentType = value
        case "content-encoding": contentEncoding = value
        case "content-length": isDelimited = true
        case "transfer-encoding": isDelimited = isDelimited || value.lowercased().contains("chunked")
        default: break
        }
        return bytes.count
    }

    private func trim(_ text: Substring) -> String {
        var text = text
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return String(text)
    }

    /// What the transfer came to, once libcurl has let go of it.
    func result(_ code: CURLcode) -> Result<Fetched, FetchFailure> {
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            return .failure(FetchFailure(code: "too-large", message: "the document is larger than \(request.bytesMax) bytes"))
        }
        if headersBytes > Self.headersBytesMax {
            return .failure(FetchFailure(code: "too-large", message: "the answer's headers are larger than \(Self.headersBytesMax) bytes"))
        }
        guard code == CURLE_OK else { return .failure(failure(code)) }
        var status = 0
        unsafe _ = vane_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        switch status {
        // A file has no status.
        case 0, 200:
            guard isDelimited else {
                return .failure(
                    FetchFailure(code: "incomplete", message: "the answer says neither its length nor its chunks, so nobody can tell whether it is whole"))
            }
            return .success(.document(body, answer, contentType: contentType))
        case 304: return .success(.unchanged)
        case 404, 410: return .failure(FetchFailure(code: "not-found", message: "the server has no such document (HTTP status \(status))"))
        case 401, 403: return .failure(FetchFailure(code: "not-allowed", message: "the server does not give the document out (HTTP status \(status))"))
        default: return .failure(FetchFailure(code: "http-status", message: "the server answers with HTTP status \(status)"))
        }
    }

    private func failure(_ code: CURLcode) -> FetchFailure {
        let text = unsafe String(cString: reason)
        let message = unsafe text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        let kind =
            switch code {
            // Where nothing of an answer is HTTP, libcurl takes it for the version that had no headers.
            case CURLE_UNSUPPORTED_PROTOCOL where text.contains("HTTP/0.9"): "incomplete"
            case CURLE_OPERATION_TIMEDOUT: "timed-out"
            case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2_STREAM: "incomplete"
            case CURLE_TOO_MANY_REDIRECTS, CURLE_UNSUPPORTED_PROTOCOL: "bad-redirect"
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: "tls"
            case CURLE_FILE_COULDNT_READ_FILE: "not-found"
            case CURLE_URL_MALFORMAT: "bad-url"
            default: "unreachable"
            }
        return FetchFailure(code: kind, message: message)
    }
}
