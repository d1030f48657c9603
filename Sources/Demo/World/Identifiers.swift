// How numbers become identifiers. All are recognisably invented: card numbers start with bank codes that nobody has, mobile numbers with the unassigned
// 154, or the first of virtual operators' 170, identity numbers with the region 99, and internet addresses come from private and documentation ranges.
extension ShortText {
    static func eventID(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("ev")
        text.append(number, width: 12)
        return text
    }

    /// An account of this bank.
    static func account(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("6299")
        text.append(number, width: 11)
        return text
    }

    static func customer(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("C")
        text.append(number, width: 9)
        return text
    }

    /// An account of another bank.
    static func outsideAccount(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("6298")
        text.append(number, width: 11)
        return text
    }

    static func merchant(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("M")
        text.append(number, width: 8)
        return text
    }

    static func employer(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("E")
        text.append(number, width: 8)
        return text
    }

    static func bank(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("BANK")
        text.append(number, width: 3)
        return text
    }

    static func branch(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append("BR")
        text.append(number, width: 4)
        return text
    }

    static func device(_ number: UInt64) -> ShortText {
        var text = ShortText()
        text.append("dev-")
        text.appendHexadecimal(number, width: 10)
        return text
    }

    /// A network card, of the addresses that nobody's cards are made with.
    static func mac(_ number: UInt64) -> ShortText {
        var text = ShortText()
        text.append("02")
        for shift in stride(from: UInt64(32), through: 0, by: -8) {
            text.append(UInt8(ascii: ":"))
            text.appendHexadecimal(number >> shift & 255, width: 2)
        }
        return text
    }

    static func address(_ address: UInt32) -> ShortText {
        var text = ShortText()
        text.append(Int(address >> 24))
        text.append(UInt8(ascii: "."))
        text.append(Int(address >> 16 & 255))
        text.append(UInt8(ascii: "."))
        text.append(Int(address >> 8 & 255))
        text.append(UInt8(ascii: "."))
        text.append(Int(address & 255))
        return text
    }

    static func phone(_ number: Int) -> ShortText {
        var text = ShortText()
        text.append(number, width: 11)
        return text
    }

    /// Eighteen characters with the check digit of GB 11643.
    static func identity(_ number: Int, birthDate: Int) -> ShortText {
        var text = ShortText()
        text.append("99")
        text.append(number / 1000, width: 4)
        text.append(birthDate, width: 8)
        text.append(number, width: 3)
        var sum = 0
        for index in 0..<17 { sum += Int(text.bytes[index] - UInt8(ascii: "0")) * identityWeights[index] }
        let check = (12 - sum % 11) % 11
        text.append(check == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(check))
        return text
    }
}

/// 2^(17 - index) modulo 11.
private let identityWeights: InlineArray<17, Int> = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
