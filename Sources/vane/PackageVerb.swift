internal import CommandLineTable
internal import Documents
internal import Events
internal import Glibc
internal import PackageFeed
internal import Rules
internal import Service

/// `vane package`: from rules as they are written to documents that a web server gives out.
enum PackageVerb {
    static let verb = Verb(
        "package", summary: "build, sign, inspect and serve packages",
        details: [
            "build PATH… checks packages and writes each as one file, as it is signed and served. sign FILE… adds a release and a signature by each --key, and replaces what was there. inspect FILE… says what a document holds and who signed it. keys new NAME makes NAME.key and NAME.pub; keys show FILE… prints the ids of keys. serve FOLDER is a small web server for development."
        ],
        arguments: [
            Argument("ACTION", help: "what to do", choices: ["build", "sign", "inspect", "serve", "keys"]),
            Argument("PATH", help: "files or folders; for keys: new NAME, or show FILE…", count: .anyNumber),
        ],
        options: [
            Option("schema", short: "s", "FILE", help: "build: the schema; by default schema.yaml beside or above the package", completion: .files),
            Option(
                "output", short: "o", "PATH",
                help: "build, sign: the file to write, or a folder for NAME.yaml; by default build writes to standard output and sign in place",
                completion: .files),
            Option("key", short: "k", "FILE", help: "sign: the private key", isRepeated: true, completion: .files),
            Option("name", "NAME", help: "sign: the name of the list or other document; packages and schemas say it themselves"),
            Option("revision", "NUMBER", help: "sign: the number of the release, greater than the last one; by default the seconds since 1970"),
            Option("expires-in", "TIME", help: "sign: how long the release may be taken, such as 30d; by default for good"),
            Option("public-key", short: "p", "FILE", help: "inspect: a key that may have signed it", isRepeated: true, completion: .files),
            Option("format", "FORMAT", help: "inspect: how to print", default: "text", choices: ["text", "json"]),
            Option("listen", short: "l", "HOST:PORT", help: "serve: where to listen; port 0 is any free one", default: "127.0.0.1:8000"),
        ],
        examples: [
            Example("vane package keys new risk-2026", "a pair of keys"),
            Example("vane package build rules/device -o served/ && vane package sign served/device.yaml -k risk-2026.key", "a signed package"),
            Example("vane package serve served --listen 127.0.0.1:8000", "try it out"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let action = arguments.arguments[0]
        let paths = Array(arguments.arguments.dropFirst())
        do {
            switch action {
            case "build": return try PackageBuild.run(paths, arguments)
            case "sign": return try PackageSigning.sign(paths, arguments)
            case "keys": return try PackageSigning.keys(paths)
            case "inspect": return try PackageInspection.run(paths, arguments)
            default: return try serve(paths, arguments)
            }
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }

    static func usage(_ message: String) -> Int32 {
        Terminal.complain("vane: error[usage]: \(message) (see 'vane package --help')")
        return ExitStatus.usage
    }

    private static func serve(_ paths: [String], _ arguments: ParsedArguments) throws(Diagnostics) -> Int32 {
        guard paths.count == 1 else { return usage("serve takes one folder") }
        guard let listen = Configuration.Listen(arguments.value("listen")!) else { return usage("--listen is HOST:PORT, such as 127.0.0.1:8000") }
        guard Files.isFolder(paths[0]) else {
            throw Diagnostics([Diagnostic(code: "cannot-read", "'\(paths[0])' is no folder", remedy: "name the folder with the documents")])
        }
        // Before the server's thread starts, so that it inherits the mask.
        let signals = Signals.blocked()
        do {
            let server = try PackageServer(folder: paths[0], host: listen.host, port: listen.port) { method, path, status in
                Terminal.complain("\(method) \(path) \(status)")
            }
            let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
            Terminal.write("serving \(paths[0]) at http://\(host):\(server.port)/\n")
            Terminal.flush()
            signals.wait()
            _ = server
            return Exit.fine
        } catch {
            Terminal.complain("vane: error[cannot-listen]: \(error.message); choose another address with --listen")
            return Exit.unreachable
        }
    }
}

/// What a package is called in a document, whatever else is wrong with it.
enum DocumentName {
    /// The package's name, or `schema`; nil for anything else.
    static func of(_ content: [UInt8], file: String) -> String? {
        guard let root = try? parseYAML(content, file: file) else { return nil }
        if let name = root["package"], case .string(let text) = name.content { return text }
        return root["events"] != nil ? "schema" : nil
    }
}
