/// The event feed of an invented retail bank: customers with habits, and now and then a fraud among them.
///
///     var bank = SyntheticBank(seed: 7, startMilliseconds: 1_795_000_000_000, customers: 20_000)
///     let event = bank.next()
///
/// Events come in order of time, without end. The same arguments give the same events, byte for byte: there is no clock, no randomness of the system and
/// no I/O here. The caller plays them as fast as it likes. At 20,000 customers there are about 9,000 events in an hour of the day.
///
/// All persons, numbers and addresses are invented, and look it.
public struct SyntheticBank: Sendable {
    private var stage: Stage
    private var writer = EventWriter()
    private var streams: [Stream]
    private let stories: [FraudStory]
    private let lookAlikes: [LookAlike]
    private var storyBag: [Int] = []
    private var lookAlikeBag: [Int] = []
    private var performances: UInt32 = 0
    private var events = 0
    private var payrollIndex = 0
    private var payrollDay: Int

    /// Fewer customers would be all of them in some story.
    public static let customersMin = 200
    /// Identity numbers of more customers would repeat.
    public static let customersMax = 5_000_000

    /// All topics of the feed.
    public static let topics: [String] = EventKind.allCases.map(\.topic)

    /// - Parameters:
    ///   - startMilliseconds: time of the first events, in milliseconds since 1970.
    ///   - customers: from `customersMin` to `customersMax`; about 200 bytes each.
    ///   - storiesPerHour: frauds that begin in an hour of event time, on average. Each kind comes once before one comes again.
    ///   - lookAlikesPerHour: honest scenes that resemble fraud.
    public init(
        seed: UInt64, startMilliseconds: Int64, customers: Int = 20_000, storiesPerHour: Double = 12, lookAlikesPerHour: Double = 12,
        stories: [FraudStory] = FraudStory.all, lookAlikes: [LookAlike] = LookAlike.all
    ) {
        precondition((Self.customersMin...Self.customersMax).contains(customers), "from \(Self.customersMin) to \(Self.customersMax) customers")
        precondition(startMilliseconds >= 0, "a time after 1970")
        stage = Stage(seed: seed, startMilliseconds: startMilliseconds, customers: customers)
        self.stories = stories
        self.lookAlikes = lookAlikes
        payrollDay = Clock.day(startMilliseconds)
        let count = Double(customers)
        streams = [
            Stream(.visit, perHour: count * 4.2 / 24, rhythm: Clock.retailRhythm),
            Stream(.opening, perHour: max(6, count / 1_000), rhythm: Clock.officeRhythm),
            Stream(.verification, perHour: Double(stage.verificationsPerHour), rhythm: Clock.officeRhythm),
            Stream(.story, perHour: stories.isEmpty ? 0 : storiesPerHour, rhythm: nil),
            Stream(.lookAlike, perHour: lookAlikes.isEmpty ? 0 : lookAlikesPerHour, rhythm: Clock.retailRhythm),
        ]
        for index in streams.indices { streams[index].advance(from: startMilliseconds, &stage.random) }
        let payroll = max(startMilliseconds, Clock.startMilliseconds(ofDay: payrollDay) + Self.payrollStartMilliseconds)
        streams.append(Stream(.payroll, at: payroll))
    }

    /// The next event. O(log of what is planned). Its bytes are written over those of the event before if the caller has let go of that one, so a player
    /// that keeps nothing allocates nothing.
    public mutating func next() -> BankEvent {
        while true {
            var first = 0
            for index in 1..<streams.count where streams[index].nextTime < streams[first].nextTime { first = index }
            if stage.queue.nextTime <= streams[first].nextTime { return emit(stage.queue.pop()) }
            run(first)
        }
    }

    /// Begins a story now, beside those that come by themselves.
    /// - Returns: its performance number, as in `Truth.performance`; 0 if it is none of this bank's stories.
    @discardableResult public mutating func begin(_ story: FraudStory) -> Int {
        guard let index = stories.firstIndex(where: { $0.name == story.name }) else { return 0 }
        stage.clock = stage.earliest
        perform(index)
        return Int(performances)
    }
}

// What happens by itself.
extension SyntheticBank {
    private struct Stream: Sendable {
        enum Kind: Sendable { case visit, opening, verification, story, lookAlike, payroll }

        let kind: Kind
        let perHour: Double
        let rhythm: [Double]?
        var nextTime: Int64

        /// Rates follow the rhythm this often.
        private static let stepMilliseconds: Double = 60_000

        init(_ kind: Kind, perHour: Double = 0, rhythm: [Double]? = nil, at time: Int64 = .max) {
            self.kind = kind
            self.perHour = perHour
            self.rhythm = rhythm
            nextTime = time
        }

        /// The next arrival after `time`, of a Poisson process whose rate changes during the day: since it has no memory, a gap that is longer than a step
        /// is thrown away at the step's end and drawn anew with the rate that holds there.
        mutating func advance(from time: Int64, _ random: inout Random) {
            guard perHour > 0 else {
                nextTime = .max
                return
            }
            var now = Double(time)
            while true {
                let level = rhythm.map { Clock.level($0, Int64(now)) } ?? 1
                let gap = random.exponential() * 3_600_000 / (perHour * level)
                if gap <= Self.stepMilliseconds {
                    nextTime = Int64(now + gap)
                    return
                }
                now += Self.stepMilliseconds
            }
        }
    }

