/// An IPv4 or IPv6 address, or a block of them in CIDR notation.
public struct AddressBlock: Sendable, Hashable {
    /// The address as 128 bits; IPv4 addresses are mapped (`::ffff:a.b.c.d`), so both kinds compare alike.
    private let high: UInt64
    private let low: UInt64
    /// 0...128, counted over the 128 bits.
    private let prefixLength: Int

    /// Reads `10.0.0.0/8` or `2001:db8::/32`; nil when the text is neither. Bits behind the prefix are ignored.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")), let (high, low, isV4) = Self.parse(bytes[..<slash]) else { return nil }
        let digits = bytes[(slash + 1)...]
        guard let length = Self.decimal(digits, maximum: isV4 ? 32 : 128) else { return nil }
        self.high = high
        self.low = low
        prefixLength = isV4 ? length + 96 : length
    }

    /// Whether the block has the address; nil when the text is no address. O(length of the text).
    public func contains(address text: String) -> Bool? {
        guard let (otherHigh, otherLow, _) = Self.parse(Array(text.utf8)[...]) else { return nil }
        let highMask: UInt64 = prefixLength == 0 ? 0 : prefixLength >= 64 ? .max : ~(UInt64.max >> UInt64(prefixLength))
        let lowMask: UInt64 = prefixLength <= 64 ? 0 : prefixLength == 128 ? .max : ~(UInt64.max >> UInt64(prefixLength - 64))
        return (high ^ otherHigh) & highMask == 0 && (low ^ otherLow) & lowMask == 0
    }

    private static func parse(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64, isV4: Bool)? {
        if text.contains(UInt8(ascii: ":")) { return parseV6(text).map { ($0.high, $0.low, false) } }
        return parseV4(text).map { (0, 0xFFFF_0000_0000 | UInt64($0), true) }
    }

    /// Digits without a leading zero, at most `maximum`.
    private static func decimal(_ digits: ArraySlice<UInt8>, maximum: Int) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var number = 0
        for digit in digits {
            guard Lexer.isDigit(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number <= maximum ? number : nil
    }

    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let number = decimal(part, maximum: 255) else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    private static func parseV6(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
        let colon = UInt8(ascii: ":")
        var groups: [UInt16] = []
        var gap: Int?
        var rest = text
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: colon) ?? rest.endIndex
            let group = rest[rest.startIndex..<end]
            if group.contains(UInt8(ascii: ".")) {
                guard end == rest.endIndex, let v4 = parseV4(group) else { return nil }
                groups += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
                break
            }
            guard (1...4).contains(group.count), group.allSatisfy(Lexer.isHex),
                let number = UInt16(String(decoding: group, as: UTF8.self), radix: 16)
            else { return nil }
            groups.append(number)
            guard end != rest.endIndex else { break }
            rest = rest[(end + 1)...]
            if rest.first == colon {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
            guard groups.count <= 8 else { return nil }
        }
        if let gap {
            // "::" stands for at least one group of zeros.
            guard groups.count <= 7 else { return nil }
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let words = groups.map(UInt64.init)
        return (words[0] << 48 | words[1] << 32 | words[2] << 16 | words[3], words[4] << 48 | words[5] << 32 | words[6] << 16 | words[7])
    }
}
