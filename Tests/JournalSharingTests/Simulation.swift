@testable import Journals
@testable import JournalSharing
import RedisStore
import Testing

/// One run: a stream of events in partitions, processes that share journals, and everything that goes wrong, drawn from a seed.
struct Simulation {
    struct Faults {
        var crashes = true
        var disconnects = true
        var pauses = true
        var evictions = true
        /// Writes that Redis had acknowledged get lost.
        var lostWrites = false
        /// Some batches are decided without Redis.
        var degraded = false
        var outOfMemory = false
        /// Keys, those of layouts too, are removed, damaged, cut off, merged or replaced by hand.
        var vandal = false
    }

    struct Delivery: Hashable {
        var partition: Int
        var offset: Int
    }

    private static let partitionCount = 3
    private static let processCount = 3

    let seed: UInt64
    private let faults: Faults
    private var random: SeededGenerator
    let server = SimulatedRedis()
    var stream: [[SimulatedEvent]] = []
    private var committed: [Int]
    private var positions: [Int]
    private var owners: [Int]
    private var processes: [SimulatedProcess] = []
    /// Connections of processes that crashed, on which the server may still find commands.
    private var orphans: [SimulatedLink] = []
    /// What was decided about each event, every time.
    private(set) var decisions: [Int: [SimulatedDecision]] = [:]
    /// Of each event, whether its deliveries were called repeats, every time.
    private var repeats: [Int: [Delivery: Set<Bool>]] = [:]
    /// Events of which some delivery came too late for their account.
    private var late: Set<Int> = []
    /// By process: what has been decided and may not be committed yet.
    private var uncommitted: [[Delivery]]
    private var steps = 0
    /// Losses of writes, decisions without Redis and deeds of the vandal.
    private(set) var faultCount = 0

    init(seed: UInt64, _ faults: Faults) {
        self.seed = seed
        self.faults = faults
        random = SeededGenerator(seed: seed)
        committed = Array(repeating: 0, count: Self.partitionCount)
        positions = committed
        uncommitted = Array(repeating: [], count: Self.processCount)
        owners = (0..<Self.partitionCount).map { $0 % Self.processCount }
        stream = Array(repeating: [], count: Self.partitionCount)
        makeStream()
        for _ in 0..<Self.processCount { processes.append(newProcess()) }
    }

    private func newProcess() -> SimulatedProcess {
        let process = SimulatedProcess(server)
        // It would try again until there is memory.
        let isOutOfMemory = server.isOutOfMemory
        server.isOutOfMemory = false
        process.start()
        server.isOutOfMemory = isOutOfMemory
        return process
    }

    private mutating func makeStream() {
        var time: Int64 = 1_800_000_000_000
        var all: [SimulatedEvent] = []
        for id in 0..<(40 + random.below(80)) {
            if random.chance(0.1) && !all.isEmpty {
                var again = random.pick(all)
                again.isDuplicate = true
                stream[random.chance(0.7) ? again.account % Self.partitionCount : random.below(Self.partitionCount)].append(again)
                continue
            }
            time += random.chance(0.05) ? Int64(random.below(2_000_000)) : Int64(random.below(40_000))
            let late = random.chance(0.15) ? Int64(random.below(700_000)) : 0
            let event = SimulatedEvent(
                id: id, time: time - late, account: random.below(4), device: random.chance(0.85) ? random.below(3) : nil,
                value: random.chance(0.9) ? random.below(40) : nil)
            all.append(event)
            stream[event.account % Self.partitionCount].append(event)
        }
    }

    // MARK: Running

    mutating func run() {
        if faults.lostWrites { server.keepsPast = true }
        while committed.indices.contains(where: { committed[$0] < stream[$0].count }) || processes.contains(where: { !$0.batches.isEmpty }) {
            steps += 1
            guard steps < 20_000 else {
                Issue.record("seed \(seed): the stream does not come to its end \(state)")
                return
            }
            // Towards the end nothing new goes wrong, so that the end comes.
            if steps < 6_000 { goWrong() }
            if steps >= 6_000 || random.chance(0.3) { mend() }
            let index = random.below(processes.count)
            if random.chance(0.6) { network(processes[index].link) } else if !processes[index].isPaused { work(index) }
            if !orphans.isEmpty && random.chance(0.3) { network(orphans[random.below(orphans.count)]) }
        }
        drain()
    }

    private mutating func network(_ link: SimulatedLink) {
        link.execute(random.chance(0.3) ? 1_000 : 1 + random.below(4))
        if random.chance(0.7) { link.deliver() }
    }

    private mutating func goWrong() {
        let index = random.below(processes.count)
        if faults.crashes && random.chance(0.01) { crash(index) }
        if faults.disconnects && random.chance(0.01) { processes[index].link.disconnect() }
        if faults.pauses && random.chance(0.01) {
            processes[index].isPaused = true
            giveAway(index)
        }
        if faults.evictions && random.chance(0.02) { processes[index].shared.evict(downTo: random.below(4_000), nowMilliseconds: 0) }
        if faults.lostWrites && random.chance(0.004) {
            faultCount += 1
            server.loseWrites(1 + random.below(10))
            for link in processes.map(\.link) + orphans { link.disconnect() }
        }
        if faults.outOfMemory && random.chance(0.01) { server.isOutOfMemory = true }
        if faults.vandal && random.chance(0.01) { vandalise() }
    }

