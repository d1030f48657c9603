import Testing

@testable import JournalSharing

/// What somebody does to Redis by hand, one thing at a time; the simulation's vandal does the rest.
@Suite struct TamperingTests {
    private func event(_ number: Int) -> SimulatedEvent {
        SimulatedEvent(id: number, time: 1_800_000_000_000 + Int64(number) * 1_000, account: 0, device: nil, value: 7)
    }

    private func process(_ server: SimulatedRedis) -> SimulatedProcess {
        let process = SimulatedProcess(server)
        process.start()
        process.link.isImmediate = true
        return process
    }

    /// How many events of the account the last of these sees.
    private func decide(_ numbers: ClosedRange<Int>, _ process: SimulatedProcess) throws -> String? {
        process.begin(numbers.map { (event($0), 0, $0) })
        try #require(process.shared.advance(timeoutMilliseconds: 0) == .ready, "\(process.shared.detourSummary)")
        var count: String?
        _ = process.decideBatch { _, decision, _ in count = decision.values["a_count"] }
        return count
    }

    /// Of the account's log.
    private func key(_ server: SimulatedRedis) throws -> [UInt8] { try #require(server.keys.first { $0.contains(UInt8(ascii: "{")) }) }

    private func damaged(_ process: SimulatedProcess) -> Int {
        process.shared.reports.count { if case .damaged = $0 { true } else { false } }
    }

    /// A layout's text says something else that makes sense: its records cannot be read any more, so their log is set aside and said, not read for ever.
    @Test func aLayoutThatSaysSomethingElseIsNoticed() throws {
        let server = SimulatedRedis()
        let first = process(server)
        #expect(try decide(0...9, first) == "10")
        server.write("vane:account:layout:1", "payment")
        let second = process(server)
        #expect(try decide(10...10, second) == "1")
        #expect(damaged(second) == 1)
        #expect(server.keys.contains { String(decoding: $0, as: UTF8.self).hasSuffix(":damaged") })
        // Whoever has the records brings them back, behind what came in between.
        #expect(try decide(11...11, first) == "2")
        #expect(try decide(12...12, first) == "13")
    }

    /// A log without its beginning: deleted where the working copy has all of it, set aside where it has not. Either way its records count on.
    @Test func aLogWithoutItsBeginningIsMended() throws {
        let server = SimulatedRedis()
        let first = process(server)
        #expect(try decide(0...9, first) == "10")
        func cutOff() throws { server.cutOffBeginning(try key(server)) }
        try cutOff()
        #expect(try decide(10...10, first) == "11")
        #expect(damaged(first) == 0)
        try cutOff()
        let second = process(server)
        #expect(try decide(11...11, second) == "12")
        #expect(damaged(second) == 1)
    }

    /// Of a damaged log what is whole counts, behind the damage too.
    @Test func whatIsBehindADamagedEntryCounts() throws {
        let server = SimulatedRedis()
        let first = process(server)
        #expect(try decide(0...9, first) == "10")
        server.damage(try key(server), at: 60)
        let second = process(server)
        #expect(try decide(10...10, second) == "10")
        #expect(damaged(second) == 1)
    }

    /// A log is deleted and begun anew by a process that does not know it, until it is longer than the first process thinks: what stands where its own last
    /// entry was gives it away.
    @Test func aLogThatIsAnotherByNowIsNoticed() throws {
        let server = SimulatedRedis()
        let first = process(server)
        #expect(try decide(0...0, first) == "1")
        server.remove(try key(server))
        let second = process(server)
        #expect(try decide(1...2, second) == "2")
        #expect(try decide(3...3, first) == "3", "in the order of appends: what was lost comes back behind")
        #expect(try decide(4...4, first) == "5")
        #expect(try decide(5...5, second) == "6")
    }
}
