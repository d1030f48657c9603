/// A fraud that can be played among the bank's customers, as often as wanted. Values are composed freely: a bank takes any list of them.
public struct FraudStory: Sendable {
    /// Names the story, such as `fast-in-fast-out`.
    public let name: String
    /// The monitoring point that it belongs to, such as `C8`.
    public let point: String
    /// What happens, in a short sentence.
    public let text: String
    let play: @Sendable (inout Stage) -> Void

    init(_ name: String, point: String, _ text: String, play: @escaping @Sendable (inout Stage) -> Void) {
        self.name = name
        self.point = point
        self.text = text
        self.play = play
    }

    public static let all: [FraudStory] = [
        .scatteredInConcentratedOut, .concentratedInScatteredOut, .fastInFastOut, .probeThenLarge, .manyCustomersOneDevice, .manyCustomersOneAddress,
        .impossibleTravel, .severalAccountsOneIdentity, .clusteredOpenings, .trojanThenTransfer, .emulatorFarm, .soldAccount, .accountTakeover,
        .verificationFlood, .verificationFailures, .oneCardManyBanks, .dormantAccount,
    ]
}
