import CommandLineTable
import Testing

@Suite struct HelpTests {
    @Test func verb() {
        #expect(
            sample.help(verb: "run") == """
                vane run: consume events and decide

                Usage: vane run [OPTION]...

                .starts with a point

                Options:
                  -c, --config FILE    the configuration (default vane.yaml; environment
                                       VANE_CONFIG)
                      --set KEY=VALUE  override one key of the configuration (may be repeated)
                  -q, --quiet          say nothing (environment VANE_QUIET)
                      --color WHEN     use colour: auto, always, never (default auto)
                  -h, --help           show help and exit

                Examples:
                  # run in the foreground
                  vane run --config vane.yaml

                """)
    }

    @Test func program() {
        #expect(
            sample.help() == """
                vane 1.2.3: streaming fraud decisions

                Usage: vane COMMAND [OPTION]... [ARGUMENT]...

                Decides on events - it's fast.

                Commands:
                  run          consume events and decide
                  check        check files
                  replay       replay events
                  demo         show it
                  help         show help for a command
                  completions  print a completion script for a shell
                  manual       print the manual page in roff

                Options:
                      --color WHEN  use colour: auto, always, never (default auto)
                  -h, --help        show help and exit
                      --version     print the version and exit

                Exit status:
                  0   fine
                  64  wrong usage

                See 'vane help COMMAND' for one command.

                """)
    }

    @Test func colourOnlyWhereItIsWanted() {
        #expect(!sample.help(palette: Palette(isEnabled: false)).contains("\u{1B}"))
        #expect(sample.help(palette: Palette(isEnabled: true)).contains("\u{1B}[1mUsage:\u{1B}[0m"))
        // A pipe is no terminal, and neither is a closed descriptor.
        #expect(!Palette.detect(fileDescriptor: -1, environment: [:]).isEnabled)
        #expect(!Palette.detect(fileDescriptor: 1, environment: ["NO_COLOR": "1"]).isEnabled)
        #expect(!Palette.detect(fileDescriptor: 1, environment: ["TERM": "dumb"]).isEnabled)
    }

    @Test func noLineIsTooLong() {
        for width in [40, 60, 80] {
            for line in sample.help(verb: "run", width: width).split(separator: "\n") where !line.contains("vane run") {
                #expect(line.count <= max(width, 25 + 20), "\(line)")
            }
        }
    }
}
