import Glibc
import Testing

/// What the suite's own traits need to know beforehand.
private enum Release {
    /// How this user may change the root folder; nil where not at all.
    static let changeRoot: String? = ["unshare --mount", "unshare --map-root-user --mount"].first {
        (try? Shell.run("\($0) sh -c 'mount --rbind /proc /proc && chroot / /bin/true' 2>/dev/null")) != nil
    }
}

extension IntegrationTests {
    /// The release build on a machine that never saw Swift: a root folder with the executable, the Debian libraries that it names, rules and time zones.
    @Suite(.enabled(if: Places.exists(Places.optimised), "no release build; 'make release' makes one"))
    struct ReleaseTests {
        private static let libraries = (try? Shell.run("ldd '\(Places.optimised)'").split(separator: "\n").map(String.init)) ?? []

        @Test func linksDebiansLibrariesOnly() throws {
            #expect(Self.libraries.count > 5)
            for line in Self.libraries {
                #expect(!line.contains("not found"), "\(line)")
                #expect(!line.lowercased().contains("swift") && !line.contains("Foundation"), "linked statically: swift build --static-swift-stdlib")
                guard let path = line.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("/") }) else { continue }
                #expect(path.hasPrefix("/lib") || path.hasPrefix("/usr/lib"), "\(line)")
            }
        }

        @Test(.enabled(if: Release.changeRoot != nil, "this user may neither chroot nor unshare"))
        func runsWithoutAToolchain() throws {
            let root = Folder()
            for line in Self.libraries {
                guard let path = line.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("/") }) else { continue }
                try Shell.run("mkdir -p '\(root.path)\(Places.folder(of: String(path)))' && cp -L '\(path)' '\(root.path)\(path)'")
            }
            try Shell.run(
                "cp '\(Places.optimised)' '\(root.path)/vane' && cp -r '\(Places.rules)' '\(root.path)/rules' && mkdir -p '\(root.path)/usr/share' '\(root.path)/tmp'"
                    + " && cp -r /usr/share/zoneinfo '\(root.path)/usr/share/'")
            // Swift finds its arguments in /proc.
            try Shell.run("mkdir '\(root.path)/proc'")
            try root.write("run.sh", "mount --rbind /proc '\(root.path)/proc' && exec chroot '\(root.path)' /vane \"$@\"\n")
            func run(_ arguments: String) throws -> String {
                try Shell.run("env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \(Release.changeRoot!) sh '\(root.path)/run.sh' \(arguments)")
            }
            #expect(try run("--version").hasPrefix("vane "))
            #expect(
                try run("eval '\"a1b\".matches(\"[0-9]\") && timestamp(\"2026-01-01T00:00:00Z\").getHours(\"Asia/Shanghai\") == 8'") == "{\"value\":true}\n")
            #expect(try run("check /rules").contains("0 errors"))
            let watch = Stopwatch()
            let summary = try #require(run("demo --duration 3s --rate 1000 --format json").split(separator: "\n").last)
            let lap = watch.lap
            let figures = JSON(parsing: String(summary))["summary"]
            #expect((figures["alerts"].int ?? 0) > 0, "\(figures)")
            lap.expect((figures["latency_p50_ms"].double ?? 9_999) < 500, "\(figures)")
        }
    }
}
