import Rules
import Testing

@testable import Service

/// With a budget of 300 ms: above 180 the deferrable packages go, above 270 the normal ones, and below 100 it is calm.
@Suite struct LoadSheddingTests {
    /// A batch is decided at `now`, its oldest event so old; and what is passed over from then on.
    struct Step: Sendable {
        let now: Int64, age: Int64, minimum: Package.Priority, isChange: Bool

        init(_ now: Int64, age: Int64, _ minimum: Package.Priority, isChange: Bool = false) {
            (self.now, self.age, self.minimum, self.isChange) = (now, age, minimum, isChange)
        }
    }

    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String, steps: [Step]

        init(_ name: String, _ steps: [Step]) { (testDescription, self.steps) = (name, steps) }
    }

    static let courses = [
        Course("nothing happens within the budget", [Step(0, age: 0, .deferrable), Step(1, age: 180, .deferrable), Step(10_000, age: 100, .deferrable)]),
        Course("deferrable packages go at once", [Step(0, age: 181, .normal, isChange: true), Step(1, age: 270, .normal)]),
        Course("normal packages go at once", [Step(0, age: 271, .critical, isChange: true), Step(1, age: 5_000, .critical)]),
        Course("one after the other", [Step(0, age: 200, .normal, isChange: true), Step(1, age: 300, .critical, isChange: true)]),
        Course(
            "less lag alone brings nothing back",
            [Step(0, age: 300, .critical, isChange: true), Step(1, age: 200, .critical), Step(9_000, age: 150, .critical)]),
        Course(
            "a calm time brings back one step",
            [
                Step(0, age: 300, .critical, isChange: true), Step(100, age: 99, .critical), Step(2_099, age: 0, .critical),
                Step(2_100, age: 0, .normal, isChange: true), Step(4_099, age: 0, .normal), Step(4_100, age: 0, .deferrable, isChange: true),
                Step(9_000, age: 0, .deferrable),
            ]),
        Course(
            "what is not calm begins the wait anew",
            [
                Step(0, age: 200, .normal, isChange: true), Step(100, age: 50, .normal), Step(1_900, age: 100, .normal), Step(2_200, age: 50, .normal),
                Step(4_199, age: 50, .normal), Step(4_200, age: 50, .deferrable, isChange: true),
            ]),
        Course(
            "a calm time with nothing to decide counts",
            [Step(0, age: 200, .normal, isChange: true), Step(100, age: 0, .normal), Step(60_000, age: 0, .deferrable, isChange: true)]),
        Course(
            "on the way back, too, it goes at once",
            [
                Step(0, age: 300, .critical, isChange: true), Step(1, age: 0, .critical), Step(2_001, age: 0, .normal, isChange: true),
                Step(2_002, age: 271, .critical, isChange: true), Step(4_100, age: 0, .critical), Step(6_100, age: 0, .normal, isChange: true),
            ]),
    ]

    @Test func whatPiledUpBeforeTheStartIsDecidedInFull() {
        var shedding = LoadShedding(budgetMilliseconds: 300)
        for (now, age) in [(0, 60_000), (10, 5_000), (20, 150)] as [(Int64, Int64)] {
            let isChange = shedding.note(ageMilliseconds: age, nowMilliseconds: now)
            #expect(!isChange && shedding.minimum == .deferrable)
        }
        _ = shedding.note(ageMilliseconds: 99, nowMilliseconds: 30)
        let isChange = shedding.note(ageMilliseconds: 400, nowMilliseconds: 40)
        #expect(isChange && shedding.minimum == .critical)
    }

    @Test func whatPiledUpBeforeATakeoverIsDecidedInFull() {
        var shedding = LoadShedding(budgetMilliseconds: 300)
        _ = shedding.note(ageMilliseconds: 0, nowMilliseconds: 0)
        shedding.takeOver(nowMilliseconds: 1_000)
        for (now, age) in [(1_001, 6_000), (5_000, 2_000), (6_000, 99)] as [(Int64, Int64)] {
            let isChange = shedding.note(ageMilliseconds: age, nowMilliseconds: now)
            #expect(!isChange && shedding.minimum == .deferrable)
        }
        // It has caught up: lag is lag again.
        _ = shedding.note(ageMilliseconds: 400, nowMilliseconds: 6_001)
        #expect(shedding.minimum == .critical)
    }

    @Test func whoDoesNotCatchUpAfterATakeoverIsOverloaded() {
        var shedding = LoadShedding(budgetMilliseconds: 300)
        _ = shedding.note(ageMilliseconds: 0, nowMilliseconds: 0)
        shedding.takeOver(nowMilliseconds: 1_000)
        // Another assignment puts nothing off.
        shedding.takeOver(nowMilliseconds: 9_000)
        _ = shedding.note(ageMilliseconds: 400, nowMilliseconds: 10_999)
        #expect(shedding.minimum == .deferrable)
        _ = shedding.note(ageMilliseconds: 400, nowMilliseconds: 11_000)
        #expect(shedding.minimum == .critical)
    }

    @Test(arguments: courses) func followsTheAgeOfEvents(_ course: Course) {
        var shedding = LoadShedding(budgetMilliseconds: 300)
        _ = shedding.note(ageMilliseconds: 0, nowMilliseconds: -10_000)
        for step in course.steps {
            let isChange = shedding.note(ageMilliseconds: step.age, nowMilliseconds: step.now)
            #expect(shedding.minimum == step.minimum, "at \(step.now)")
            #expect(isChange == step.isChange, "at \(step.now)")
        }
    }

    @Test func saysWhy() {
        var shedding = LoadShedding(budgetMilliseconds: 300)
        _ = shedding.note(ageMilliseconds: 0, nowMilliseconds: -10_000)
        #expect(shedding.reason == nil)
        _ = shedding.note(ageMilliseconds: 200, nowMilliseconds: 0)
        #expect(shedding.reason == "overload: deferrable packages are passed over")
        _ = shedding.note(ageMilliseconds: 300, nowMilliseconds: 0)
        #expect(shedding.reason == "overload: deferrable and normal packages are passed over")
    }
}
