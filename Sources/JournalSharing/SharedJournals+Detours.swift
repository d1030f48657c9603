internal import Events
internal import Journals
internal import RedisStore

/// Journals on the long way: their logs are loaded, repaired, begun anew.
extension SharedJournals {
    /// Sets a journal on its way; its steps wait until it has come to the end.
    func detour(_ stage: Detour.Stage, _ entity: Int, _ journal: Int, _ flight: Flight?, _ time: Int64) {
        let log = entities[entity].log(journal)
        if log.pointee.detour >= 0 {
            // A compaction can wait; what is wrong with the log cannot.
            let number = Int(log.pointee.detour)
            if detours[number]!.stage == .compact && !detours[number]!.isUnderWay { detours[number]!.stage = stage }
            return
        }
        log.pointee.detour = Int32(detours.add(Detour(entity: entity, journal: journal, stage: stage, flight: flight?.number, time: time)))
    }

    /// A compaction that waits for its batch would wait for ever once that is decided without Redis: the log is read instead.
    func forgetCompaction(_ step: Step, _ flight: Flight) {
        let number = Int(entities[step.entity].log(step.journal).pointee.detour)
        guard number >= 0, let detour = detours[number], detour.stage == .compact, !detour.isUnderWay, detour.flight == flight.number else { return }
        again(number)
    }

    private func finish(_ number: Int) {
        let detour = detours[number]!
        entities[detour.entity].log(detour.journal).pointee.detour = -1
        detours[number] = nil
    }

    /// Whether a log should be begun anew: enough of it is out of sight, and it is long enough to matter.
    func mayCompact(_ entity: Int, _ journal: Int, _ log: UnsafeMutablePointer<LogState>) -> Bool {
        log.pointee.known > options.compactionEntriesMin && store.isStale(entity: entity, journal: journal, logEntries: Int(log.pointee.known))
    }

    // MARK: Commands

    /// `push` appends what a table has from `first` on, as many at a time as Lua can pass. `replace` makes a list of the arguments from `first` on in place of
    /// another list: it appends before it removes, so that a Redis without memory refuses it as a whole.
    private static let listFunctions = """
        local function push(key, list, first)
            for from = first, #list, 1000 do
                redis.call('RPUSH', key, unpack(list, from, math.min(from + 999, #list)))
            end
        end
        local function replace(key, first, life)
            push(key, ARGV, first)
            redis.call('LTRIM', key, first - #ARGV - 1, -1)
            redis.call('PEXPIRE', key, life)
        end

        """
    /// Begins a new log where the old one still has what is known of it, takes over what others have appended since, and ends the old one: all or nothing.
    static let compactionScript =
        listFunctions + """
            local last = redis.call('LINDEX', KEYS[1], tonumber(ARGV[1]) - 1)
            if not last then return 0 end
            local at = 1
            while (string.byte(last, at) or 0) >= 128 do at = at + 1 end
            if (string.byte(last, at + 1) or 0) + 256 * (string.byte(last, at + 2) or 0) ~= tonumber(ARGV[5]) then return 0 end
            local more = redis.call('LRANGE', KEYS[1], ARGV[1], -1)
            for i = 1, #more do
                if more[i] == ARGV[2] then return 0 end
            end
            replace(KEYS[2], 6, ARGV[3])
            push(KEYS[2], more, 1)
            redis.call('RPUSH', KEYS[1], ARGV[2])
            redis.call('PEXPIRE', KEYS[1], ARGV[4])
            return 1
            """
    /// Begins a log if nothing has come to any of its keys since they were read: of two processes that begin one at once, one reads the other's.
    static let beginningScript =
        listFunctions + """
            for i = 1, #KEYS do
                local length = redis.pcall('LLEN', KEYS[i])
                if type(length) == 'table' then return length end
                if length ~= tonumber(ARGV[2 + i]) then return 0 end
            end
            local key = KEYS[tonumber(ARGV[1])]
            replace(key, 3 + #KEYS, ARGV[2])
            return redis.call('LLEN', key)
            """
    /// Renames what was found in a log's place, unless that has changed since: its length, its last entry, or that it is no list.
    static let setAsideScript = """
        local length = redis.pcall('LLEN', KEYS[1])
        if type(length) == 'table' then length = -1 end
        if length ~= tonumber(ARGV[1]) then return 0 end
        if length > 0 and redis.call('LINDEX', KEYS[1], -1) ~= ARGV[3] then return 0 end
        redis.call('RENAME', KEYS[1], KEYS[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        return 1
        """
    /// How long a log that has ended can still be found by a process that has not noticed.
    private static let endedLogMilliseconds = 600_000
    /// How long a log that cannot be read is kept for those who want to know why.
    private static let setAsideMilliseconds: Int64 = 7 * 86_400_000

