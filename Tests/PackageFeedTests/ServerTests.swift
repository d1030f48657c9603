import Documents
import Glibc
import Telemetry
import Testing

@testable import PackageFeed

/// Debian's nginx, serving a folder on a free port until it goes.
final class NGINX {
    let port: Int
    private let home = Folder()
    private static let executable = ["/usr/sbin/nginx", "/usr/bin/nginx"].first { (path: String) in access(path, X_OK) == 0 }
    static let isThere = executable != nil

    init?(serving folder: Folder, certificate: String? = nil, key: String = "") {
        guard let executable = Self.executable else { return nil }
        // Another process may take a port between looking and listening: then the next one.
        for _ in 0..<20 {
            let port = Int.random(in: 20_000..<60_000)
            let tls = certificate.map { "ssl_certificate \($0); ssl_certificate_key \(key);" } ?? ""
            home.write(
                "nginx.conf",
                bytes(
                    """
                    pid \(home.path)/pid; error_log \(home.path)/error.log; worker_processes 1;
                    events {}
                    http {
                        access_log off; gzip on; gzip_types *; gzip_min_length 1;
                        client_body_temp_path \(home.path)/b; proxy_temp_path \(home.path)/p; fastcgi_temp_path \(home.path)/f; uwsgi_temp_path \(home.path)/u; scgi_temp_path \(home.path)/s;
                        server { listen 127.0.0.1:\(port)\(certificate == nil ? "" : " ssl"); root \(folder.path); \(tls) }
                    }
                    """))
            if shell(
                "chmod -R a+rX '\(folder.path)'; \(executable) -p '\(home.path)' -e '\(home.path)/error.log' -c '\(home.path)/nginx.conf' >/dev/null 2>&1 && echo up"
            ) == "up\n" {
                self.port = port
                return
            }
        }
        return nil
    }

    deinit { shell("kill -QUIT $(cat '\(home.path)/pid')") }
}

@Suite struct ServerTests {
    private let folder = Folder()

    private func curl(_ arguments: String) -> String { shell("curl -s --noproxy '*' \(arguments)") }

    @Test func conditionalRequests() throws {
        folder.write("p.yaml", bytes(package()))
        folder.write("l.csv", bytes("subject\nA\n"))
        folder.write("j.json", bytes("{}"))
        folder.write(".hidden", bytes("secret"))
        mkdir(folder.path + "/sub", 0o755)
        folder.write("sub/q.yml", bytes("q"))
        let server = try PackageServer(folder: folder.path, host: "localhost", port: 0)
        let base = "http://127.0.0.1:\(server.port)"
        let head = curl("-I \(base)/p.yaml")
        func header(_ name: String) -> String {
            head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 2)) } ?? ""
        }
        #expect(head.hasPrefix("HTTP/1.1 200") && header("content-type") == "application/yaml" && header("content-length") == "\(package().utf8.count)")
        let expected = shell("TZ=UTC LC_ALL=C date -r '\(folder.path)/p.yaml' '+%a, %d %b %Y %H:%M:%S GMT'")
        #expect(header("last-modified") + "\n" == expected)
        #expect(curl("\(base)/p.yaml") == package())
        for (arguments, status) in [
            ("-H 'If-None-Match: \(header("etag"))'", "304"), ("-H 'If-None-Match: W/\(header("etag"))'", "304"),
            ("-H 'If-None-Match: \"x\", \(header("etag"))'", "304"), ("-H 'If-None-Match: *'", "304"), ("-H 'If-None-Match: \"x\"'", "200"),
            ("-H 'If-Modified-Since: \(header("last-modified"))'", "304"), ("-H 'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT'", "200"),
            ("-H 'If-None-Match: \"x\"' -H 'If-Modified-Since: \(header("last-modified"))'", "200"), ("-X POST -d x", "405"), ("-X DELETE", "405"),
        ] { #expect(curl("-o /dev/null -w '%{http_code}' \(arguments) \(base)/p.yaml") == status, "\(arguments)") }
        for (path, status) in [
            ("/", "404"), ("/none", "404"), ("/.hidden", "404"), ("/../etc/passwd", "404"), ("/%2e%2e/%2e%2e/etc/passwd", "404"), ("/sub", "404"),
            ("/sub/q.yml", "200"), ("/sub/../.hidden", "404"),
        ] { #expect(curl("--path-as-is -o /dev/null -w '%{http_code}' '\(base)\(path)'") == status, "\(path)") }
        #expect(curl("-o /dev/null -w '%{content_type}' \(base)/l.csv") == "text/csv; charset=utf-8")
        #expect(curl("-o /dev/null -w '%{content_type}' \(base)/j.json") == "application/json")
        let before = header("etag")
        folder.write("p.yaml", bytes(package(version: "2")))
        #expect(!curl("-I \(base)/p.yaml").contains(before))
        let port = server.port
        _ = withExtendedLifetime(server) {
            #expect(throws: PackageServer.Failure.self) { try PackageServer(folder: "/", host: "127.0.0.1", port: port) }
        }
        #expect(throws: PackageServer.Failure.self) { try PackageServer(folder: "/", host: "rules.example", port: 0) }
    }

    /// A plain web server that knows nothing of packages: compressed, with weak ETags.
    /// nginx makes ETags of second and length: two documents of one length within a second have the same.
    @Test(.enabled(if: NGINX.isThere, "there is no nginx; apt-get install nginx-light")) func nginxServesPackagesAsWell() throws {
        let key = SigningKey()
        folder.write("p.yaml", signed(package(), by: key))
        let nginx = try #require(NGINX(serving: folder))
        let url = "http://127.0.0.1:\(nginx.port)/p.yaml"
        let bench = try Bench([Subscription(.package(mode: nil), url: url, everyMilliseconds: 20, publicKeys: [key.publicKey])]).started()
        try bench.isActive("1")
        try eventually("304 answers") { bench.registry.prometheusText().contains("vane_package_polls_total{url=\"\(url)\",outcome=\"unchanged\"} 5") }
        folder.write("next", signed(package(version: "two"), by: key, revision: 2))
        shell("chmod a+r '\(folder.path)/next'; mv '\(folder.path)/next' '\(folder.path)/p.yaml'")
        try bench.isActive("two")
        #expect(bench.logged("package-refused") == 0 && bench.logged("package-etag-reused") == 0)
    }

    @Test func datesAreThoseOfHTTP() {
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(1_709_208_000) == "Thu, 29 Feb 2024 12:00:00 GMT")
    }
}
