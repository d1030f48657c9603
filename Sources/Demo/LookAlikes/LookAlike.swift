/// An honest scene that resembles a fraud, so that a rule which looks too coarsely alerts on it.
public struct LookAlike: Sendable {
    public let name: String
    /// What happens, and what it could be taken for.
    public let text: String
    let play: @Sendable (inout Stage) -> Void

    init(_ name: String, _ text: String, play: @escaping @Sendable (inout Stage) -> Void) {
        self.name = name
        self.text = text
        self.play = play
    }

    public static let all: [LookAlike] = [
        .familyDevice, .marketStall, .smallEmployer, .traveller, .newPhone, .testTransfer, .campusOpening, .moneyPassedOn, .sleeperReturns, .officeNetwork,
        .companyNetwork, .redEnvelopes, .settingUp, .holidayAbroad, .borderResident, .nightOpener, .cheapNumber, .campaign, .gamer, .cardHolder,
    ]
}
