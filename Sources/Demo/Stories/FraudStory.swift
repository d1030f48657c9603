/// A fraud that can be played among the bank's customers, as often as wanted. Values are composed freely: a bank takes any list of them.
public struct FraudStory: Sendable {
    /// Names the story, such as `fast-in-fast-out`.
    public let name: String
    /// The monitoring point that it belongs to, such as `C8`.
    public let point: String
    /// What happens, in a short sentence.
    public let text: String
    /// Ids of the rules of rules/ that it should hit, each of them.
    public let rules: [String]
    let play: @Sendable (inout Stage) -> Void

    init(_ name: String, point: String, _ text: String, hits rules: [String], play: @escaping @Sendable (inout Stage) -> Void) {
        self.name = name
        self.point = point
        self.text = text
        self.rules = rules
        self.play = play
    }

    public static let all: [FraudStory] = openings + verifications + newAccounts + trading + devices

    static let openings: [FraudStory] = [
        .severalAccountsOneIdentity, .severalBanksOneIdentity, .sharedPhoneAndCard, .nightOpening, .borderOpening, .openingAbroad, .clusteredOpenings,
        .oneDeviceOpens, .changingData, .accountTurnover, .virtualNumber,
    ]
    static let verifications: [FraudStory] = [
        .verificationFlood, .floodFromOneBank, .verificationFailures, .failuresFromOneBank, .oneCardAgain, .oneCardManyBanks, .verificationsBeforeDawn,
        .oneIssuer, .twoIssuers,
    ]
    static let newAccounts: [FraudStory] = [
        .usedUp, .madeReady, .failingTransfers, .soldAccount, .accountTakeover, .contactChanges, .smallDeposit, .verifiedThenLarge, .failedAnswers,
    ]
    static let trading: [FraudStory] = [
        .scatteredInConcentratedOut, .listedPayee, .concentratedInScatteredOut, .fastInFastOut, .burst, .probeThenLarge, .probeThenMany, .dormantAccount,
        .impossibleTravel, .homeAndAbroad, .nightTransfer, .transferFromAbroad,
    ]
    static let devices: [FraudStory] = [
        .trojan, .virus, .tampering, .memoryDebugging, .hook, .emulatorFarm, .doctoredPhone, .changingFingerprints, .manyCustomersOneDevice,
        .signInsOneAddress, .manyCustomersOneLine, .manyCustomersOneAddress, .manyCustomersOneComputer,
    ]
}