    /// Adds the commands of a detour's stage.
    func encode(_ number: Int) {
        let detour = detours[number]!
        let log = entities[detour.entity].log(detour.journal)
        let key = store.key(entity: detour.entity, journal: detour.journal)
        func logKey(_ generation: UInt32) -> [UInt8] { entities[detour.entity].withKey(key, generation) { Array($0) } }
        let life = entities[detour.entity].lifeMilliseconds
        switch detour.stage {
        case .load:
            // One after another: what happens in between makes a log look older than it is, or ended without a successor.
            for generation in 0..<EntityLogs.keysPerLog {
                entities[detour.entity].withKey(key, generation) { followUps.range(key: $0, from: 0, through: -1) }
            }
            counts.loads += 1
        case .layout: followUps.command([Array("GET".utf8), Array("\(entities[detour.entity].layoutPrefix)\(detour.layout)".utf8)], key: 1)
        case .repair:
            followUps.command([Array("RPUSH".utf8), logKey(detour.generation)] + detour.entries, key: 1)
        case .compact:
            let next = log.pointee.generation &+ 1
            let entries = store.snapshot(entity: detour.entity, journal: detour.journal, generation: next)
            detours[number]!.newLength = entries.count
            detours[number]!.newAnchor = entries[entries.count - 1].withUnsafeBytes { JournalStore.check(ofEntry: $0) }
            followUps.command(
                [
                    Array("EVAL".utf8), Array(Self.compactionScript.utf8), Array("2".utf8), logKey(log.pointee.generation), logKey(next),
                    Array(String(log.pointee.known).utf8), JournalStore.closing(key), Array(String(life).utf8),
                    Array(String(Self.endedLogMilliseconds).utf8), Array(String(log.pointee.anchor).utf8),
                ] + entries, key: 3)
        case .setAside:
            followUps.command(
                [
                    Array("EVAL".utf8), Array(Self.setAsideScript.utf8), Array("2".utf8), logKey(detour.generation), Self.asideKey(logKey(detour.generation)),
                    Array(String(detour.oldLength).utf8), Array(String(Self.setAsideMilliseconds).utf8), detour.oldLast,
                ], key: 3)
        case .recreate:
            encodeBeginning(
                detour.entity, detour.journal, detour.generation, over: detour.oldLengths,
                store.snapshot(entity: detour.entity, journal: detour.journal, generation: detour.generation))
            encodeLayouts(detour.entity)
        }
    }

    /// Adds the command that begins a log.
    /// - Parameter lengths: of what was found at each of its keys.
    func encodeBeginning(_ entity: Int, _ journal: Int, _ generation: UInt32, over lengths: [Int], _ entries: [[UInt8]]) {
        let key = store.key(entity: entity, journal: journal)
        var arguments: [[UInt8]] = [Array("EVAL".utf8), Array(Self.beginningScript.utf8), Array(String(EntityLogs.keysPerLog).utf8)]
        for place in 0..<EntityLogs.keysPerLog { entities[entity].withKey(key, place) { arguments.append(Array($0)) } }
        arguments += [Array(String(generation % EntityLogs.keysPerLog + 1).utf8), Array(String(entities[entity].lifeMilliseconds).utf8)]
        for length in lengths { arguments.append(Array(String(length).utf8)) }
        followUps.command(arguments + entries, key: 3)
    }

