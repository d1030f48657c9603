import CommandLineTable
import Glibc
import Testing

@Suite struct GeneratedTextTests {
    @Test func completionsNameEverything() {
        for shell in Shell.allCases {
            let script = sample.completions(shell)
            for word in ["run", "check", "replay", "help", "completions", "config", "format", "schema", "text json", "bash zsh fish"] {
                #expect(script.contains(word), "\(shell): \(word)")
            }
        }
    }

    /// Each installed shell reads its script without complaint; a shell that is not there is skipped.
    @Test(arguments: Shell.allCases)
    func completionsAreValid(_ shell: Shell) throws {
        guard system("command -v \(shell.rawValue) >/dev/null 2>&1") == 0 else { return }
        #expect(run("\(shell.rawValue) -n /dev/stdin", input: sample.completions(shell)) == 0)
    }

    @Test(arguments: [
        ("vane", "r", "run replay"), ("vane run", "--co", "--config --color"), ("vane check --format", "j", "json"), ("vane completions", "", "bash zsh fish"),
        ("vane help", "de", "demo"),
    ])
    func bashCompletes(_ words: String, _ current: String, _ expected: String) {
        let line = words.split(separator: " ").map(String.init) + [current]
        let script =
            sample.completions(.bash) + """
                compopt() { :; }
                COMP_WORDS=(\(line.map { "'\($0)'" }.joined(separator: " ")))
                COMP_CWORD=\(line.count - 1)
                _vane
                [ "${COMPREPLY[*]}" = '\(expected)' ] || { echo "${COMPREPLY[*]}" >&2; exit 1; }

                """
        #expect(run("bash /dev/stdin", input: script) == 0)
    }

    @Test func manualPage() {
        let page = sample.manualPage(date: "2026-11-21")
        #expect(page.hasPrefix(".TH VANE 1 \"2026\\-11\\-21\" \"vane 1.2.3\" \"User Commands\"\n.SH NAME\nvane \\- streaming fraud decisions\n"))
        #expect(page.contains("\n\\&.starts with a point\n"))
        #expect(page.contains("\\fB\\-c, \\-\\-config\\fR \\fIFILE\\fR\nthe configuration (default vane.yaml; environment VANE_CONFIG)\n"))
        #expect(page.contains(".SH ENVIRONMENT\n.TP\n.B VANE_CONFIG\n"))
        guard system("command -v groff >/dev/null 2>&1") == 0 else { return }
        #expect(run("test -z \"$(groff -man -Tutf8 -ww -z /dev/stdin 2>&1)\"", input: page) == 0)
    }

    private func run(_ command: String, input: String) -> Int32 {
        guard let pipe = popen(command, "w") else { return -1 }
        fputs(input, pipe)
        return pclose(pipe)
    }
}
