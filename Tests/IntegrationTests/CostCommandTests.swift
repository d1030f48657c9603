import Testing

extension IntegrationTests {
    /// `vane check --cost`, from outside.
    @Suite struct CostCommandTests {
        @Test func theShippedRulesHaveACost() throws {
            let result = try Child.run(["check", "--cost", "--format", "json", Places.rules])
            #expect(result.status == 0, "\(result.errors)")
            let costs = JSON(parsing: result.output)["costs"].array
            #expect(costs.count == 1)
            let events = costs[0]["events"].array
            for event in events {
                let (least, typical, most) = (event["redis_stored_bytes_min"].int!, event["redis_stored_bytes"].int!, event["redis_stored_bytes_max"].int!)
                #expect(least <= typical && typical <= most && typical < event["redis_sent_bytes"].int!)
                #expect(event["redis_commands"].int == Int(event["journals"].array.count))
            }
            let packages = costs[0]["packages"].array
            #expect(packages.count == 5)
            let together = costs[0]["together"]
            func rules(_ cost: JSON, _ event: String) -> Int { cost["events"].array.first { $0["event"].string == event }?["rules"].int ?? 0 }
            #expect(rules(together, "transaction") == packages.reduce(0) { $0 + rules($1, "transaction") })
            for event in together["events"].array {
                #expect(event["rules"].int == event["rules_by_value"].int! + event["rules_by_bounds"].int! + event["rules_always"].int!)
            }
            // What packages have in common is counted once.
            func windows(_ cost: JSON) -> Int { cost["entities"].array.reduce(0) { $0 + ($1["windows"].int ?? 0) } }
            #expect(windows(together) < packages.reduce(0) { $0 + windows($1) } && windows(together) > 0)
        }

        @Test func aConfigurationUsesItsPrefix() throws {
            let folder = Folder()
            let path = try folder.write(
                "vane.yaml", "schema: \(Places.rules)/schema.yaml\npackages: [{path: \(Places.rules)/device}]\nkafka: {bootstrap: 'h:1'}\n")
            func sent() throws -> (bytes: Int, commands: Int) {
                let result = try Child.run(["check", "--cost", "--format", "json", path])
                let cost = JSON(parsing: result.output)["costs"].array[0]
                #expect(cost["packages"].array.map { $0["package"].string } == ["device"])
                let event = cost["events"].array[0]
                return (event["redis_sent_bytes"].int!, event["redis_commands"].int!)
            }
            let plain = try sent()
            try folder.write("vane.yaml", Folder.read(path) + "journals: {redis: {url: 'redis://h:1', prefix: 'longer:by:13:than:'}}\n")
            #expect(try sent().bytes == plain.bytes + 13 * plain.commands)
        }

        @Test func faultyPackagesAreLeftOut() throws {
            let folder = Folder()
            try folder.write("schema.yaml", "events: {e: {topic: e, id: i, time: t, fields: {a: {type: string}}}}\n")
            try folder.write("good/package.yaml", "{package: g, version: '1', on: e, rules: [{id: r, kind: hit, when: 'a == \"x\"'}]}\n")
            try folder.write("bad/package.yaml", "{package: b, version: '1', on: e, rules: [{id: r, kind: hit, when: 'b'}]}\n")
            let result = try Child.run(["check", "--cost", folder.path])
            #expect(result.status == 1 && result.output.contains("package g 1\n") && !result.output.contains("package b 1\n"), "\(result)")
            #expect(try !Child.run(["check", folder.path]).output.contains("package g"))
        }
    }
}