    /// Where logs get lost, so may the layouts that others read them by: whoever knows them says them again.
    func encodeLayouts(_ entity: Int) {
        for (number, layout) in store.numberedLayouts(entity: entity) {
            followUps.command(["SET", "\(entities[entity].layoutPrefix)\(number)", layout.text], key: 1)
        }
    }

    private static func asideKey(_ key: [UInt8]) -> [UInt8] { key + Array(":damaged".utf8) }

    private func logName(_ detour: Detour, _ generation: UInt32) -> String {
        entities[detour.entity].withKey(store.key(entity: detour.entity, journal: detour.journal), generation) { String(decoding: $0, as: UTF8.self) }
    }

    /// Deletes what is at logs' keys and is no log, unless one has come there since.
    func encodeStrays() {
        for stray in strays {
            followUps.command(
                [Array("EVAL".utf8), Array(Self.deletionScript.utf8), Array("1".utf8), stray.key, stray.first, Array(String(stray.length).utf8)], key: 3)
        }
        strays.removeAll()
    }

    // MARK: Replies

    func takeDetour(_ number: Int, _ round: Round, _ first: Int) {
        let detour = detours[number]!
        let log = entities[detour.entity].log(detour.journal)
        let reply = round.replies[first]
        if detour.stage == .load { return takeLoad(number, round, first) }
        if reply.kind == .lost { return again(number) }
        if reply.kind == .error {
            switch (detour.stage, reply.errorCode) {
            case (.repair, .wrongType), (.recreate, .wrongType): setAsideNoList(number, detour.generation)
            case (.compact, .wrongType): setAsideNoList(number, log.pointee.generation)
            case (.layout, .wrongType): detours[number]!.stage = .setAside
            default:
                obstacle = reply.text
                again(number)
            }
            return
        }
        switch detour.stage {
        case .load: break
        case .layout:
            if reply.kind == .bulk, let layout = LogLayout(text: reply.text) {
                store.learnLayout(detour.layout, layout, entity: detour.entity)
                again(number)
            } else {
                // Nobody can say what its records mean any more.
                detours[number]!.stage = .setAside
            }
        case .repair, .recreate: again(number)
        case .compact:
            guard reply.integer == 1 else { return again(number) }
            counts.compactions += 1
            log.pointee.generation &+= 1
            log.pointee.known = UInt32(detour.newLength)
            log.pointee.anchor = detour.newAnchor
            log.pointee.loadedTicket = round.ticket
            holdBack(detour.entity, detour.journal)
            finish(number)
        case .setAside:
            // Another process may have been first, and made a new log.
            guard reply.integer == 1 else { return again(number) }
            counts.setAside += 1
            let name = logName(detour, detour.generation)
            reports.append(.damaged(log: name, setAside: name + ":damaged"))
            again(number)
        }
    }

    /// Reads the log once more: whatever the stage did or did not, the log says.
    private func again(_ number: Int) {
        detours[number]!.stage = .load
        detours[number]!.entries = []
    }

