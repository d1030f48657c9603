/// Finds a part in a sequence in linear time (Knuth, Morris, Pratt), whatever the two are: texts in events are chosen by others.
struct SequenceSearch<Element: Equatable> {
    private let part: [Element]
    /// For each prefix of the part, the length of its longest proper suffix that is also a prefix.
    private var overlaps: [Int]

    /// The part must not be empty.
    init(for part: [Element]) {
        self.part = part
        overlaps = [0]
        overlaps.reserveCapacity(part.count)
        var length = 0
        for position in part.indices.dropFirst() {
            while length > 0, part[position] != part[length] { length = overlaps[length - 1] }
            if part[position] == part[length] { length += 1 }
            overlaps.append(length)
        }
    }

    /// The first position from `start` on at which the part occurs.
    func first(in text: some RandomAccessCollection<Element>, from start: Int = 0) -> Int? {
        var matched = 0
        for position in stride(from: start, to: text.count, by: 1) {
            let element = text[text.index(text.startIndex, offsetBy: position)]
            while matched > 0, element != part[matched] { matched = overlaps[matched - 1] }
            if element == part[matched] { matched += 1 }
            if matched == part.count { return position + 1 - matched }
        }
        return nil
    }
}