    /// Salaries arrive from ten in the morning, within three quarters of an hour.
    private static let payrollStartMilliseconds: Int64 = 10 * 3_600_000
    private static let payrollMilliseconds: Int64 = 45 * 60_000

    private mutating func run(_ index: Int) {
        let time = streams[index].nextTime
        stage.clock = time
        stage.earliest = time
        stage.tag = Tag()
        switch streams[index].kind {
        case .visit: stage.visit()
        case .opening: stage.walkIn()
        case .verification: stage.everydayVerification()
        case .story:
            if storyBag.isEmpty { storyBag = shuffled(stories.count) }
            perform(storyBag.removeLast())
        case .lookAlike:
            if lookAlikeBag.isEmpty { lookAlikeBag = shuffled(lookAlikes.count) }
            let chosen = lookAlikeBag.removeLast()
            stage.tag = Tag(scene: .lookAlike, index: UInt16(chosen))
            lookAlikes[chosen].play(&stage)
        case .payroll: return payNext(at: time, index)
        }
        streams[index].advance(from: time, &stage.random)
    }

    private mutating func perform(_ index: Int) {
        performances += 1
        stage.tag = Tag(scene: .fraud, index: UInt16(index), performance: performances)
        stories[index].play(&stage)
        stage.tag = Tag()
    }

    private mutating func shuffled(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, stage.random.below(index + 1)) }
        return order
    }

    /// Pays the next customer whose day it is, then waits a moment; after the last one until tomorrow.
    private mutating func payNext(at time: Int64, _ stream: Int) {
        let dayOfMonth = Clock.dayOfMonth(payrollDay)
        while payrollIndex < stage.customerCount {
            let index = payrollIndex
            payrollIndex += 1
            let customer = stage.customers[index]
            if customer.salaryDay == dayOfMonth && customer.persona == .employee && !customer.isDormant && !customer.isRetired {
                stage.paySalary(index)
                streams[stream].nextTime = time + 1 + Self.payrollMilliseconds * 8 / Int64(stage.customerCount)
                return
            }
        }
        payrollIndex = 0
        payrollDay += 1
        streams[stream].nextTime = Clock.startMilliseconds(ofDay: payrollDay) + Self.payrollStartMilliseconds
    }
}

// From plan to event.
extension SyntheticBank {
    private mutating func emit(_ planned: Draft) -> BankEvent {
        var draft = planned
        stage.earliest = draft.time
        let index = Int(draft.customer)
        events += 1
        let id = ShortText.eventID(events)
        var balance: Int64 = 0
        if draft.kind == .transaction { balance = book(&draft, index) }
        writer.write(draft, id: id, customer: stage.customers[max(index, 0)], party: partyText(draft.party), balanceMinorUnits: balance)
        let event = BankEvent(
            topic: draft.kind.topic, key: key(draft, stage.customers[max(index, 0)]), timeMilliseconds: draft.time, json: writer.bytes, eventID: id.string,
            eventType: draft.kind.name, truth: truth(draft.tag), lookAlike: draft.tag.scene == .lookAlike ? lookAlikes[Int(draft.tag.index)].name : nil)
        if draft.kind == .transaction && draft.status == .success { stage.customers[index].lastActiveAtMilliseconds = draft.time }
        return event
    }

    /// Moves the money. What the balance does not cover fails; what goes to another customer arrives a moment later.
    /// - Returns: the balance after it.
    private mutating func book(_ draft: inout Draft, _ index: Int) -> Int64 {
        let balance = stage.customers[index].balanceMinorUnits
        if draft.status == .failed { return balance }
        if draft.direction == .in {
            stage.customers[index].balanceMinorUnits += draft.amountMinorUnits
            return balance + draft.amountMinorUnits
        }
        if draft.amountMinorUnits > balance {
            draft.status = .failed
            return balance
        }
        stage.customers[index].balanceMinorUnits -= draft.amountMinorUnits
        if case .customer(let receiver) = draft.party {
            var credit = Draft(.transaction, at: draft.time + Int64(stage.random.within(120...900)), tag: draft.tag)
            credit.customer = Int32(receiver)
            credit.amountMinorUnits = draft.amountMinorUnits
            credit.direction = .in
            credit.transactionType = draft.transactionType
            credit.channel = draft.channel
            credit.party = .customer(index)
            stage.plan(credit)
        }
        return balance - draft.amountMinorUnits
    }

    private func partyText(_ party: Party) -> ShortText {
        switch party {
        case .none: ShortText()
        case .customer(let index): .account(stage.customers[index].number)
        case .outside(let number): .outsideAccount(number)
        case .merchant(let number): .merchant(number)
        case .employer(let number): .employer(number)
        }
    }

    private func key(_ draft: Draft, _ customer: borrowing Customer) -> String {
        switch draft.kind {
        case .transaction, .accountChange: ShortText.account(draft.account != 0 ? draft.account : customer.number).string
        case .accountOpening, .login: ShortText.customer(customer.number).string
        case .deviceRisk: ShortText.device(draft.device).string
        case .verification: ShortText.bank(Int(draft.issuingBank)).string
        }
    }

    private func truth(_ tag: Tag) -> Truth? {
        guard tag.scene == .fraud else { return nil }
        let story = stories[Int(tag.index)]
        return Truth(point: story.point, text: story.text, rules: story.rules, performance: Int(tag.performance))
    }
}
