internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules

/// The event at hand as the conditions of a package see it, for the general evaluator. It reads what the engine read, one value at a time.
struct EventActivation: Activation {
    let runner: EventRunner
    let package: Int
    let timeZones: (any TimeZoneProvider)?

    init(_ runner: EventRunner, package: Int) {
        self.runner = runner
        self.package = package
        timeZones = runner.engine.rules.timeZones
    }

    func value(at index: Int) -> Value? {
        let rules = runner.engine.rules
        switch rules.packages[package].variables[index] {
        case .field(let name): return field(name)
        case .indicator(let indicator):
            let number = rules.indicatorBase[package] + indicator
            guard let cell = runner.engine.value(ofIndicator: number) else { return nil }
            return value(cell, rules.indicators[number].resultType(runner.engine.schema))
        }
    }

    private func field(_ name: String) -> Value? {
        let (batch, row) = (runner.batch, runner.decision.row)
        let event = runner.engine.schema.events[runner.decision.eventType]
        guard let slot = event.slot(named: name), batch.isPresent(row: row, slot: slot) else { return nil }
        let cell = batch.cell(row: row, slot: slot)
        switch event.fields[slot].type {
        case .string: return .string(String(decoding: batch.text(row: row, slot: slot), as: UTF8.self))
        case .decimal: return .double(Double(Int64(bitPattern: cell)) / event.fields[slot].type.decimalUnit!)
        case let type: return value(cell, type.cellType)
        }
    }

    private func value(_ cell: UInt64, _ type: CellType) -> Value? {
        switch type {
        case .bool: .bool(cell != 0)
        case .int: .int(Int64(bitPattern: cell))
        case .double: .double(Double(bitPattern: cell))
        // Every text that a journal holds the fingerprint of was in an event of this stream.
        case .fingerprint: .string(runner.text(ofFingerprint: cell) ?? "")
        case .enumeration(let values): .string(values[Int(cell)])
        case .timestamp: Timestamp(epochMilliseconds: Int64(bitPattern: cell)).map { .timestamp($0) }
        case .duration: SignedDuration(milliseconds: Int64(bitPattern: cell)).map { .duration($0) }
        }
    }

    func isOnList(_ name: String, subject: Value) throws(EvaluationError) -> Bool {
        let lists = runner.engine.lists
        guard let list = lists.index(of: name) else { throw EvaluationError(.noSuchList, "there is no list '\(name)'") }
        guard case .string(let text) = subject else { return false }
        return lists.contains(list: list, subject: Fingerprint.of(text))
    }

    func listAttribute(_ name: String, subject: Value, attribute: String) throws(EvaluationError) -> Value? {
        let lists = runner.engine.lists
        guard let list = lists.index(of: name) else { throw EvaluationError(.noSuchList, "there is no list '\(name)'") }
        guard case .string(let text) = subject else { return nil }
        return lists.attribute(list: list, subject: Fingerprint.of(text), name: attribute).map { .string($0) }
    }
}
