internal import JournalSharing
internal import RedisStore

extension Benchmark {
    /// One event at a time: from `begin` until it can be decided, against the round trip of five APPENDs of the same.
    static func latency(_ server: RedisServer) throws {
        let population = Stream.Population.even(5_000)
        let (rounds, events) = (11, 500)
        print("One event at a time, five entities, warm")
        let vane = try VaneProcess(server.link(database: 0), batch: 512)
        let bareLoop = BareLoop(server, database: 1)
        let recording = RecordingLink(server.link(database: 2))
        let recorder = try VaneProcess(recording, batch: 512)
        let warmUp = Stream(1_000, from: 0, population, random: false)
        try recorder.run(warmUp, batch: 512)
        bareLoop.run(recording.takeSent())
        try vane.run(warmUp, batch: 512)
        var (bare, shared): ([Double], [Double]) = ([], [])
        for round in 0..<rounds {
            let stream = Stream(events, from: 1_000 + round * events, population)
            try recorder.run(stream, batch: 1)
            let commands = recording.takeSent()
            for batch in commands.batches {
                let start = seconds()
                bareLoop.run(batch, of: commands)
                bare.append((seconds() - start) * 1e6)
            }
            for rows in try vane.decoded(stream, batch: 1) { shared.append(try vane.latency(of: rows) * 1e6) }
        }
        line("bare round trip of the five APPENDs", format(bare.median, 1) + " us")
        line("Vane: from begin until the event can be decided", "\(format(shared.median, 1)) us = \(format(shared.median / bare.median, 2)) x", "goal 3 x")
    }

    /// What Redis needs for the logs of busy entities: keys, and the room that lists have to grow, included.
    static func memory(_ server: RedisServer) throws {
        // Evenly over one doubling, so that no length is lucky.
        let lengths = [2_000, 2_297, 2_639, 3_031, 3_482]
        print("Memory in Redis of busy entities' logs, by MEMORY USAGE: \(lengths.count) times 40 entities with 2,000 to 3,482 records")
        var bytes: [Double] = [0, 0, 0]
        for (number, records) in lengths.enumerated() {
            let process = try VaneProcess(server.link(database: number), batch: 512)
            let bareLoop = BareLoop(server, database: number)
            try process.run(Stream(40 * records, from: 0, .even(200), random: false), batch: 512)
            for (place, entity) in ["card", "account", "merchant"].enumerated() { bytes[place] += bareLoop.memory(ofKeys: "vane:\(entity):{*") }
        }
        let records = Double(40 * lengths.reduce(0, +))
        for (place, fields) in ["an amount", "an amount and an enum", "an amount and a string"].enumerated() {
            line("a record with \(fields)", format(bytes[place] / records, 1) + " bytes", "goal 40 bytes")
        }
    }

    /// A process that knows nothing meets entities that all have a log.
    static func coldLoads(_ server: RedisServer) throws {
        let population = Stream.Population.even(100_000)
        let events = population.counts[0]
        print("Cold load of \(population.total) entities with 10 records and more each, five an event, in batches of 512 events")
        let first = try VaneProcess(server.link(database: 0), batch: 512)
        try first.run(Stream(10 * events, from: 0, population, random: false), batch: 512)
        var (times, redis): ([Double], [Double]) = ([], [])
        for round in 0..<5 {
            let process = try VaneProcess(server.link(database: 0), batch: 512)
            let rows = try process.decoded(Stream(events, from: (10 + round) * events, population, random: false), batch: 512)
            let (redisBefore, start) = (server.processorSeconds, seconds())
            try process.run(rows)
            times.append(seconds() - start)
            redis.append(server.processorSeconds - redisBefore)
            precondition(process.shared.counts.loads == population.total)
        }
        line("until all are loaded and the events decided", format(times.median, 2) + " s", "goal 2 s")
        line("  processor time of Redis", format(redis.median, 2) + " s")
    }

    /// The connection by itself.
    static func links(_ server: RedisServer) throws {
        let (rounds, events) = (5, 20_000)
        print("The connection alone, batches of 320 RPUSHes to 200,000 keys")
        let recording = RecordingLink(server.link(database: 2))
        let recorder = try VaneProcess(recording, batch: 64)
        let population = Stream.Population()
        try recorder.run(Stream(population.counts.max()!, from: 0, population, random: false), batch: 64)
        _ = recording.takeSent()
        try recorder.run(Stream(events, from: population.counts.max()!, population), batch: 64)
        let commands = recording.takeSent()
        let count = Double(commands.batches.map(\.count).reduce(0, +))
        for (name, overTCP) in [("TCP", true), ("Unix socket", false)] {
            let bareLoop = BareLoop(server, database: 0, by: .push, overTCP: overTCP)
            let link = server.link(database: 0, overTCP: overTCP)
            var rates: [[Double]] = [[], [], []]
            for round in 0...rounds {
                for side in 0..<3 {
                    let start = seconds()
                    // One or two batches under way.
                    if side == 0 { bareLoop.run(commands) } else { replay(commands, through: link, underWay: side) }
                    if round > 0 { rates[side].append(count / (seconds() - start)) }
                }
            }
            for (side, what) in ["bare hiredis loop", "link, one batch under way", "link, two batches under way"].enumerated() {
                let ratio = zip(rates[side], rates[0]).map { $0 / $1 }.median
                line("\(name): \(what)", "\(format(rates[side].median)) commands/s" + (side > 0 ? " = \(format(ratio * 100)) %" : ""))
            }
        }
    }

    private static func replay(_ commands: Commands, through link: any RedisLink, underWay: Int) {
        var buffer = CommandBuffer()
        let replies = ReplyBuffer()
        var tickets: [Int] = []
        func receive() {
            precondition(link.receive(tickets.removeFirst(), into: replies, timeoutMilliseconds: 10_000))
            for index in 0..<replies.count { precondition(replies[index].kind == .integer) }
        }
        commands.bytes.withUnsafeBytes { bytes in
            for batch in commands.batches {
                buffer.removeAll()
                for push in batch {
                    buffer.push(key: UnsafeRawBufferPointer(rebasing: bytes[push.key]), value: UnsafeRawBufferPointer(rebasing: bytes[push.value]))
                }
                tickets.append(link.send(buffer))
                if tickets.count == underWay { receive() }
            }
        }
        while !tickets.isEmpty { receive() }
    }
}
