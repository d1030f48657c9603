/// A condition compiled for the hot path: comparisons and arithmetic over cells, with jumps for `&&`, `||`, `!` and `?:`.
///
/// Evaluating it allocates nothing and looks at no type. What has no compiled form, such as string functions, is evaluated in place by the
/// general evaluator, so that both agree on everything: the compiled form is an optimisation, never a dialect.
public final class ConditionProgram: Sendable {
    public enum Truth: UInt8, Sendable { case no, yes, error }

    /// What a condition came to, and for an error which cell was at fault.
    public struct Outcome: Sendable {
        public var truth: Truth
        /// The slot whose value did not exist, or -1.
        public var slot: Int
        /// `Presence` of that slot.
        public var presence: UInt8
    }

    /// Where a variable of the expression is held.
    public struct Binding: Sendable {
        public var slot: Int
        public var type: CellType

        public init(slot: Int, type: CellType) {
            self.slot = slot
            self.type = type
        }
    }

    struct Instruction {
        var operation: Operation
        var left: UInt16 = 0
        var right: UInt16 = 0
        var result: UInt16 = 0
        var yes: UInt16 = Self.toYes
        var no: UInt16 = Self.toNo
        var error: UInt16 = Self.toError
        /// The operands stand the other way round in the expression: the error of the right one comes first.
        var isSwapped = false
        /// A constant's bits, or an index.
        var immediate: UInt64 = 0

        static let toYes: UInt16 = 0xfffd
        static let toNo: UInt16 = 0xfffe
        static let toError: UInt16 = 0xffff
        /// The most instructions that targets can address.
        static let countMax = 0xfff0
    }

    enum Operation: UInt8 {
        // Conditions: jump to yes, no or error.
        case always
        /// Whether the cell has a value: yes or error.
        case exists
        case isTrue
        case equalsConstant, differsFromConstant, equals, differs
        case isIn
        case intLessConstant, intAtMostConstant, intGreaterConstant, intAtLeastConstant
        case intLess, intAtMost
        case doubleLessConstant, doubleAtMostConstant, doubleGreaterConstant, doubleAtLeastConstant, doubleEqualsConstant, doubleDiffersFromConstant
        case doubleLess, doubleAtMost, doubleEquals, doubleDiffers
        case intLessDouble, intAtMostDouble, doubleLessInt, doubleAtMostInt, intEqualsDouble, intDiffersFromDouble
        case inList
        case generalCondition
        // Error absorption: `result` is a cell whose presence remembers the first error of a conjunction or disjunction.
        case clearFlag, setFlag, testFlag
        // Values: write `result` and go to `yes`.
        case constant, move
        /// Writes the error that led here.
        case failure
        case intAdd, intSubtract, intMultiply, intDivide, intModulo, intNegate
        // Times and durations in milliseconds, within the ranges that the general evaluator has.
        case timestampAdd, timestampSubtract, timestampDifference, durationAdd, durationSubtract
        case doubleAdd, doubleSubtract, doubleMultiply, doubleDivide, doubleNegate
        case intToDouble
        case orDefault
        case enumerationToFingerprint
        case civil
        case distance
        case generalValue
    }

    /// What the compiler makes.
    struct Parts {
        var instructions: [Instruction] = []
        /// Sorted.
        var sets: [[UInt64]] = []
        /// The fingerprints of enums' values.
        var tables: [[UInt64]] = []
        var zones: [TimeZoneRules?] = []
        var generals: [GeneralPart] = []
        var constraints: [CellConstraint] = []
        var constraintsDecide = false
        var sharedSlots: [Int] = []
        var frameWidth = 0
    }

    private let instructions: FixedArray<Instruction>
    private let sets: [[UInt64]]
    private let tables: [[UInt64]]
    private let zones: [TimeZoneRules?]
    private let generals: [GeneralPart]
    /// Cells that a frame needs: variables and temporaries.
    public let frameWidth: Int
    /// What the condition demands of single cells: it is false where one of them has a value that is not let through. One for each cell at most.
    public let constraints: [CellConstraint]
    /// There is nothing else to the condition: it is true where each of these cells has a value that is let through. NaN is never true, let through or not.
    public let constraintsDecide: Bool
    /// The cells of shared parts that must be computed before.
    public let sharedSlots: [Int]
    /// Set where the whole condition is one comparison of a cell with a constant.
    public let singleEquality: (slot: Int, value: UInt64, isEqual: Bool)?

