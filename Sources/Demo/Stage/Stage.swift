/// Where scenes are played: the bank's customers, and a plan of what will happen. A scene moves the clock forward and says what its people do; nothing
/// becomes an event before its time.
struct Stage: Sendable {
    var random: Random
    /// The bank's customers, then newcomers, whose places are used again after `newcomersMax`.
    var customers: [Customer]
    let customerCount: Int
    /// The first so many customers are merchants with an account here.
    let merchantCount: Int
    var queue = DraftQueue()
    /// Time of what is planned next.
    var clock: Int64
    /// Time of the last event; nothing can be planned before it.
    var earliest: Int64
    var tag = Tag()
    private var nextNumber: Int
    private var nextNewcomer = 0
    private var retiredCount = 0

    static let banks = 12
    /// A bank grows in all of its parts: so many people share a branch, an office's address and an address of the mobile networks, however many there are.
    let branches: Int
    let offices: Int
    let carrierAddresses: Int
    /// Verifications in an average hour, of all banks together.
    let verificationsPerHour: Int
    /// Newcomers that are remembered at once; a story is over long before so many more have come.
    static let newcomersMax = 65_536
    /// Merchants without an account here, by number, follow those with one.
    static let merchantsOutside = 2_000

    init(seed: UInt64, startMilliseconds: Int64, customers count: Int) {
        random = Random(seed: seed)
        customerCount = count
        merchantCount = max(4, count / 100)
        branches = max(60, count / 1_000)
        offices = max(200, count / 200)
        carrierAddresses = max(64, count / 300)
        verificationsPerHour = max(300, count / 40)
        clock = startMilliseconds
        earliest = startMilliseconds
        nextNumber = count
        customers = []
        customers.reserveCapacity(count)
        for number in 0..<count { customers.append(.make(number, startMilliseconds: startMilliseconds, merchants: merchantCount, offices: offices, &random)) }
    }

    mutating func plan(_ draft: Draft) { queue.push(draft) }

    // MARK: Time and money

    mutating func wait(minutes: ClosedRange<Int>) { wait(seconds: minutes.lowerBound * 60...minutes.upperBound * 60) }

    mutating func wait(seconds: ClosedRange<Int>) { clock += Int64(random.within(seconds.lowerBound * 1_000...seconds.upperBound * 1_000)) }

    mutating func wait(milliseconds: Int) { clock += Int64(random.within(milliseconds / 2...milliseconds * 3 / 2)) }

    /// Until between one and half past three in the night, the next one that begins.
    mutating func waitUntilBeforeDawn() {
        let nightMilliseconds = Int64(random.within(3_600_000...12_600_000))
        let today = Clock.startMilliseconds(ofDay: Clock.day(clock)) + nightMilliseconds
        clock = today > clock ? today : today + Customer.millisecondsPerDay
    }

    /// An amount in minor units, of whole yuan or in tens or hundreds of them, the larger the rounder.
    mutating func yuan(_ range: ClosedRange<Int>) -> Int64 {
        let amount = random.within(range)
        let unit = amount >= 10_000 && random.chance(0.8) ? 100 : amount >= 1_000 && random.chance(0.6) ? 10 : 1
        return Int64(max(range.lowerBound, amount / unit * unit)) * 100
    }

    // MARK: People

    /// Somebody for a story, who then leaves daily life: an ordinary customer with enough money for what is planned.
    mutating func recruit(balanceYuan: Int = 0, dormant: Bool = false) -> Int {
        // A small bank would run out of people: then those of long ago come back.
        if retiredCount * 3 > customerCount {
            for index in 0..<customerCount { customers[index].isRetired = false }
            retiredCount = 0
        }
        var index = merchantCount + random.below(customerCount - merchantCount)
        for _ in 0..<customerCount where !isFree(index, dormant: dormant) { index = index + 1 < customerCount ? index + 1 : merchantCount }
        customers[index].isRetired = true
        customers[index].isDormant = false
        retiredCount += 1
        // Sleepers run out in the end; then somebody has slept after all.
        if dormant { customers[index].lastActiveAtMilliseconds = min(customers[index].lastActiveAtMilliseconds, clock - 250 * Customer.millisecondsPerDay) }
        customers[index].balanceMinorUnits = max(customers[index].balanceMinorUnits, Int64(balanceYuan) * 100)
        return index
    }

    private func isFree(_ index: Int, dormant: Bool) -> Bool { !customers[index].isRetired && customers[index].isDormant == dormant }

