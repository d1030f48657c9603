// What honest customers do on an ordinary day.
extension Stage {
    /// One visit of one customer: a purchase, a transfer, a look at the balance.
    mutating func visit() {
        guard let index = visitor() else { return }
        if customers[index].persona == .merchant && Clock.hour(clock) >= 18 && random.chance(0.6) { return settle(index) }
        if customers[index].balanceMinorUnits < 20_000 { return receive(index, yuan(300...3_000), from: outsider()) }
        switch random.unit() {
        case ..<0.55: buy(index)
        case ..<0.72: bankByPhone(index)
        case ..<0.85: lookAtBalance(index)
        case ..<0.90: withdraw(index, Int64(random.within(1...20)) * 10_000, at: near(customers[index].home), city: customers[index].city)
        case ..<0.93: receive(index, yuan(20...2_500), from: outsider())
        case ..<0.96: shopOnline(index)
        case ..<0.985: friends(index)
        default: lookAfterAccount(index)
        }
    }

    /// Whoever comes by at this hour; at night mostly those who are up late.
    private mutating func visitor() -> Int? {
        let hour = Clock.hour(clock)
        for _ in 0..<8 {
            let index = random.below(customerCount)
            if customers[index].isRetired || customers[index].isDormant { continue }
            if hour < 6 && !customers[index].isNightOwl && random.chance(0.85) { continue }
            return index
        }
        return nil
    }

    private mutating func buy(_ index: Int) {
        let amount: Int64
        switch random.unit() {
        case ..<0.40: amount = Int64(random.within(800...6_800))
        case ..<0.70: amount = Int64(random.within(15...260)) * 100 + Int64(random.below(10)) * 10
        case ..<0.85: amount = Int64(random.within(2...30)) * 100
        case ..<0.97: amount = yuan(80...900)
        default: amount = yuan(500...6_500)
        }
        pay(index, amount, merchant: favouriteMerchant(index), ownAccess(index, random.chance(0.85) ? .quickpay : .pos))
    }

    /// People return to the same few shops; a third of the shops have their account here.
    private mutating func favouriteMerchant(_ index: Int) -> Int {
        let choice = UInt64(index) &* 31 &+ UInt64(random.below(6))
        var state = choice
        let hash = Int(truncatingIfNeeded: Random.splitmix(&state) >> 1)
        return hash % 3 == 0 ? hash / 3 % merchantCount : merchantCount + hash / 3 % Self.merchantsOutside
    }

    private mutating func bankByPhone(_ index: Int) {
        let access = ownAccess(index)
        if random.chance(0.04) {
            login(index, access, status: .failed)
            wait(seconds: 5...20)
        }
        login(index, access)
        wait(seconds: 15...90)
        let transfers = random.chance(0.15) ? 2 : 1
        for _ in 0..<transfers {
            let amount: Int64
            switch random.unit() {
            case ..<0.55: amount = yuan(20...800)
            case ..<0.90: amount = yuan(800...6_000)
            case ..<0.99: amount = yuan(6_000...20_000)
            default: amount = yuan(20_000...60_000)
            }
            transfer(index, amount, to: payee(index), access, status: random.chance(0.01) ? .failed : .success)
            wait(seconds: 20...120)
        }
    }

    /// Family first, then a few regular payees, now and then somebody new.
    private mutating func payee(_ index: Int) -> Party {
        let relative = index / 4 * 4 + random.below(4)
        if random.chance(0.35) && relative != index && relative < customerCount { return .customer(relative) }
        if random.chance(0.85) { return .outside(index * 16 + random.below(5)) }
        return outsider()
    }

    private mutating func lookAtBalance(_ index: Int) { login(index, ownAccess(index), status: random.chance(0.03) ? .failed : .success) }

    private mutating func shopOnline(_ index: Int) {
        pay(index, yuan(30...1_200), merchant: merchantCount + random.below(Self.merchantsOutside), ownAccess(index))
        if random.chance(0.1) {
            wait(minutes: 30...600)
            receive(index, yuan(30...400), from: .merchant(merchantCount + random.below(Self.merchantsOutside)), .refund)
        }
    }

    /// Splitting a bill: a few friends pay their share.
    private mutating func friends(_ index: Int) {
        let share = yuan(25...180)
        for friend in 0..<random.within(2...4) {
            receive(index, share, from: .outside(index * 16 + friend))
            wait(seconds: 30...600)
        }
    }

    private mutating func lookAfterAccount(_ index: Int) {
        let access = ownAccess(index)
        login(index, access)
        wait(seconds: 20...60)
        change(index, random.chance(0.5) ? .password : random.chance(0.5) ? .limit : random.chance(0.6) ? .signUp : .boundCard, access)
    }

    /// A merchant pays a supplier out of the day's takings.
    private mutating func settle(_ index: Int) {
        let balance = customers[index].balanceMinorUnits
        guard balance > 100_000 else { return }
        let access = ownAccess(index)
        login(index, access)
        wait(seconds: 20...60)
        transfer(index, balance / 10_000 * Int64(random.within(30...60)), to: .outside(index * 16 + 15), access)
    }

    /// Somebody opens an account and tries it out.
    mutating func walkIn() {
        let person = newcomer()
        let atCounter = random.chance(0.4)
        let branch = atCounter || random.chance(0.3) ? 1 + random.below(branches) : 0
        var access = ownAccess(person)
        // At the counter no device of the customer takes part.
        if atCounter { access = Access(channel: .counter, city: customers[person].city, place: access.place) }
        open(person, access, branch: branch, status: random.chance(0.95) ? .success : .failed)
        wait(minutes: 5...40)
        let phone = ownAccess(person)
        login(person, phone)
        wait(seconds: 30...200)
        receive(person, yuan(100...3_000), from: .outside(customers[person].number * 16))
        wait(minutes: 10...180)
        pay(person, yuan(10...90), merchant: favouriteMerchant(person), ownAccess(person, .quickpay))
    }

    /// Cards are verified all day: other banks ask about this bank's customers, and this bank asks others.
    mutating func everydayVerification() {
        let other = 1 + random.below(Self.banks - 1)
        let status: Status = random.chance(0.93) ? .success : .failed
        if random.chance(0.9) {
            verifyStranger(requesting: 0, issuing: other, status: status)
        } else {
            let customer = random.below(customerCount)
            verify(customer, card: customers[customer].number, requesting: other, issuing: 0, .mobile, status: status)
        }
    }

    mutating func paySalary(_ index: Int) {
        receive(index, customers[index].salaryMinorUnits, from: .employer(customers[index].city * 1_000 + index % 97), .salary)
    }
}
