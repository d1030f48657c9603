internal import Engine
internal import Events
internal import JournalSharing
internal import KafkaIO
internal import Telemetry

/// From a batch of messages to decisions: first all are decoded, then, when their journals are in place, each is decided in order.
extension Pipeline {
    /// Decodes the batch's events into rows, and takes its list entries and commands: a poll brings those before events.
    func decode(_ batch: Batch) {
        batch.removeAll()
        for index in batch.messages.indices {
            let message = batch.messages[index]
            if case .table = message.source {
                if message.topic == lists.topic { takeListEntry(message) } else { intake?.take(command: message.payload) }
                continue
            }
            let topic = Int(message.topic.index)
            guard topic < eventTypes.count, eventTypes[topic] >= 0 else { continue }
            metrics.events.increment()
            do throws(Rejection) {
                batch.arrivals.append(Batch.Arrival(message: index, row: try decode(message, eventType: eventTypes[topic], batch.rows)))
            } catch {
                batch.arrivals.append(Batch.Arrival(message: index, row: Batch.Arrival.none))
                batch.rejections.append(error)
            }
        }
    }

    private func decode(_ message: Message, eventType: Int, _ rows: EventBatch) throws(Rejection) -> Int {
        guard let payload = message.payload else { throw Rejection(.empty, "the record is a tombstone") }
        let envelope = Decoder.Envelope(
            id: message.header("ce_id"), time: message.header("ce_time"), traceparent: message.header("traceparent"), receivedMilliseconds: message.received)
        let row = try decoder.decode(payload, eventType: eventType, envelope: envelope, into: rows)
        do throws(Rejection) {
            try engine.check(rows, row: row)
        } catch {
            // It is refused whatever its journals say: they must not hear of it.
            rows.removeLast()
            throw error
        }
        rows.headers[row].origin = UInt16(truncatingIfNeeded: message.offset &+ Int64(message.partition) &* 40_503)
        return row
    }

    /// Decides the batches whose journals are in place, oldest first.
    func decideWhatIsReady(timeoutMilliseconds: Int32) throws(KafkaError) {
        while let batch = underWay.first, !delivery.mustWait {
            var degraded: String?
            if let sharing {
                switch sharing.advance(ageMilliseconds: age(of: batch), timeoutMilliseconds: timeoutMilliseconds) {
                case .ready: break
                case .waiting: return
                case .degraded: degraded = "redis_down: \(sharing.obstacle ?? "")"
                }
            }
            try decide(batch, degraded)
            coverage.decided(latestMilliseconds: latestMilliseconds)
            sharing?.journals.finish()
            underWay.removeFirst()
            spare.append(batch)
        }
    }

    /// Before partitions go, and at the end: what is under way is decided, as far as Redis lets it.
    func decideBeforeHandOver(_ partitions: [TopicPartition]) {
        let deadline = Clock.steadyNanoseconds() + Int64(Outputs.handOverMilliseconds) * 1_000_000
        do throws(KafkaError) {
            while !underWay.isEmpty && Clock.steadyNanoseconds() < deadline { try decideWhatIsReady(timeoutMilliseconds: Self.redisMilliseconds) }
            while sharing?.holdsOffsets == true && Clock.steadyNanoseconds() < deadline { try betweenBatches() }
        } catch {
            log.warning("hand-over", "\(error); the next owner decides the rest again")
        }
        for batch in underWay { batch.lose(partitions) }
        heldOffsets.removeAll { partitions.contains($0.partition) }
    }

    /// Milliseconds since the first record of a batch entered Kafka.
    private func age(of batch: Batch) -> Int64 {
        guard let first = batch.arrivals.first, let received = batch.messages[first.message].received else { return 0 }
        return Clock.nowMilliseconds() - received
    }

    private func decide(_ batch: Batch, _ redisDown: String?) throws(KafkaError) {
        // Events that are read again, or by another member, are decided for their journals only.
        var isForNobody = batch.rewinds != delivery.rewinds
        if !isForNobody {
            // While offsets of earlier events are held back, nothing behind them may be committed.
            isForNobody = try !delivery.prepare { heldOffsets.isEmpty && sharing?.holdsOffsets != true ? batch.firstOffsets : [] }
        }
        let now = Clock.nowMilliseconds()
        if shedding.note(ageMilliseconds: age(of: batch), nowMilliseconds: now) {
            log.warning("overload", shedding.reason ?? "all packages run again")
        }
        watch.begin(engine.rules)
        let degraded = redisDown ?? shedding.reason ?? intake?.degradation
        var rejected = 0
        for arrival in batch.arrivals {
            let message = batch.messages[arrival.message]
            let isSilent = isForNobody || arrival.isLost
            if arrival.row == Batch.Arrival.none {
                rejected += 1
                if !isSilent { try reject(message, batch.rejections[rejected - 1]) }
            } else {
                sharing?.journals.settle(row: arrival.row)
                try decide(message, batch.rows, arrival.row, degraded, isSilent: isSilent)
            }
            if !isSilent { batch.note(PartitionOffset(partition: message.topicPartition, offset: message.offset + 1)) }
        }
        watchRates()
        if batch.nextOffsets.isEmpty { return }
        if sharing?.holdsOffsets == true { heldOffsets += batch.nextOffsets } else { delivery.register(batch.nextOffsets) }
    }

    /// Records and decides one decoded event, and hands its outputs to the producer.
    /// - Parameter isSilent: for its journals only.
    private func decide(_ message: Message, _ rows: EventBatch, _ row: Int, _ degraded: String?, isSilent: Bool) throws(KafkaError) {
        latestMilliseconds = max(latestMilliseconds, rows.headers[row].timeMilliseconds)
        let rejection = process(rows, row)
        if isSilent { return }
        while !outputs.hasRoom { try outputs.poll(timeoutMilliseconds: 10) }
        if let rejection { return try reject(message, rejection) }
        if decision.isDuplicate { metrics.duplicates.increment() } else { watch.note(decision) }
        if !decision.errors.isEmpty { metrics.ruleErrors.increment(by: UInt64(decision.errors.count)) }
        // An event that was sent twice has had its outputs.
        if decision.isRepeat { return }
        try emission.emit(decision, rows, received: message.received, degraded: degraded)
    }

    /// Returns why the event is refused, if it is.
    private func process(_ rows: EventBatch, _ row: Int) -> Rejection? {
        do throws(Rejection) {
            try engine.process(rows, row: row, minimumPriority: shedding.minimum, into: &decision)
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

    /// What is done while no event is in hand.
    func betweenBatches() throws(KafkaError) {
        coverage.turn(latestMilliseconds: latestMilliseconds)
        guard let sharing else { return embedded.turn(engine.store, nowMilliseconds: latestMilliseconds) }
        if !sharing.isRegistered {
            do {
                try sharing.register()
            } catch {
                log.error("redis", error.message)
            }
        }
        sharing.turn(nowMilliseconds: latestMilliseconds)
        if !heldOffsets.isEmpty && !sharing.holdsOffsets {
            delivery.register(heldOffsets)
            heldOffsets.removeAll()
        }
    }
}

extension Message {
    /// When the record entered Kafka, in milliseconds since 1970; nil where it does not say.
    fileprivate var received: Int64? { timestamp.kind == .unavailable ? nil : timestamp.milliseconds }
}