    init(_ parts: Parts) {
        instructions = FixedArray(parts.instructions)
        sets = parts.sets
        tables = parts.tables
        zones = parts.zones
        generals = parts.generals
        constraints = parts.constraints
        constraintsDecide = parts.constraintsDecide
        sharedSlots = parts.sharedSlots
        frameWidth = parts.frameWidth
        var equality: (slot: Int, value: UInt64, isEqual: Bool)?
        if parts.instructions.count == 1, case let only = parts.instructions[0], only.yes == Instruction.toYes, only.no == Instruction.toNo {
            switch only.operation {
            case .equalsConstant: equality = (Int(only.left), only.immediate, true)
            case .differsFromConstant: equality = (Int(only.left), only.immediate, false)
            default: break
            }
        }
        singleEquality = equality
    }

    deinit { instructions.deallocate() }

    /// Evaluates the condition over a frame of at least `frameWidth` cells.
    public func evaluate(_ frame: Frame) -> Outcome {
        var outcome = Outcome(truth: .error, slot: -1, presence: Presence.absent)
        let cells = frame.cells
        let present = frame.present
        var next: UInt16 = 0
        @inline(__always) func int(_ slot: UInt16) -> Int64 { Int64(bitPattern: cells[Int(slot)]) }
        @inline(__always) func double(_ slot: UInt16) -> Double { Double(bitPattern: cells[Int(slot)]) }
        @inline(__always) func fail(_ slot: UInt16) {
            outcome.slot = Int(slot)
            outcome.presence = present[Int(slot)]
        }
        @inline(__always) func missing(_ slot: UInt16) -> Bool { present[Int(slot)] != Presence.value }
        while next < Instruction.toYes {
            let instruction = UnsafePointer(instructions.base + Int(next))
            let left = instruction.pointee.left
            let right = instruction.pointee.right
            let immediate = instruction.pointee.immediate
            @inline(__always) func jump(_ condition: Bool) { next = condition ? instruction.pointee.yes : instruction.pointee.no }
            @inline(__always) func unary(_ condition: () -> Bool) {
                if missing(left) {
                    fail(left)
                    next = instruction.pointee.error
                } else {
                    jump(condition())
                }
            }
            @inline(__always) func binary(_ condition: () -> Bool) {
                if missing(left) || missing(right) {
                    fail(instruction.pointee.isSwapped ? (missing(right) ? right : left) : missing(left) ? left : right)
                    next = instruction.pointee.error
                } else {
                    jump(condition())
                }
            }
            @inline(__always) func store(_ bits: UInt64, _ presence: UInt8 = Presence.value) {
                cells[Int(instruction.pointee.result)] = bits
                present[Int(instruction.pointee.result)] = presence
                next = instruction.pointee.yes
            }
            @inline(__always) func compute(_ value: () -> (UInt64, UInt8)) {
                // The error of an operand is the error of the result.
                if missing(left) { return store(0, present[Int(left)]) }
                if missing(right) { return store(0, present[Int(right)]) }
                let (bits, presence) = value()
                store(bits, presence)
            }
            @inline(__always) func checked(_ result: (partialValue: Int64, overflow: Bool)) -> (UInt64, UInt8) {
                (UInt64(bitPattern: result.partialValue), result.overflow ? Presence.overflow : Presence.value)
            }
            switch instruction.pointee.operation {
            case .always: next = instruction.pointee.yes
            case .exists: unary { true }
            case .isTrue: unary { cells[Int(left)] != 0 }
            case .equalsConstant: unary { cells[Int(left)] == immediate }
            case .differsFromConstant: unary { cells[Int(left)] != immediate }
            case .equals: binary { cells[Int(left)] == cells[Int(right)] }
            case .differs: binary { cells[Int(left)] != cells[Int(right)] }
            case .isIn: unary { Self.contains(sets[Int(immediate)], cells[Int(left)]) }
            case .intLessConstant: unary { int(left) < Int64(bitPattern: immediate) }
            case .intAtMostConstant: unary { int(left) <= Int64(bitPattern: immediate) }
            case .intGreaterConstant: unary { int(left) > Int64(bitPattern: immediate) }
            case .intAtLeastConstant: unary { int(left) >= Int64(bitPattern: immediate) }
            case .intLess: binary { int(left) < int(right) }
            case .intAtMost: binary { int(left) <= int(right) }
            case .doubleLessConstant: unary { double(left) < Double(bitPattern: immediate) }
            case .doubleAtMostConstant: unary { double(left) <= Double(bitPattern: immediate) }
            case .doubleGreaterConstant: unary { double(left) > Double(bitPattern: immediate) }
            case .doubleAtLeastConstant: unary { double(left) >= Double(bitPattern: immediate) }
            case .doubleEqualsConstant: unary { double(left) == Double(bitPattern: immediate) }
            case .doubleDiffersFromConstant: unary { double(left) != Double(bitPattern: immediate) }
            case .doubleLess: binary { double(left) < double(right) }
            case .doubleAtMost: binary { double(left) <= double(right) }
            case .doubleEquals: binary { double(left) == double(right) }
            case .doubleDiffers: binary { double(left) != double(right) }
            // Order compares numbers of different types as doubles, equality by value: so does the general evaluator.
            case .intLessDouble: binary { Double(int(left)) < double(right) }
            case .intAtMostDouble: binary { Double(int(left)) <= double(right) }
            case .doubleLessInt: binary { double(left) < Double(int(right)) }
            case .doubleAtMostInt: binary { double(left) <= Double(int(right)) }
            case .intEqualsDouble: binary { Int64(exactly: double(right)) == int(left) }
            case .intDiffersFromDouble: binary { Int64(exactly: double(right)) != int(left) }
            case .inList: unary { frame.lists?.contains(list: Int(immediate), subject: cells[Int(left)]) ?? false }
            case .generalCondition:
                let (holds, presence) = generals[Int(immediate)].condition(frame)
                if presence == Presence.value {
                    jump(holds)
                } else {
                    outcome.slot = -1
                    outcome.presence = presence
                    next = instruction.pointee.error
                }
            case .clearFlag:
                present[Int(instruction.pointee.result)] = Presence.value
                next = instruction.pointee.yes
            case .setFlag:
                if !missing(instruction.pointee.result) {
                    cells[Int(instruction.pointee.result)] = UInt64(bitPattern: Int64(outcome.slot))
                    present[Int(instruction.pointee.result)] = outcome.presence
                }
                next = instruction.pointee.yes
            case .testFlag:
                if missing(instruction.pointee.result) {
                    outcome.slot = Int(int(instruction.pointee.result))
                    outcome.presence = present[Int(instruction.pointee.result)]
                    next = instruction.pointee.error
                } else {
                    next = instruction.pointee.no
                }
            case .constant: store(immediate)
            case .move: store(cells[Int(left)], present[Int(left)])
            case .failure: store(0, outcome.presence)
            case .timestampAdd: compute { Self.timestamp(int(left).addingReportingOverflow(int(right))) }
            case .timestampSubtract: compute { Self.timestamp(int(left).subtractingReportingOverflow(int(right))) }
            case .timestampDifference: compute { Self.difference(int(left), int(right)) }
            case .durationSubtract: compute { Self.duration(int(left).subtractingReportingOverflow(int(right))) }
            case .durationAdd: compute { Self.duration(int(left).addingReportingOverflow(int(right))) }
            case .intAdd: compute { checked(int(left).addingReportingOverflow(int(right))) }
            case .intSubtract: compute { checked(int(left).subtractingReportingOverflow(int(right))) }
            case .intMultiply: compute { checked(int(left).multipliedReportingOverflow(by: int(right))) }
            case .intDivide:
                compute { int(right) == 0 ? (0, Presence.divideByZero) : checked(int(left).dividedReportingOverflow(by: int(right))) }
            case .intModulo:
                compute { int(right) == 0 ? (0, Presence.divideByZero) : checked(int(left).remainderReportingOverflow(dividingBy: int(right))) }
            case .intNegate: compute { checked((0 as Int64).subtractingReportingOverflow(int(left))) }
            case .doubleAdd: compute { ((double(left) + double(right)).bitPattern, Presence.value) }
            case .doubleSubtract: compute { ((double(left) - double(right)).bitPattern, Presence.value) }
            case .doubleMultiply: compute { ((double(left) * double(right)).bitPattern, Presence.value) }
            case .doubleDivide: compute { ((double(left) / double(right)).bitPattern, Presence.value) }
            case .doubleNegate: compute { ((-double(left)).bitPattern, Presence.value) }
            case .intToDouble: compute { (Double(int(left)).bitPattern, Presence.value) }
            case .orDefault:
                let source = present[Int(left)] == Presence.absent ? right : left
                store(cells[Int(source)], present[Int(source)])
            case .enumerationToFingerprint: compute { (tables[Int(immediate)][Int(cells[Int(left)])], Presence.value) }
            case .civil: compute { (UInt64(bitPattern: civil(int(left), immediate)), Presence.value) }
            case .distance:
                // Four cells in a row from `left` on.
                let first = Int(left)
                if let absent = (first..<first + 4).first(where: { present[$0] != Presence.value }) {
                    store(0, present[absent])
                } else {
                    store(
                        EarthDistance.kilometres(
                            Double(bitPattern: cells[first]), Double(bitPattern: cells[first + 1]), Double(bitPattern: cells[first + 2]),
                            Double(bitPattern: cells[first + 3])
                        ).bitPattern)
                }
            case .generalValue:
                let (bits, presence) = generals[Int(immediate)].value(frame)
                store(bits, presence)
            }
        }
        switch next {
        case Instruction.toYes: outcome.truth = .yes
        case Instruction.toNo: outcome.truth = .no
        default: outcome.truth = .error
        }
        return outcome
    }

