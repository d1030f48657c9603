public import Documents
internal import Engine
internal import Expressions
internal import Rules

/// Why a rule hit an event, or did not.
public struct RuleExplanation: Sendable {
    public var package: String
    public var version: String
    public var rule: String
    /// In English, or the first language there is; nil without one.
    public var title: String?
    public var isShadow: Bool
    /// What the engine decided.
    public var isHit: Bool
    public var trace: ConditionTrace

    /// Explains a rule for the event at hand.
    init(_ runner: EventRunner, package index: Int, rule: Int) {
        let package = runner.engine.rules.packages[index]
        self.package = package.name
        version = package.version
        self.rule = package.rules[rule].id
        title = package.rules[rule].title.text("en")
        isShadow = !runner.engine.acts(package: index, runner.decision)
        isHit = (runner.decision.hits + runner.decision.shadowHits).contains { $0.package == index && $0.rule == rule }
        trace = ConditionTree(package.rules[rule].condition).trace(EventActivation(runner, package: index), withOperands: true)
    }

    /// Every rule that applies to the type of the event at hand, in the order of packages and rules. The runner remembers texts.
    public static func all(_ runner: EventRunner) -> [RuleExplanation] {
        let packages = runner.engine.rules.packages
        return packages.indices.filter { packages[$0].on.contains(runner.decision.eventType) }.flatMap { package in
            packages[package].rules.indices.map { RuleExplanation(runner, package: package, rule: $0) }
        }
    }

    /// `hits`, `does not hit`, or the error for which it does not.
    public var verdict: String {
        if isHit { return isShadow ? "hits (shadow)" : "hits" }
        if case .failed(let code, let message) = trace.outcome { return "does not hit: \(code), \(message)" }
        return "does not hit"
    }
}

// As text.
extension RuleExplanation {
    /// What stands at a line of the tree: whether it holds, the condition, the values it looked at, and whether it decided.
    public struct Line: Sendable, Equatable {
        public var depth: Int
        /// `true`, `false`, `error`, or `-` for what was not looked at.
        public var outcome: String
        public var text: String
        /// `amount = 12.5, large_amount = 50000.0`
        public var values: String
        public var decides: Bool
    }

    /// The condition tree, one line for each part.
    public var lines: [Line] {
        var lines: [Line] = []
        func add(_ trace: ConditionTrace, _ depth: Int) {
            lines.append(
                Line(depth: depth, outcome: Self.word(trace.outcome), text: Self.heading(trace), values: Self.values(trace), decides: trace.decides))
            for part in trace.parts { add(part, depth + 1) }
        }
        add(trace, 0)
        return lines
    }

    private static func word(_ outcome: ConditionTrace.Outcome) -> String {
        switch outcome {
        case .yes: "true"
        case .no: "false"
        case .failed: "error"
        case .notLookedAt: "-"
        }
    }

    private static func heading(_ trace: ConditionTrace) -> String {
        switch trace.form {
        case .all: "all of"
        case .any: "any of"
        case .not: "not"
        case .choice: "if, then, else"
        case .atom: trace.text
        }
    }

    private static func values(_ trace: ConditionTrace) -> String {
        var parts = trace.operands.map { "\($0.text) = \($0.value)" }
        if case .failed(let code, let message) = trace.outcome, trace.form == .atom,
            // A value that is missing is named already.
            !trace.operands.contains(where: { $0.isError && $0.value == code })
        {
            parts.append("\(code): \(message)")
        }
        if trace.isAbsorbed { parts.append("the error makes no difference") }
        return parts.joined(separator: ", ")
    }
}

// As JSON.
extension RuleExplanation {
    /// `{"package":…,"version":…,"rule":…,"title":…,"shadow":…,"hit":…,"condition":{…}}`
    public func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("package")
        writer.string(package)
        writer.key("version")
        writer.string(version)
        writer.key("rule")
        writer.string(rule)
        writer.key("title")
        if let title { writer.string(title) } else { writer.null() }
        writer.key("shadow")
        writer.bool(isShadow)
        writer.key("hit")
        writer.bool(isHit)
        writer.key("condition")
        trace.write(&writer)
        writer.endObject()
    }
}

extension ConditionTrace {
    /// `{"condition":…,"outcome":…,"decides":…,"values":[…],"form":…,"parts":[…],"file":…,"line":…,"column":…}`
    fileprivate func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("condition")
        writer.string(text)
        writer.key("outcome")
        switch outcome {
        case .yes: writer.bool(true)
        case .no: writer.bool(false)
        case .failed, .notLookedAt: writer.null()
        }
        if case .failed(let code, let message) = outcome {
            writer.key("error")
            writer.string(code)
            writer.key("message")
            writer.string(message)
            writer.key("absorbed")
            writer.bool(isAbsorbed)
        }
        writer.key("looked_at")
        writer.bool(outcome != .notLookedAt)
        writer.key("decides")
        writer.bool(decides)
        if !operands.isEmpty {
            writer.key("values")
            writer.beginArray()
            for operand in operands {
                writer.beginObject()
                writer.key("of")
                writer.string(operand.text)
                writer.key(operand.isError ? "error" : "value")
                if operand.isError { writer.string(operand.value) } else { writer.raw(Array(operand.value.utf8)) }
                writer.endObject()
            }
            writer.endArray()
        }
        if !parts.isEmpty {
            writer.key("form")
            writer.string(form.rawValue)
            writer.key("parts")
            writer.beginArray()
            for part in parts { part.write(&writer) }
            writer.endArray()
        }
        writer.key("file")
        writer.string(position.file)
        writer.key("line")
        writer.int(Int64(position.line))
        writer.key("column")
        writer.int(Int64(position.column))
        writer.endObject()
    }
}
