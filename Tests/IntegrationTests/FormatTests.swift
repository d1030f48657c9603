import Glibc
import Testing

extension IntegrationTests {
    /// `vane fmt`, from outside.
    @Suite struct FormatTests {
        private let folder = Folder()

        private static let untidy = "on:   [pay]\npackage: a # name\n\n\nversion: '1'\nrules:\n- {when: 'x > 1', id: r,kind: hit}\n"
        private static let tidy = "package: a  # name\n\n\(version)on: [pay]\nrules:\n  - {id: r, kind: hit, when: 'x > 1'}\n"
        private static let version = "version: '1'\n"

        @Test func theShippedRulesAreFormatted() throws {
            let result = try Child.run(["fmt", "--check", Places.rules])
            #expect(result.status == 0 && result.errors == "", "\(result.output)")
            #expect(result.output.contains("files, 0 not formatted\n"))
        }

        @Test func filesAreReplacedOnlyIfTheyChange() throws {
            let path = try folder.write("a/package.yaml", Self.untidy)
            let tests = try folder.write("a/tests/x.yaml", "tests: []\n")
            try folder.write("a/other.yaml", "a:   1\n")
            chmod(path, 0o600)
            let before = Self.identity(tests)
            let first = try Child.run(["fmt", folder.path])
            #expect(first.status == 0 && first.output == "\(path)\n2 files, 1 formatted\n", "\(first)")
            #expect(try Folder.read(path) == Self.tidy)
            #expect(try Folder.read(folder.path + "/a/other.yaml") == "a:   1\n")
            #expect(Self.identity(tests) == before && Self.mode(path) == 0o600)
            let formatted = Self.identity(path)
            #expect(try Child.run(["fmt", folder.path]).output == "2 files, 0 formatted\n")
            #expect(Self.identity(path) == formatted)
            #expect(try Shell.run("ls '\(folder.path)/a'") == "other.yaml\npackage.yaml\ntests\n")
        }

        @Test func aLinkStaysALink() throws {
            let path = try folder.write("real.yaml", Self.untidy)
            let link = folder.path + "/package.yaml"
            symlink("real.yaml", link)
            #expect(try Child.run(["fmt", link]).status == 0)
            #expect(try Folder.read(path) == Self.tidy)
            #expect(try Shell.run("readlink '\(link)'") == "real.yaml\n")
        }

        @Test func checkAndDiffWriteNothing() throws {
            let path = try folder.write("package.yaml", Self.untidy)
            let check = try Child.run(["fmt", "--check", path])
            #expect(check.status == 1 && check.output == "\(path)\n1 file, 1 not formatted\n" && check.errors == "")
            let diff = try Child.run(["fmt", "--diff", path])
            #expect(diff.status == 0 && diff.errors == "1 file, 1 not formatted\n")
            #expect(try Child.run(["fmt", "--diff", "--check", path]).status == 1)
            #expect(try Folder.read(path) == Self.untidy)
            // The diff is one that patch takes.
            let patch = try folder.write("patch", diff.output)
            try Shell.run("cd '\(folder.path)' && git apply --unsafe-paths -p0 '\(patch)' 2>/dev/null || patch -s '\(path)' '\(patch)'")
            #expect(try Folder.read(path) == Self.tidy)
        }

        @Test func standardInputGoesToStandardOutput() throws {
            let path = try folder.write("input", Self.untidy)
            let result = try Child.run(["fmt", "-"], input: path)
            #expect(result.status == 0 && result.output == Self.tidy && result.errors == "")
            let wrong = try Child.run(["fmt", "-"], input: try folder.write("wrong", "a: [1\n"))
            #expect(wrong.status == 1 && wrong.output == "" && wrong.errors.hasPrefix("<stdin>:2:1: error[syntax]: "), "\(wrong.errors)")
            #expect(try Child.run(["fmt", "--check", "-"], input: path).status == 1)
        }

        @Test func faultyFilesAreLeftAloneAndOthersFormatted() throws {
            let good = try folder.write("a/package.yaml", Self.untidy)
            let bad = try folder.write("b/package.yaml", "a:   1\na:   2\n")
            let odd = try folder.write("c/package.yaml", "? a\n:   1\n")
            let result = try Child.run(["fmt", folder.path])
            #expect(result.status == 1 && result.output == "\(good)\n2 files, 1 formatted\n", "\(result)")
            #expect(result.errors.contains("\(bad):2:1: error[duplicate-key]: ") && result.errors.contains("\(odd):1:1: warning[not-formatted]: "))
            #expect(try Folder.read(bad) == "a:   1\na:   2\n" && Folder.read(odd) == "? a\n:   1\n")
            let json = try folder.write("package.json", "{\"a\":1}")
            #expect(try Child.run(["fmt", json]).errors.hasPrefix("\(json):1:1: error[not-yaml]: "))
            let empty = Folder()
            let nothing = try Child.run(["fmt", empty.path])
            #expect(nothing.status == 1 && nothing.errors.hasPrefix("\(empty.path):1:1: error[nothing-to-format]: "))
        }

        /// Inode and time of change.
        private static func identity(_ path: String) -> [Int] {
            var information = stat()
            stat(path, &information)
            return [Int(information.st_ino), information.st_mtim.tv_sec, information.st_mtim.tv_nsec]
        }

        private static func mode(_ path: String) -> UInt32 {
            var information = stat()
            stat(path, &information)
            return information.st_mode & 0o777
        }
    }
}
