extension ClusterLink {
    /// The place of a server, which is made if there is none; nil at the limit.
    func place(of address: RedisAddress) -> Int32? {
        if let place = places[address] { return place }
        let node = ServerConnection(address, configuration, keepsFinished: true)
        let place = nodes.firstIndex { $0 == nil } ?? nodes.count
        guard place < ClusterLink.nodesMax else { return nil }
        if place == nodes.count {
            nodes.append(node)
            establishedCounts.append(0)
        } else {
            nodes[place] = node
            establishedCounts[place] = 0
        }
        places[address] = Int32(place)
        return Int32(place)
    }

    /// Asks some server for the slots where there is reason to: at the start, after a redirection, and as long as a master cannot be reached.
    func refresh(_ now: Int64) {
        if refreshedBy >= 0, nodes[Int(refreshedBy)]?.isReady != true { refreshedBy = -1 }
        guard refreshedBy < 0, now >= refreshAfter, wantsRefresh || !isConnected else { return }
        refreshAfter = now + ClusterLink.refreshMilliseconds
        for _ in nodes.indices {
            refreshNext = (refreshNext + 1) % nodes.count
            guard let node = nodes[refreshNext], node.isReady else { continue }
            wantsRefresh = false
            refreshedBy = Int32(refreshNext)
            unsafe refreshReplies.storage.pointee.reset(count: 1, commands: 0)
            unsafe node.expect(
                ExpectedReply(storage: refreshReplies.storage, slot: 0, ticket: 0, isRefresh: true), now: now)
            unsafe node.queue(refreshing.bytes.bytes)
            return
        }
        // Nobody is left who could say: back to those that were configured.
        for address in configuration.addresses { _ = place(of: address) }
    }

    /// Takes over what `CLUSTER SLOTS` says: ranges of first and last slot, the master, and its replicas.
    func refreshed(from node: ServerConnection, _ now: Int64) {
        refreshedBy = -1
        guard refreshReplies[0].kind == .array else {
            if refreshReplies[0].kind == .error {
                slotFailure = RedisFailure(
                    .authentication, server: node.address.description, reason: "CLUSTER SLOTS is refused: \(refreshReplies[0].text)")
            }
            return
        }
        var owners = [Int32](repeating: -1, count: KeySlot.count)
        var found: [Int32] = []
        for range in refreshReplies.elements(of: 0) {
            let parts = refreshReplies.elements(of: range)
            guard parts.count >= 3 else { continue }
            let (first, last) = (refreshReplies[parts.lowerBound].integer, refreshReplies[parts.lowerBound + 1].integer)
            let server = refreshReplies.elements(of: parts.lowerBound + 2)
            guard first >= 0, first <= last, last < KeySlot.count, server.count >= 2,
                let port = UInt16(exactly: refreshReplies[server.lowerBound + 1].integer), port > 0,
                let address = Redirection.address(host: refreshReplies[server.lowerBound].text, port: port, from: node.address),
                let place = place(of: address)
            else { continue }
            for slot in Int(first)...Int(last) { owners[slot] = place }
            if !found.contains(place) { found.append(place) }
        }
        adopt(owners, found, from: node, now)
    }

    private func adopt(_ owners: [Int32], _ found: [Int32], from node: ServerConnection, _ now: Int64) {
        var changed = false
        var missing = 0
        for slot in slots.indices {
            if owners[slot] < 0 { missing += 1 }
            guard slots[slot].node != owners[slot] else { continue }
            changed = changed || slots[slot].node >= 0
            slots[slot].node = owners[slot]
        }
        masters = found
        hasAllSlots = missing == 0
        slotFailure =
            missing == 0
            ? nil : RedisFailure(.clusterDown, server: node.address.description, reason: "\(missing) of \(KeySlot.count) slots have no master")
        if changed { epoch &+= 1 }
        // Servers without slots are left once nothing is due from them; the one that was asked is still being read from.
        for (address, place) in places where !found.contains(place) {
            guard let other = nodes[Int(place)], other !== node, other.expectedCount == 0, other.finished.isEmpty else { continue }
            guard !waiting.contains(where: { $0.askedBy == place }) else { continue }
            nodes[Int(place)] = nil
            places[address] = nil
        }
    }
}
