import Foundation
import Testing

@testable import RedisStore

struct RedisConfigurationTests {
    @Test func readsURLs() throws {
        func local(_ port: UInt16 = 6379) -> RedisAddress { .tcp(host: "127.0.0.1", port: port) }
        var expected = RedisConfiguration(address: local())
        #expect(try RedisConfiguration(url: "redis://127.0.0.1") == expected)
        #expect(try RedisConfiguration(url: "REDIS://127.0.0.1:6379/") == expected)
        expected = RedisConfiguration(address: .tcp(host: "::1", port: 7000), database: 3, user: "vane", password: "p@s:s%")
        #expect(try RedisConfiguration(url: "redis://vane:p%40s:s%25@[::1]:7000/3") == expected)
        #expect(try RedisConfiguration(url: "redis://[::1]:7000/3", user: "vane", password: "p@s:s%") == expected)
        expected = RedisConfiguration(address: local(1), password: "only")
        #expect(try RedisConfiguration(url: "redis://:only@127.0.0.1:1") == expected)
        #expect(try RedisConfiguration(url: "redis://:other@127.0.0.1:1", password: "only") == expected)
        expected = RedisConfiguration(address: .unix(path: "/run/redis server/s"), database: 2)
        #expect(try RedisConfiguration(url: "redis-socket:///run/redis%20server/s?db=2") == expected)
        #expect(try RedisConfiguration(url: "unix:///run/redis%20server/s?db=2") == expected)
        expected = RedisConfiguration(address: local(1))
        expected.addresses = [local(1), .tcp(host: "b", port: 6379)]
        expected.isCluster = true
        #expect(try RedisConfiguration(url: "redis-cluster://127.0.0.1:1,b") == expected)
        #expect(try RedisConfiguration(url: "redis://127.0.0.1:1,b", cluster: true) == expected)
    }

    @Test(arguments: [
        ("localhost", "there is no '://'"), ("http://a", "'http://' is not known"), ("rediss://a", "TLS is not built in"),
        ("redis://", "'' is not host:port"), ("redis://a:0", "'a:0' is not host:port"), ("redis://a:70000", "not host:port"), ("redis://::1", "not host:port"),
        ("redis://a/x", "'x' is not the number of a database"), ("redis://a/-1", "not the number"), ("redis://a?db=1", "goes behind the port"),
        ("redis://a,b", "write redis-cluster://a,b"), ("redis-cluster://a/1", "only database 0"), ("redis://%zz@a", "two hexadecimal digits"),
        ("redis://%ff@a", "not UTF-8"), ("redis://u@a", "a user needs a password"), ("redis-socket://run/s", "begins at the root"),
        ("redis-socket:///s?x=1", "'?x=1' is not known"), ("redis-socket:///\(String(repeating: "x", count: 108))", "at most 107 bytes"),
    ])
    func refuses(url: String, reason: String) {
        let error = #expect(throws: RedisConfigurationError.self) { try RedisConfiguration(url: url) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func readsSecrets() throws {
        let path = "/tmp/vane-redis-secret-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }
        try write(Array("p w\r\n".utf8))
        #expect(try RedisSecret.read(file: path) == "p w")
        for (content, reason) in [([0x0A], "empty"), ([0xFF], "UTF-8"), (Array(repeating: 0x61, count: 5000), "more than 4096 bytes")] as [([UInt8], String)] {
            try write(content)
            let error = #expect(throws: RedisConfigurationError.self) { try RedisSecret.read(file: path) }
            #expect(error?.reason.contains(reason) == true)
        }
        #expect(throws: RedisConfigurationError.self) { try RedisSecret.read(file: "/nonexistent") }
        setenv("VANE_REDIS_TEST_SECRET", "x", 1)
        #expect(try RedisSecret.read(environment: "VANE_REDIS_TEST_SECRET") == "x")
        #expect(throws: RedisConfigurationError.self) { try RedisSecret.read(environment: "VANE_REDIS_TEST_NO_SECRET") }
    }

    @Test func pausesGrowAndAreTheSameEachTime() {
        var configuration = RedisConfiguration(address: .unix(path: "/s"))
        configuration.reconnectMillisecondsMax = 300
        var schedule = ReconnectSchedule(configuration)
        let soon = RedisFailure(.closed, server: "s", reason: "r")
        #expect((0..<5).map { _ in schedule.failed(soon) } == [50, 100, 200, 300, 300])
        #expect(schedule.failed(RedisFailure(.authentication, server: "s", reason: "r")) == 10_000)
        schedule.succeeded()
        #expect(schedule.failed(soon) == 50)
    }
}
