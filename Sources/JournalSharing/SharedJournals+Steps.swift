internal import Events
internal import Journals
internal import RedisStore

/// What becomes of a batch's records when Redis has answered.
extension SharedJournals {
    /// Notes where Redis has put the records that were sent with the batch.
    func takeReplies(_ flight: Flight) {
        for index in flight.steps.indices where flight.steps[index].phase == .sent && flight.steps[index].ticket == nil {
            take(flight.replies[flight.steps[index].reply], &flight.steps[index])
        }
    }

    private func take(_ reply: Reply, _ step: inout Step) {
        switch reply.kind {
        case .integer:
            if let end = step.beginningEnd {
                // Nothing was begun where something else has come to the log's keys.
                move(&step, to: reply.integer < end ? .waiting : .answered)
                step.end = UInt32(end)
            } else {
                move(&step, to: reply.integer < 1 ? .waiting : .answered)
                step.end = UInt32(clamping: reply.integer)
            }
        case .error:
            move(&step, to: .refused)
            step.refusal = reply.errorCode
            if reply.errorCode != .wrongType { obstacle = reply.text }
        case .lost, .bulk, .missing, .status, .array: move(&step, to: .waiting)
        }
        // A later record of the batch may have found its place where this one did not: the log says how they stand.
        if step.phase != .answered { entities[step.entity].log(step.journal).pointee.verifiedEpoch = 0 }
    }

    /// Sees how far each record is; true when the whole batch is in place.
    func examine(_ flight: Flight) -> Bool {
        var isComplete = true
        // What was refused is tried again next time, and nothing behind it before.
        var isRefused = false
        let verifiedEpoch = link.epoch &+ 1
        for index in flight.steps.indices where flight.steps[index].phase != .placed {
            isComplete = false
            let step = flight.steps[index]
            let log = entities[step.entity].log(step.journal)
            if log.pointee.detour >= 0 && !isLaterCompaction(Int(log.pointee.detour), flight) { continue }
            switch step.phase {
            case .placed, .sent, .tailing: continue
            case .answered:
                guard log.pointee.verifiedEpoch == verifiedEpoch else {
                    detour(.load, step, flight)
                    continue
                }
                if step.generation != log.pointee.generation || (step.ticket ?? flight.sentTicket) < log.pointee.loadedTicket {
                    // It was sent before the log was loaded: then it is among what was loaded, or it has been lost with an older log.
                    settleOrResend(&flight.steps[index], flight)
                } else if log.pointee.known == 0, step.beginningEnd != nil {
                    // The first entry of a log that was begun: nothing but the opening is before it.
                    move(&flight.steps[index], to: .placed)
                    know(step, flight, log)
                } else if step.before == 0 {
                    // The log was there no more: what this began is none.
                    detour(.load, step, flight)
                } else if step.before == log.pointee.known {
                    move(&flight.steps[index], to: .placed)
                    know(step, flight, log)
                } else if step.before > log.pointee.known {
                    move(&flight.steps[index], to: .tailing)
                    flight.steps[index].tailEntries = Int(step.before - log.pointee.known)
                    flight.steps[index].tailAnchor = log.pointee.anchor
                    wantedTails.append(index)
                    know(step, flight, log)
                } else {
                    detour(.load, step, flight)
                }
            case .refused:
                move(&flight.steps[index], to: .waiting)
                if step.refusal == .wrongType { setAside(step, flight) } else { isRefused = true }
            case .waiting:
                if log.pointee.verifiedEpoch != verifiedEpoch {
                    detour(.load, step, flight)
                } else {
                    settleOrResend(&flight.steps[index], flight)
                    if flight.steps[index].phase == .waiting && !isRefused { wantedAppends.append(index) }
                }
            }
        }
        if isComplete { return true }
        // What was found above may have been all that was missing.
        return flight.steps.allSatisfy { $0.phase == .placed }
    }

    /// The working copy is the log up to and with a step's entry.
    @inline(__always) private func know(_ step: Step, _ flight: Flight, _ log: UnsafeMutablePointer<LogState>) {
        log.pointee.known = step.end
        log.pointee.anchor = JournalStore.check(ofEntry: flight.entry(step))
    }

    /// A compaction that a later batch wants waits for this one.
    private func isLaterCompaction(_ number: Int, _ flight: Flight) -> Bool {
        let detour = detours[number]!
        return detour.stage == .compact && !detour.isUnderWay && detour.flight != flight.number
    }

    /// The record is in the working copy, which is the log's; otherwise it must be appended.
    private func settleOrResend(_ step: inout Step, _ flight: Flight) {
        let isThere = store.isSettled(entity: step.entity, journal: step.journal, flight.rows, row: step.row)
        move(&step, to: isThere ? .placed : .waiting)
    }

    private func detour(_ stage: Detour.Stage, _ step: Step, _ flight: Flight) {
        detour(stage, step.entity, step.journal, flight, flight.rows.headers[step.row].timeMilliseconds)
    }

    private func setAside(_ step: Step, _ flight: Flight) {
        let log = entities[step.entity].log(step.journal)
        detour(.setAside, step, flight)
        setAsideNoList(Int(log.pointee.detour), step.generation)
    }

