internal import Engine
internal import Events
internal import KafkaIO
internal import Telemetry

/// From a batch of messages to decisions: first all are decoded, then each is decided in order.
extension Pipeline {
    /// A message of the batch that holds an event, or should.
    struct Arrival {
        /// Its place in the batch of messages.
        var message: Int
        /// Its place in the batch of rows; ``none`` where it was refused.
        var row: Int

        static let none = -1
    }

    func decideBatch() throws(KafkaError) {
        decodeBatch()
        if arrivals.isEmpty { return }
        guard try delivery.prepare() else { return }
        nextOffsets.removeAll(keepingCapacity: true)
        var rejected = 0
        for arrival in arrivals {
            let message = messages[arrival.message]
            while !outputs.hasRoom { try outputs.poll(timeoutMilliseconds: 10) }
            if arrival.row == Arrival.none {
                try reject(message, rejections[rejected])
                rejected += 1
            } else {
                try decide(message, row: arrival.row)
            }
            note(PartitionOffset(partition: message.topicPartition, offset: message.offset + 1))
        }
        delivery.register(nextOffsets)
    }

    /// Decodes the batch's events into rows, and takes its list entries: a poll brings those before events.
    private func decodeBatch() {
        rows.removeAll()
        arrivals.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
        for index in messages.indices {
            let message = messages[index]
            if case .table = message.source {
                takeListEntry(message)
                continue
            }
            let topic = Int(message.topic.index)
            guard topic < eventTypes.count, eventTypes[topic] >= 0 else { continue }
            metrics.events.increment()
            do throws(Rejection) {
                arrivals.append(Arrival(message: index, row: try decode(message, eventType: eventTypes[topic])))
            } catch {
                arrivals.append(Arrival(message: index, row: Arrival.none))
                rejections.append(error)
            }
        }
    }

    private func decode(_ message: Message, eventType: Int) throws(Rejection) -> Int {
        guard let payload = message.payload else { throw Rejection(.empty, "the record is a tombstone") }
        let envelope = Decoder.Envelope(
            id: message.header("ce_id"), time: message.header("ce_time"), traceparent: message.header("traceparent"), receivedMilliseconds: message.received)
        return try decoder.decode(payload, eventType: eventType, envelope: envelope, into: rows)
    }

    /// Records and decides one decoded event, and hands its outputs to the producer.
    private func decide(_ message: Message, row: Int) throws(KafkaError) {
        if let rejection = process(row) { return try reject(message, rejection) }
        if decision.isDuplicate { metrics.duplicates.increment() }
        if !decision.errors.isEmpty { metrics.ruleErrors.increment(by: UInt64(decision.errors.count)) }
        try emission.emit(decision, rows, received: message.received)
    }

    /// Returns why the event is refused, if it is.
    private func process(_ row: Int) -> Rejection? {
        do throws(Rejection) {
            try engine.process(rows, row: row, into: &decision)
            return nil
        } catch {
            return error
        }
    }

    private func reject(_ message: Message, _ rejection: Rejection) throws(KafkaError) {
        metrics.rejected(rejection.reason)
        log.warning(
            "rejected-" + rejection.reason.rawValue, "event refused: \(rejection)",
            ["topic": .string(message.topic.name), "partition": .number(message.partition), "offset": .number(message.offset)])
        try outputs.deadLetter(message, rejection)
    }

    /// Of each partition the latest offset counts; batches hold few partitions.
    private func note(_ offset: PartitionOffset) {
        for index in nextOffsets.indices where nextOffsets[index].partition == offset.partition {
            nextOffsets[index] = offset
            return
        }
        nextOffsets.append(offset)
    }
}

extension Message {
    /// When the record entered Kafka, in milliseconds since 1970; nil where it does not say.
    fileprivate var received: Int64? { timestamp.kind == .unavailable ? nil : timestamp.milliseconds }
}
