/// A place, in hundred-thousandths of a degree: about a metre.
struct Place: Sendable, Hashable {
    var latitude: Int32
    var longitude: Int32

    init(latitude: Int32, longitude: Int32) {
        self.latitude = latitude
        self.longitude = longitude
    }

    init(_ latitude: Double, _ longitude: Double) {
        self.init(latitude: Int32((latitude * 100_000).rounded()), longitude: Int32((longitude * 100_000).rounded()))
    }
}

/// A city with its region code, as a channel's address database would give it.
struct City: Sendable {
    var region: String
    var centre: Place
}

/// Where the bank's customers live; the first is its home city. Then places abroad, whose region codes are of those that ISO 3166 leaves to users, so
/// that no country is meant.
enum Geography {
    static let cities: [City] = [
        City(region: "CN-SC", centre: Place(30.65984, 104.06574)),
        City(region: "CN-CQ", centre: Place(29.55832, 106.54903)),
        City(region: "CN-BJ", centre: Place(39.90420, 116.40740)),
        City(region: "CN-SH", centre: Place(31.23042, 121.47370)),
        City(region: "CN-GD", centre: Place(23.12911, 113.26439)),
        City(region: "CN-GD", centre: Place(22.54310, 114.05787)),
        City(region: "CN-ZJ", centre: Place(30.27408, 120.15507)),
        City(region: "CN-JS", centre: Place(32.06026, 118.79688)),
        City(region: "CN-HB", centre: Place(30.59276, 114.30525)),
        City(region: "CN-SN", centre: Place(34.34157, 108.93977)),
        City(region: "CN-HN", centre: Place(28.22821, 112.93881)),
        City(region: "CN-LN", centre: Place(41.80571, 123.43147)),
        City(region: "CN-SD", centre: Place(36.06711, 120.38264)),
        City(region: "CN-YN", centre: Place(25.03886, 102.71838)),
        City(region: "XA", centre: Place(11.55640, 104.92820)),
        City(region: "XB", centre: Place(16.68860, 98.50840)),
    ]
    static let domesticCount = 14
    static let abroad = 14...15

    /// Near a border, where accounts are bought: one of the examples in rules/opening.
    static let sensitivePlace = Place(24.01000, 97.86000)

    /// Pairs that are far enough apart that nobody is in both within an hour.
    static func areFar(_ a: Int, _ b: Int) -> Bool {
        let x = cities[a].centre
        let y = cities[b].centre
        return abs(Int(x.latitude) - Int(y.latitude)) + abs(Int(x.longitude) - Int(y.longitude)) > 1_000_000
    }
}
