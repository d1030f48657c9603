import Testing

@testable import RedisStore

struct ReplyBufferTests {
    private func joined(_ replies: ReplyBuffer, _ index: Int) -> String? { replies.joined(index).map { String(decoding: $0, as: UTF8.self) } }

    @Test func stringsOfAnArrayAreOneAfterAnother() {
        let replies = ReplyBuffer()
        replies.removeAll(values: 5)
        replies.put(strings: ["a", "", "bc"].map { Array($0.utf8) }, at: 0)
        replies.put(strings: [], at: 1)
        replies.put(integer: 7, at: 2)
        replies.put(error: "WRONGTYPE x", at: 3)
        #expect((0..<5).map { joined(replies, $0) } == ["abc", "", nil, nil, nil])
        #expect(replies.answers == [.array([.bulk("a"), .bulk(""), .bulk("bc")]), .array([]), .integer(7), .error(.wrongType), .lost])
    }

    /// As replies of several servers come.
    @Test func stringsThatCameApartAreCopied() {
        let replies = ReplyBuffer()
        replies.removeAll(values: 3)
        let first = replies.storage.pointee.reserve(2)
        let second = replies.storage.pointee.reserve(2)
        for (slot, text) in [(first, "one "), (second, "drei "), (first + 1, "two"), (second + 1, "vier")] {
            text.raw { replies.storage.pointee.put(.bulk, $0, at: slot) }
        }
        replies.storage.pointee.put(arrayOf: 2, first: first, at: 0)
        replies.storage.pointee.put(arrayOf: 2, first: second, at: 1)
        let mixed = replies.storage.pointee.reserve(2)
        "x".raw { replies.storage.pointee.put(.bulk, $0, at: mixed) }
        replies.storage.pointee.put(integer: 1, at: mixed + 1)
        replies.storage.pointee.put(arrayOf: 2, first: mixed, at: 2)
        #expect((0..<3).map { joined(replies, $0) } == ["one two", "drei vier", nil])
        #expect(joined(replies, 0) == "one two", "asked for again")
        replies.removeAll(values: 1)
        #expect(joined(replies, 0) == nil)
    }
}
