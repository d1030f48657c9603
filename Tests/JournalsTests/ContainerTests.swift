import Events
import Glibc
import TestSupport
import Testing

@testable import Journals

@Suite("Containers against plain arrays")
struct ContainerTests {
    @Test("A multiset counts as a dictionary does", arguments: 0..<20)
    func multiset(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pool = MemoryPool()
        var multiset = Multiset(countsFrequencies: seed % 2 == 0)
        var model: [UInt64: UInt32] = [:]
        var held: [UInt64] = []
        // Values that share their home, small numbers, and any.
        let values = (0..<1 + random.below(60)).map { _ in
            random.chance(0.5) ? UInt64(random.below(8)) << 60 : random.chance(0.5) ? UInt64(random.below(100)) : random.next()
        }
        for step in 0..<600 {
            if held.isEmpty || random.chance(step < 300 ? 0.65 : 0.4) {
                let value = random.pick(values)
                multiset.add(value, pool)
                model[value, default: 0] += 1
                held.append(value)
            } else {
                let value = held.swapRemove(random.below(held.count))
                multiset.remove(value, pool)
                model[value]! -= 1
                if model[value] == 0 { model[value] = nil }
            }
            if step == 450 {
                var other = multiset.copy(pool)
                multiset.add(7, pool)
                multiset.remove(7, pool)
                other.removeAll(pool)
            }
            let agrees =
                multiset.total == UInt32(held.count) && multiset.distinct == UInt32(model.count)
                && (seed % 2 == 1 || multiset.top == model.values.max() ?? 0)
            guard agrees else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
            if seed % 2 == 0 && !held.isEmpty {
                let total = Double(held.count)
                let expected = model.values.reduce(0.0) { $0 + Double($1) / total * (log2(total) - log2(Double($1))) }
                let entropy = multiset.entropy()
                #expect((entropy - expected).magnitude <= 1e-12 * (1 + expected), "seed \(seed), step \(step)")
            }
        }
        for value in held { multiset.remove(value, pool) }
        #expect(multiset.total == 0 && multiset.distinct == 0)
        multiset.removeAll(pool)
        #expect(pool.bytesInUse == 0)
    }

    @Test("Entropy keeps its digits where one value dominates, and is exact for equal shares")
    func entropyDigits() {
        let pool = MemoryPool()
        var multiset = Multiset(countsFrequencies: true)
        for _ in 0..<200_000 { multiset.add(1, pool) }
        #expect(multiset.entropy() == 0)
        multiset.add(2, pool)
        let total = 200_001.0
        // -p ln p of the large share by its series, where x = 1 - p: x - x²/2 + ...
        let x = 1 / total
        let expected = (x - x * x / 2 - x * x * x / 6 + x * log(total)) / log(2)
        #expect((multiset.entropy() / expected - 1).magnitude < 1e-13)
        multiset.removeAll(pool)
        for value in 0..<16 { for _ in 0..<3 { multiset.add(UInt64(value), pool) } }
        #expect((multiset.entropy() - 4).magnitude < 1e-15)
        multiset.removeAll(pool)
    }

    @Test("A monotonic deque has the minimum of its window", arguments: 0..<20)
    func monotonicDeque(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pool = MemoryPool()
        var deque = MonotonicDeque()
        // Ordinals wrap on the way.
        var first = UInt32.max - 100
        var window: [Int64] = []
        for step in 0..<500 {
            if window.isEmpty || random.chance(0.55) {
                let key = random.chance(0.1) ? random.pick([Int64.min, .max]) : Int64(random.below(20)) - 10
                deque.add(key, first &+ UInt32(window.count), pool)
                window.append(key)
            } else {
                deque.remove(first)
                window.removeFirst()
                first &+= 1
            }
            #expect(deque.count == 0 ? window.isEmpty : deque.minimum == window.min(), "seed \(seed), step \(step)")
        }
        deque.removeAll(pool)
        #expect(pool.bytesInUse == 0)
    }

    @Test("Sorted values are sorted", arguments: 0..<10)
    func sortedValues(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pool = MemoryPool()
        var values = SortedValues()
        var model: [Int64] = []
        for step in 0..<400 {
            if model.isEmpty || random.chance(step < 250 ? 0.7 : 0.3) {
                let key = random.chance(0.1) ? random.pick([Int64.min, .max]) : Int64(random.below(50))
                values.add(key, pool)
                model.append(key)
                model.sort()
            } else {
                values.remove(model.remove(at: random.below(model.count)))
            }
            let copy = values.copy(pool)
            #expect((0..<Int(copy.count)).map { copy[$0] } == model, "seed \(seed), step \(step)")
            var gone = copy
            gone.removeAll(pool)
        }
        values.removeAll(pool)
        #expect(pool.bytesInUse == 0)
    }