    /// Sends journals' detours, and the oldest batch's records and tails, that have become due.
    func sendRound(for flight: Flight?) {
        let round = idleRounds.popLast() ?? Round()
        round.reset()
        round.flight = flight?.number ?? 0
        followUps.removeAll()
        encodeStrays()
        for number in detours.indices {
            guard let detour = detours[number], !detour.isUnderWay else { continue }
            if detour.stage == .compact && detour.flight != flights.first?.number { continue }
            detours[number]!.isUnderWay = true
            round.detours.append((number, followUps.count))
            encode(number)
        }
        if !round.detours.isEmpty && layoutsEpoch != link.epoch {
            layoutsEpoch = link.epoch
            for entity in entities.indices { encodeLayouts(entity) }
        }
        if let flight {
            for index in wantedTails {
                let step = flight.steps[index]
                round.tails.append((index, followUps.count))
                entities[step.entity].withKey(store.key(entity: step.entity, journal: step.journal), step.generation) {
                    // With the last entry that is known: if it is another one by now, so is the log.
                    followUps.range(key: $0, from: Int(step.before) - step.tailEntries - 1, through: Int(step.before) - 1)
                }
                counts.tails += 1
            }
            for index in wantedAppends { append(index, flight, round) }
            encodeBeginnings(flight, round)
        }
        wantedTails.removeAll(keepingCapacity: true)
        wantedAppends.removeAll(keepingCapacity: true)
        if followUps.count == 0 {
            idleRounds.append(round)
            return
        }
        obstacle = nil
        round.ticket = link.send(followUps)
        for (step, _) in round.appends { flight!.steps[step].ticket = round.ticket }
        rounds.append(round)
    }

    private func append(_ index: Int, _ flight: Flight, _ round: Round) {
        let step = flight.steps[index]
        let log = entities[step.entity].log(step.journal)
        move(&flight.steps[index], to: .sent)
        flight.steps[index].generation = log.pointee.generation
        flight.steps[index].beginningEnd = nil
        counts.appends += 1
        if log.pointee.known == 0 { return begin(index, flight) }
        round.appends.append((index, followUps.count))
        entities[step.entity].withKey(store.key(entity: step.entity, journal: step.journal), log.pointee.generation) {
            followUps.push(key: $0, value: flight.entry(step))
        }
    }

    /// Adds a record to a log that is begun, and begins it if it is the first.
    private func begin(_ index: Int, _ flight: Flight) {
        let step = flight.steps[index]
        let log = entities[step.entity].log(step.journal)
        if log.pointee.beginning < 0 {
            log.pointee.beginning = Int32(beginnings.count)
            log.pointee.stretch = entities[step.entity].stretch(flight.rows.headers[step.row].timeMilliseconds)
            let opening = store.opening(entity: step.entity, journal: step.journal, generation: log.pointee.generation)
            beginnings.append(
                Beginning(entity: step.entity, journal: step.journal, entries: [opening.entry(store.key(entity: step.entity, journal: step.journal))]))
        }
        let number = Int(log.pointee.beginning)
        beginnings[number].entries.append(Array(flight.entry(step)))
        beginnings[number].steps.append(index)
        flight.steps[index].beginningEnd = beginnings[number].entries.count
    }

    private func encodeBeginnings(_ flight: Flight, _ round: Round) {
        for beginning in beginnings {
            let log = entities[beginning.entity].log(beginning.journal)
            log.pointee.beginning = -1
            for step in beginning.steps { round.appends.append((step, followUps.count)) }
            encodeBeginning(
                beginning.entity, beginning.journal, log.pointee.generation, over: Array(repeating: 0, count: Int(EntityLogs.keysPerLog)), beginning.entries)
        }
        beginnings.removeAll(keepingCapacity: true)
    }

    /// Takes the replies of follow-ups that have come, in their order.
    /// - Returns: whether any had come, or none are under way.
    @discardableResult func takeRounds(timeoutMilliseconds: Int32) -> Bool {
        var timeout = timeoutMilliseconds
        var isAny = rounds.isEmpty
        while let round = rounds.first {
            guard link.receive(round.ticket, into: round.replies, timeoutMilliseconds: timeout) else { return isAny }
            timeout = 0
            isAny = true
            rounds.removeFirst()
            if let flight = flights.first(where: { $0.number == round.flight }) {
                for (index, reply) in round.appends where flight.steps[index].phase == .sent { take(round.replies[reply], &flight.steps[index]) }
                for (index, reply) in round.tails where flight.steps[index].phase == .tailing { takeTail(round.replies, reply, index, flight) }
            }
            for (number, reply) in round.detours {
                detours[number]!.isUnderWay = false
                takeDetour(number, round, reply)
            }
            idleRounds.append(round)
        }
        return isAny
    }

    private func takeTail(_ replies: ReplyBuffer, _ reply: Int, _ index: Int, _ flight: Flight) {
        let step = flight.steps[index]
        let found = replies.elements(of: reply)
        if found.count == step.tailEntries + 1, let all = replies.joined(reply), case let anchor = replies[found.lowerBound].bytes,
            JournalStore.check(ofEntry: anchor) == step.tailAnchor
        {
            let entries = UnsafeRawBufferPointer(rebasing: all[anchor.count...])
            let part = store.examine(entity: step.entity, store.key(entity: step.entity, journal: step.journal), entries)
            if part.end == .complete && part.entries == step.tailEntries {
                flight.steps[index].tail = flight.tails.count..<(flight.tails.count + entries.count)
                flight.tails.append(contentsOf: entries)
                move(&flight.steps[index], to: .placed)
                return
            }
        }
        // The log has ended, is damaged or has gone: look at all of it. What came behind the gap may not count either.
        for later in index..<flight.steps.count where flight.steps[later].entity == step.entity && flight.steps[later].journal == step.journal {
            move(&flight.steps[later], to: .waiting)
            flight.steps[later].tail = 0..<0
        }
        entities[step.entity].log(step.journal).pointee.verifiedEpoch = 0
    }
}