    /// Somebody from daily life who keeps living it, for an honest scene.
    mutating func neighbour(balanceYuan: Int = 0, city: Int? = nil) -> Int {
        var index = merchantCount + random.below(customerCount - merchantCount)
        for _ in 0..<customerCount where !isFree(index, dormant: false) || (city ?? customers[index].city) != customers[index].city {
            index = index + 1 < customerCount ? index + 1 : merchantCount
        }
        customers[index].balanceMinorUnits = max(customers[index].balanceMinorUnits, Int64(balanceYuan) * 100)
        return index
    }

    /// Somebody whom the bank has not seen before.
    mutating func newcomer(city: Int? = nil, birthYear: Int? = nil) -> Int {
        let number = freshNumber()
        var person = Customer.make(number, startMilliseconds: clock, merchants: 0, offices: offices, &random)
        if let city {
            person.city = city
            person.home = random.place(near: city)
            person.work = random.place(near: city)
            person.workAddress = 10 << 24 | 0x80_0000 | UInt32(city * offices + random.below(offices))
        }
        if let birthYear { person.birthDate = birthYear * 10_000 + person.birthDate % 10_000 }
        person.accountClass = .two
        person.isDormant = false
        person.balanceMinorUnits = 0
        person.openedAtMilliseconds = clock
        person.lastActiveAtMilliseconds = 0
        let index = customerCount + nextNewcomer
        if index < customers.count { customers[index] = person } else { customers.append(person) }
        nextNewcomer = (nextNewcomer + 1) % Self.newcomersMax
        return index
    }

    /// Numbers of customers and accounts, which stay below ten million for identity numbers to differ.
    mutating func freshNumber() -> Int {
        nextNumber += 1
        return nextNumber % 10_000_000
    }

    /// An account elsewhere.
    mutating func outsider() -> Party { .outside(random.below(1_000_000_000)) }

    mutating func freshDevice() -> UInt64 { random.next() >> 24 | 1 }

    // MARK: Access

    /// The customer's own phone, where they are at this hour.
    mutating func ownAccess(_ index: Int, _ channel: Channel = .mobile) -> Access {
        let customer = customers[index]
        let hour = Clock.hour(clock)
        let device = customer.secondDevice != 0 && hour >= 20 && random.chance(0.3) ? customer.secondDevice : customer.device
        let isAtWork = (9...17).contains(hour) && !Clock.isWeekend(clock) && (customer.persona == .employee || customer.persona == .student)
        switch random.unit() {
        case ..<0.25:
            return Access(
                channel: channel, device: device, address: carrierAddress(customer.city), city: customer.city, place: random.place(near: customer.city))
        case ..<0.55 where isAtWork:
            return Access(channel: channel, device: device, address: customer.workAddress, city: customer.city, place: near(customer.work))
        case _ where isAtWork:
            return Access(channel: channel, device: device, address: carrierAddress(customer.city), city: customer.city, place: near(customer.work))
        default: return Access(channel: channel, device: device, address: customer.homeAddress, city: customer.city, place: near(customer.home))
        }
    }

    /// A phone of someone else in a place of its own.
    mutating func access(device: UInt64, address: UInt32, city: Int, channel: Channel = .mobile) -> Access {
        Access(channel: channel, device: device, address: address, city: city, place: random.place(near: city))
    }

    /// Mobile networks put many phones behind one address.
    mutating func carrierAddress(_ city: Int) -> UInt32 { 100 << 24 | UInt32(64 + city) << 16 | UInt32(random.below(carrierAddresses)) }

    /// A rented line, at home.
    mutating func lineAddress() -> UInt32 { 192 << 24 | 0 << 16 | 2 << 8 | UInt32(random.below(256)) }

    /// A data centre's or a VPN's, at home.
    mutating func hostingAddress() -> UInt32 { 198 << 24 | 51 << 16 | 100 << 8 | UInt32(random.below(256)) }

    /// A number of an operator without a network.
    mutating func virtualPhone() -> Int { 170_0000_0000 + random.below(10_000) }

    /// A server abroad.
    mutating func foreignAddress() -> UInt32 { 203 << 24 | 0 << 16 | 113 << 8 | UInt32(random.below(256)) }

    mutating func near(_ place: Place) -> Place {
        Place(latitude: place.latitude + Int32(random.within(-60...60)), longitude: place.longitude + Int32(random.within(-60...60)))
    }
}
