/// How busy the machine is that tests run on.
enum Machine {
    /// For how many seconds since its start some program was waiting for a processor; 0 where the kernel does not count it.
    static func waitingSeconds() throws -> Double {
        guard let text = try? Folder.read("/proc/pressure/cpu"), let line = text.split(separator: "\n").first,
            let total = line.split(separator: "=").last.flatMap({ Double($0) })
        else { return 0 }
        return total / 1_000_000
    }
}
