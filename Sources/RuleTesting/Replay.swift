internal import Documents
public import Engine
public import Events
internal import Expressions
internal import Journals
internal import Rules

/// Runs events through the production engine and writes what it concludes about each, as JSON Lines.
public final class Replay {
    public struct Options: Sendable {
        /// Write the value of every indicator.
        public var indicators: Bool
        /// Write events that nothing hit, too.
        public var all: Bool

        public init(indicators: Bool = false, all: Bool = false) {
            self.indicators = indicators
            self.all = all
        }
    }

    public struct Summary: Sendable {
        public var events = 0
        public var rejected = 0
        public var duplicates = 0
        public var alerts = 0
    }

    public private(set) var summary = Summary()
    public let engine: Engine
    private let decoder: Decoder
    private let batch: EventBatch
    private let options: Options
    private let writer: DecisionWriter
    private var decision = Decision()
    private var output = JSONWriter(capacity: 64 * 1024)

    public init(engine: Engine, decoder: Decoder, options: Options = Options()) {
        self.engine = engine
        self.decoder = decoder
        self.options = options
        batch = EventBatch(capacity: 1, schema: engine.schema)
        writer = DecisionWriter(engine)
    }

    /// Runs one event, a JSON object.
    /// - Parameter emit: receives the line for it, newline included, if there is one.
    /// - Returns: why the event was refused; nil if it was not.
    public func run(_ line: UnsafeRawBufferPointer, emit: ([UInt8]) -> Void) -> Rejection? {
        summary.events += 1
        batch.removeAll()
        do {
            let type = try decoder.eventType(of: line)
            let row = try decoder.decode(line, eventType: type, into: batch)
            try engine.process(batch, row: row, into: &decision)
            for entry in engine.listEntries(decision, batch) {
                engine.lists.put(list: engine.lists.declare(entry.list), subject: entry.subject, entry.entry)
            }
            if decision.isDuplicate { summary.duplicates += 1 }
            if decision.isAlert { summary.alerts += 1 }
            if options.all || !decision.hits.isEmpty || !decision.shadowHits.isEmpty { write(row, emit) }
            return nil
        } catch {
            summary.rejected += 1
            return error
        }
    }

    private func write(_ row: Int, _ emit: ([UInt8]) -> Void) {
        output.reset()
        output.beginObject()
        output.key("event_id")
        output.string(String(decoding: batch.text(row: row, slot: EventType.idSlot), as: UTF8.self))
        if options.indicators {
            output.key("indicators")
            writer.indicators(decision, &output)
        }
        output.key("decision")
        writer.decision(decision, &output)
        output.endObject()
        output.newline()
        emit(output.bytes)
    }
}
