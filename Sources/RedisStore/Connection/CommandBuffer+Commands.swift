extension CommandBuffer {
    /// `RPUSH` of one element: the list's new length, an integer.
    public mutating func push(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        precondition(key.count <= Int(Int32.max), "a key of 2 GiB")
        let start = bytes.count
        let head: StaticString = "*3\r\n$5\r\nRPUSH\r\n"
        let room = unsafe bytes.extend(by: head.utf8CodeUnitCount + key.count + value.count + 2 * CommandBuffer.argumentBytesBesideMax)
        var writer = unsafe ByteWriter(room)
        writer.put(head)
        unsafe writer.put(argument: key)
        let keyEnd = unsafe start + (writer.at - room) - 2
        unsafe writer.put(argument: value)
        unsafe bytes.shrink(to: start + (writer.at - room))
        finish(keyLength: key.count, keyEnd: keyEnd)
    }

    /// `LRANGE`: elements `from` to and with `through`, negative ones counted from the end; an array, empty where there is no key.
    public mutating func range(key: UnsafeRawBufferPointer, from: Int, through: Int) {
        let end = unsafe begin("*4\r\n$6\r\nLRANGE\r\n", key: key)
        appendArgument(Int64(from))
        appendArgument(Int64(through))
        finish(keyLength: key.count, keyEnd: end)
    }

    /// `PEXPIRE`: the integer 1, or 0 where there is no key.
    public mutating func expire(key: UnsafeRawBufferPointer, milliseconds: Int64) {
        let end = unsafe begin("*3\r\n$7\r\nPEXPIRE\r\n", key: key)
        appendArgument(milliseconds)
        finish(keyLength: key.count, keyEnd: end)
    }

    /// Any other command.
    ///
    /// - Parameter key: which argument is the key that a cluster routes by; nil for a command of the server: a cluster's goes to one of its masters.
    public mutating func command(_ arguments: [[UInt8]], key: Int? = nil) {
        precondition(!arguments.isEmpty, "a command has a name")
        bytes.append(0x2A)
        bytes.append(decimal: Int64(arguments.count))
        bytes.append("\r\n")
        var keyEnd = 0
        for (index, argument) in arguments.enumerated() {
            unsafe argument.withUnsafeBytes { unsafe appendArgument($0) }
            if index == key { keyEnd = bytes.count - 2 }
        }
        finish(keyLength: key.map { arguments[$0].count } ?? 0, keyEnd: keyEnd, hasKey: key != nil)
    }

    /// ``command(_:key:)`` with arguments as text.
    public mutating func command(_ arguments: [String], key: Int? = nil) {
        command(arguments.map { Array($0.utf8) }, key: key)
    }

    /// Each argument of a command, its name first: for whoever stands in for a server. The bytes are valid during the call.
    public func forEachArgument(of command: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let whole = unsafe encoded(command)
        var at = 0
        /// The number after the type's mark at `at`, which moves behind its line.
        func number() -> Int {
            var value = 0
            at += 1
            while unsafe whole[at] != 0x0D {
                value = unsafe value * 10 + Int(whole[at] - 48)
                at += 1
            }
            at += 2
            return value
        }
        for _ in 0..<number() {
            let length = number()
            unsafe body(UnsafeRawBufferPointer(rebasing: whole[at..<(at + length)]))
            at += length + 2
        }
    }
}
