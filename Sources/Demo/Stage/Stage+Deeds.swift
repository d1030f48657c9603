// What people do. Each plans events at the clock and leaves the clock where it was.
extension Stage {
    private func draft(_ kind: EventKind, _ customer: Int, _ access: Access?) -> Draft {
        var draft = Draft(kind, at: clock, tag: tag)
        draft.customer = Int32(customer)
        if customer >= 0 {
            draft.phone = customers[customer].phone
            draft.person = Person(number: customers[customer].number, birthDate: customers[customer].birthDate)
        }
        guard let access else { return draft }
        draft.channel = access.channel
        draft.device = access.device
        draft.mac = access.mac
        draft.address = access.address
        draft.city = UInt8(access.city)
        draft.place = access.place
        return draft
    }

    /// A rooted phone reports itself at each login.
    mutating func login(_ customer: Int, _ access: Access, status: Status = .success) {
        var login = draft(.login, customer, access)
        login.status = status
        plan(login)
        if customers[customer].isRooted && access.device == customers[customer].device {
            deviceRisk(customer, access, random.chance(0.7) ? .root : .multiOpen, severity: 1)
        }
    }

    mutating func transfer(_ customer: Int, _ amountMinorUnits: Int64, to party: Party, _ access: Access, status: Status = .success, account: Int = 0) {
        var transfer = draft(.transaction, customer, access)
        transfer.amountMinorUnits = amountMinorUnits
        transfer.party = party
        transfer.status = status
        transfer.account = account
        plan(transfer)
    }

    /// Money comes in; where it was sent from, this bank does not know.
    mutating func receive(_ customer: Int, _ amountMinorUnits: Int64, from party: Party, _ type: TransactionType = .transfer) {
        var credit = draft(.transaction, customer, nil)
        credit.channel = .web
        credit.amountMinorUnits = amountMinorUnits
        credit.direction = .in
        credit.transactionType = type
        credit.party = party
        plan(credit)
    }

    mutating func pay(_ customer: Int, _ amountMinorUnits: Int64, merchant: Int, _ access: Access) {
        var payment = draft(.transaction, customer, access)
        payment.amountMinorUnits = amountMinorUnits
        payment.transactionType = .payment
        payment.party = merchant < merchantCount ? .customer(merchant) : .merchant(merchant)
        plan(payment)
    }

    mutating func withdraw(_ customer: Int, _ amountMinorUnits: Int64, at place: Place, city: Int) {
        var withdrawal = draft(.transaction, customer, Access(channel: .atm, city: city, place: place))
        withdrawal.amountMinorUnits = amountMinorUnits
        withdrawal.transactionType = .withdrawal
        plan(withdrawal)
    }

    mutating func change(_ customer: Int, _ kind: ChangeKind, _ access: Access, status: Status = .success, newPhone: Int = 0, account: Int = 0) {
        var change = draft(.accountChange, customer, access)
        change.change = kind
        change.account = account
        change.status = status
        if newPhone != 0 { change.phone = newPhone }
        plan(change)
    }

    mutating func deviceRisk(_ customer: Int, _ access: Access, _ kind: DeviceRiskKind, severity: UInt8) {
        var risk = draft(.deviceRisk, customer, access)
        risk.risk = kind
        risk.severity = severity
        plan(risk)
    }

    /// An opening, with the verification of the card that it is bound to shortly before.
    mutating func open(
        _ customer: Int, _ access: Access, account: Int = 0, phone: Int = 0, card: Int = 0, bank: Int = 0, branch: Int = 0, status: Status = .success
    ) {
        let issuer = bank == 0 ? 1 + random.below(Self.banks - 1) : bank
        let number = card == 0 ? ownCard(customer) : card
        verify(customer, card: number, requesting: 0, issuing: issuer, access.channel, status: status, secondsBefore: 8, phone: phone)
        var opening = draft(.accountOpening, customer, access)
        opening.account = account
        opening.accountClass = access.channel == .counter ? .one : random.chance(0.8) ? .two : .three
        opening.card = number
        opening.issuingBank = UInt16(issuer)
        opening.branch = UInt16(branch)
        opening.status = status
        if phone != 0 { opening.phone = phone }
        plan(opening)
    }

    /// One bank asks another about a card of somebody who is no customer here.
    /// - Parameter phone: the one that is given, 0 for the person's own.
    mutating func verifyStranger(requesting: Int, issuing: Int, status: Status, phone: Int = 0) {
        let number = random.within(6_000_000...9_999_999)
        var verification = draft(.verification, -1, nil)
        verification.person = Person(number: number, birthDate: random.within(1956...2006) * 10_000 + random.within(1...12) * 100 + random.within(1...28))
        verification.phone = phone != 0 ? phone : Customer.phoneNumber(number)
        verification.card = 70_000_000 + number
        verification.requestingBank = UInt16(requesting)
        verification.issuingBank = UInt16(issuing)
        verification.status = status
        plan(verification)
    }

    /// One bank asks another whether a card belongs to a customer. Bank 0 is this one.
    mutating func verify(
        _ customer: Int, card: Int, requesting: Int, issuing: Int, _ channel: Channel, status: Status, secondsBefore: Int64 = 0, phone: Int = 0
    ) {
        var verification = draft(.verification, customer, nil)
        verification.time = max(clock - secondsBefore * 1_000, earliest)
        verification.channel = channel
        verification.card = card
        verification.requestingBank = UInt16(requesting)
        verification.issuingBank = UInt16(issuing)
        verification.status = status
        if phone != 0 { verification.phone = phone }
        plan(verification)
    }

    /// The customer's card at another bank.
    func ownCard(_ customer: Int) -> Int { 50_000_000 + customers[customer].number }
}
