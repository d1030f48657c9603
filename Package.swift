// swift-tools-version: 6.2
import PackageDescription

/// Every module: Swift 6 mode, warnings are errors, imports say what they use.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Modules on the decision path are optimised together, as if they were one.
let hotPath: [SwiftSetting] =
    strict + [
        .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

/// Modules that hold C pointers mark each unsafe use.
let boundary: [SwiftSetting] = strict + [.strictMemorySafety()]
let hotBoundary: [SwiftSetting] = hotPath + [.strictMemorySafety()]

let package = Package(
    name: "vane",
    products: [.executable(name: "vane", targets: ["vane"])],
    targets: [
        // C and C++ boundaries.
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .target(name: "CSimdJSON", cxxSettings: [.define("NDEBUG"), .unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CXXHash"),
        .target(name: "CMemory"),
        .target(name: "CGetopt"),

        // The deterministic core, from the bottom up.
        .target(name: "Documents", dependencies: ["CYAML"], swiftSettings: boundary),
        .target(name: "Expressions", dependencies: ["Documents", "CRE2"], swiftSettings: hotPath),
        .target(name: "Events", dependencies: ["Documents", "Expressions", "CSimdJSON", "CXXHash", "CCrypto"], swiftSettings: hotPath),
        .target(name: "Journals", dependencies: ["Documents", "Expressions", "Events", "CMemory"], swiftSettings: hotPath),
        .target(name: "Rules", dependencies: ["CMemory", "Documents", "Expressions", "Events", "Journals"], swiftSettings: hotPath),
        .target(name: "Engine", dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules"], swiftSettings: hotPath),

        // One outside system each.
        .target(name: "Telemetry", swiftSettings: strict),
        .target(name: "KafkaIO", dependencies: ["CRdKafka", "Telemetry"], swiftSettings: boundary),
        .target(name: "RedisStore", dependencies: ["CHiredis"], swiftSettings: hotBoundary),
        .target(name: "JournalSharing", dependencies: ["CMemory", "RedisStore", "Events", "Journals"], swiftSettings: hotPath),
        .target(
            name: "PackageFeed",
            dependencies: ["CCurl", "CCrypto", "CMicroHTTPD", "Documents", "Expressions", "Events", "Journals", "Rules", "Telemetry"], swiftSettings: boundary),

        .target(name: "HTTPAPI", dependencies: ["CMicroHTTPD"], swiftSettings: boundary),

        // The process around the core.
        .target(
            name: "Service",
            dependencies: [
                "Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "Telemetry", "KafkaIO", "RedisStore", "JournalSharing", "PackageFeed",
                "HTTPAPI",
            ],
            swiftSettings: strict),
        .target(
            name: "RuleTesting",
            dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine"], swiftSettings: strict),
        .target(
            name: "Demo",
            dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "KafkaIO", "Service", "Telemetry"], swiftSettings: strict),
        .target(name: "CommandLineTable", dependencies: ["CGetopt"], swiftSettings: boundary),
        .executableTarget(
            name: "vane",
            dependencies: [
                "CommandLineTable", "Documents", "Expressions", "Events", "Journals", "JournalSharing", "Rules", "Engine", "Telemetry", "KafkaIO",
                "PackageFeed", "Service", "RuleTesting", "Demo",
            ],
            swiftSettings: strict),

        // Benchmarks.
        .target(name: "CAllocations", path: "benchmarks/allocations"),
        .executableTarget(
            name: "vane-redis-bench",
            dependencies: [
                "CAllocations", "CHiredis", "Documents", "Engine", "Events", "Expressions", "JournalSharing", "Journals", "RedisStore", "Rules",
            ],
            path: "benchmarks/redis", swiftSettings: hotPath),
        .executableTarget(
            name: "vane-bench",
            dependencies: [
                "CAllocations", "CSimdJSON", "Documents", "Engine", "Events", "Expressions", "Journals", "PackageFeed", "Rules", "Service", "Telemetry",
            ],
            path: "benchmarks/core", swiftSettings: hotPath),

        // Tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "DocumentsTests", dependencies: ["Documents", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ExpressionsTests", dependencies: ["Documents", "Expressions", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "EventsTests", dependencies: ["Documents", "Expressions", "Events", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JournalsTests", dependencies: ["Documents", "Expressions", "Events", "Journals", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "RulesTests", dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules"], swiftSettings: strict),
        .testTarget(
            name: "EngineTests", dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "RuleTesting", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RuleTestingTests",
            dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "RuleTesting", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "KafkaIOTests", dependencies: ["KafkaIO", "Telemetry", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "RedisStoreTests", dependencies: ["RedisStore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JournalSharingTests", dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "RedisStore", "JournalSharing"],
            swiftSettings: strict),
        .testTarget(
            name: "PackageFeedTests",
            dependencies: ["Documents", "Expressions", "Events", "Journals", "Rules", "Engine", "Telemetry", "PackageFeed", "Service", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "CommandLineTableTests", dependencies: ["CommandLineTable"], swiftSettings: strict),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DemoTests", dependencies: ["Documents", "Events", "Rules", "Engine", "Service", "RuleTesting", "Demo"],
            swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Documents", "Engine", "Events", "Expressions", "HTTPAPI", "Journals", "PackageFeed", "Rules", "Service", "Telemetry", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests", dependencies: ["vane", "Documents", "Events", "Expressions", "Rules", "RuleTesting", "Service"], swiftSettings: strict),
        // Runs the executable.
        .testTarget(
            name: "IntegrationTests", dependencies: ["vane", "Documents", "Events", "KafkaIO", "TestSupport"], exclude: ["Fixtures"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
