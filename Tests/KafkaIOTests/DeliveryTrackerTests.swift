import KafkaIO
import Testing

@Suite struct DeliveryTrackerTests {
    enum Step {
        /// This many outputs are numbered.
        case output(Int)
        /// The batch ends: next offset by partition.
        case batch([Int32: Int64])
        case acknowledge(ClosedRange<UInt64>)
        case fail(UInt64)
        case drop(Int32)
        case reset
        /// What may be committed now.
        case expect([Int32: Int64])
    }

    static let topic = Topic("tracker")

    static let tables: [(name: String, steps: [Step])] = [
        ("a batch without outputs is committable at once", [.batch([0: 5]), .expect([0: 5]), .expect([:])]),
        ("nothing before the acknowledgement", [.output(1), .batch([0: 1]), .expect([:]), .acknowledge(1...1), .expect([0: 1])]),
        (
            "out of order: the gap holds everything behind it",
            [
                .output(1), .batch([0: 1]), .output(1), .batch([0: 2]), .acknowledge(2...2), .expect([:]), .acknowledge(1...1),
                .expect([0: 2]),
            ]
        ),
        (
            "a batch without outputs waits for the outputs before it",
            [
                .output(2), .batch([0: 4]), .batch([1: 9]), .acknowledge(1...1), .expect([:]), .acknowledge(2...2),
                .expect([0: 4, 1: 9]),
            ]
        ),
        (
            "part of the batches",
            [
                .output(2), .batch([0: 2]), .output(2), .batch([0: 4, 1: 7]), .acknowledge(1...3), .expect([0: 2]),
                .acknowledge(4...4), .expect([0: 4, 1: 7]),
            ]
        ),
        ("acknowledged before the batch ends", [.output(2), .acknowledge(1...2), .expect([:]), .batch([0: 3]), .expect([0: 3])]),
        ("repeats change nothing", [.output(2), .batch([0: 3]), .acknowledge(1...1), .acknowledge(1...1), .expect([:])]),
        (
            "a failure holds its batch and all later ones",
            [.output(1), .batch([0: 1]), .output(1), .batch([0: 2]), .fail(1), .acknowledge(2...2), .expect([:])]
        ),
        (
            "after a reset, late reports of forgotten outputs change nothing",
            [
                .output(2), .batch([0: 2]), .fail(1), .reset, .acknowledge(2...2), .output(1), .batch([0: 1]), .expect([:]),
                .acknowledge(3...3), .expect([0: 1]),
            ]
        ),
        (
            "partitions that left are not committed",
            [.output(1), .batch([0: 5, 1: 6]), .drop(0), .acknowledge(1...1), .expect([1: 6])]
        ),
        (
            "beyond the limit of three batches, neighbours merge",
            [
                .output(1), .batch([0: 1]), .output(1), .batch([0: 2]), .output(1), .batch([0: 3]), .output(1),
                .batch([0: 4, 1: 1]), .acknowledge(1...3), .expect([0: 2]), .acknowledge(4...4), .expect([0: 4, 1: 1]),
            ]
        ),
    ]

    @Test(arguments: tables.indices)
    func table(_ index: Int) {
        let table = Self.tables[index]
        var tracker = DeliveryTracker(outputCountMax: 64, batchCountMax: 3)
        for (number, step) in table.steps.enumerated() {
            switch step {
            case .output(let count): for _ in 0..<count { _ = tracker.nextSequence() }
            case .batch(let offsets): tracker.register(Self.offsets(offsets))
            case .acknowledge(let range): for sequence in range { tracker.acknowledge(sequence) }
            case .fail(let sequence): tracker.fail(sequence)
            case .drop(let partition): tracker.drop([TopicPartition(topic: Self.topic, partition: partition)])
            case .reset: tracker.reset()
            case .expect(let offsets):
                #expect(tracker.takeCommittable() == Self.offsets(offsets), "\(table.name), step \(number)")
            }
        }
    }

    @Test func roomIsBounded() {
        var tracker = DeliveryTracker(outputCountMax: 64, batchCountMax: 1)
        for _ in 0..<64 { _ = tracker.nextSequence() }
        #expect(!tracker.hasRoom)
        tracker.acknowledge(2)
        #expect(!tracker.hasRoom, "the oldest is still outstanding")
        tracker.acknowledge(1)
        #expect(tracker.hasRoom && tracker.outstandingCount == 62)
    }

    @Test func failuresAreCounted() {
        var tracker = DeliveryTracker(outputCountMax: 64, batchCountMax: 1)
        tracker.fail(tracker.nextSequence())
        #expect(tracker.failedCount == 1)
        tracker.reset()
        #expect(tracker.failedCount == 0)
    }

    /// Against a naive model, with the seed printed on failure.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func agreesWithNaiveModel(seed: UInt64) {
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        var tracker = DeliveryTracker(outputCountMax: 256, batchCountMax: 10_000)
        var pending: Set<UInt64> = []
        var batches: [(highest: UInt64, partition: Int32, offset: Int64)] = []
        var highest: UInt64 = 0
        var committed: [Int32: Int64] = [:]
        for step in 0..<2_000 {
            if draw(2) == 0 {
                for _ in 0..<draw(4) where tracker.hasRoom {
                    highest = tracker.nextSequence()
                    pending.insert(highest)
                }
                let partition = Int32(draw(3))
                batches.append((highest, partition, Int64(step)))
                tracker.register(Self.offsets([partition: Int64(step)]))
            } else if let any = pending.min().map({ $0 + draw(highest - $0 + 1) }), pending.remove(any) != nil {
                tracker.acknowledge(any)
            }
            for offset in tracker.takeCommittable() { committed[offset.partition.partition] = offset.offset }
            let oldest = pending.min() ?? UInt64.max
            var expected: [Int32: Int64] = [:]
            for batch in batches where batch.highest < oldest { expected[batch.partition] = batch.offset }
            if step % 100 == 0 { #expect(committed == expected, "seed \(seed), step \(step)") }
        }
    }

    static func offsets(_ offsets: [Int32: Int64]) -> [PartitionOffset] {
        offsets.sorted { $0.key < $1.key }.map {
            PartitionOffset(partition: TopicPartition(topic: topic, partition: $0.key), offset: $0.value)
        }
    }
}
