public import Expressions

/// The lists of a process, by the numbers that a rule set has for them.
public final class NumberedLists: ListLookup {
    private let lists: Lists
    private let numbers: [Int]
    private let names: [String]

    /// A list that nobody has filled yet is declared, and empty.
    /// - Parameter names: those of the rule set.
    public init(_ lists: Lists, names: [String]) {
        self.lists = lists
        self.names = names
        numbers = names.map { lists.declare($0) }
    }

    public func contains(list: Int, subject: UInt64) -> Bool { lists.contains(list: numbers[list], subject: subject) }

    public func attribute(list: Int, subject: UInt64, name: String) -> String? {
        lists.attribute(list: numbers[list], subject: subject, name: name)
    }

    public func index(of name: String) -> Int? { names.firstIndex(of: name) }
}
