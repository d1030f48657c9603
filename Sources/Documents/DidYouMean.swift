/// The candidate that a mistyped word most likely meant, nil when none is near.
///
/// Near is an edit distance (insertions, deletions, replacements, swapped neighbours; letter case and `-` for `_` are free) of at most a third
/// of the word's length, rounded to the nearest, and at least 1. Of equally near candidates the first wins, so the answer does not depend on hashing.
/// O(candidates × length²); words longer than 64 characters have no suggestion.
public func didYouMean(_ word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(word)
    guard !wanted.isEmpty, wanted.count <= suggestedWordLengthMax else { return nil }
    var best: String?
    var bestDistance = max(1, (wanted.count + 1) / 3) + 1
    for candidate in candidates {
        let letters = folded(candidate)
        guard abs(letters.count - wanted.count) < bestDistance else { continue }
        let distance = editDistance(wanted, letters)
        if distance < bestDistance {
            best = candidate
            bestDistance = distance
        }
    }
    return best
}

/// Names in files and options are shorter; the bound keeps a hostile key from costing quadratic time.
private let suggestedWordLengthMax = 64

private func folded(_ word: String) -> [UInt32] {
    word.unicodeScalars.map { scalar in
        switch scalar {
        case "A"..."Z": scalar.value + 32
        case "_": UInt32(UInt8(ascii: "-"))
        default: scalar.value
        }
    }
}

/// Optimal string alignment distance: Levenshtein's with swapped neighbours.
private func editDistance(_ left: [UInt32], _ right: [UInt32]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            var cost = min(current[column] + 1, previous[column + 1] + 1, previous[column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforePrevious[column - 1] + 1)
            }
            current.append(cost)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[right.count]
}