    @inline(__always) private static func timestamp(_ sum: (partialValue: Int64, overflow: Bool)) -> (UInt64, UInt8) {
        let isInRange = !sum.overflow && (Timestamp.secondsMin * 1000...Timestamp.secondsMax * 1000 + 999).contains(sum.partialValue)
        return (UInt64(bitPattern: sum.partialValue), isInRange ? Presence.value : Presence.overflow)
    }

    @inline(__always) private static func duration(_ sum: (partialValue: Int64, overflow: Bool)) -> (UInt64, UInt8) {
        let isInRange = !sum.overflow && sum.partialValue.magnitude <= (Int64.max / 1_000_000).magnitude
        return (UInt64(bitPattern: sum.partialValue), isInRange ? Presence.value : Presence.overflow)
    }

    /// The last second of a duration's range is the general evaluator's to judge.
    @inline(__always) private static func difference(_ left: Int64, _ right: Int64) -> (UInt64, UInt8) {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        if overflow || difference.magnitude > (Int64.max / 1_000_000_000 - 1).magnitude * 1000 { return longDifference(left, right) }
        return (UInt64(bitPattern: difference), Presence.value)
    }

    @inline(never) private static func longDifference(_ left: Int64, _ right: Int64) -> (UInt64, UInt8) {
        guard let later = Timestamp(epochMilliseconds: left), let earlier = Timestamp(epochMilliseconds: right), let span = later.since(earlier) else {
            return (0, Presence.overflow)
        }
        return (UInt64(bitPattern: span.nanoseconds / 1_000_000), Presence.value)
    }

