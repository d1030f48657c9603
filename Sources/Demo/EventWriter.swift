internal import Documents

/// Turns drafts into the JSON of the feed. Field names are those of rules/schema.yaml.
struct EventWriter: Sendable {
    private var writer = JSONWriter(capacity: 1024)

    var bytes: [UInt8] { writer.bytes }

    /// - Parameters:
    ///   - customer: whose event it is, as they were before it.
    ///   - party: the other side's account as text.
    ///   - balanceMinorUnits: after the event.
    mutating func write(_ draft: Draft, id: ShortText, customer: borrowing Customer, party: ShortText, balanceMinorUnits: Int64) {
        writer.reset()
        writer.beginObject()
        text("event_id", id)
        writer.key("event_time")
        writer.int(draft.time)
        // The topic says it already; a file that mixes types needs it.
        word("event_type", draft.kind.name)
        switch draft.kind {
        case .transaction: writeTransaction(draft, customer, party, balanceMinorUnits)
        case .accountOpening: writeOpening(draft, customer)
        case .login:
            writeOwner(draft, customer)
            word("status", draft.status.name)
            writeAccess(draft)
        case .accountChange:
            writeOwner(draft, customer)
            writer.key("opened_at")
            writer.int(customer.openedAtMilliseconds)
            word("change_type", draft.change.name)
            word("status", draft.status.name)
            text("phone", .phone(draft.phone))
            writeAccess(draft)
        case .deviceRisk:
            text("device_id", .device(draft.device))
            if draft.customer >= 0 { text("customer_id", .customer(customer.number)) }
            word("risk_type", draft.risk.name)
            writer.key("severity")
            writer.int(Int64(draft.severity))
            if draft.address != 0 { text("ip", .address(draft.address)) }
        case .verification: writeVerification(draft)
        }
        writer.endObject()
    }

    private mutating func writeTransaction(_ draft: Draft, _ customer: borrowing Customer, _ party: ShortText, _ balanceMinorUnits: Int64) {
        writeOwner(draft, customer)
        word("account_class", customer.accountClass.name)
        writer.key("opened_at")
        writer.int(customer.openedAtMilliseconds)
        if customer.lastActiveAtMilliseconds != 0 {
            writer.key("last_active_at")
            writer.int(customer.lastActiveAtMilliseconds)
        }
        word("transaction_type", draft.transactionType.name)
        word("direction", draft.direction.name)
        writer.key("amount")
        writer.decimal(minorUnits: draft.amountMinorUnits, scale: 2)
        writer.key("balance_after")
        writer.decimal(minorUnits: balanceMinorUnits, scale: 2)
        word("status", draft.status.name)
        if party.count > 0 { text("counterparty", party) }
        if draft.device != 0 { text("phone", .phone(draft.phone)) }
        writeAccess(draft)
    }

    private mutating func writeOpening(_ draft: Draft, _ customer: borrowing Customer) {
        writeOwner(draft, customer)
        word("account_class", draft.accountClass.name)
        text("identity", .identity(draft.person.number, birthDate: draft.person.birthDate))
        writer.key("birth_year")
        writer.int(Int64(draft.person.birthDate / 10_000))
        text("phone", .phone(draft.phone))
        text("bound_card", .outsideAccount(draft.card))
        text("bound_bank", .bank(Int(draft.issuingBank)))
        if draft.branch != 0 { text("branch", .branch(Int(draft.branch))) }
        word("status", draft.status.name)
        writeAccess(draft)
    }

    private mutating func writeVerification(_ draft: Draft) {
        text("requesting_bank", .bank(Int(draft.requestingBank)))
        text("issuing_bank", .bank(Int(draft.issuingBank)))
        text("identity", .identity(draft.person.number, birthDate: draft.person.birthDate))
        text("phone", .phone(draft.phone))
        text("bound_card", .outsideAccount(draft.card))
        word("status", draft.status.name)
        word("channel", draft.channel.name)
    }

    private mutating func writeOwner(_ draft: Draft, _ customer: borrowing Customer) {
        text("account_id", .account(draft.account != 0 ? draft.account : customer.number))
        text("customer_id", .customer(customer.number))
    }

    private mutating func writeAccess(_ draft: Draft) {
        word("channel", draft.channel.name)
        if draft.device != 0 { text("device_id", .device(draft.device)) }
        if draft.mac != 0 && (draft.kind == .transaction || draft.kind == .login) { text("mac", .mac(draft.mac)) }
        if draft.address != 0 {
            text("ip", .address(draft.address))
            word("ip_region", Geography.cities[Int(draft.city)].region)
        }
        if let place = draft.place {
            writer.key("lat")
            writer.decimal(minorUnits: Int64(place.latitude), scale: 5)
            writer.key("lon")
            writer.decimal(minorUnits: Int64(place.longitude), scale: 5)
        }
    }

    private mutating func text(_ key: String, _ value: ShortText) {
        writer.key(key)
        writer.string(value.bytes.span.extracting(0..<value.count))
    }

    private mutating func word(_ key: String, _ value: String) {
        writer.key(key)
        writer.string(value)
    }
}
