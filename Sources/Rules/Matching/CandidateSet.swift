/// The rules that an event may meet, as bits, and room to work out which. Belongs to one engine and is used again for every event.
///
/// A second row of bits says which words of the first have any: finding the few candidates among many rules reads 64 times less.
public struct CandidateSet {
    /// For every 64 rules: which are candidates, and which of these are certain to hit.
    private let words: UnsafeMutablePointer<(candidates: UInt64, certain: UInt64)>
    private let summary: UnsafeMutablePointer<UInt64>
    private let summaryCount: Int
    /// Of as many words as the rules need.
    let scratch: UnsafeMutablePointer<UInt64>
    /// Values that are looked up together: the operand, and what is known of where its rules are.
    let finds: UnsafeMutablePointer<(operand: Int32, place: Int32)>

    static let findsMax = 64

    /// - Parameter capacity: the most rules that an event type has.
    public init(capacity: Int) {
        let wordCount = max(1, (capacity + 63) / 64)
        summaryCount = (wordCount + 63) / 64
        words = .allocate(capacity: wordCount)
        words.initialize(repeating: (0, 0), count: wordCount)
        summary = .allocate(capacity: summaryCount)
        summary.initialize(repeating: 0, count: summaryCount)
        scratch = .allocate(capacity: wordCount)
        scratch.initialize(repeating: 0, count: wordCount)
        finds = .allocate(capacity: Self.findsMax)
        finds.initialize(repeating: (0, 0), count: Self.findsMax)
    }

    public func deallocate() {
        words.deallocate()
        summary.deallocate()
        scratch.deallocate()
        finds.deallocate()
    }

    @inline(__always) func insert(_ rule: Int, isCertain: Bool = false) {
        words[rule >> 6].candidates |= 1 << UInt64(rule & 63)
        words[rule >> 6].certain |= (isCertain ? 1 : 0) << UInt64(rule & 63)
        summary[rule >> 12] |= 1 << UInt64(rule >> 6 & 63)
    }

    /// Takes the first rule out, in the order of rules.
    /// - Parameters:
    ///   - place: where to look on; 0 at first.
    ///   - isCertain: receives whether the event meets the rule's condition, so that nobody need evaluate it.
    /// - Returns: its index, or -1 when none is left.
    @inline(__always) public func removeFirst(_ place: inout Int, isCertain: inout Bool) -> Int {
        while place < summaryCount {
            let group = summary[place]
            if group == 0 {
                place += 1
                continue
            }
            let word = place << 6 + group.trailingZeroBitCount
            let bits = words[word].candidates
            let rest = bits & (bits &- 1)
            isCertain = words[word].certain & bits & ~rest != 0
            words[word].candidates = rest
            words[word].certain &= rest
            if rest == 0 { summary[place] = group & (group &- 1) }
            return word << 6 + bits.trailingZeroBitCount
        }
        return -1
    }
}
