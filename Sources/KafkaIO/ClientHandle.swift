internal import CRdKafka

/// The single owner of a librdkafka client. Whatever holds one of its queues, messages or topics keeps this alive.
///
/// `@unchecked Sendable`: librdkafka's client is thread-safe; what is mutable here belongs to the polling thread, and is
/// otherwise read by the last owner only.
@safe final class ClientHandle: @unchecked Sendable {
    enum Kind { case consumer, producer }

    let pointer: OpaquePointer
    let context: ClientContext
    /// Set while the client's group has been joined but never assigned: librdkafka 2.0.2 then aborts the process when the client
    /// is destroyed (its issue 4312, cooperative-sticky). Such a client is left behind instead, which happens at most once
    /// per consumer, when it stops while it starts.
    var mustNotBeDestroyed = false

    /// Defaults first, then the caller's properties, so that any of them can be overridden.
    init(
        _ kind: Kind, defaults: [(name: String, value: String)], properties: [(name: String, value: String)],
        context: ClientContext
    ) throws(ConfigurationError) {
        let configuration = unsafe rd_kafka_conf_new()!
        do throws(ConfigurationError) {
            for (name, value) in defaults + properties {
                try unsafe ClientHandle.set(configuration, name, value)
            }
        } catch {
            unsafe rd_kafka_conf_destroy(configuration)
            throw error
        }
        unsafe ClientHandle.installCallbacks(configuration, kind, context)
        var reason = [CChar](repeating: 0, count: ClientHandle.reasonBytesMax)
        let type = kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        // SAFETY: on success the client owns the configuration, on failure we still do; but librdkafka 2.0.2 has freed its interceptors then, and freeing
        // the rest would free them again. So a consumer's is left behind, which happens once or twice before a process gives up.
        guard let created = unsafe rd_kafka_new(type, configuration, &reason, reason.count) else {
            if kind == .producer { unsafe rd_kafka_conf_destroy(configuration) }
            throw .rejected(reason: ClientHandle.text(reason))
        }
        unsafe pointer = created
        self.context = context
    }

    deinit {
        if mustNotBeDestroyed {
            // Its threads go on until the process ends, and may still log.
            unsafe _ = Unmanaged.passRetained(context)
            return
        }
        // Whoever wants to leave the group closes first; here nothing may call back into owners that are gone.
        // SAFETY: this is the last reference; queues, messages and topics that hold the client hold this object too.
        unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// The error that made the client unusable, if any.
    var fatalError: KafkaError? { unsafe ClientHandle.fatalError(of: pointer) }

    @unsafe private static func fatalError(of client: OpaquePointer) -> KafkaError? {
        var reason = [CChar](repeating: 0, count: ClientHandle.reasonBytesMax)
        let code = unsafe rd_kafka_fatal_error(client, &reason, reason.count)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        return KafkaError("go on", code: code, reason: ClientHandle.text(reason))
    }

    /// librdkafka's own examples use this length for its reasons.
    private static let reasonBytesMax = 512

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @unsafe private static func set(_ configuration: OpaquePointer, _ name: String, _ value: String) throws(ConfigurationError) {
        var reason = [CChar](repeating: 0, count: reasonBytesMax)
        // SAFETY: librdkafka copies name and value.
        let result = unsafe rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        if result != RD_KAFKA_CONF_OK { throw .property(name: name, value: value, reason: text(reason)) }
    }

    /// SAFETY: the context outlives the client: the handle owns both and destroys the client first.
    @unsafe private static func installCallbacks(_ configuration: OpaquePointer, _ kind: Kind, _ context: ClientContext) {
        unsafe rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(context).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(configuration) { client, level, facility, message in
            guard let client = unsafe client, let opaque = unsafe rd_kafka_opaque(client),
                let log = unsafe ClientContext.from(opaque).log
            else { return }
            let line = unsafe LogLine(
                level: LogLevel(rawValue: level) ?? .debug, facility: facility.map { unsafe String(cString: $0) } ?? "",
                message: message.map { unsafe String(cString: $0) } ?? "")
            log(line)
        }
        if context.onConnectionEvent != nil {
            unsafe rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
                // SAFETY: librdkafka's text is NUL-terminated and copied.
                let text = unsafe reason.map { unsafe String(cString: $0) } ?? ""
                let event =
                    unsafe code == RD_KAFKA_RESP_ERR__FATAL.rawValue
                    ? ConnectionEvent.fatal(ClientHandle.fatalError(of: client!)!)
                    : ConnectionEvent(code: rd_kafka_resp_err_t(code), reason: text)
                unsafe ClientContext.from(opaque).onConnectionEvent?(event)
            }
        }
        switch kind {
        case .producer:
            if context.onDelivery != nil {
                unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
                    unsafe ClientContext.from(opaque).onDelivery?(DeliveryReport(message!))
                }
            }
        case .consumer:
            unsafe context.groupActivity.install(in: configuration)
            unsafe rd_kafka_conf_set_rebalance_cb(configuration) { _, code, list, opaque in
                unsafe ClientContext.from(opaque).rebalancer?.rebalance(code, PartitionListView(list))
            }
            unsafe rd_kafka_conf_set_offset_commit_cb(configuration) { _, code, list, opaque in
                unsafe ClientContext.from(opaque).rebalancer?.commitFinished(code, PartitionListView(list))
            }
        }
    }
}