    private static func contains(_ set: [UInt64], _ value: UInt64) -> Bool {
        var low = 0
        var high = set.count
        while low < high {
            let middle = (low + high) / 2
            if set[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < set.count && set[low] == value
    }

    /// A part of a civil time: which part in the low byte, the zone above.
    private func civil(_ milliseconds: Int64, _ immediate: UInt64) -> Int64 {
        var seconds = CivilTime.floorDivide(milliseconds, 1000).quotient
        if let rules = zones[Int(immediate >> 8)] { seconds += Int64(rules.offsetSeconds(atUTC: seconds)) }
        return CivilPart(rawValue: UInt8(truncatingIfNeeded: immediate))!.of(CivilTime(epochSeconds: seconds))
    }
}

/// The getters of timestamps that are compiled.
enum CivilPart: UInt8 {
    case fullYear, month, dayOfMonth, date, dayOfWeek, dayOfYear, hours, minutes, seconds

    static let functions: [String: CivilPart] = [
        "getFullYear": .fullYear, "getMonth": .month, "getDayOfMonth": .dayOfMonth, "getDate": .date, "getDayOfWeek": .dayOfWeek,
        "getDayOfYear": .dayOfYear, "getHours": .hours, "getMinutes": .minutes, "getSeconds": .seconds,
    ]

    func of(_ time: CivilTime) -> Int64 {
        switch self {
        case .fullYear: time.year
        case .month: Int64(time.month - 1)
        case .dayOfMonth: Int64(time.day - 1)
        case .date: Int64(time.day)
        case .dayOfWeek: Int64(time.dayOfWeek)
        case .dayOfYear: Int64(time.dayOfYear)
        case .hours: Int64(time.hour)
        case .minutes: Int64(time.minute)
        case .seconds: Int64(time.second)
        }
    }
}
