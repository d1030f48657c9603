internal import Demo
internal import Documents

// `vane demo --measure`: the packages against the truth, as a table.
extension DemoVerb {
    static func measure(_ demonstration: Demonstration.Options, milliseconds: Int64, asText: Bool) -> Int32 {
        var options = Measurement.Options()
        options.rules = demonstration.rules
        options.hours = Double(milliseconds) / 3_600_000
        options.customers = demonstration.customers
        options.seed = demonstration.seed
        do {
            let measurement = try Measurement.run(options)
            if asText { print(measurement) } else { printJSON(measurement) }
            return Exit.fine
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }

    private static func print(_ measurement: Measurement) {
        Terminal.write(row("", "stories", "found", "recall", "alerts", "right", "precision"))
        for rows in [measurement.points, measurement.rules] {
            for each in rows {
                Terminal.write(
                    row(
                        each.name, String(each.stories), String(each.found), percent(each.recall), String(each.alerts), String(each.rightAlerts),
                        percent(each.precision)))
            }
            Terminal.write("\n")
        }
        let share = measurement.honestEvents == 0 ? 0 : Double(measurement.honestAlerts) / Double(measurement.honestEvents) * 100
        Terminal.write(
            """
            events                              \(measurement.events)
            stories                             \(measurement.stories)
              that raised a level               \(measurement.storiesAlerted)
              that hit all rules they should    \(measurement.storiesFound)
            honest events                       \(measurement.honestEvents)
              that raised a level               \(measurement.honestAlerts) (\((share * 1_000).rounded() / 1_000) %)
              of these the highest              \(measurement.honestAlertsOfHighestLevel)
            verifications amid stories          \(measurement.verificationsAmidStories)

            """)
        for (scene, count) in measurement.honestAlertsByScene { Terminal.write("honest, but alerted: \(scene) \(count)\n") }
        for (story, count) in measurement.missed { Terminal.write("missed: \(story) \(count)\n") }
    }

    private static func row(_ name: String, _ figures: String...) -> String {
        name + String(repeating: " ", count: max(1, 16 - name.count)) + figures.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
            + "\n"
    }

    private static func percent(_ share: Double?) -> String { share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–" }

    private static func printJSON(_ measurement: Measurement) {
        var writer = JSONWriter()
        func figure(_ key: String, _ value: Int) {
            writer.key(key)
            writer.int(Int64(value))
        }
        func rows(_ key: String, _ rows: [Measurement.Row]) {
            writer.key(key)
            writer.beginArray()
            for row in rows {
                writer.beginObject()
                writer.key("name")
                writer.string(row.name)
                figure("stories", row.stories)
                figure("found", row.found)
                figure("alerts", row.alerts)
                figure("right_alerts", row.rightAlerts)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.beginObject()
        figure("events", measurement.events)
        figure("stories", measurement.stories)
        figure("stories_alerted", measurement.storiesAlerted)
        figure("stories_found", measurement.storiesFound)
        figure("honest_events", measurement.honestEvents)
        figure("honest_alerts", measurement.honestAlerts)
        figure("honest_alerts_of_highest_level", measurement.honestAlertsOfHighestLevel)
        figure("verifications_amid_stories", measurement.verificationsAmidStories)
        rows("points", measurement.points)
        rows("rules", measurement.rules)
        writer.endObject()
        writer.newline()
        Terminal.write(writer.bytes)
    }
}
