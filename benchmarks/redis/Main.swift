import CHiredis
import Foundation
import Glibc
import RedisStore

/// APPENDs of 24 bytes over 200,000 keys in batches of 320: bare hiredis against the link, in turns, on a redis-server of their own.
@main
enum Main {
    static let batch = 320
    static let batches = 1_500
    static let keys = (0..<200_000).map { Array("vane:journal:account:\($0)".utf8) }
    static let value = [UInt8](repeating: 0x61, count: 24)

    static func main() throws {
        let folder = "/tmp/vane-redis-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let port = UInt16.random(in: 20_000..<30_000)
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/redis-server")
        server.arguments = ["--port", "\(port)", "--unixsocket", "\(folder)/s", "--dir", folder, "--save", "", "--logfile", "log"]
        try server.run()
        defer {
            server.terminate()
            server.waitUntilExit()
            try? FileManager.default.removeItem(atPath: folder)
        }
        while access("\(folder)/s", F_OK) != 0 { usleep(10_000) }
        for (name, address) in [("tcp", RedisAddress.tcp(host: "127.0.0.1", port: port)), ("unix", .unix(path: "\(folder)/s"))] {
            let context = name == "tcp" ? redisConnect("127.0.0.1", Int32(port))! : redisConnectUnix("\(folder)/s")!
            let link = RedisConfiguration(address: address).makeLink()
            while !link.isConnected { link.maintain(timeoutMilliseconds: 100) }
            _ = (bare(context), linked(link, underWay: 1))
            var (bareRate, oneRate, twoRate) = (0.0, 0.0, 0.0)
            for _ in 0..<3 {
                bareRate = max(bareRate, bare(context))
                oneRate = max(oneRate, linked(link, underWay: 1))
                twoRate = max(twoRate, linked(link, underWay: 2))
            }
            redisFree(context)
            for (what, rate) in [("bare hiredis", bareRate), ("link, one batch under way", oneRate), ("link, two batches", twoRate)] {
                print(name, what, "\(Int(rate)) commands/s", String(format: "%.2f of bare", rate / bareRate))
            }
        }
    }

    static func timed(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let took = clock.measure(body)
        return Double(batch * batches) / (Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18)
    }

    static func bare(_ context: UnsafeMutablePointer<redisContext>) -> Double {
        timed {
            var next = 0
            for _ in 0..<batches {
                for _ in 0..<batch {
                    next = (next + 7_919) % keys.count
                    keys[next].withUnsafeBytes { key in
                        value.withUnsafeBytes { value in
                            "APPEND".withCString { name in
                                var arguments: (UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (
                                    name, key.baseAddress!.assumingMemoryBound(to: CChar.self), value.baseAddress!.assumingMemoryBound(to: CChar.self)
                                )
                                var lengths = (6, key.count, value.count)
                                withUnsafeMutableBytes(of: &arguments) { arguments in
                                    withUnsafeBytes(of: &lengths) { lengths in
                                        _ = redisAppendCommandArgv(
                                            context, 3, arguments.baseAddress!.assumingMemoryBound(to: UnsafePointer<CChar>?.self),
                                            lengths.baseAddress!.assumingMemoryBound(to: Int.self))
                                    }
                                }
                            }
                        }
                    }
                }
                for _ in 0..<batch {
                    var reply: UnsafeMutableRawPointer?
                    precondition(redisGetReply(context, &reply) == REDIS_OK)
                    freeReplyObject(reply)
                }
            }
        }
    }

    static func linked(_ link: any RedisLink, underWay: Int) -> Double {
        var commands = CommandBuffer()
        let replies = ReplyBuffer()
        return timed {
            var next = 0
            var last = 0
            func receive(_ ticket: Int) {
                precondition(link.receive(ticket, into: replies, timeoutMilliseconds: 10_000))
                for index in 0..<replies.count { precondition(replies[index].kind == .integer) }
            }
            for number in 0..<batches {
                commands.removeAll()
                for _ in 0..<batch {
                    next = (next + 7_919) % keys.count
                    keys[next].withUnsafeBytes { key in value.withUnsafeBytes { commands.append(key: key, value: $0) } }
                }
                last = link.send(commands)
                if number + 1 >= underWay { receive(last - underWay + 1) }
            }
            for ticket in (last - underWay + 2)..<(last + 1) { receive(ticket) }
        }
    }
}
