internal import CCurl
internal import Synchronization

/// Fetches documents, any number at a time, all on the one thread that calls ``poll(timeoutMilliseconds:)``: a server that answers slowly holds
/// up no other.
@safe final class Fetcher {
    private let multi: UnsafeMutableRawPointer
    private var transfers: [Int: Transfer] = [:]
    let waker: FetchWaker

    /// libcurl wants to be set up once, before any other thread uses it.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() {
        precondition(Self.isReady, "libcurl cannot be set up")
        unsafe multi = curl_multi_init()!
        unsafe waker = FetchWaker(multi)
    }

    deinit {
        waker.detach()
        for transfer in transfers.values { unsafe _ = curl_multi_remove_handle(multi, transfer.handle) }
        unsafe _ = curl_multi_cleanup(multi)
    }

    /// - Parameter number: comes back with the result; one transfer at a time has it.
    func start(_ request: FetchRequest, number: Int) {
        precondition(transfers[number] == nil, "one transfer at a time")
        let transfer = Transfer(request)
        transfers[number] = transfer
        let code = unsafe curl_multi_add_handle(multi, transfer.handle)
        precondition(code == CURLM_OK, "libcurl refuses a transfer: \(code)")
    }

    /// Waits for something to happen, at most for the timeout or until woken, and returns what has come to an end.
    func poll(timeoutMilliseconds: Int32) -> [(number: Int, result: Result<Fetched, FetchFailure>)] {
        var running: Int32 = 0
        unsafe _ = curl_multi_perform(multi, &running)
        var finished = takeFinished()
        if finished.isEmpty {
            unsafe _ = curl_multi_poll(multi, nil, 0, timeoutMilliseconds, nil)
            unsafe _ = curl_multi_perform(multi, &running)
            finished = takeFinished()
        }
        return finished
    }

    private func takeFinished() -> [(number: Int, result: Result<Fetched, FetchFailure>)] {
        var finished: [(number: Int, result: Result<Fetched, FetchFailure>)] = []
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &remaining) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let (handle, code) = unsafe (message.pointee.easy_handle, vane_curl_result(message))
            guard let number = transfers.first(where: { unsafe $0.value.handle == handle })?.key, let transfer = transfers[number] else { continue }
            unsafe _ = curl_multi_remove_handle(multi, transfer.handle)
            transfers[number] = nil
            finished.append((number, transfer.result(code)))
        }
        return finished
    }
}

/// Ends a fetcher's wait from any thread; a wake that comes while nobody waits is remembered.
@safe final class FetchWaker: @unchecked Sendable {
    // The lock guards the pointer: the fetcher takes it away before it goes.
    private let multi: Mutex<Address>

    @safe private struct Address: @unchecked Sendable { var pointer: UnsafeMutableRawPointer? }

    fileprivate init(_ multi: UnsafeMutableRawPointer) { unsafe self.multi = Mutex(Address(pointer: multi)) }

    func wake() {
        multi.withLock { address in
            if let pointer = unsafe address.pointer { unsafe _ = curl_multi_wakeup(pointer) }
        }
    }

    fileprivate func detach() { multi.withLock { unsafe $0.pointer = nil } }
}