    private func takeLoad(_ number: Int, _ round: Round, _ first: Int) {
        let detour = detours[number]!
        let (entity, journal) = (detour.entity, detour.journal)
        let log = entities[entity].log(journal)
        let key = store.key(entity: entity, journal: journal)
        // The newest log counts.
        var newest: (place: Int, opening: LogOpening, part: JournalStore.LogPart, bytes: UnsafeRawBufferPointer)?
        for place in 0..<Int(EntityLogs.keysPerLog) {
            let reply = round.replies[first + place]
            switch reply.kind {
            case .array: break
            case .lost: return again(number)
            case .error where reply.errorCode == .wrongType: return setAsideNoList(number, UInt32(place))
            default:
                obstacle = reply.text
                return again(number)
            }
            let length = Int(reply.integer)
            guard length > 0, let bytes = round.replies.joined(first + place) else { continue }
            let part = store.examine(entity: entity, key, bytes)
            if case .unknownLayout(let layout) = part.end {
                detours[number]!.stage = .layout
                detours[number]!.layout = layout
                detours[number]!.generation = UInt32(place)
                (detours[number]!.oldLength, detours[number]!.oldLast) = (length, Self.last(round.replies, first + place))
                return
            }
            guard let opening = part.opening, Int(opening.generation % EntityLogs.keysPerLog) == place else {
                // Without an opening it is what was appended here to a log that was there no more. Otherwise somebody took its beginning away.
                if part.opening != nil || !isOurs(entity, journal, bytes) {
                    salvage(entity, journal, round.replies, first + place)
                    setAside(number, UInt32(place), round.replies, first + place)
                    return
                }
                let elements = round.replies.elements(of: first + place)
                strays.append((entities[entity].withKey(key, UInt32(place)) { Array($0) }, Array(round.replies[elements.lowerBound].bytes), length))
                continue
            }
            if newest == nil || opening.generation > newest!.opening.generation { newest = (place, opening, part, bytes) }
        }
        guard let newest else { return takeMissingLog(number, round, first) }
        let bytes = newest.bytes
        let length = Int(round.replies[first + newest.place].integer)
        let generation = newest.opening.generation
        switch newest.part.end {
        case .unknownLayout: return
        case .damaged,
            .complete where newest.part.entries != length:
            // What can be read is as good as ever.
            takeOver(entity, journal, UnsafeRawBufferPointer(rebasing: bytes[..<newest.part.offset]))
            salvage(entity, journal, round.replies, first + newest.place)
            log.pointee.generation = max(log.pointee.generation, generation)
            setAside(number, generation, round.replies, first + newest.place)
            return
        case .closed:
            // Its successor may have been begun where this had been read already.
            guard detour.endedGeneration == generation else {
                detours[number]!.endedGeneration = generation
                return
            }
            // Its successor is gone: what it had is missing from the one before, which comes to life again.
            takeOver(entity, journal, bytes)
            recreate(number, generation &+ 1, round, first)
            return
        case .complete: break
        }
        let folded = newest.opening.foldedMilliseconds ?? .min
        guard let missing = store.missing(entity: entity, journal: journal, from: bytes, nowMilliseconds: detour.time, foldedThrough: folded) else {
            // Its layouts are not what they were when it was written.
            setAside(number, generation, round.replies, first + newest.place)
            return
        }
        if !missing.isEmpty {
            if !log.pointee.isDirty {
                counts.repaired += missing.count
                reports.append(.lostWrites(log: logName(detour, generation), records: missing.count))
            }
            detours[number]!.stage = .repair
            detours[number]!.entries = missing
            detours[number]!.generation = generation
            return
        }
        guard store.replace(entity: entity, journal: journal, bytes).end == .complete else {
            setAside(number, generation, round.replies, first + newest.place)
            return
        }
        let last = round.replies.elements(of: first + newest.place).upperBound - 1
        loaded(number, round, generation, known: UInt32(length), anchor: JournalStore.check(ofEntry: round.replies[last].bytes))
    }

    /// Whether all that was found without an opening is in the working copy, or was appended by batches under way.
    private func isOurs(_ entity: Int, _ journal: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        store.holds(entity: entity, journal: journal, bytes) { time, word in
            flights.contains { flight in
                flight.steps.contains { step in
                    guard step.entity == entity && step.journal == journal else { return false }
                    return store.isRecord(time, word, of: flight.rows, row: step.row)
                }
            }
        }
    }

