/// An event that is planned. It becomes JSON only when its time has come, since balances depend on what happened until then.
struct Draft: Sendable {
    var time: Int64
    var kind: EventKind
    var tag: Tag
    /// Index of the customer, -1 where a verification is about somebody who is none.
    var customer: Int32 = -1
    /// Who a verification or an opening is about.
    var person = Person(number: 0, birthDate: 0)
    /// Another account than the customer's main one, 0 for the main one.
    var account = 0
    var amountMinorUnits: Int64 = 0
    var direction = Direction.out
    var transactionType = TransactionType.transfer
    var status = Status.success
    var channel = Channel.mobile
    var party = Party.none
    var accountClass = AccountClass.two
    var device: UInt64 = 0
    var mac: UInt64 = 0
    var address: UInt32 = 0
    var city: UInt8 = 0
    var place: Place?
    var phone = 0
    var change = ChangeKind.signUp
    var risk = DeviceRiskKind.root
    var severity: UInt8 = 1
    var requestingBank: UInt16 = 0
    var issuingBank: UInt16 = 0
    var branch: UInt16 = 0
    /// A card at the issuing bank, 0 for none.
    var card = 0

    init(_ kind: EventKind, at time: Int64, tag: Tag) {
        self.time = time
        self.kind = kind
        self.tag = tag
    }
}

/// What identifies somebody in real life.
struct Person: Sendable {
    /// Below 10 million, so that identity numbers differ.
    var number: Int
    /// yyyymmdd
    var birthDate: Int
}

/// Which scene a draft belongs to.
struct Tag: Sendable {
    enum Scene: Sendable { case dailyLife, fraud, lookAlike }

    var scene = Scene.dailyLife
    /// Index among the fraud stories or the look-alikes.
    var index: UInt16 = 0
    var performance: UInt32 = 0
}
