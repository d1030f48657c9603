/// What sharing journals through Redis costs, against a bare hiredis loop that appends the same.
@main enum Benchmark {
    /// - Parameter arguments: the parts to run, all by default: throughput, latency, memory, cold, link.
    static func main() throws {
        let wanted = CommandLine.arguments.dropFirst()
        let parts: [(String, (RedisServer) throws -> Void)] = [
            ("throughput", { try throughput($0, batch: 64) }), ("throughput", { try throughput($0, batch: 512) }), ("latency", latency),
            ("memory", memory), ("cold", coldLoads), ("link", links),
        ]
        print("Journals shared through Redis, which runs on the same machine: medians\n")
        for (name, part) in parts where wanted.isEmpty || wanted.contains(name) {
            let server = try RedisServer()
            defer { server.stop() }
            try part(server)
            print("")
        }
    }
}