    private mutating func vandalise() {
        let keys = server.keys
        guard !keys.isEmpty else { return }
        faultCount += 1
        let key = random.pick(keys)
        let isLog = key.contains(UInt8(ascii: "{"))
        let length = isLog ? server.length(key) : 0
        switch random.below(5) {
        case 0 where length > 0: server.damage(key, at: random.below(length))
        case 1 where length > 0: server.truncate(key, to: random.below(length))
        case 2: server.supplant(key)
        case 3: server.merge(key, at: random.below(max(1, length)))
        default: server.remove(key)
        }
    }

    private mutating func mend() {
        for process in processes { process.link.reconnect() }
        server.isOutOfMemory = false
        if steps >= 6_000 || random.chance(0.3) { for process in processes { process.isPaused = false } }
        if random.chance(0.2) || steps >= 6_000 {
            for partition in owners.indices where processes[owners[partition]].isPaused { giveAway(owners[partition]) }
        }
    }

    /// Its partitions go to the others, who begin at what was committed. It does not know.
    private mutating func giveAway(_ index: Int) {
        for partition in owners.indices where owners[partition] == index {
            owners[partition] = (index + 1 + random.below(processes.count - 1)) % processes.count
            positions[partition] = committed[partition]
        }
    }

    private mutating func crash(_ index: Int) {
        orphans.append(processes[index].link)
        processes[index] = newProcess()
        uncommitted[index] = []
        for partition in owners.indices where owners[partition] == index { positions[partition] = committed[partition] }
    }

    private mutating func work(_ index: Int) {
        let process = processes[index]
        if process.shared.batchesUnderWay < 1 + random.below(3) {
            var events: [(SimulatedEvent, Int, Int)] = []
            for partition in owners.indices where owners[partition] == index {
                for _ in 0..<random.below(5) where positions[partition] < stream[partition].count {
                    events.append((stream[partition][positions[partition]], partition, positions[partition]))
                    positions[partition] += 1
                }
            }
            if !events.isEmpty { process.begin(events) }
        }
        if process.shared.dirtyCount > 0 {
            process.shared.repair()
            commit(index)
        }
        guard process.shared.batchesUnderWay > 0 else { return }
        switch process.shared.advance(timeoutMilliseconds: 0) {
        case .ready: decide(index, isDegraded: false)
        case .waiting: if faults.degraded && random.chance(0.02) { decideWithout(index) }
        case .unavailable: if faults.degraded && random.chance(0.2) { decideWithout(index) }
        }
    }

    private mutating func decideWithout(_ index: Int) {
        processes[index].shared.decideWithout()
        decide(index, isDegraded: true)
    }

    private mutating func decide(_ index: Int, isDegraded: Bool) {
        var made: [(id: Int, decision: SimulatedDecision, isRepeat: Bool)] = []
        let places = processes[index].decideBatch { made.append(($0, $1, $2)) }
        for ((id, decision, isRepeat), place) in zip(made, places) {
            decisions[id, default: []].append(decision)
            let delivery = Delivery(partition: place.partition, offset: place.offset)
            uncommitted[index].append(delivery)
            // Of events that are too late for their account there is no record to tell deliveries by.
            if decision.values["a_count"] == "late" {
                late.insert(id)
            } else {
                repeats[id, default: [:]][delivery, default: []].insert(isRepeat)
            }
        }
        if isDegraded { faultCount += 1 }
        commit(index)
    }

    /// Offsets are committed by owners only, and not while journals wait to be written.
    private mutating func commit(_ index: Int) {
        guard processes[index].shared.dirtyCount == 0 else { return }
        for place in uncommitted[index] where owners[place.partition] == index {
            committed[place.partition] = max(committed[place.partition], place.offset + 1)
        }
        uncommitted[index] = []
    }

    /// Everything that waits gets done.
    private mutating func drain() {
        server.isOutOfMemory = false
        for process in processes {
            process.link.isImmediate = true
            process.link.reconnect()
            for _ in 0..<1_000 where process.shared.dirtyCount > 0 { process.shared.repair() }
            if process.shared.dirtyCount > 0 { Issue.record("seed \(seed): journals are not repaired") }
        }
    }

    private var state: String {
        let each = processes.map { process in
            let batches = process.batches.map { $0.places.map { "\($0)" }.joined(separator: " ") }
            return "\(batches) \(process.shared.detourSummary) rounds \(process.shared.rounds.count) connected \(process.link.isConnected)"
        }
        return "committed \(committed) of \(stream.map(\.count)), owners \(owners), positions \(positions); " + each.joined(separator: "; ")
    }

    // MARK: What must hold

