internal import Events
internal import Expressions

/// What journals were in before the indicators or the schema changed.
///
/// Nothing is done to all journals at once, for there may be millions: each is brought over when it is next needed, and the rest little by little.
final class Predecessor {
    let plan: WindowPlan
    let states: WindowStates
    var panes: [Int: Panes]
    let layout: RecordLayout
    /// Journals below it have been brought over.
    var next = 0

    init(plan: WindowPlan, states: WindowStates, panes: [Int: Panes], layout: RecordLayout) {
        self.plan = plan
        self.states = states
        self.panes = panes
        self.layout = layout
    }
}

extension EntityJournals {
    /// Brings over some of the journals that nobody has needed yet.
    /// - Returns: how many were looked at; fewer than `limit` when none are left.
    @discardableResult func bringOver(limit: Int = .max) -> Int {
        var looked = 0
        while let predecessor, looked < limit {
            let next = predecessor.next
            guard next < table.count else {
                predecessor.states.deallocate()
                self.predecessor = nil
                break
            }
            predecessor.next = next + 1
            let header = table.header(next)
            if !header.pointee.isFree && header.pointee.generation != generation { bringOver(next, header) }
            looked += 1
        }
        return looked
    }

    /// Makes one journal what this generation wants. Lifetimes go on with what they have added up over records that are gone; all other windows are computed
    /// anew from the records when somebody asks for them.
    @inline(never) func bringOver(_ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>) {
        header.pointee.generation = generation
        guard let old = predecessor else { return }
        var lifetimes: [UInt8] = []
        if let state = old.states.existing(journal) {
            if header.pointee.hasDropped && plan.hasLifetime { lifetimes = old.plan.lifetimes(state) }
            for index in old.plan.groups.indices { old.plan.release(old.plan.groups[index], state, pool) }
        }
        if var panes = old.panes.removeValue(forKey: journal) { old.plan.release(&panes, pool) }
        if old.layout.fields.count != fields.count { widen(header, from: old.layout) }
        if !lifetimes.isEmpty { plan.takeUp(lifetimes, states.make(journal), header, pool) }
    }

    /// Moves a journal's records to where there is room for fields that came later, and which these records lack.
    private func widen(_ header: UnsafeMutablePointer<JournalHeader>, from old: RecordLayout) {
        guard let before = header.pointee.records else { return }
        let count = Int(header.pointee.count)
        let block = pool.allocate(byteCount: max(count, 1) * stride)
        for index in 0..<count {
            let source = Record(before + index * old.stride)
            let target = Record(block.base + index * stride)
            target.base.initializeMemory(as: UInt8.self, repeating: 0, count: stride)
            target.base.copyMemory(from: source.base, byteCount: RecordLayout.fieldsOffset)
            for (field, layout) in old.fields.enumerated() { target.set(source.cell(layout), fields[field]) }
        }
        pool.release(before, byteCount: Int(header.pointee.blockBytes))
        header.pointee.records = block.base
        header.pointee.blockBytes = UInt32(block.byteCount)
        header.pointee.capacity = UInt32(min(block.byteCount / stride, recordsMax))
    }
}
