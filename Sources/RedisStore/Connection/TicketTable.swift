/// Replies of batches under way, by ticket. Storages go round: none is made in steady state.
@safe
struct TicketTable: ~Copyable {
    private var first = 1
    private var storages: [UnsafeMutablePointer<ReplyStorage>?] = unsafe []
    private var spare: [UnsafeMutablePointer<ReplyStorage>] = unsafe []

    init() {}

    deinit {
        let all = unsafe storages + spare
        for place in unsafe all.indices {
            guard let storage = unsafe all[place] else { continue }
            unsafe storage.deinitialize(count: 1)
            unsafe storage.deallocate()
        }
    }

    mutating func open(count: Int, commands: Int) -> (ticket: Int, storage: UnsafeMutablePointer<ReplyStorage>) {
        let storage = unsafe spare.popLast() ?? ReplyStorage.make()
        unsafe storage.pointee.reset(count: count, commands: commands)
        unsafe storages.append(storage)
        return unsafe (first + storages.count - 1, storage)
    }

    func isDone(_ ticket: Int) -> Bool {
        let place = ticket - first
        precondition(unsafe place >= 0 && place < storages.count && storages[place] != nil, "ticket \(ticket) is not under way")
        return unsafe storages[place]!.pointee.outstanding == 0
    }

    /// Gives the ticket's replies for the buffer's old ones.
    mutating func close(_ ticket: Int, into buffer: ReplyBuffer) {
        let place = ticket - first
        let storage = unsafe storages[place]!
        unsafe spare.append(buffer.storage)
        unsafe buffer.storage = storage
        unsafe storages[place] = nil
        while unsafe !storages.isEmpty, unsafe storages[0] == nil {
            unsafe storages.removeFirst()
            first += 1
        }
    }
}