    /// Every decision, whenever and by whomever it was made, is what the order of its journals' appends gives.
    func checkDecisions() {
        let oracle = SimulatedOracle(order())
        for (id, made) in decisions.sorted(by: { $0.key < $1.key }) {
            let expected = oracle.decision(event(id))
            for decision in made where !decision.agrees(with: expected) {
                Issue.record("seed \(seed): event \(id)\n  decided  \(decision)\n  expected \(expected)")
                return
            }
        }
    }

    /// A process that comes new finds every event of the stream, and computes what a plain count over the whole stream gives.
    mutating func checkJournals() {
        let wanted = latestEvents()
        guard let found = decideAgain(wanted, newProcess()) else { return }
        checkPresence()
        let oracle = SimulatedOracle(order())
        for event in wanted where !found[event.id]!.agrees(with: oracle.decision(event)) {
            Issue.record("seed \(seed): event \(event.id)\n  found    \(found[event.id]!)\n  expected \(oracle.decision(event))")
        }
    }

    /// Every event of the stream came to the logs of its entities.
    func checkPresence() {
        let orders = order()
        let oracle = SimulatedOracle(orders)
        for event in stream.joined() {
            for name in event.entities where !(orders[name] ?? []).contains(where: { $0.id == event.id }) && !oracle.mayLack(event, name) {
                Issue.record("seed \(seed): event \(event.id) is not in the journal of \(name)")
                return
            }
        }
    }

    /// Once every process has looked after its working copies, logs have what any of them had, and all agree.
    mutating func checkRestored() {
        let held = processes.map(\.records)
        let wanted = latestEvents()
        for process in processes {
            process.link.disconnect()
            process.link.reconnect()
            if decideAgain(wanted, process) == nil { return }
        }
        let fresh = newProcess()
        guard let found = decideAgain(wanted, fresh) else { return }
        let kept = fresh.records
        for (index, records) in held.enumerated() {
            for (name, words) in records {
                // Only records that are in sight of a new event must be there.
                let lost = words.filter { $0.value > fresh.horizon(name) && kept[name]?[$0.key] == nil }
                if !lost.isEmpty {
                    Issue.record("seed \(seed): \(lost.count) of \(words.count) records of an entity that process \(index) had are not in its log")
                    return
                }
            }
        }
        for (index, process) in processes.enumerated() {
            process.link.disconnect()
            process.link.reconnect()
            guard let again = decideAgain(wanted, process) else { return }
            for event in wanted where !again[event.id]!.agrees(with: found[event.id]!) {
                Issue.record("seed \(seed): event \(event.id)\n  process \(index) \(again[event.id]!)\n  a new one \(found[event.id]!)")
                return
            }
        }
    }

    /// Of all deliveries of an event one is the first, every time that they are decided; the others are repeats.
    func checkRepeats() {
        for (id, deliveries) in repeats.sorted(by: { $0.key < $1.key }) {
            let firsts = deliveries.filter { $0.value.contains(false) }
            if firsts.count > 1 || (firsts.isEmpty && !late.contains(id)) || deliveries.contains(where: { $0.value.count != 1 }) {
                Issue.record("seed \(seed): event \(id) is a repeat or not: \(deliveries)")
                return
            }
        }
    }

    /// The latest events, so that each entity has one.
    private func latestEvents() -> [SimulatedEvent] {
        var seen: Set<String> = []
        let all = stream.joined().sorted { ($0.time, $0.id) < ($1.time, $1.id) }.reversed()
        var wanted: [SimulatedEvent] = []
        for event in all where !event.isDuplicate {
            if event.entities.allSatisfy(seen.contains) { continue }
            seen.formUnion(event.entities)
            wanted.append(event)
        }
        return wanted
    }

    private func decideAgain(_ events: [SimulatedEvent], _ process: SimulatedProcess) -> [Int: SimulatedDecision]? {
        process.link.isImmediate = true
        var found: [Int: SimulatedDecision] = [:]
        process.begin(events.map { ($0, 0, 0) })
        guard process.shared.advance(timeoutMilliseconds: 0) == .ready else {
            Issue.record("seed \(seed): journals cannot be loaded \(process.shared.detourSummary)")
            return nil
        }
        _ = process.decideBatch { id, decision, _ in found[id] = decision }
        return found
    }

    func event(_ id: Int) -> SimulatedEvent { stream.joined().first { $0.id == id }! }

    /// Of each journal, the events in the order in which their records first came to its logs.
    func order() -> [String: [SimulatedEvent]] {
        let byWord = Dictionary(
            stream.joined().map { event in (Fingerprints.word("e\(event.id)"), event) }, uniquingKeysWith: { first, _ in first })
        return server.firstAppearances(Self.names).mapValues { words in words.map { byWord[$0]! } }
    }

    private static let names = (0..<4).map { "a\($0)" } + (0..<3).map { "d\($0)" }
}

extension SharedJournals {
    /// For a run that does not come to its end.
    var detourSummary: String {
        let steps = flights.first.map { $0.steps.map { "\($0.phase)" }.joined(separator: ",") } ?? ""
        return detours.indices.compactMap { detours[$0].map { "\($0.stage) \($0.isUnderWay)" } }.joined(separator: " ") + " [\(steps)] \(obstacle ?? "")"
    }
}
