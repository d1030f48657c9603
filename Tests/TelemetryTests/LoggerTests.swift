import Synchronization
import Telemetry
import Testing

@Suite struct LoggerTests {
    /// Keeps the lines and a clock that tests set.
    final class Recorder: Sendable {
        private let storage = Mutex<[String]>([])
        let time = Atomic<Int64>(1_795_225_169_123)

        var lines: [String] { storage.withLock { $0 } }

        func logger(_ level: LogLevel = .info, _ format: LogFormat = .text) -> Logger {
            Logger(level: level, format: format, clock: { self.time.load(ordering: .relaxed) }, sink: { line in self.storage.withLock { $0.append(line) } })
        }
    }

    @Test func text() {
        let recorder = Recorder()
        recorder.logger().warning(
            "kafka-lag", "consumer lags", ["topic": "transactions", "lag": 12_000, "share": 0.5, "paused": false, "why": "a \"b\"\n", "x": ""])
        #expect(
            recorder.lines == [
                #"2026-11-21T01:39:29.123Z WARN  kafka-lag: consumer lags topic=transactions lag=12000 share=0.5 paused=false why="a \"b\"\n" x="""#
            ])
    }

    @Test func json() {
        let recorder = Recorder()
        recorder.logger(.info, .json).error("broken", "a\u{1}é", ["b": "x\ty", "a": .double(.infinity), "n": .number(UInt64.max)])
        #expect(
            recorder.lines == [
                #"{"time":"2026-11-21T01:39:29.123Z","level":"error","kind":"broken","message":"a\u0001é","b":"x\ty","a":"inf","n":9223372036854775807}"#
            ])
    }

    @Test func aMessageIsOneLine() {
        let recorder = Recorder()
        recorder.logger().info("k", "first\nsecond\u{1B}[31m")
        #expect(recorder.lines == [#"2026-11-21T01:39:29.123Z INFO  k: first\nsecond\u001b[31m"#])
    }

    @Test func lowerLevelsCostNothing() {
        let recorder = Recorder()
        let logger = recorder.logger(.warning)
        logger.info(
            "k",
            {
                Issue.record("evaluated"); return ""
            }())
        logger.debug(
            "k",
            {
                Issue.record("evaluated"); return ""
            }())
        logger.warning("k", "m")
        #expect(recorder.lines.count == 1)
        #expect(!logger.isEnabled(.info) && logger.isEnabled(.error))
    }

    @Test func ratesAreLimitedByKind() {
        let recorder = Recorder()
        let logger = recorder.logger()
        for _ in 0..<25 { logger.info("often", "m") }
        logger.info("seldom", "m")
        logger.error("often", "another level has its own budget")
        #expect(recorder.lines.count == Logger.linesPerWindowMax + 2)
        recorder.time.add(Logger.windowMilliseconds - 1, ordering: .relaxed)
        logger.info("often", "m")
        #expect(recorder.lines.count == Logger.linesPerWindowMax + 2)
        recorder.time.add(1, ordering: .relaxed)
        logger.info("often", "m")
        #expect(recorder.lines.last?.hasSuffix("often: m suppressed=16") == true)
        logger.info("often", "m")
        #expect(recorder.lines.last?.hasSuffix("often: m") == true)
        recorder.time.subtract(86_400_000, ordering: .relaxed)
        for _ in 0..<10 { logger.info("often", "the clock was set back") }
        #expect(recorder.lines.count == Logger.linesPerWindowMax + 2 + 2 + 10)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func times(_ milliseconds: Int64, _ expected: String) {
        let recorder = Recorder()
        recorder.time.store(milliseconds, ordering: .relaxed)
        recorder.logger().info("k", "m")
        #expect(recorder.lines == ["\(expected) INFO  k: m"])
    }

    @Test func manyThreads() async {
        let recorder = Recorder()
        let logger = recorder.logger()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for line in 0..<1_000 { logger.info("kind-\(task)-\(line / 10)", "line \(line)") } }
            }
        }
        // 800 kinds of ten lines: nothing is lost and no line is torn.
        #expect(recorder.lines.count == 8_000)
        #expect(recorder.lines.allSatisfy { $0.hasPrefix("2026-11-21T01:39:29.123Z INFO  kind-") })
    }
}
