import Glibc
import Testing

extension IntegrationTests {
    /// What can happen to a Redis that processes share journals through.
    @Suite(.enabled(if: RedisServer.isAvailable, RedisServer.skipReason)) struct RedisFaultTests {
        /// - Parameters:
        ///   - policy: what is done while Redis is away.
        ///   - budget: a minute, so that only what a test is about makes decisions degraded.
        static func settings(_ redis: RedisServer, policy: String = "degrade", budget: String = "60s", more: String = "") -> String {
            "budget: \(budget)\noverload: {redis_down: \(policy)}\njournals: {redis: {url: \"\(redis.url)\"\(more)}}"
        }

        private static func load(_ redis: RedisServer, policy: String = "degrade", budget: String = "60s", more: String = "") throws -> CountedLoad {
            try CountedLoad(Cluster.of(Cluster.best), settings: settings(redis, policy: policy, budget: budget, more: more))
        }

        private static func journal(of redis: RedisServer) throws -> String {
            try #require(try redis.ask("--raw keys 'vane:account:{*'").split(separator: "\n").map(String.init).sorted().first)
        }

        // MARK: Nothing happens

        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func aSecondProcessAndARestartSeeTheHistoryOfTheFirst() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            let first = try load.start()
            try load.sendAndExpect(100)
            let second = try load.start()
            try second.says("partitions-assigned")
            try load.sendAndExpect(200)
            try load.stop(first)
            try load.sendAndExpect(100)
            try load.stop(second)
            load.send(100)
            let third = try load.start()
            try load.expectRightCounts()
            try load.stop(third)
            for process in [first, second, third] { #expect(!process.errors.text.contains("redis-"), "\(process.errors.text)") }
        }

        /// The optimised executable, the best of three: what other work on the machine takes is not the start's.
        /// The cluster within the tests' process answers a first member late, and keeps those that left.
        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason), .enabled(if: Places.exists(Places.optimised), "no release build; 'make release' makes one"))
        func theFirstDecisionComesWithinASecond() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            let laps = try (0..<3).map { _ in
                load.send(10)
                let watch = Stopwatch()
                let process = try load.start(executable: Places.optimised)
                try load.expectRightCounts()
                let lap = watch.lap
                try load.stop(process)
                return lap
            }
            let best = laps.min { $0.took < $1.took }!
            print("from the start to the first ten alerts: \(laps.map(\.took))")
            best.expect(best.took < .seconds(1), "it took \(laps.map(\.took))")
        }

        @Test func stoppingDrainsAndCommits() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            load.send(10_000)
            for part in 1...3 {
                let process = try load.start()
                try load.tap.read("progress") { load.tap.records.count >= part * 1_000 }
                try load.stop(process)
            }
            let process = try load.start()
            try load.expectRightCounts()
            for _ in 0..<10 { load.tap.poll() }
            #expect(load.tap.records.count == load.sent, "what was decided was committed")
            try load.stop(process)
        }

        @Test func aSecondSignalDoesNotWaitForRedis() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis, policy: "pause")
            let process = try load.start()
            try load.sendAndExpect(10)
            // Redis may have been waited for at the start, too.
            let before = process.errors.snapshot.count(of: "events wait")
            try redis.ask("client pause 60000 all")
            load.send(10)
            try process.says("events wait", times: before + 1)
            process.signal(SIGTERM)
            try process.awaitTaken(SIGTERM)
            // It goes on trying for as long as partitions may be held back.
            #expect(!process.errors.wait(within: .seconds(1)) { $0.isClosed }, "\(process.errors.text)")
            let began = ContinuousClock.now
            process.signal(SIGTERM)
            #expect(try process.wait() == 128 + SIGTERM)
            #expect(ContinuousClock.now - began < .seconds(2))
        }

        // MARK: Redis goes away

        @Test func aRestartThatKeepsItsDataChangesNothing() throws {
            let redis = try RedisServer(["--appendonly", "yes", "--appendfsync", "always"])
            let load = try Self.load(redis)
            let process = try load.start()
            try load.sendAndExpect(100)
            try redis.kill()
            try redis.start()
            try load.sendAndExpect(100)
            #expect(!process.errors.text.contains("redis-lost-writes"), "\(process.errors.text)")
            try load.stop(process)
        }

        @Test func aRestartThatForgetsEverythingIsRepaired() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            let process = try load.start()
            try load.sendAndExpect(100)
            try redis.kill()
            try redis.start()
            try load.sendAndExpect(100)
            try process.says("redis-lost-writes", times: 5)
            try load.stop(process)
            // It is all in Redis again.
            let next = try load.start()
            try load.sendAndExpect(100)
            try load.stop(next)
            #expect(!next.errors.text.contains("redis-lost-writes"), "\(next.errors.text)")
        }

        @Test func aReplicaThatLagsTakesOver() throws {
            let master = try RedisServer()
            let replica = try RedisServer()
            try replica.ask("replicaof 127.0.0.1 \(master.port)")
            let load = try Self.load(master)
            let process = try load.start()
            try load.sendAndExpect(100)
            try replica.wait("the replica has everything") {
                try replica.ask("dbsize") == master.ask("dbsize") && replica.ask("info replication").contains("link_status:up")
            }
            try master.ask("wait 1 10000")
            // From here on nothing reaches it.
            try replica.ask("replicaof 127.0.0.1 1")
            try load.sendAndExpect(100)
            try master.kill()
            try replica.ask("replicaof no one")
            try replica.take(placeOf: master)
            try load.sendAndExpect(100)
            try process.says("redis-lost-writes", times: 5)
            try load.stop(process)
            let next = try load.start()
            try load.sendAndExpect(100)
            try load.stop(next)
            #expect(!next.errors.text.contains("redis-lost-writes"), "\(next.errors.text)")
        }

        @Test func withoutAnAnswerEventsAreDecidedInTimeAndRepairedAfterwards() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis, budget: "1s")
            let process = try load.startAndAwaitPartitions()
            try load.sendAndExpect(50, mayBeLate: true)
            try redis.ask("client pause 12000 all")
            let pauseEnds = ContinuousClock.now + .seconds(12)
            for _ in 0..<10 {
                load.send(5)
                let alerts = try load.expectAlerts()
                #expect(alerts.allSatisfy { $0.count == $0.ordinal }, "the working copies are complete")
                let reasons = alerts.map { $0.degraded ?? "not" }
                #expect(reasons.allSatisfy { $0.hasPrefix("redis_down: ") }, "degraded: \(reasons)")
                let latencies = alerts.compactMap { $0.json["latency_ms"].int }
                #expect(latencies.count == alerts.count && latencies.allSatisfy { $0 < 2_000 }, "latencies: \(latencies)")
            }
            try #require(ContinuousClock.now < pauseEnds, "the test was slower than the pause")
            // Repaired without any event.
            try process.says("Redis does its part again")
            try load.sendAndExpect(50, mayBeLate: true)
            try load.stop(process)
            let next = try load.startAndAwaitPartitions()
            try load.sendAndExpect(50, mayBeLate: true)
            try load.stop(next)
        }

        @Test func withoutAnAnswerEventsWaitIfTheyShould() throws {
            let redis = try RedisServer()
            let load = try Self.load(redis, policy: "pause", budget: "1s")
            let process = try load.startAndAwaitPartitions()
            try load.sendAndExpect(50, mayBeLate: true)
            let before = load.tap.records.count
            try redis.ask("client pause 8000 all")
            load.send(2_000)
            try process.says("events wait")
            load.tap.drain()
            #expect(load.tap.records.count == before)
            let alerts = try load.expectAlerts()
            #expect(alerts.allSatisfy { $0.count == $0.ordinal })
            // They are late, and that is said; but Redis was waited for.
            #expect(!alerts.contains { $0.degraded?.contains("redis_down") == true })
            #expect(load.tap.records.count == load.sent, "nothing is decided twice")
            try load.stop(process)
        }

        @Test(arguments: ["degrade", "pause"]) func outOfMemoryIsOutlasted(_ policy: String) throws {
            let redis = try RedisServer(["--maxmemory-policy", "noeviction"])
            let load = try Self.load(redis, policy: policy, budget: "1s")
            let process = try load.startAndAwaitPartitions()
            try load.sendAndExpect(50, mayBeLate: true)
            try redis.ask("config set maxmemory 1")
            load.send(50)
            if policy == "degrade" {
                let alerts = try load.expectAlerts()
                #expect(alerts.allSatisfy { $0.count == $0.ordinal && $0.degraded?.hasPrefix("redis_down: ") == true }, "\(alerts.first?.text ?? "")")
            }
            try process.says("OOM")
            if policy == "degrade" {
                load.send(50)
                let alerts = try load.expectAlerts()
                #expect(alerts.allSatisfy { $0.count == $0.ordinal } && alerts.contains { $0.degraded?.contains("OOM") == true }, "\(alerts.first?.text ?? "")")
            }
            try redis.ask("config set maxmemory 0")
            try process.says("Redis does its part again")
            try load.sendAndExpect(50, mayBeLate: true)
            try load.stop(process)
            let next = try load.startAndAwaitPartitions()
            try load.sendAndExpect(50, mayBeLate: true)
            try load.stop(next)
        }

        // MARK: At the start

        @Test func aRedisThatIsNotThereIsWaitedFor() throws {
            let redis = try RedisServer(isStarted: false)
            let load = try Self.load(redis)
            load.send(50)
            let process = try load.start()
            try process.says("events wait")
            try redis.start()
            try load.expectRightCounts()
            try load.stop(process)
        }

        @Test func aWrongPasswordIsReportedAndCanBeMended() throws {
            let redis = try RedisServer(password: "right")
            let load = try Self.load(redis, more: ", password_file: password")
            try load.vane.folder.write("password", "wrong\n")
            load.send(50)
            let process = try load.start()
            try process.says("password is wrong")
            #expect(!process.errors.text.contains("wrong\""), "the password itself is not shown")
            try redis.ask("config set requirepass wrong")
            redis.password = "wrong"
            try load.expectRightCounts()
            try load.stop(process)
        }

        /// Begins logs, loads, adds, mends, deletes and sets aside with the rights that docs/operations.md says are enough.
        @Test func aUserNeedsNoMoreThanTheDocumentedRights() throws {
            let redis = try RedisServer(password: "operator")
            let begin = "user vane on >password "
            let lines = try Folder.read(Places.repository + "/docs/operations.md").split(separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix(begin) }).dropFirst(begin.count)
            let rights = line.split(separator: " ").map { "'\($0)'" }.joined(separator: " ")
            try #require(try redis.ask("acl setuser vane on '>password' \(rights)") == "OK")
            let settings = Self.settings(redis, more: ", password_file: password").replacing("redis://", with: "redis://vane@")
            let load = try CountedLoad(Cluster.of(Cluster.best), settings: settings)
            try load.vane.folder.write("password", "password\n")
            let first = try load.start()
            try load.sendAndExpect(100)
            let key = try Self.journal(of: redis)
            // Without its opening it is deleted and made anew from the working copy, under its next key.
            try redis.ask("ltrim '\(key)' 1 -1")
            try load.sendAndExpect(100)
            try load.stop(first)
            // What is no log is set aside when it is next read.
            try redis.ask("set '\(key)' nonsense")
            let second = try load.start()
            try load.sendAndExpect(100)
            try load.stop(second)
            #expect(second.errors.text.contains("redis-damaged"), "\(second.errors.text)")
            #expect(!(first.errors.text + second.errors.text).contains("NOPERM"))
            #expect(try Int(redis.ask("--raw acl log").count) == 0, "nothing was denied")
        }

        // MARK: By hand

        /// What redis-cli does to the key that stands for %.
        private static let replaceByList = "eval 'redis.call(\"del\",KEYS[1]);redis.call(\"lpush\",KEYS[1],1)' 1 %"

        /// What somebody does to a log while a process has its working copy: nothing is lost.
        @Test(arguments: ["del %", "set % short", "ltrim % 1 -1", Self.replaceByList]) func whatIsDoneToALogIsReportedAndMended(_ command: String) throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            let process = try load.start()
            try load.sendAndExpect(100)
            let key = try Self.journal(of: redis)
            try redis.ask(command.replacing("%", with: "'\(key)'"))
            try load.sendAndExpect(100)
            try load.stop(process)
            let next = try load.start()
            try load.sendAndExpect(100)
            try load.stop(next)
            let said = process.errors.text + next.errors.text
            #expect(said.contains("redis-lost-writes") || said.contains("redis-damaged"), "\(said)")
        }

        /// Nobody has the records any more: what can be read counts, and what cannot is kept aside.
        /// - Parameter lost: how many of an account's twenty records cannot be read any more.
        @Test(arguments: [
            ("lset % 0 XXXXXXXX", 0), ("lset % 5 XXXXXXXX", 1), ("lset % 5 ''", 1), ("ltrim % 1 -1", 0), ("set % nonsense-that-is-no-log", 20),
            (Self.replaceByList, 20),
        ])
        func aLogThatNobodyCanMendIsSetAside(_ command: String, lost: Int) throws {
            let redis = try RedisServer()
            let load = try Self.load(redis)
            let first = try load.start()
            try load.sendAndExpect(100)
            try load.stop(first)
            let key = try Self.journal(of: redis)
            try redis.ask(command.replacing("%", with: "'\(key)'"))
            let second = try load.start()
            load.send(100)
            let alerts = try load.expectAlerts()
            // From what is left it counts on.
            let short = alerts.filter { $0.count != $0.ordinal }
            #expect(Set(short.map { $0.eventID.prefix(2) }).count == (lost == 0 ? 0 : 1), "only one account has lost anything: \(short.count)")
            #expect(short.compactMap(\.count) == (lost == 0 ? [] : Array((21 - lost)..<(41 - lost))))
            try second.says("redis-damaged")
            #expect(try redis.ask("--raw exists '\(key):damaged'") == "1")
            try load.stop(second)
        }

        // MARK: Memory

        @Test func workingCopiesGoWhenMemoryIsShort() throws {
            let redis = try RedisServer()
            let accounts = 8_000
            let load = try CountedLoad(
                Cluster.of(Cluster.best), accounts: accounts, settings: Self.settings(redis).replacing("journals: {", with: "journals: {memory: 16MiB, "),
                windows: 80)
            let process = try load.start()
            try load.sendAndExpect(accounts)
            // What is in memory is not loaded again.
            let before = try redis.calls("lrange")
            try load.sendAndExpect(accounts)
            try load.stop(process)
            let loads = try (redis.calls("lrange") - before) / 4
            #expect(loads > 100, "working copies were let go and loaded again: \(loads) loads")
        }

        /// Logs of entities with more records than there is room for are begun anew over and over, by a real Redis' scripts, and what was folded counts on: in
        /// the process that folded it, and in those that read the log.
        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func logsOfBusyEntitiesStayShort() throws {
            let redis = try RedisServer()
            let settings = Self.settings(redis).replacing("journals: {", with: "journals: {records_per_entity: 32, ")
            let load = try CountedLoad(Cluster.of(Cluster.best), settings: settings)
            let first = try load.start()
            for _ in 0..<5 { try load.sendAndExpect(300) }
            let second = try load.start()
            try second.says("partitions-assigned")
            for _ in 0..<5 { try load.sendAndExpect(300) }
            try load.stop(first)
            try load.sendAndExpect(300)
            try load.stop(second)
            let heir = try load.start()
            try load.sendAndExpect(300)
            try load.stop(heir)
            let reader = try RedisReader(redis)
            let lengths = try reader.keys("vane:account:{").map { try reader.list($0).count }
            // Twice the room, and what came in the batches under way: of 720 records.
            #expect(lengths.max()! <= 2 * 32 + 3 * 60 + 2 && lengths.count > 5, "\(lengths)")
            let said = [first, second, heir].map(\.errors.text).joined()
            #expect(!said.contains("redis-"), "\(said)")
        }

        @Test func withoutRedisEntitiesAreForgottenAndCounted() throws {
            let accounts = 8_000
            let load = try CountedLoad(
                Cluster.of(Cluster.best), accounts: accounts, settings: "budget: 60s\njournals: {memory: 16MiB}", windows: 80)
            let process = try load.start()
            load.send(accounts * 2)
            let alerts = try load.expectAlerts()
            try process.says("journals-forgotten")
            let short = alerts.filter { $0.count != $0.ordinal }
            #expect(!short.isEmpty, "none of \(accounts) entities was forgotten")
            #expect(short.allSatisfy { $0.ordinal == 2 && $0.count == 1 }, "who is forgotten begins anew")
            try load.stop(process)
        }
    }
}
