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
        /// Keys are removed or damaged by hand.
        var vandal = false
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
    /// How often outputs would have been made of each event in a committed batch.
    private var compactions = 0
    private var steps = 0
    private var degradedEvents: Set<Int> = []

    init(seed: UInt64, _ faults: Faults) {
        self.seed = seed
        self.faults = faults
        random = SeededGenerator(seed: seed)
        committed = Array(repeating: 0, count: Self.partitionCount)
        positions = committed
        owners = (0..<Self.partitionCount).map { $0 % Self.processCount }
        stream = Array(repeating: [], count: Self.partitionCount)
        makeStream()
        for _ in 0..<Self.processCount { processes.append(newProcess()) }
    }

    private func newProcess() -> SimulatedProcess {
        let process = SimulatedProcess(server)
        process.start()
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
            server.loseWrites(1 + random.below(10))
            for process in processes { process.link.disconnect() }
        }
        if faults.outOfMemory && random.chance(0.01) { server.isOutOfMemory = true }
        if faults.vandal && random.chance(0.01), let key = server.values.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }).randomElement(using: &random),
            key.contains(UInt8(ascii: "{"))
        {
            if random.chance(0.5) { server.remove(key) } else { server.damage(key, at: random.below(server.values[key]!.count)) }
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
        compactions += processes[index].shared.counts.compactions
        orphans.append(processes[index].link)
        processes[index] = newProcess()
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
        guard process.shared.batchesUnderWay > 0 else {
            if faults.degraded { process.shared.repair() }
            return
        }
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
        var made: [(Int, SimulatedDecision)] = []
        let places = processes[index].decideBatch { id, decision, _ in made.append((id, decision)) }
        for (id, decision) in made {
            decisions[id, default: []].append(decision)
            if isDegraded { degradedEvents.insert(id) }
        }
        // Offsets are committed by owners only, and not while journals wait to be written.
        guard processes[index].shared.dirtyCount == 0 else { return }
        for (partition, offset) in places where owners[partition] == index { committed[partition] = max(committed[partition], offset + 1) }
    }

    /// Everything that waits gets done.
    private mutating func drain() {
        for process in processes {
            process.link.isImmediate = true
            process.link.reconnect()
            for _ in 0..<100 where process.shared.dirtyCount > 0 { process.shared.repair() }
            if process.shared.dirtyCount > 0 { Issue.record("seed \(seed): journals are not repaired") }
        }
    }

    private var state: String {
        "committed \(committed) of \(stream.map(\.count)), owners \(owners), positions \(positions); "
            + processes.map { "\($0.batches.map { $0.places.map { "\($0)" }.joined(separator: " ") }) detours \($0.shared.detourSummary) rounds \($0.shared.rounds.count) connected \($0.link.isConnected) work \($0.link.hasWork)" }.joined(separator: "; ")
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
        let process = newProcess()
        process.link.isImmediate = true
        var seen: Set<String> = []
        // The latest event of each entity, decided once more.
        let all = stream.joined().sorted { ($0.time, $0.id) < ($1.time, $1.id) }.reversed()
        var wanted: [SimulatedEvent] = []
        for event in all where !event.isDuplicate {
            let names = ["a\(event.account)"] + (event.device.map { ["d\($0)"] } ?? [])
            if names.allSatisfy(seen.contains) { continue }
            seen.formUnion(names)
            wanted.append(event)
        }
        process.begin(wanted.map { ($0, 0, 0) })
        guard process.shared.advance(timeoutMilliseconds: 0) == .ready else {
            Issue.record("seed \(seed): journals cannot be loaded")
            return
        }
        var found: [Int: SimulatedDecision] = [:]
        _ = process.decideBatch { id, decision, _ in found[id] = decision }
        let orders = order()
        let oracle = SimulatedOracle(orders)
        for event in stream.joined() {
            for name in ["a\(event.account)"] + (event.device.map { ["d\($0)"] } ?? [])
            where !(orders[name] ?? []).contains(where: { $0.id == event.id }) && !oracle.mayLack(event, name) {
                Issue.record("seed \(seed): event \(event.id) is not in the journal of \(name)")
                return
            }
        }
        for event in wanted where !found[event.id]!.agrees(with: oracle.decision(event)) {
            Issue.record("seed \(seed): event \(event.id)\n  found    \(found[event.id]!)\n  expected \(oracle.decision(event))")
        }
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
