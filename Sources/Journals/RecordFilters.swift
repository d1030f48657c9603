internal import Events
internal import Expressions

/// The conditions that indicators of one entity put on records, compiled. Equal conditions are one.
final class RecordFilters {
    private struct Load {
        var slot: Int
        var field: RecordLayout.FieldLayout
        /// Decimals are doubles to an expression; 0 for other types.
        var unit: Double
    }

    private let entity: EntityType
    private let layout: RecordLayout
    private let timeZones: (any TimeZoneProvider)?
    private let types: [CellType]
    private var conditions: [RecordCondition] = []
    private var programs: [ConditionProgram] = []
    private var loadsOf: [[Load]] = []
    /// Of each filter; those that are no single comparison are evaluated by their programs.
    private let comparisons: FixedArray<RecordComparison>
    private var cells: UnsafeMutablePointer<UInt64>
    private var present: UnsafeMutablePointer<UInt8>
    private var width: Int

    private var timeSlot: Int { layout.fields.count }
    private var typeSlot: Int { layout.fields.count + 1 }

    init(_ entity: EntityType, _ layout: RecordLayout, _ timeZones: (any TimeZoneProvider)?) {
        self.entity = entity
        self.layout = layout
        self.timeZones = timeZones
        comparisons = FixedArray(Array(repeating: RecordComparison(), count: WindowPlan.filtersMax))
        types = entity.record.map(\.type.cellType) + [.timestamp, .fingerprint]
        width = types.count
        cells = .allocate(capacity: width)
        present = .allocate(capacity: width)
    }

    deinit {
        comparisons.deallocate()
        cells.deallocate()
        present.deallocate()
    }

    /// Index of the condition's filter; nil where there would be too many.
    func add(_ condition: RecordCondition) -> Int? {
        if let index = conditions.firstIndex(where: { $0.expression.isEquivalent(to: condition.expression) && $0.variables == condition.variables }) {
            return index
        }
        guard conditions.count < WindowPlan.filtersMax else { return nil }
        let bindings: [ConditionProgram.Binding] = condition.variables.map { variable in
            switch variable {
            case .field(let index): .init(slot: index, type: types[index])
            case .eventTime: .init(slot: timeSlot, type: .timestamp)
            case .eventType: .init(slot: typeSlot, type: .fingerprint)
            }
        }
        let program = ConditionProgram(
            condition.expression, bindings, firstTemporary: types.count, fingerprint: { Fingerprint.of($0) }, timeZones: timeZones)
        if program.frameWidth > width {
            cells.deallocate()
            present.deallocate()
            width = program.frameWidth
            cells = .allocate(capacity: width)
            present = .allocate(capacity: width)
        }
        cells.initialize(repeating: 0, count: width)
        present.initialize(repeating: 0, count: width)
        var loads: [Load] = []
        for case .field(let index) in condition.variables where !loads.contains(where: { $0.slot == index }) {
            loads.append(Load(slot: index, field: layout.fields[index], unit: layout.fields[index].type.decimalUnit ?? 0))
        }
        conditions.append(condition)
        programs.append(program)
        loadsOf.append(loads)
        comparisons[conditions.count - 1] = RecordComparison(program, layout) ?? RecordComparison()
        return conditions.count - 1
    }

    /// What a filter says, for recognising it in another process: equal texts mean equal conditions.
    func text(_ index: Int) -> String {
        let condition = conditions[index]
        var text = condition.expression.source.text
        for case .constant(let value) in condition.expression.references { text += "|\(value)" }
        for case .field(let field) in condition.variables { text += "|\(entity.record[field].name)" }
        return text
    }

    /// The filters in `mask` that the record passes. An error, such as an absent field, does not pass.
    @inline(__always) func matches(_ record: Record, mask: UInt64, eventTypeFingerprints: UnsafePointer<UInt64>) -> UInt64 {
        var rest = mask
        var passed: UInt64 = 0
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            let comparison = UnsafePointer(comparisons.base + index)
            let holds = comparison.pointee.isSingle ? comparison.pointee.holds(record) : evaluate(index, record, eventTypeFingerprints) ? 1 : 0
            passed |= holds << UInt64(index)
        }
        return passed
    }

    /// The comparison that the filter of the lowest bit is, if it is a single one.
    @inline(__always) func comparison(_ bits: UInt64) -> UnsafePointer<RecordComparison> {
        UnsafePointer(comparisons.base + bits.trailingZeroBitCount)
    }

    @inline(never) private func evaluate(_ index: Int, _ record: Record, _ eventTypeFingerprints: UnsafePointer<UInt64>) -> Bool {
        for load in loadsOf[index] {
            if record.isPresent(load.field.presenceBit) {
                let cell = record.cell(load.field)
                cells[load.slot] = load.unit == 0 ? cell : (Double(Int64(bitPattern: cell)) / load.unit).bitPattern
                present[load.slot] = 1
            } else {
                present[load.slot] = 0
            }
        }
        cells[timeSlot] = UInt64(bitPattern: record.time)
        present[timeSlot] = 1
        cells[typeSlot] = eventTypeFingerprints[record.eventType]
        present[typeSlot] = 1
        return programs[index].evaluate(Frame(cells: cells, present: present)).truth == .yes
    }
}

/// The commonest condition, one field compared for equality with a constant, without unpacking the record.
struct RecordComparison {
    private(set) var isSingle = false
    private var isWide = false
    private var isEqual = false
    private var presenceBit: UInt32 = 0
    private var offset = 0
    private var value: UInt64 = 0

    /// Stands for a condition of another kind.
    init() {}

    init?(_ program: ConditionProgram, _ layout: RecordLayout) {
        guard let comparison = program.singleEquality, comparison.slot < layout.fields.count else { return nil }
        let field = layout.fields[comparison.slot]
        // Decimals and doubles compare as doubles.
        switch field.type {
        case .decimal, .double: return nil
        default: break
        }
        isSingle = true
        presenceBit = field.presenceBit
        offset = field.offset
        isWide = field.isWide
        value = comparison.value
        isEqual = comparison.isEqual
    }

    /// 1 or 0, without a branch on what the record holds.
    @inline(__always) func holds(_ record: Record) -> UInt64 {
        let cell = isWide ? record.wide(offset) : UInt64(record.base.load(fromByteOffset: offset, as: UInt8.self))
        let holds: UInt64 = (cell == value) == isEqual ? 1 : 0
        return holds & (record.isPresent(presenceBit) ? 1 : 0)
    }
}
