private import CGetopt
private import Glibc
private import Synchronization

/// One step of reading a command line.
enum ScannedItem: Equatable {
    case option(index: Int, value: String?)
    case argument(String)
    case unknownOption(String)
    case missingValue(index: Int)
    case unexpectedValue(index: Int)
}

/// getopt_long over Swift strings.
enum OptionScanner {
    /// getopt_long keeps its place in process globals: one scan at a time.
    private static let lock = Mutex(())

    /// Reads options and arguments in the order of the line; `--` ends the options. An option may be shortened as long as it is unambiguous.
    /// - Parameter stopsAtArgument: whether the first argument ends the scan; it and everything behind it are then the rest.
    static func scan(_ words: [String], _ options: [Option], stopsAtArgument: Bool) -> (items: [ScannedItem], rest: [String]) {
        lock.withLock { _ in
            let storage = CStrings(["command"] + words)
            let names = CStrings(options.map(\.name))
            var table = unsafe options.indices.map { index in
                unsafe option(
                    name: names.pointers[index], has_arg: options[index].placeholder == nil ? 0 : 1, flag: nil, val: longCodeBase + Int32(index))
            }
            unsafe table.append(option())
            return unsafe read(storage, shortOptions(options, stopsAtArgument: stopsAtArgument), table, options)
        }
    }

    /// Codes of options: beyond every short option's character.
    private static let longCodeBase: Int32 = 256
    /// What getopt_long returns for an argument when the short options start with `-`.
    private static let argumentCode: Int32 = 1

    private static func read(
        _ storage: CStrings, _ short: String, _ table: [option], _ options: [Option]
    ) -> (items: [ScannedItem], rest: [String]) {
        var items: [ScannedItem] = []
        vane_getopt_reset()
        while true {
            // SAFETY: the strings and the table outlive the call, and getopt_long does not keep pointers to the table.
            let result = unsafe vane_getopt_next(Int32(storage.count), storage.pointers, short, table)
            let value = unsafe result.value.map { unsafe String(cString: $0) }
            switch unsafe result.code {
            case -1:
                return unsafe (items, (Int(result.next)..<storage.count).map { storage[$0] })
            case argumentCode:
                items.append(.argument(value ?? ""))
            case Int32(UInt8(ascii: "?")):
                let word = unsafe storage[max(Int(result.next) - 1, 0)]
                items.append(unsafe rejected(result.option, word))
            case Int32(UInt8(ascii: ":")):
                items.append(.missingValue(index: index(of: unsafe result.option, options)))
            case let code:
                items.append(.option(index: index(of: code, options), value: value))
            }
        }
    }

    private static func rejected(_ code: Int32, _ word: String) -> ScannedItem {
        if code >= longCodeBase { return .unexpectedValue(index: Int(code - longCodeBase)) }
        if code == 0 { return .unknownOption(String(word.prefix { $0 != "=" })) }
        return .unknownOption("-" + String(UnicodeScalar(UInt8(truncatingIfNeeded: code))))
    }

    private static func index(of code: Int32, _ options: [Option]) -> Int {
        if code >= longCodeBase { return Int(code - longCodeBase) }
        let character = Character(UnicodeScalar(UInt8(truncatingIfNeeded: code)))
        guard let index = options.firstIndex(where: { $0.short == character }) else {
            preconditionFailure("getopt_long found an option that is not in the table")
        }
        return index
    }

    /// `-` hands out arguments in their order, `+` stops at the first; `:` tells a missing value from an unknown option.
    private static func shortOptions(_ options: [Option], stopsAtArgument: Bool) -> String {
        options.reduce(stopsAtArgument ? "+:" : "-:") { text, option in
            guard let short = option.short else { return text }
            return text + String(short) + (option.placeholder == nil ? "" : ":")
        }
    }
}

/// An owned array of C strings with a nil at its end.
@safe private final class CStrings {
    // SAFETY: allocated in `init`, freed once in `deinit`; getopt_long may swap the pointers among themselves, and all are freed.
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            unsafe (pointers + index).initialize(to: strdup(string))
        }
        unsafe (pointers + strings.count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }

    subscript(index: Int) -> String {
        guard index < count, let pointer = unsafe pointers[index] else { return "" }
        return unsafe String(cString: pointer)
    }
}
