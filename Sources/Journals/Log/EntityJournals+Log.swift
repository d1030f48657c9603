internal import Events
internal import Expressions

/// A journal as the log that processes share: its records as entries, in the order of appends.
extension EntityJournals {
    /// Records what the entry says, unless it is there or too old. False where the entry cannot be read.
    func insert(_ journal: Int, entry body: UnsafeRawBufferPointer) -> Bool {
        guard codec.decode(body) else { return false }
        let header = self.header(journal)
        let record = codec.staging
        if case .free(let index) = makePlace(journal, header, record.time, record.idWord) {
            record.sequence = header.pointee.nextSequence
            (header.pointee.records! + index * stride).copyMemory(from: record.base, byteCount: stride)
            finishPlace(journal, header, record.time, index)
        }
        return true
    }

    /// Whether a record of this time and id is there.
    func contains(_ journal: Int, time: Int64, word: UInt64) -> Bool {
        let header = self.header(journal)
        var candidate = header.pointee.upperBound(time, stride) - 1
        while candidate >= 0 {
            let record = Record(header.pointee.records! + candidate * stride)
            if record.time != time { return false }
            if record.isSameEvent(word) { return true }
            candidate -= 1
        }
        return false
    }

    /// Indexes of the records later than `time`, in the order of appends.
    func recordsInOrder(_ journal: Int, after time: Int64) -> [Int] {
        let header = self.header(journal)
        let first = header.pointee.upperBound(time, stride)
        let records = header.pointee.records
        // Sequence numbers wrap; those of one journal are less than half the circle apart.
        let newest = header.pointee.nextSequence
        return (first..<Int(header.pointee.count)).sorted {
            newest &- Record(records! + $0 * stride).sequence > newest &- Record(records! + $1 * stride).sequence
        }
    }
}

extension EntityJournals {
    /// What lifetimes keep of records that have gone.
    func lifetimes(_ journal: Int) -> [UInt8] { states.existing(journal).map { plan.lifetimes($0) } ?? [] }

    /// An empty journal goes on from where its log begins.
    func begin(_ journal: Int, from opening: LogOpening) {
        let header = self.header(journal)
        header.pointee.firstSeen = opening.firstSeenMilliseconds
        header.pointee.hasDropped = opening.hasDropped
        if let folded = opening.foldedMilliseconds {
            header.pointee.foldedThrough = folded
            if plan.hasPanes { plan.takeUp(panes: opening.panes, into: &panes[journal, default: Panes(stride: plan.paneBytes)], pool) }
        }
        if opening.hasDropped && plan.hasLifetime { plan.takeUp(opening.lifetimes, states.make(journal), header, pool) }
    }
}
