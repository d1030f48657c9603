import Glibc
import Testing

extension IntegrationTests {
    /// Packages by URL, from `vane package build` to a decision.
    @Suite struct PackageURLTests {
        private let folder = Folder()

        private func served(_ vane: Deployment, version: String, key: String, limit: String, revision: Int) throws {
            let text = try Folder.read(vane.folder.path + "/rules/watch/package.yaml")
                .replacing("version: \"7\"", with: "version: \"\(version)\"").replacing("amount >= 1000.0", with: "amount >= \(limit)")
            try folder.write("new/package.yaml", text)
            // Made aside and moved: the server never sees half of it.
            let built = folder.path + "/built.yaml"
            let build = try Child.run(["package", "build", folder.path + "/new", "-s", vane.folder.path + "/schema.yaml", "-o", built])
            #expect(build.status == 0, "\(build.errors)")
            let sign = try Child.run(["package", "sign", built, "-k", key, "--revision", "\(revision)"])
            #expect(sign.status == 0, "\(sign.errors)")
            try Shell.run("mkdir -p '\(folder.path)/served' && mv '\(built)' '\(folder.path)/served/watch.yaml'")
        }

        private func serve(_ listen: String) throws -> (Child, String) {
            let server = try Child(["package", "serve", folder.path + "/served", "--listen", listen])
            let isUp = server.output.wait(within: patience) { $0.count(of: "http://") > 0 || $0.isClosed }
            try #require(isUp)
            let url = try #require(server.output.text.split(separator: " ").last).dropLast()
            return (server, String(url))
        }

        @Test func aPackageIsReplacedWhileEventsFlowAndSurvivesARestart() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            try vane.cluster.createTopic(vane.name + "-control", partitions: 1)
            let key = folder.path + "/risk"
            #expect(try Child.run(["package", "keys", "new", key]).status == 0)
            try served(vane, version: "1", key: key + ".key", limit: "1000.0", revision: 1)
            let (server, url) = try serve("127.0.0.1:0")
            let settings = [
                "packages=[{url: '\(url)watch.yaml', every: 1h, public_keys: ['\(key).pub']}]", "state_directory=\(folder.path)/state",
            ]
            let feed = try Feed(vane.cluster)
            vane.send(feed, "e1", amount: "1500", seconds: 1)
            feed.flush()
            let first = try vane.start(settings)
            let tap = try Tap(vane.cluster, [vane.alerts])
            try tap.read([vane.alerts: 1])
            #expect(tap.of(vane.alerts).last?.json["hits"].array.first?["version"].string == "1")

            // A new version arrives by a record of the control topic, and the journals stay.
            try served(vane, version: "2", key: key + ".key", limit: "1.0", revision: 2)
            feed.send(vane.name + "-control", key: "", "{\"command\":\"refresh-packages\"}", headers: [])
            try first.says("package watch 2 is in force")
            vane.send(feed, "e2", amount: "5", seconds: 2)
            vane.send(feed, "e3", amount: "3000", seconds: 3)
            feed.flush()
            try tap.read([vane.alerts: 3])
            let alert = try #require(tap.of(vane.alerts).last)
            #expect(alert.eventID == "e3" && alert.rules == ["large", "many"] && alert.json["hits"].array.first?["version"].string == "2")

            // A bad one is refused, and decisions go on.
            try Shell.run("echo 'package: [' > '\(folder.path)/served/watch.yaml'")
            feed.send(vane.name + "-control", key: "", "{\"command\":\"refresh-packages\"}", headers: [])
            feed.flush()
            try first.says("package-refused")
            first.signal(SIGTERM)
            #expect(try first.wait() == 0)

            // Without the server: on what was kept.
            server.signal(SIGTERM)
            #expect(try server.wait() == 0)
            let second = try vane.start(settings)
            try second.says("package-restored")
            vane.send(feed, "e4", amount: "5", seconds: 4)
            feed.flush()
            try tap.read([vane.alerts: 4])
            #expect(tap.of(vane.alerts).last?.json["hits"].array.first?["version"].string == "2")
            second.signal(SIGTERM)
            #expect(try second.wait() == 0)
        }

        @Test func theCommandsSayWhatIsWrong() throws {
            let key = folder.path + "/k"
            #expect(try Child.run(["package", "keys", "new", key]).status == 0)
            #expect(try Child.run(["package", "keys", "new", key]).errors.contains("error[exists]"))
            let mode = try Shell.run("stat -c %a '\(key).key'")
            #expect(mode == "600\n")
            let ids = try Child.run(["package", "keys", "show", key + ".key", key + ".pub"]).lines.map { $0.split(separator: " ").last }
            #expect(ids.count == 2 && ids[0] == ids[1])
            let list = try folder.write("black.csv", "subject\nA\n")
            #expect(try Child.run(["package", "sign", list, "-k", key + ".key"]).errors.contains("error[missing-name]"))
            #expect(try Child.run(["package", "sign", list, "-k", key + ".key", "--name", "black", "--expires-in", "1d"]).status == 0)
            #expect(try Child.run(["package", "inspect", list, "-p", key + ".pub"]).status == 0)
            try Shell.run("sed -i 's/^A$/B/' '\(list)'")
            let changed = try Child.run(["package", "inspect", list, "-p", key + ".pub", "--format", "json"])
            #expect(changed.status == 1 && JSON(parsing: changed.output)["verdict"].string == "not signed by any of the given keys")
            #expect(try Child.run(["package", "build", Places.rules, "-o", folder.path + "/all/"]).errors.contains("error[cannot-write]"))
            try Shell.run("mkdir '\(folder.path)/all'")
            let all = try Child.run(["package", "build", Places.rules, "-o", folder.path + "/all/"])
            #expect(all.status == 0 && all.lines.count >= 4, "\(all.errors)")
            for (words, status) in [
                (["package", "fly"], 64), (["package", "keys"], 64), (["package", "sign", list], 64), (["package", "serve"], 64),
                (["package", "serve", list], 1), (["package", "serve", folder.path, "--listen", "nowhere"], 64),
                (["package", "serve", folder.path, "--listen", "203.0.113.1:1"], 69), (["package", "build", folder.path + "/none.yaml"], 1),
            ] as [([String], Int32)] { #expect(try Child.run(words).status == status, "\(words)") }
        }
    }
}
