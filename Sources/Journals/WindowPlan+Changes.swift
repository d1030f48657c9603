internal import Expressions

/// Changes behind the windows.
extension WindowPlan {
    /// A record was inserted before the end of the journal, at `index`.
    func inserted(
        at index: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: header, stride: layout.stride)
        for number in groups.indices {
            let group = groups[number]
            let state = groupState(group, states)
            guard state.pointee.isInitialised else { continue }
            let head = view.index(state.pointee.head)
            if index >= head { continue }
            if !group.isOrderIndependent { state.pointee.isDirty = true }
            if group.kind == .lifetime || index >= view.index(state.pointee.tail) {
                state.pointee.head &+= 1
                if !state.pointee.isDirty {
                    add(group, view.record(index), header.pointee.base &+ UInt32(index), states, pool, types)
                }
            } else {
                state.pointee.head &+= 1
                state.pointee.tail &+= 1
            }
        }
    }

    /// The oldest `count` records are about to go: windows let go of them, lifetimes keep what they add up to.
    func dropping(
        _ count: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: header, stride: layout.stride)
        let newBase = header.pointee.base &+ UInt32(count)
        for number in groups.indices {
            let group = groups[number]
            let state = groupState(group, states)
            if group.kind == .lifetime {
                if !state.pointee.isInitialised { initialise(group, states, header) }
                while view.index(state.pointee.head) < count {
                    add(group, view.record(ordinal: state.pointee.head), state.pointee.head, states, pool, types)
                    state.pointee.head &+= 1
                }
                for index in 0..<count {
                    add(group, view.record(index), header.pointee.base &+ UInt32(index), states + group.stateBytes, pool, types)
                }
                continue
            }
            guard state.pointee.isInitialised else { continue }
            if view.index(state.pointee.tail) >= count { continue }
            switch group.kind {
            case .sequence:
                state.pointee.isDirty = state.pointee.isDirty || view.index(state.pointee.head) < count
                if state.pointee.isDirty { state.pointee.head = newBase }
                state.pointee.tail = newBase
            case .lastEvents:
                state.pointee.isDirty = true
                state.pointee.tail = newBase
                state.pointee.head = newBase
            default:
                if view.index(state.pointee.head) <= count || state.pointee.isDirty {
                    reset(group, states, pool)
                    if view.index(state.pointee.head) < count { state.pointee.head = newBase }
                    state.pointee.tail = newBase
                    continue
                }
                var tail = state.pointee.tail
                while tail != newBase {
                    remove(group, view.record(ordinal: tail), tail, state.pointee.head, view, states, pool, types)
                    tail &+= 1
                }
                state.pointee.tail = tail
            }
        }
    }
}
