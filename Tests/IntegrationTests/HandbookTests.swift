import Glibc
import Testing

extension IntegrationTests {
    /// Indicators that the authors of a book computed with other software over the same 585,177 transactions.
    @Suite(.enabled(if: Places.exists(Places.handbook + "/transactions.csv.zst"), "no shared/data/handbook (VANE_SHARED)"))
    struct HandbookTests {
        /// The reference's columns behind tx_id, as the package names them.
        private static let columns =
            ["customer_count_1d", "customer_avg_1d", "customer_count_7d", "customer_avg_7d", "customer_count_30d", "customer_avg_30d"]
            + ["terminal_count_1d", "terminal_risk_1d", "terminal_count_7d", "terminal_risk_7d", "terminal_count_30d", "terminal_risk_30d"]

        @Test func everyIndicatorAgreesWithTheReference() throws {
            let folder = Folder()
            let events = folder.path + "/events.jsonl"
            try Shell.run(
                """
                zstd -dc '\(Places.handbook)/transactions.csv.zst' | awk -F, 'NR > 1 { \
                printf "{\\"tx_id\\":\\"%s\\",\\"time\\":\\"%s\\",\\"customer_id\\":\\"%s\\",\\"terminal_id\\":\\"%s\\",\\"amount\\":%s,\\"fraud\\":%s}\\n", $1, $2, $3, $4, $5, $6 }' > '\(events)'
                """)
            let output = folder.path + "/decisions.jsonl"
            // The one rule hits from 30 May on: so only these are printed.
            let result = try Child.run(
                [
                    "replay", "--schema", Places.fixtures + "/handbook/schema.yaml", "--package", Places.fixtures + "/handbook/package.yaml", "--indicators",
                    events,
                ],
                outputFile: output, within: .seconds(600))
            #expect(result.status == 0 && result.errors == "")

            let reference = try Shell.run("zstd -dc '\(Places.handbook)/reference_windows.csv.zst'").split(separator: "\n").dropFirst()
            let lines = try Folder.read(output).split(separator: "\n")
            try #require(lines.count == reference.count && lines.count == 18_867)
            var compared = 0
            var wrong: [String] = []
            for (line, row) in zip(lines, reference) {
                let cells = row.split(separator: ",").map(String.init)
                let decision = JSON(parsing: String(line))
                try #require(decision["event_id"].string == cells[0], "the same transactions in the same order")
                let indicators = decision["indicators"]
                try #require(indicators.keys == Set(Self.columns))
                for (column, cell) in zip(Self.columns, cells.dropFirst()) {
                    let expected = try #require(Double(cell))
                    // The reference has 0 where there is no average.
                    let value = indicators[column].double ?? 0
                    let agrees = column.contains("count") ? value == expected : abs(value - expected) <= max(1e-9 * abs(expected), Self.rounding(cell))
                    if !agrees { wrong.append("\(cells[0]) \(column): \(value), reference \(cell)") }
                    compared += 1
                }
            }
            #expect(compared == 18_867 * 12)
            #expect(wrong.isEmpty, "\(wrong.count) differ: \(wrong.prefix(10))")
        }

        /// Half a unit of the last digit that the reference prints.
        private static func rounding(_ cell: String) -> Double {
            guard let point = cell.firstIndex(of: ".") else { return 0 }
            return 0.500001 * pow(10, -Double(cell.distance(from: point, to: cell.endIndex) - 1))
        }
    }
}