    @Test("Blocks of the pool never overlap, and each is counted", arguments: 0..<5)
    func memoryPool(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pool = MemoryPool()
        var blocks: [(block: MemoryPool.Block, mark: UInt8)] = []
        for step in 0..<3000 {
            if blocks.isEmpty || random.chance(0.55) {
                let wanted = random.pick([0, 1, 16, 17, 100, 544, 4096, 16_384, 16_385, 70_000]) + random.below(64)
                let block = pool.allocate(byteCount: wanted)
                #expect(block.byteCount >= wanted && UInt(bitPattern: block.base) % 16 == 0)
                let mark = UInt8(truncatingIfNeeded: step)
                // The ends suffice: a block that overlaps another covers an end of one of the two.
                if block.byteCount > 0 {
                    block.base.storeBytes(of: mark, as: UInt8.self)
                    block.base.storeBytes(of: mark, toByteOffset: block.byteCount - 1, as: UInt8.self)
                }
                blocks.append((block, mark))
            } else {
                let (block, mark) = blocks.swapRemove(random.below(blocks.count))
                let isIntact =
                    block.base.load(as: UInt8.self) == mark && block.base.load(fromByteOffset: block.byteCount - 1, as: UInt8.self) == mark
                #expect(isIntact, "seed \(seed), step \(step)")
                pool.release(block.base, byteCount: block.byteCount)
            }
        }
        let ranges = blocks.map { (UInt(bitPattern: $0.block.base), UInt(bitPattern: $0.block.base) + UInt($0.block.byteCount)) }.sorted { $0.0 < $1.0 }
        for (before, after) in zip(ranges, ranges.dropFirst()) { #expect(before.1 <= after.0) }
        #expect(pool.bytesInUse == blocks.reduce(0) { $0 + $1.block.byteCount })
        for (block, _) in blocks { pool.release(block.base, byteCount: block.byteCount) }
        #expect(pool.bytesInUse == 0 && pool.bytesReserved == 0)
    }

    @Test("The table finds what was put in, colliding or not")
    func journalTable() {
        var random = SeededGenerator(seed: 1)
        let table = JournalTable()
        var model: [EntityKey: Int] = [:]
        for _ in 0..<6000 {
            // Few low halves and few high ones: probes run into each other, and tags are alike.
            let key = EntityKey(low: UInt64(random.below(200)), high: random.chance(0.5) ? UInt64(random.below(50)) : UInt64(random.below(50)) << 32)
            let known = model[key]
            let looked = table.find(key)
            let found = table.findOrInsert(key)
            let header = table.header(found).pointee.key
            guard looked == known, known == nil || found == known, header == key else {
                Issue.record("key \(key): \(found) instead of \(String(describing: known))")
                return
            }
            if known == nil { model[key] = found }
        }
        #expect(table.count == model.count && Set(model.values) == Set(0..<model.count))
    }
}

@Suite("Exact sums")
struct ExactSumTests {
    @Test("Moments of whole numbers are exact, rounded once, whatever left and was merged", arguments: 0..<20)
    func moments(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let bits = random.pick([4, 20, 31, 40, 53, 63])
        func number() -> Int64 {
            if random.chance(0.05) { return random.pick([.min, .max, 0, 1 << 53, -(1 << 53) - 1].map { bits == 63 ? $0 : 1 }) }
            return Int64(bitPattern: random.next()) >> Int64(63 - bits)
        }
        var moments = ExactMomentsState()
        var other = ExactMomentsState()
        var held: [Int64] = []
        for step in 0..<150 {
            if held.isEmpty || random.chance(step < 100 ? 0.7 : 0.4) {
                let value = number()
                moments.add(value)
                held.append(value)
            } else {
                moments.remove(held.swapRemove(random.below(held.count)))
            }
            if step % 10 != 0 { continue }
            // Beyond 2⁵³ the nearest double counts, which fits into an integer unless it is 2⁶³.
            let numbers = held.map { value in
                Int64(exactly: Double(value)).map { BigInteger($0) } ?? BigInteger(1 << 62) + BigInteger(1 << 62)
            }
            let sum = numbers.reduce(BigInteger()) { $0 + $1 }
            let squares = numbers.reduce(BigInteger()) { $0 + $1 * $1 }
            let scatter = BigInteger(Int64(held.count)) * squares - sum * sum
            #expect(moments.scatter == scatter.double(), "seed \(seed), step \(step)")
            other = ExactMomentsState()
            var first = ExactMomentsState()
            for (index, value) in held.enumerated() { if index % 3 == 0 { first.add(value) } else { other.add(value) } }
            first.add(other)
            #expect(first.scatter == moments.scatter && first.count == moments.count, "seed \(seed), step \(step)")
        }
    }

