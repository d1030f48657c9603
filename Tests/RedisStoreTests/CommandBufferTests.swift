import Testing

@testable import RedisStore

struct CommandBufferTests {
    @Test func commandsAreRESP() {
        var commands = CommandBuffer()
        func check(_ expected: String, _ fill: (inout CommandBuffer) -> Void) {
            commands.removeAll()
            fill(&commands)
            #expect(commands.text == expected.replacing("|", with: "\r\n"))
            #expect(commands.count == 1)
            #expect(commands.encoded(0).count == expected.replacing("|", with: "\r\n").utf8.count)
        }
        check("*3|$5|RPUSH|$2|ab|$3|xyz|") { $0.push("ab", "xyz") }
        check("*3|$5|RPUSH|$2|ab|$0||") { $0.push("ab", "") }
        check("*4|$6|LRANGE|$1|k|$1|0|$2|-1|") { $0.range("k") }
        check("*4|$6|LRANGE|$1|k|$3|100|$4|1234|") { $0.range("k", 100, 1234) }
        check("*3|$7|PEXPIRE|$1|k|$19|9223372036854775807|") { c in "k".raw { c.expire(key: $0, milliseconds: .max) } }
        check("*3|$7|PEXPIRE|$1|k|$20|-9223372036854775808|") { c in "k".raw { c.expire(key: $0, milliseconds: .min) } }
        check("*2|$4|INFO|$6|server|") { $0.command(["INFO", "server"]) }
        check("*2|$4|ECHO|$2|\u{e9}|") { $0.command(["ECHO", "\u{e9}"]) }
    }

    @Test func decimalsOfAllLengths() {
        var arena = ByteArena(capacity: 1)
        var value: Int64 = 1
        for _ in 0..<19 {
            for number in [value, value - 1, -value, value &* 9] {
                arena.removeAll()
                arena.append(decimal: number)
                #expect(String(decoding: arena.bytes, as: UTF8.self) == "\(number)")
            }
            value = value &* 10
        }
    }

    @Test func keysAndArgumentsAreFoundAgain() {
        var commands = CommandBuffer()
        commands.push("first", "$3\r\nabc")
        commands.command(["MGET", "a", "", "ccc"], key: 1)
        commands.command(["EVAL", "return 1", "1", "the key"], key: 3)
        commands.command(["INFO"])
        #expect((0..<4).map { String(decoding: commands.key(of: $0), as: UTF8.self) } == ["first", "a", "the key", ""])
        #expect(commands.count == 4 && commands.entries.map(\.hasKey) == [true, true, true, false])
        var arguments: [[String]] = []
        for command in 0..<commands.count {
            arguments.append([])
            commands.forEachArgument(of: command) { arguments[command].append(String(decoding: $0, as: UTF8.self)) }
        }
        #expect(arguments == [["RPUSH", "first", "$3\r\nabc"], ["MGET", "a", "", "ccc"], ["EVAL", "return 1", "1", "the key"], ["INFO"]])
        commands.removeAll()
        #expect(commands.count == 0 && commands.text.isEmpty)
    }

    @Test func slotsAreThoseOfRedis() {
        // The checksum's check value from the cluster specification; slots from CLUSTER KEYSLOT.
        #expect("123456789".raw(KeySlot.checksum) == 0x31C3)
        let known: [(String, Int)] = [
            ("", 0), ("foo", 12182), ("bar", 5061), ("123456789", 12739), ("{user1000}.following", 3443), ("{user1000}.followers", 3443),
            ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("foo{bar}{zap}", 5061),
        ]
        for (key, slot) in known { #expect(key.raw(KeySlot.of) == slot, "\(key)") }
    }
}
