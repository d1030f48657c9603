/// What is said first on a connection, and what the answers mean.
struct Greeting {
    /// `HELLO` and ACLs are there since 6.0.
    static let majorVersionMin = 6

    let server: String
    let configuration: RedisConfiguration

    func encode(into commands: inout CommandBuffer) {
        commands.removeAll()
        var hello = ["HELLO", "2"]
        if let password = configuration.password { hello += ["AUTH", configuration.user ?? "default", password] }
        commands.command(hello)
        if configuration.database != 0 { commands.command(["SELECT", String(configuration.database)]) }
        // Refused while it loads, unlike those before.
        commands.command(["PING"])
    }

    /// Why the server cannot be used; nil where it can.
    func verdict(_ replies: borrowing ReplyStorage) -> RedisFailure? {
        let hello = replies.reply(0)
        guard hello.kind == .array else { return refusal(hello, "HELLO") }
        var fields: [String: Reply] = [:]
        let first = Int(replies.value(0).number)
        for place in stride(from: 0, to: Int(hello.integer) - 1, by: 2) { fields[replies.reply(first + place).text] = replies.reply(first + place + 1) }
        if let problem = unsuitable(version: fields["version"]?.text ?? "", mode: fields["mode"]?.text ?? "", role: fields["role"]?.text ?? "") {
            return problem
        }
        for index in 1..<replies.count {
            let reply = replies.reply(index)
            if reply.kind == .error, reply.errorCode != .noPermission || index < replies.count - 1 {
                return refusal(reply, index < replies.count - 1 ? "SELECT \(configuration.database)" : "PING")
            }
        }
        return nil
    }

    private func unsuitable(version: String, mode: String, role: String) -> RedisFailure? {
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }), major >= Greeting.majorVersionMin else {
            return failure(.unsuitable, "its version is '\(version)'; at least \(Greeting.majorVersionMin) is needed")
        }
        switch (mode, configuration.isCluster) {
        case ("standalone", false), ("cluster", true): break
        case ("cluster", false): return failure(.unsuitable, "it belongs to a cluster: write redis-cluster://")
        case ("standalone", true): return failure(.unsuitable, "it belongs to no cluster: write redis://")
        default: return failure(.unsuitable, "its mode is '\(mode)'")
        }
        // A cluster says by itself which of its servers are masters.
        guard configuration.isCluster || role == "master" else { return failure(.readOnly, "it is a \(role), and takes no writes; its master is needed") }
        return nil
    }

    private func refusal(_ reply: Reply, _ command: String) -> RedisFailure {
        guard reply.kind == .error else { return failure(.malformed, "its answer to \(command) is of kind \(reply.kind)") }
        return switch reply.errorCode {
        case .wrongPassword: failure(.authentication, "user or password is wrong")
        case .noAuth: failure(.authentication, "it wants a password")
        case .noPermission: failure(.authentication, "the user may not \(command): \(reply.text)")
        case .loading: failure(.loading, "it is loading its data")
        case .masterDown, .readOnly: failure(.readOnly, "it takes no writes: \(reply.text)")
        default:
            reply.text.hasPrefix("ERR unknown command")
                ? failure(.unsuitable, "it does not know \(command): at least version \(Greeting.majorVersionMin) is needed")
                : failure(.unsuitable, "it refuses \(command): \(reply.text)")
        }
    }

    private func failure(_ kind: RedisFailure.Kind, _ reason: String) -> RedisFailure { RedisFailure(kind, server: server, reason: reason) }
}
