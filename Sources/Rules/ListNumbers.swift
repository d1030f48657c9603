internal import Expressions

/// Numbers the lists that rules name, in the order of the rules, while they are compiled: the lists themselves belong to another thread.
final class ListNumbers: ListLookup {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    func add(_ name: String) {
        if numbers[name] != nil { return }
        numbers[name] = names.count
        names.append(name)
    }

    func index(of name: String) -> Int? { numbers[name] }
    func contains(list: Int, subject: UInt64) -> Bool { false }
    func attribute(list: Int, subject: UInt64, name: String) -> String? { nil }
}
