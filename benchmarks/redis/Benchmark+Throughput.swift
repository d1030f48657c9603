internal import CAllocations

/// Rounds of one side.
private struct Side {
    var rates: [Double] = []
    private var client: [Double] = []
    private var redis: [Double] = []

    mutating func measure(_ events: Int, _ server: RedisServer, _ body: () throws -> Void) rethrows {
        let (redisBefore, clientBefore, start) = (server.processorSeconds, processorSeconds(), seconds())
        try body()
        rates.append(Double(events) / (seconds() - start))
        client.append((processorSeconds() - clientBefore) / Double(events) * 1e6)
        redis.append((server.processorSeconds - redisBefore) / Double(events) * 1e6)
    }

    func report(_ name: String, of bare: [Double]? = nil, goal: String = "") {
        let ratio = bare.map { " = \(format(zip(rates, $0).map { $0 / $1 }.median * 100)) %" } ?? ""
        line(name, format(rates.median) + " events/s" + ratio, goal)
        line("  processor time an event: client, Redis", "\(format(client.median, 2)), \(format(redis.median, 2)) us")
    }
}

extension Benchmark {
    /// Vane's path and bare loops take turns, each with a database of its own, so that all add the same to the same logs.
    static func throughput(_ server: RedisServer, batch: Int) throws {
        let population = Stream.Population()
        let events = 20_000
        let rounds = 5
        print("Five entities an event, \(population.total) entities, batches of \(batch) events; \(rounds) rounds of \(events) events")
        let vane = try VaneProcess(server.link(database: 0), batch: batch)
        let bareLoop = BareLoop(server, database: 1)
        let pushingLoop = BareLoop(server, database: 3, by: .push)
        // What Vane sends is noted by another process, before.
        let recording = RecordingLink(server.link(database: 2))
        let recorder = try VaneProcess(recording, batch: batch)
        func commands(_ stream: Stream) throws -> Commands {
            _ = recording.takeSent()
            try recorder.run(stream, batch: batch)
            return recording.takeSent()
        }
        var next = 0
        func stream(random: Bool = true, _ count: Int = events) -> Stream {
            defer { next += count }
            return Stream(count, from: next, population, random: random)
        }

        let warmUp = stream(random: false, population.counts.max()!)
        let warmUpCommands = try commands(warmUp)
        bareLoop.run(warmUpCommands)
        pushingLoop.run(warmUpCommands)
        try vane.run(warmUp, batch: batch)
        var (bare, pushing, whole, rowsOnly) = (Side(), Side(), Side(), Side())
        var times: [VaneProcess.Times] = []
        var allocations: [Double] = []
        for _ in 0..<rounds {
            let one = stream()
            let oneCommands = try commands(one)
            bare.measure(events, server) { bareLoop.run(oneCommands) }
            let before = vane_allocation_count()
            try whole.measure(events, server) { try vane.run(one, batch: batch) }
            allocations.append(Double(vane_allocation_count() - before) / Double(events))
            times.append(vane.times)

            let other = stream()
            let otherCommands = try commands(other)
            let rows = try vane.decoded(other, batch: batch)
            pushing.measure(events, server) { pushingLoop.run(otherCommands) }
            try rowsOnly.measure(events, server) { try vane.run(rows) }
        }
        bare.report("bare hiredis loop of APPENDs")
        whole.report("Vane: decode, share, decide", of: bare.rates, goal: "goal 60 %")
        let parts: [(String, (VaneProcess.Times) -> Double)] = [
            ("decode", \.decode), ("begin", \.begin), ("advance, waiting included", \.advance), ("settle and decide", \.decide),
        ]
        for (name, part) in parts { line("  \(name), an event", format(times.map { part($0) / Double(events) * 1e6 }.median, 2) + " us") }
        pushing.report("bare hiredis loop of the RPUSHes themselves")
        rowsOnly.report("Vane without decoding", of: pushing.rates)
        line("heap allocations an event, while journals grow", format(allocations.median, 3))
    }
}
