internal import Documents
public import Engine
public import Events

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
    private let runner: EventRunner
    private let options: Options
    private let writer: DecisionWriter
    private var output = JSONWriter(capacity: 64 * 1024)

    public init(engine: Engine, decoder: Decoder, options: Options = Options()) {
        self.engine = engine
        runner = EventRunner(engine: engine, decoder: decoder)
        self.options = options
        writer = DecisionWriter(engine)
    }

    /// Runs one event, a JSON object.
    /// - Parameter emit: receives the line for it, newline included, if there is one.
    /// - Returns: why the event was refused; nil if it was not.
    public func run(_ line: UnsafeRawBufferPointer, emit: ([UInt8]) -> Void) -> Rejection? {
        summary.events += 1
        do {
            try runner.run(line) {
                if runner.decision.isDuplicate { summary.duplicates += 1 }
                if runner.decision.isAlert { summary.alerts += 1 }
                if options.all || !runner.decision.hits.isEmpty || !runner.decision.shadowHits.isEmpty { write(emit) }
            }
            return nil
        } catch {
            summary.rejected += 1
            return error
        }
    }

    private func write(_ emit: ([UInt8]) -> Void) {
        output.reset()
        output.beginObject()
        output.key("event_id")
        output.string(runner.eventID)
        if options.indicators {
            output.key("indicators")
            writer.indicators(&output)
        }
        output.key("decision")
        writer.decision(runner.decision, &output)
        output.endObject()
        output.newline()
        emit(output.bytes)
    }
}
