import Glibc
import Rules
import Testing

@testable import PackageFeed

/// Whatever a server does, the last good package runs on, the status says what is wrong, and other subscriptions do not notice.
@Suite struct BadServerTests {
    private static func document(_ version: String, _ exchange: ScriptedServer.Exchange) {
        exchange.answer("200 OK", ["ETag: \"\(version)\"", "Content-Type: application/yaml"], bytes(package(version: version)))
    }

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        var code: String
        var max = 16 << 20
        var timeout: Int64 = 30_000
        var script: @Sendable (ScriptedServer.Exchange) -> Void
    }

    static let faults: [Fault] = [
        Fault(testDescription: "never answers", code: "timed-out", timeout: 200) { $0.hang() },
        Fault(testDescription: "answers drop by drop", code: "timed-out", timeout: 300) { exchange in
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while exchange.send("#") { usleep(10_000) }
        },
        Fault(testDescription: "hangs up at once", code: "incomplete") { _ in },
        Fault(testDescription: "half a body", code: "incomplete") { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + package(version: "9")) },
        Fault(testDescription: "half a body in chunks", code: "incomplete") {
            $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\npackage: x\r\n")
        },
        Fault(testDescription: "a body that nothing delimits", code: "incomplete") { $0.send("HTTP/1.1 200 OK\r\n\r\n" + package(version: "9")) },
        Fault(testDescription: "100 MiB by its length", code: "too-large") { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n") },
        Fault(testDescription: "100 MiB in chunks", code: "too-large") { exchange in
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = bytes("100000\r\n") + [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20) + bytes("\r\n")
            for _ in 0..<100 where !exchange.send(chunk) { return }
        },
        Fault(testDescription: "a gzip bomb", code: "too-large") { $0.answer("200 OK", ["Content-Encoding: gzip"], bomb) },
        Fault(testDescription: "gzip that is none", code: "incomplete") { $0.answer("200 OK", ["Content-Encoding: gzip"], bytes("package: x")) },
        Fault(testDescription: "redirects to a file", code: "bad-redirect") { $0.answer("302 Found", ["Location: file:///etc/passwd"]) },
        Fault(testDescription: "redirects to ftp", code: "bad-redirect") { $0.answer("302 Found", ["Location: ftp://127.0.0.1/p.yaml"]) },
        Fault(testDescription: "redirects to gopher", code: "bad-redirect") { $0.answer("301 Moved", ["Location: gopher://127.0.0.1:70/x"]) },
        Fault(testDescription: "redirects in a circle", code: "bad-redirect") { $0.answer("302 Found", ["Location: /again"]) },
        Fault(testDescription: "500", code: "http-status") { $0.answer("500 Internal Server Error") },
        Fault(testDescription: "403", code: "not-allowed") { $0.answer("403 Forbidden") },
        Fault(testDescription: "404", code: "not-found") { $0.answer("404 Not Found") },
        Fault(testDescription: "no HTTP", code: "incomplete") { $0.send("SSH-2.0-OpenSSH_9.2\r\n") },
        Fault(testDescription: "304 to a request without a copy", code: "not-modified-without-copy") { $0.answer("304 Not Modified") },
        Fault(testDescription: "a page", code: "missing-key") { exchange in
            exchange.answer("200 OK", ["Content-Type: text/html"], bytes("{\"please\": \"log in\"}"))
        },
        Fault(testDescription: "nothing", code: "wrong-type") { $0.answer("200 OK") },
        Fault(testDescription: "bytes that are no text", code: "invalid-utf8") { $0.answer("200 OK", [], [0xFF, 0xFE, 0x00, 0x01]) },
        Fault(testDescription: "endless headers", code: "too-large") { exchange in
            exchange.send("HTTP/1.1 200 OK\r\n")
            while exchange.send("X-Filler: " + String(repeating: "x", count: 10_000) + "\r\n") {}
        },
    ]

    /// 64 MiB of spaces in 64 KiB.
    private static let bomb: [UInt8] = {
        let folder = Folder()
        shell("head -c 67108864 /dev/zero | tr '\\0' ' ' | gzip -9 > '\(folder.path)/bomb.gz'")
        return folder.read("bomb.gz")
    }()

    @Test(arguments: faults) func theLastGoodPackageRunsOn(_ fault: Fault) throws {
        let server = ScriptedServer { Self.document("1", $0) }
        let neighbour = ScriptedServer { exchange in
            exchange.answer("200 OK", [], bytes(package("neighbour", version: "1")))
        }
        let subscription = Subscription(
            .package(mode: nil), url: server.url, everyMilliseconds: 3_600_000, bytesMax: fault.max, timeoutMilliseconds: fault.timeout)
        let bench = try Bench([subscription, Subscription(.package(mode: nil), url: neighbour.url, everyMilliseconds: 20)]).started()
        try bench.isActive("1")
        try bench.isActive("1", 1)
        try eventually("both are handed over") { bench.feed.handover.take()?.compiled?.rules.packages.count == 2 }
        // Where time is short, the good document may have come late, too.
        func mentioned() -> Int { bench.logged("package-unreachable") + bench.logged("package-refused") }
        let before = mentioned()
        server.now(fault.script)
        bench.feed.refresh()
        try bench.hasProblem(fault.code)
        #expect(bench.status.phase == .active && bench.status.version == "1" && bench.feed.handover.take() == nil)
        #expect(mentioned() == before + 1, "\(bench.log)")
        let asked = neighbour.requests
        try eventually("the neighbour goes on") { neighbour.requests > asked + 2 }
        #expect(bench.feed.status.subscriptions[1].problem == nil)
        server.now { Self.document("2", $0) }
        bench.feed.refresh()
        try bench.isActive("2")
    }

    /// While one server keeps a request open, another one's documents come through.
    @Test func aSlowServerHoldsUpNoOther() throws {
        let slow = ScriptedServer { $0.hang() }
        let quick = ScriptedServer { Self.document("1", $0) }
        let bench = try Bench([
            Subscription(.package(mode: nil), url: slow.url, timeoutMilliseconds: 600_000), Subscription(.package(mode: nil), url: quick.url),
        ]).started()
        try bench.isActive("1", 1)
        #expect(bench.status.phase == .subscribed && bench.status.problem == nil)
        // Stopping does not wait for it either.
        bench.feed.stop()
    }

    @Test func anUnconditional304IsAskedOnceMoreAtOnce() throws {
        let server = ScriptedServer { $0.answer("304 Not Modified") }
        let bench = try Bench(server.url).started()
        try bench.hasProblem("not-modified-without-copy")
        #expect(server.requests == 2)
        server.now { Self.document("1", $0) }
        bench.feed.refresh()
        try bench.isActive("1")
    }

    @Test func aBodyThatChangesUnderOneETagIsNoticed() throws {
        let server = ScriptedServer { exchange in
            if exchange.header("If-None-Match") != nil { return exchange.answer("304 Not Modified", ["ETag: \"same\""]) }
            exchange.answer("200 OK", ["ETag: \"same\""], bytes(package(version: "1")))
        }
        let bench = try Bench([Subscription(.package(mode: nil), url: server.url, everyMilliseconds: 5)]).started()
        try bench.isActive("1")
        server.now { exchange in
            if exchange.header("If-None-Match") != nil { return exchange.answer("304 Not Modified", ["ETag: \"same\""]) }
            exchange.answer("200 OK", ["ETag: \"same\""], bytes(package(version: "2")))
        }
        // Nobody asks for it: every so often a request is unconditional.
        try bench.isActive("2")
        #expect(bench.logged("package-etag-reused") == 1)
        server.now { exchange in
            if exchange.header("If-None-Match") != nil { return exchange.answer("304 Not Modified", ["ETag: \"same\""]) }
            exchange.answer("200 OK", ["ETag: \"same\""], bytes(package(version: "3")))
        }
        try bench.isActive("3")
        let asked = server.requests
        try eventually("whole documents are asked for") { server.requests > asked + 3 }
        #expect(bench.status.version == "3" && bench.logged("package-etag-reused") == 1)
    }

    @Test func redirectsWithinHTTPAreFollowed() throws {
        let server = ScriptedServer { exchange in
            if exchange.request.hasPrefix("GET /moved ") { return Self.document("1", exchange) }
            exchange.answer("302 Found", ["Location: /moved", "ETag: \"of the redirect\""], bytes("moved"))
        }
        try Bench(server.url).started().isActive("1")
    }

    @Test(.enabled(if: NGINX.isThere, "there is no nginx; apt-get install nginx-light")) func anUntrustedCertificate() throws {
        let folder = Folder()
        shell(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout \(folder.path)/k.pem -out \(folder.path)/c.pem 2>/dev/null"
        )
        folder.write("p.yaml", bytes(package()))
        let nginx = try #require(NGINX(serving: folder, certificate: folder.path + "/c.pem", key: folder.path + "/k.pem"))
        let url = "https://127.0.0.1:\(nginx.port)/p.yaml"
        let bench = try Bench(url).started()
        try bench.hasProblem("tls")
        var trusting = Subscription(.package(mode: nil), url: url)
        trusting.caFile = folder.path + "/c.pem"
        try Bench([trusting]).started().isActive("1")
        // Never back to clear text.
        folder.write("p.yaml", bytes(package(version: "2")))
    }
}
