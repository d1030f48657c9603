/// Drafts by time, then by order of planning: a binary heap of small entries over slots that are used again.
struct DraftQueue: Sendable {
    private struct Entry: Sendable {
        var time: Int64
        var order: UInt32
        var slot: UInt32

        /// Orders wrap after four billion drafts; those that wait together are never so far apart.
        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : Int32(truncatingIfNeeded: order &- other.order) < 0 }
    }

    private var heap: [Entry] = []
    private var slots: [Draft] = []
    private var free: [UInt32] = []
    private var order: UInt32 = 0

    var count: Int { heap.count }

    /// Time of the first draft; `Int64.max` without one.
    var nextTime: Int64 { heap.isEmpty ? .max : heap[0].time }

    mutating func push(_ draft: Draft) {
        let slot: UInt32
        if let used = free.popLast() {
            slot = used
            slots[Int(slot)] = draft
        } else {
            slot = UInt32(slots.count)
            slots.append(draft)
        }
        heap.append(Entry(time: draft.time, order: order, slot: slot))
        order &+= 1
        rise(heap.count - 1)
    }

    mutating func pop() -> Draft {
        let slot = heap[0].slot
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        free.append(slot)
        return slots[Int(slot)]
    }

    private mutating func rise(_ start: Int) {
        var index = start
        let entry = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            if !entry.isBefore(heap[parent]) { break }
            heap[index] = heap[parent]
            index = parent
        }
        heap[index] = entry
    }

    private mutating func sink() {
        var index = 0
        let entry = heap[0]
        while true {
            var child = 2 * index + 1
            if child >= heap.count { break }
            if child + 1 < heap.count && heap[child + 1].isBefore(heap[child]) { child += 1 }
            if !heap[child].isBefore(entry) { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = entry
    }
}
