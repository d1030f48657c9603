internal import Events
internal import Journals
internal import RedisStore

extension SharedJournals {
    /// Gives numbers to the layouts of our records, and learns those that others have given. Before the first batch.
    ///
    /// Numbers are given once and for all: by `SET NX` on `vane:account:layout:1` and so on.
    /// - Returns: false where Redis did not answer in time; try again.
    /// - Throws: where there are no numbers left.
    public func registerLayouts(timeoutMilliseconds: Int32) throws(LayoutFailure) -> Bool {
        for (entity, type) in store.schema.entities.enumerated() {
            var next = 1
            var wanted = store.ownLayouts(entity: entity).map(\.text)
            while true {
                guard next <= LogLayout.numberMax else {
                    throw LayoutFailure(
                        message: "entity \(type.name): its records have been written in more than \(LogLayout.numberMax) layouts; use another prefix")
                }
                let name = "\(entities[entity].layoutPrefix)\(next)"
                guard let text = ask(["GET", name], timeoutMilliseconds) else { return false }
                if let text = text.value {
                    if let layout = LogLayout(text: text) { store.learnLayout(next, layout, entity: entity) }
                    wanted.removeAll { $0 == text }
                    next += 1
                    continue
                }
                guard let first = wanted.first else { break }
                // Whoever is first has the number; then it is read again.
                guard ask(["SET", name, first, "NX"], timeoutMilliseconds) != nil else { return false }
            }
        }
        return true
    }

    public struct LayoutFailure: Error, CustomStringConvertible {
        public var message: String
        public var description: String { message }
    }

    struct Answer {
        var value: String?
    }

    func ask(_ command: [String], _ timeoutMilliseconds: Int32) -> Answer? {
        var commands = CommandBuffer()
        commands.command(command, key: 1)
        let replies = ReplyBuffer()
        guard link.receive(link.send(commands), into: replies, timeoutMilliseconds: timeoutMilliseconds) else { return nil }
        switch replies[0].kind {
        case .bulk, .status: return Answer(value: replies[0].text)
        case .missing: return Answer(value: nil)
        // Something else has the number's key: nobody can say what it stood for.
        case .error where replies[0].errorCode == .wrongType: return Answer(value: "")
        default:
            obstacle = replies[0].kind == .error ? replies[0].text : nil
            return nil
        }
    }
}
