public import Documents
public import Events
public import Expressions
public import Journals
public import Rules

/// Puts packages together, aside from the decision thread: reads and checks each against the schema, and compiles all into one set of rules.
public struct Assembly: Sendable {
    /// Packages in the order of the configuration: of a file that is read once, or of a subscription.
    public enum Source: Sendable {
        case fixed([Document])
        /// Index among the subscriptions.
        case subscribed(Int)
    }

    /// A package as it came.
    public struct Document: Sendable {
        public var bytes: [UInt8]
        /// Its name in messages.
        public var file: String
        /// Overrides the package's own.
        public var mode: Package.Mode?
        /// Overrides the package's own.
        public var rollout: Rollout?

        public init(bytes: [UInt8], file: String, mode: Package.Mode?, rollout: Rollout? = nil) {
            self.bytes = bytes
            self.file = file
            self.mode = mode
            self.rollout = rollout
        }
    }

    /// Rules that can run, with everything that takes time done.
    public struct Compiled: Sendable {
        public var rules: RuleSet
        public var plan: IndicatorPlan
    }

    public var schema: Schema
    public var sources: [Source]
    /// Lists that the configuration declares.
    public var listNames: [String]
    public var timeZones: any TimeZoneProvider
    /// Makes what reads the events of a schema, or says why its events cannot be read.
    public var makeDecoder: DecoderMaker
    /// Revisions that act on nothing any more, whatever their documents say.
    var withdrawn: Set<UInt64> = []
    /// Revisions that were returned to: nothing is behind them, and they were good before.
    var returnedTo: Set<UInt64> = []

    public typealias DecoderMaker = @Sendable (Schema) throws(Diagnostics) -> Decoder

    public init(schema: Schema, sources: [Source], listNames: [String], timeZones: any TimeZoneProvider, makeDecoder: @escaping DecoderMaker) {
        self.schema = schema
        self.sources = sources
        self.listNames = listNames
        self.timeZones = timeZones
        self.makeDecoder = makeDecoder
    }

    /// Reads one package, and whatever is wrong with it.
    public func read(_ document: Document, warnings: DiagnosticList = DiagnosticList()) throws(Diagnostics) -> Package {
        try read(document, parseYAML(document.bytes, file: document.file), lists: listNames, warnings)
    }

    private func read(_ document: Document, _ root: Node, lists: [String], _ warnings: DiagnosticList) throws(Diagnostics) -> Package {
        var package = try Package.read(root, schema: schema, lists: lists, warnings: warnings)
        if let mode = document.mode { package.mode = mode }
        if let rollout = document.rollout { package.rollout = rollout }
        package.revision = unsafe document.bytes.withUnsafeBytes { unsafe Fingerprint.of($0) }
        if withdrawn.contains(package.revision) { package.mode = .shadow }
        if returnedTo.contains(package.revision) {
            package.rollout = nil
            package.bounds?.otherwise = .keep
        }
        return package
    }

    /// The packages of the fixed sources, by source; every error of every file in one go.
    func readFixed() throws(Diagnostics) -> [[Package]] {
        let diagnostics = DiagnosticList()
        var documents: [(source: Int, document: Document, root: Node)] = []
        for (number, source) in sources.enumerated() {
            guard case .fixed(let fixed) = source else { continue }
            for document in fixed {
                do {
                    documents.append((number, document, try parseYAML(document.bytes, file: document.file)))
                } catch {
                    diagnostics.add(contentsOf: error.all)
                }
            }
        }
        // A rule may ask for a list that another package fills.
        let lists = listNames + documents.flatMap { Package.listsFilled(by: $0.root) }
        var all: [[Package]] = Array(repeating: [], count: sources.count)
        for (source, document, root) in documents {
            do {
                all[source].append(try read(document, root, lists: lists, DiagnosticList()))
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
        }
        try diagnostics.throwIfErrors()
        return all
    }

    /// - Parameters:
    ///   - fixed: by source.
    ///   - subscribed: by subscription; nil for one of which nothing runs.
    ///   - previous: by subscription; revisions that run beside those, for whom they do not act.
    /// - Throws: `duplicate-package` or `limit-exceeded`.
    func compile(fixed: [[Package]], subscribed: [Package?], previous: [Package?] = []) throws(Diagnostics) -> Compiled {
        var packages: [Package] = []
        for (index, source) in sources.enumerated() {
            switch source {
            case .fixed: packages += fixed[index]
            case .subscribed(let subscription):
                guard let package = subscribed[subscription] else { continue }
                packages.append(package)
                guard previous.indices.contains(subscription), var other = previous[subscription] else { continue }
                other.isPrevious = true
                packages.append(other)
            }
        }
        try Package.pairRevisions(&packages)
        let rules = RuleSet(schema: schema, packages: packages, timeZones: timeZones)
        do {
            return Compiled(rules: rules, plan: try IndicatorPlan(schema: schema, indicators: rules.indicators, timeZones: timeZones))
        } catch {
            throw Diagnostics([
                Diagnostic(
                    code: "limit-exceeded", "indicator '\(error.indicator)': \(error.message)",
                    remedy: "share conditions between indicators, or split the entity")
            ])
        }
    }
}