    private func numbers(_ random: inout SeededGenerator, _ count: Int) -> [Double] {
        let kind = random.below(4)
        return (0..<count).map { _ in
            switch kind {
            case 0: return Double(random.below(20_000) - 10_000) / 100
            case 1: return random.pick([1e300, -1e300, 1e-300, -1e-300, 1, -1, 1e16, 0.1, 1.7e308, -1.7e308, 0x1p-1074, -0x1p-1074])
            case 2: return random.pick([1, -1, 0x1p-53, 0x1p-54, 0x1p-106, -0x1p-53, 0x1p-107, 0x1p53, 3])
            default:
                return Double(
                    sign: random.chance(0.5) ? .plus : .minus, exponent: random.below(2000) - 1000, significand: 1 + Double(random.below(1 << 30)) * 0x1p-30)
            }
        }
    }

    @Test("Running sums are the exact sums, rounded once, or say that they are not", arguments: 0..<8)
    func running(part: Int) {
        for round in 0..<60 {
            let seed = part * 1000 + round
            var random = SeededGenerator(seed: UInt64(seed))
            let values = numbers(&random, 1 + random.below(30))
            var state = DoubleSumState()
            var held: ArraySlice<Double> = []
            for value in values {
                state.add(value)
                held.append(value)
                if random.chance(0.4) { state.remove(held.removeFirst()) }
                let expected = ExactDoubles(Array(held)).roundedSum
                var wide = WideSum()
                for value in held.shuffled(using: &random) { wide.add(value) }
                let isRight = wide.rounded == expected && (state.sum.isInexact || state.sum.rounded == expected && state.sum.widened.rounded == expected)
                guard isRight else {
                    Issue.record("seed \(seed): \(state.sum) and \(wide.rounded) instead of \(expected) for \(held)")
                    return
                }
            }
        }
    }

    @Test("Scatter of any doubles is exact", arguments: 0..<4)
    func scatter(part: Int) {
        for round in 0..<30 {
            let seed = part * 1000 + round
            var random = SeededGenerator(seed: UInt64(seed))
            let values = numbers(&random, 1 + random.below(12))
            var state = DoubleMomentsState()
            let pool = MemoryPool()
            var lifetime = LifetimeMomentsState()
            for value in values {
                state.add(value)
                lifetime.add(value, pool)
            }
            let (significand, exponent) = ExactDoubles(values).scatter
            func isRight(_ scaled: ScaledDouble) -> Bool {
                significand == 0
                    ? scaled.significand == 0 : Double(sign: .plus, exponent: scaled.exponent - exponent, significand: scaled.significand) == significand
            }
            let copy = lifetime.copy(pool)
            let count = Int64(values.count)
            var isFine = isRight(WideSum.scatter(count: count, sum: copy.sum.widened, squares: copy.squares.widened))
            if !state.sum.isInexact && !state.squares.isInexact {
                isFine = isFine && isRight(WideSum.scatter(count: count, sum: state.sum.widened, squares: state.squares.widened))
            }
            #expect(isFine, "seed \(seed): \(values)")
            #expect(copy.sum.rounded == ExactDoubles(values).roundedSum, "seed \(seed): \(values)")
            var gone = copy
            gone.removeAll(pool)
            lifetime.removeAll(pool)
            #expect(pool.bytesInUse == 0)
        }
    }

    @Test("Integers beyond 64 bits add up and go away again")
    func integers() {
        var random = SeededGenerator(seed: 5)
        var state = ExactSumState()
        var moments = ExactMomentsState()
        var held: [Int64] = []
        for step in 0..<2000 {
            if held.isEmpty || random.chance(0.55) {
                let value = random.pick([Int64.max, .min, -1, 0, 1, Int64(bitPattern: random.next())])
                state.add(value)
                held.append(value)
            } else {
                state.remove(held.swapRemove(random.below(held.count)))
            }
            let isRight = state.sum == held.reduce(Int128(0)) { $0 + Int128($1) } && state.count == Int64(held.count)
            guard isRight else {
                Issue.record("step \(step)")
                return
            }
        }
        var decimals: [Int64] = []
        for _ in 0..<500 {
            let value = (random.chance(0.5) ? 1 : -1) * Int64(random.below(1 << 53))
            moments.add(value)
            decimals.append(value)
            if random.chance(0.3) { moments.remove(decimals.removeFirst()) }
            let (significand, exponent) = ExactDoubles(decimals.map { Double($0) }).scatter
            let expected = Double(sign: .plus, exponent: exponent, significand: significand)
            #expect((moments.scatter - expected).magnitude <= 1e-15 * expected)
        }
    }
}

extension Array {
    /// Removes an element in constant time; the last takes its place.
    mutating func swapRemove(_ index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
