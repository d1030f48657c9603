internal import Events
internal import Expressions

/// Panes as bytes that another process can take up: the records that they stand for are in no log that was begun anew.
///
/// | bytes | what |
/// |---|---|
/// | 1 | version |
/// | 8 | the history, which says how long a pane is |
/// | 4, then 8 each | accumulators of a pane, by what they compute |
/// | for each pane 16 | its number and the time of its newest record |
/// | for each of its accumulators 4 and more | length and content |
extension WindowPlan {
    private static let paneVersion: UInt8 = 1

    func carried(_ panes: Panes) -> [UInt8] {
        var bytes: [UInt8] = [Self.paneVersion]
        func write(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        write(entity.historyMilliseconds)
        write(UInt32(paneColumns.count))
        for column in paneColumns { write(definition(accumulators[column])) }
        for index in 0..<panes.count {
            let header = panes.header(index).pointee
            write(header.number)
            write(header.newest)
            for column in paneColumns {
                let content = accumulators[column].carried(panes[index])
                write(UInt32(content.count))
                bytes += content
            }
        }
        return bytes
    }

    /// Takes up what `carried` wrote, in a journal that has no panes yet. Accumulators are recognised by what they compute: one that the bytes lack is empty,
    /// as it is where packages change.
    func takeUp(panes bytes: [UInt8], into panes: inout Panes, _ pool: MemoryPool) {
        bytes.withUnsafeBytes { bytes in
            var at = 0
            func read<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
                guard at + MemoryLayout<Value>.size <= bytes.count else { return nil }
                defer { at += MemoryLayout<Value>.size }
                return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Value.self))
            }
            // Of another history they are cut otherwise.
            guard read(UInt8.self) == Self.paneVersion, read(Int64.self) == entity.historyMilliseconds, let count = read(UInt32.self) else { return }
            var columns: [Int?] = []
            for _ in 0..<count {
                guard let wanted = read(UInt64.self) else { return }
                columns.append(paneColumns.first { definition(accumulators[$0]) == wanted })
            }
            while let number = read(Int64.self), let newest = read(Int64.self) {
                let place = panes.findOrInsert(number, pool)
                let pane = panes[place.index]
                for column in paneColumns { accumulators[column].initialise(pane) }
                pane.assumingMemoryBound(to: Panes.Header.self).pointee.newest = newest
                for column in columns {
                    guard let length = read(UInt32.self), at + Int(length) <= bytes.count else { return }
                    let content = UnsafeRawBufferPointer(rebasing: bytes[at..<(at + Int(length))])
                    if let column { _ = accumulators[column].takeUp(content, pane, ordinal: 0, pool) }
                    at += Int(length)
                }
            }
        }
    }
}
