/// A customer of the bank and their habits.
struct Customer: Sendable {
    enum Persona: UInt8, Sendable { case employee, student, elder, freelancer, merchant }

    /// Identifies the customer, their main account and their identity.
    var number: Int
    var persona: Persona
    var accountClass: AccountClass
    var city: Int
    var home: Place
    var work: Place
    var device: UInt64
    /// A tablet or an old phone, 0 for none.
    var secondDevice: UInt64
    var homeAddress: UInt32
    var workAddress: UInt32
    var phone: Int
    /// yyyymmdd
    var birthDate: Int
    var salaryDay: Int
    var salaryMinorUnits: Int64
    var balanceMinorUnits: Int64
    var openedAtMilliseconds: Int64
    /// 0 for never.
    var lastActiveAtMilliseconds: Int64
    var household: Int
    var isNightOwl: Bool
    /// The phone is rooted, for games or out of curiosity, and the SDK says so at every login.
    var isRooted: Bool
    /// No events of their own in daily life.
    var isDormant: Bool
    /// Taken by a story; leads no daily life any more.
    var isRetired: Bool

    static let millisecondsPerDay: Int64 = 86_400_000
}

/// Access to the bank: what a channel knows about the one who asks.
struct Access: Sendable {
    var channel: Channel
    var device: UInt64 = 0
    /// The network card of a computer, 0 for none.
    var mac: UInt64 = 0
    var address: UInt32 = 0
    /// Index of the city that the address belongs to.
    var city: Int = 0
    var place: Place?
}

extension Customer {
    /// - Parameters:
    ///   - number: below 10 million, so that identity numbers differ.
    ///   - merchants: the customers with a number below are merchants.
    ///   - offices: in each city; those who work in one share its address.
    static func make(_ number: Int, startMilliseconds: Int64, merchants: Int, offices: Int, _ random: inout Random) -> Customer {
        let household = number / 4
        // A household shares its city and its home; so its numbers come from a generator of its own.
        var shared = Random(seed: UInt64(household) &* 0x2545_F491_4F6C_DD1D &+ 99)
        let city = shared.chance(0.55) ? 0 : 1 + shared.below(Geography.domesticCount - 1)
        let home = shared.place(near: city)
        let persona: Persona
        switch random.unit() {
        case ..<0.55: persona = .employee
        case ..<0.70: persona = .student
        case ..<0.85: persona = .elder
        default: persona = .freelancer
        }
        let actual = number < merchants ? .merchant : persona
        let office = random.below(offices)
        let year: Int
        switch actual {
        case .student: year = random.within(2001...2007)
        case .elder: year = random.within(1946...1962)
        default: year = random.within(1963...2000)
        }
        let isDormant = actual != .merchant && random.chance(0.02)
        let idleDays = isDormant ? random.within(200...900) : random.below(12)
        let ageDays = idleDays + random.within(60...4_000)
        return Customer(
            number: number, persona: actual, accountClass: random.chance(0.6) ? .one : random.chance(0.8) ? .two : .three, city: city,
            home: home, work: random.place(near: city), device: deviceNumber(number, 1), secondDevice: random.chance(0.12) ? deviceNumber(number, 2) : 0,
            homeAddress: 10 << 24 | UInt32(truncatingIfNeeded: household &* 40_503) & 0x7F_FFFF,
            workAddress: 10 << 24 | 0x80_0000 | UInt32(city * offices + office), phone: phoneNumber(number),
            birthDate: year * 10_000 + random.within(1...12) * 100 + random.within(1...28), salaryDay: random.element(of: [5, 10, 15, 20, 25, 28]),
            salaryMinorUnits: Int64(random.within(38...260)) * 10_000, balanceMinorUnits: Int64(random.within(20...2_000)) * 5_000,
            openedAtMilliseconds: startMilliseconds - Int64(ageDays) * millisecondsPerDay,
            lastActiveAtMilliseconds: startMilliseconds - Int64(idleDays) * millisecondsPerDay - Int64(random.below(86_400_000)), household: household,
            isNightOwl: random.chance(0.1), isRooted: random.chance(0.008), isDormant: isDormant, isRetired: false)
    }

    static func deviceNumber(_ number: Int, _ which: Int) -> UInt64 {
        var state = UInt64(number) &* 8 &+ UInt64(which)
        return Random.splitmix(&state) >> 24 | 1
    }

    /// Neighbours have numbers far apart; two customers never share one, 48,271 being prime.
    static func phoneNumber(_ number: Int) -> Int { 154_0000_0000 + (number * 48_271 + 31_415_926) % 100_000_000 }
}

extension Random {
    /// Somewhere within about ten kilometres of a city's centre.
    mutating func place(near city: Int) -> Place {
        let centre = Geography.cities[city].centre
        return Place(latitude: centre.latitude + Int32(within(-9_000...9_000)), longitude: centre.longitude + Int32(within(-9_000...9_000)))
    }
}
