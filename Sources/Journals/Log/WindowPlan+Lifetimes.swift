internal import Events
internal import Expressions

/// What lifetimes have added up over records that are gone, as bytes that another process can take up.
///
/// Accumulators are recognised by what they compute, so that packages may change in between: one that the bytes lack begins anew, and its lifetime is
/// partial.
extension WindowPlan {
    private static let version: UInt8 = 1

    /// What an accumulator computes, as a number that is the same in every process.
    func definition(_ accumulator: Accumulator) -> UInt64 {
        let field = layout.fields.firstIndex { $0.presenceBit == accumulator.requiredBit && accumulator.requiredBit != 0 }
        let parts = [
            "\(accumulator.kind)", field.map { "\(entity.record[$0].name):\(entity.record[$0].type)" } ?? "",
            accumulator.filterBit == 0 ? "" : filters.text(accumulator.filterBit.trailingZeroBitCount), String(Accumulator.stateBytes(accumulator.kind)),
        ]
        return Fingerprint.of(parts.joined(separator: "\n"))
    }

    /// - Parameter states: the journal's; what is read is what lifetimes keep of records that have gone.
    func lifetimes(_ states: UnsafeMutableRawPointer) -> [UInt8] {
        var bytes: [UInt8] = [Self.version]
        for index in groups.indices where groups[index].kind == .lifetime {
            let group = groups[index]
            let state = (states + group.stateOffset).assumingMemoryBound(to: GroupState.self)
            guard state.pointee.isInitialised else { continue }
            for accumulator in group.accumulators where state.pointee.partial & GroupState.partialBit(accumulator - group.accumulators.lowerBound) == 0 {
                let content = accumulators[accumulator].carried(states + group.stateBytes)
                withUnsafeBytes(of: definition(accumulators[accumulator]).littleEndian) { bytes += $0 }
                withUnsafeBytes(of: UInt32(content.count).littleEndian) { bytes += $0 }
                bytes += content
            }
        }
        return bytes
    }

    /// Takes up what `lifetimes` wrote, in states that are not initialised yet.
    func takeUp(_ bytes: [UInt8], _ states: UnsafeMutableRawPointer, _ header: UnsafeMutablePointer<JournalHeader>, _ pool: MemoryPool) {
        let carried = Self.contents(bytes)
        for index in groups.indices where groups[index].kind == .lifetime {
            let group = groups[index]
            initialise(group, states, header)
            let state = (states + group.stateOffset).assumingMemoryBound(to: GroupState.self)
            var partial: UInt16 = 0
            for accumulator in group.accumulators {
                let content = carried[definition(accumulators[accumulator])]
                let isTaken =
                    content.map { range in
                        bytes.withUnsafeBytes { bytes in
                            accumulators[accumulator].takeUp(
                                UnsafeRawBufferPointer(rebasing: bytes[range]), states + group.stateBytes, ordinal: header.pointee.base &- 1, pool)
                        }
                    } ?? false
                if !isTaken { partial |= GroupState.partialBit(accumulator - group.accumulators.lowerBound) }
            }
            state.pointee.partial = partial
            state.pointee.isDirty = true
        }
    }

    private static func contents(_ bytes: [UInt8]) -> [UInt64: Range<Int>] {
        guard bytes.first == version else { return [:] }
        var contents: [UInt64: Range<Int>] = [:]
        var at = 1
        bytes.withUnsafeBytes { bytes in
            while at + 12 <= bytes.count {
                let definition = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                let count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self)))
                at += 12
                guard at + count <= bytes.count else { return }
                contents[definition] = at..<(at + count)
                at += count
            }
        }
        return contents
    }
}

extension Accumulator {
    private func state<State>(_ states: UnsafeMutableRawPointer, _: State.Type) -> UnsafeMutablePointer<State> {
        (states + stateOffset).assumingMemoryBound(to: State.self)
    }

    /// The state's content, without pointers.
    func carried(_ states: UnsafeMutableRawPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        func write(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        switch kind {
        case .multiset, .multisetWithFrequencies:
            state(states, Multiset.self).pointee.forEach { value, count in
                write(value)
                write(count)
            }
        case .sortedValues:
            let values = state(states, SortedValues.self).pointee
            for index in 0..<Int(values.count) { write(values[index]) }
        case .lifetimeDoubleSum:
            let sum = state(states, LifetimeSumState.self).pointee
            write(sum.count)
            bytes += sum.sum.bytes
        case .lifetimeDoubleMoments:
            let moments = state(states, LifetimeMomentsState.self).pointee
            write(moments.count)
            write(UInt32(moments.sum.bytes.count))
            bytes += moments.sum.bytes
            bytes += moments.squares.bytes
        default: bytes += UnsafeRawBufferPointer(start: states + stateOffset, count: Self.stateBytes(kind))
        }
        return bytes
    }

    /// - Parameters:
    ///   - states: where the state is initialised and empty.
    ///   - ordinal: of a record before all that there are.
    func takeUp(_ bytes: UnsafeRawBufferPointer, _ states: UnsafeMutableRawPointer, ordinal: UInt32, _ pool: MemoryPool) -> Bool {
        switch kind {
        case .multiset, .multisetWithFrequencies:
            guard bytes.count % 12 == 0 else { return false }
            for at in stride(from: 0, to: bytes.count, by: 12) {
                let value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                let count = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self))
                for _ in 0..<count { state(states, Multiset.self).pointee.add(value, pool) }
            }
        case .sortedValues:
            guard bytes.count % 8 == 0 else { return false }
            for at in stride(from: 0, to: bytes.count, by: 8) {
                state(states, SortedValues.self).pointee.add(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int64.self)), pool)
            }
        case .lifetimeDoubleSum:
            guard bytes.count > 8, let sum = LifetimeSum(UnsafeRawBufferPointer(rebasing: bytes[8...]), pool) else { return false }
            state(states, LifetimeSumState.self).pointee = LifetimeSumState(count: Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)), sum: sum)
        case .lifetimeDoubleMoments:
            guard bytes.count > 12 else { return false }
            let count = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
            let first = 12 + Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
            guard first < bytes.count, var sum = LifetimeSum(UnsafeRawBufferPointer(rebasing: bytes[12..<first]), pool) else { return false }
            guard let squares = LifetimeSum(UnsafeRawBufferPointer(rebasing: bytes[first...]), pool) else {
                sum.removeAll(pool)
                return false
            }
            state(states, LifetimeMomentsState.self).pointee = LifetimeMomentsState(count: count, sum: sum, squares: squares)
        default:
            guard bytes.count == Self.stateBytes(kind) else { return false }
            (states + stateOffset).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
            // Ordinals are this process's own.
            if kind == .earliest { state(states, EarliestState.self).pointee.ordinal = ordinal }
            if kind == .latest { state(states, LatestState.self).pointee.forgetOrdinals(ordinal) }
        }
        return true
    }
}