    /// There is no log: the entity is new, or its log has expired, or it is lost.
    private func takeMissingLog(_ number: Int, _ round: Round, _ first: Int) {
        let detour = detours[number]!
        let (entity, journal) = (detour.entity, detour.journal)
        let log = entities[entity].log(journal)
        // What is there and no log goes first.
        if (0..<Int(EntityLogs.keysPerLog)).contains(where: { round.replies[first + $0].integer > 0 }) { return again(number) }
        let missing = store.missing(entity: entity, journal: journal, from: UnsafeRawBufferPointer(start: nil, count: 0), nowMilliseconds: detour.time) ?? []
        if !missing.isEmpty {
            if !log.pointee.isDirty {
                counts.repaired += missing.count
                reports.append(.lostWrites(log: logName(detour, log.pointee.generation), records: missing.count))
            }
            return recreate(number, log.pointee.known == 0 ? log.pointee.generation : log.pointee.generation &+ 1, round, first)
        }
        store.clear(entity: entity, journal: journal)
        loaded(number, round, log.pointee.known == 0 ? log.pointee.generation : log.pointee.generation &+ 1, known: 0, anchor: 0)
    }

    /// Records what is left of a log. A working copy that has nothing begins as the log did.
    private func takeOver(_ entity: Int, _ journal: Int, _ log: UnsafeRawBufferPointer) {
        if store.recordCount(entity: entity, journal: journal) == 0 {
            _ = store.replace(entity: entity, journal: journal, log)
        } else {
            _ = store.take(entity: entity, journal: journal, log)
        }
    }

    /// Records each entry of a damaged log that is whole.
    private func salvage(_ entity: Int, _ journal: Int, _ replies: ReplyBuffer, _ reply: Int) {
        for element in replies.elements(of: reply) { _ = store.take(entity: entity, journal: journal, replies[element].bytes) }
    }

    private func recreate(_ number: Int, _ generation: UInt32, _ round: Round, _ first: Int) {
        detours[number]!.stage = .recreate
        detours[number]!.oldLengths = (0..<Int(EntityLogs.keysPerLog)).map { Int(round.replies[first + $0].integer) }
        detours[number]!.generation = generation
    }

    /// What was found at a log's key is renamed.
    private func setAside(_ number: Int, _ generation: UInt32, _ replies: ReplyBuffer, _ reply: Int) {
        detours[number]!.stage = .setAside
        detours[number]!.generation = generation
        (detours[number]!.oldLength, detours[number]!.oldLast) = (Int(replies[reply].integer), Self.last(replies, reply))
    }

    func setAsideNoList(_ number: Int, _ generation: UInt32) {
        detours[number]!.stage = .setAside
        detours[number]!.generation = generation
        (detours[number]!.oldLength, detours[number]!.oldLast) = (Detour.noList, [])
    }

    private static func last(_ replies: ReplyBuffer, _ reply: Int) -> [UInt8] {
        replies.elements(of: reply).last.map { Array(replies[$0].bytes) } ?? []
    }

    private func loaded(_ number: Int, _ round: Round, _ generation: UInt32, known: UInt32, anchor: UInt16) {
        let detour = detours[number]!
        let log = entities[detour.entity].log(detour.journal)
        log.pointee.generation = generation
        log.pointee.known = known
        log.pointee.anchor = anchor
        log.pointee.verifiedEpoch = link.epoch &+ 1
        log.pointee.loadedTicket = round.ticket
        log.pointee.isDirty = false
        log.pointee.touched = max(log.pointee.touched, detour.time)
        holdBack(detour.entity, detour.journal)
        finish(number)
    }

    /// Records that were sent before the log was read are among what was read, or lost with what came before it. Until it is known which, they hold back
    /// later ones: those would overtake them.
    private func holdBack(_ entity: Int, _ journal: Int) {
        let log = entities[entity].log(journal)
        // Mostly all of its steps wait for just this.
        guard log.pointee.pins > log.pointee.waiting else { return }
        for flight in flights {
            for index in flight.steps.indices where flight.steps[index].entity == entity && flight.steps[index].journal == journal {
                let step = flight.steps[index]
                guard step.phase == .sent || step.phase == .answered, (step.ticket ?? flight.sentTicket) < log.pointee.loadedTicket else { continue }
                move(&flight.steps[index], to: .waiting)
            }
        }
    }

    /// Deletes a list that begins with what was found, unless more has come to it.
    static let deletionScript = """
        if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] or redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[2]) then return 0 end
        return redis.call('DEL', KEYS[1])
        """
}
