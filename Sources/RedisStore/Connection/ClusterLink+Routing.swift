extension ClusterLink {
    /// Sends a new command where it belongs, or lets it wait behind others of its slot; without a connection it is lost.
    func route(_ batch: ClusterBatch, _ ticket: Int, _ item: Int, _ now: Int64) {
        let keySlot = Int(batch.items[item].keySlot)
        guard keySlot >= 0 else {
            guard let place = masters.first(where: { nodes[Int($0)]?.isReady == true }) else { return finish(batch) }
            return send(batch, ticket, item, to: place, now)
        }
        let slot = slots[keySlot]
        if slot.waiting > 0 || slot.due > 0 && slot.sentTo != slot.node {
            return hold(WaitingCommand(ticket: ticket, item: item, askedBy: -1, notBefore: 0), keySlot)
        }
        guard slot.node >= 0, nodes[Int(slot.node)]?.isReady == true else {
            wantsRefresh = true
            return finish(batch)
        }
        send(batch, ticket, item, to: slot.node, now)
    }

    private func hold(_ command: WaitingCommand, _ keySlot: Int) {
        slots[keySlot].waiting += 1
        waiting.append(command)
    }

    private func finish(_ batch: ClusterBatch) { unsafe batch.storage.pointee.outstanding -= 1 }

    /// Puts a command among what its server is sent next.
    private func send(_ batch: ClusterBatch, _ ticket: Int, _ index: Int, to place: Int32, _ now: Int64) {
        guard let node = nodes[Int(place)] else { return finish(batch) }
        let item = batch.items[index]
        node.expect(
            unsafe ExpectedReply(storage: batch.storage, slot: Int32(index), keySlot: item.keySlot, ticket: ticket), now: now)
        unsafe node.queue(batch.encoded(item))
        guard item.keySlot >= 0 else { return }
        slots[Int(item.keySlot)].sentTo = place
        slots[Int(item.keySlot)].due += 1
    }

    /// Looks at what has come from a server, or was lost with it.
    func settle(_ node: ServerConnection, _ place: Int32, _ now: Int64) {
        for reply in node.finished {
            guard reply.ticket > 0, let batch = batches[reply.ticket] else {
                if reply.isRefresh { refreshed(from: node, now) }
                continue
            }
            if reply.keySlot >= 0 { slots[Int(reply.keySlot)].due -= 1 }
            let value = unsafe batch.storage.pointee.value(Int(reply.slot))
            switch value.kind {
            case .error:
                if redirect(reply, batch, value.code, node, now) { continue }
                if value.code == .readOnly { wantsRefresh = true }
            case .lost: wantsRefresh = true
            default: break
            }
            finish(batch)
        }
        node.finished.removeAll(keepingCapacity: true)
    }

    /// Whether a command that was refused is to be sent again.
    private func redirect(_ reply: ExpectedReply, _ batch: ClusterBatch, _ code: ReplyErrorCode, _ node: ServerConnection, _ now: Int64) -> Bool {
        guard reply.keySlot >= 0, now < batch.deadline else { return false }
        var command = WaitingCommand(ticket: reply.ticket, item: Int(reply.slot), askedBy: -1, notBefore: 0)
        switch code {
        case .moved, .ask:
            guard let target = unsafe Redirection(batch.storage.pointee.reply(Int(reply.slot)).text, from: node.address),
                let place = place(of: target.address)
            else { return false }
            if code == .moved { move(Int(reply.keySlot), to: place) } else { command.askedBy = place }
        case .tryAgain, .clusterDown, .masterDown, .loading:
            wantsRefresh = true
            command.notBefore = now + ClusterLink.retryMilliseconds
        default: return false
        }
        hold(command, Int(reply.keySlot))
        return true
    }

    private func move(_ keySlot: Int, to place: Int32) {
        guard slots[keySlot].node != place else { return }
        slots[keySlot].node = place
        if !masters.contains(place) { masters.append(place) }
        wantsRefresh = true
        epoch &+= 1
    }

    /// Sends what waited and may go, in the order in which it was given.
    func sendWaiting(_ now: Int64) {
        guard !waiting.isEmpty else { return }
        waiting.sort { ($0.ticket, $0.item) < ($1.ticket, $1.item) }
        round &+= 1
        var kept = 0
        for index in waiting.indices {
            let command = waiting[index]
            guard let batch = batches[command.ticket] else { continue }
            let keySlot = Int(batch.items[command.item].keySlot)
            let target = command.askedBy >= 0 ? command.askedBy : slots[keySlot].node
            if now >= batch.deadline {
                finish(batch)
            } else if mayGo(command, keySlot, to: target, now) {
                if command.askedBy >= 0 { ask(target, now) }
                send(batch, command.ticket, command.item, to: target, now)
                slots[keySlot].round = round
            } else {
                waiting[kept] = command
                kept += 1
                // Those behind it wait as well.
                blocked.insert(keySlot)
                continue
            }
            slots[keySlot].waiting -= 1
        }
        waiting.removeLast(waiting.count - kept)
        blocked.removeAll(keepingCapacity: true)
    }

    private func mayGo(_ command: WaitingCommand, _ keySlot: Int, to target: Int32, _ now: Int64) -> Bool {
        guard target >= 0, now >= command.notBefore, !blocked.contains(keySlot), nodes[Int(target)]?.isReady == true else { return false }
        let slot = slots[keySlot]
        return slot.due == 0 || slot.round == round && slot.sentTo == target
    }

    /// Lets a server that is taking a slot over accept the next command of it.
    private func ask(_ place: Int32, _ now: Int64) {
        guard let node = nodes[Int(place)] else { return }
        unsafe askingReplies.storage.pointee.reset(count: 1, commands: 0)
        unsafe node.expect(
            ExpectedReply(storage: askingReplies.storage, slot: 0, ticket: 0), now: now)
        unsafe node.queue(asking.bytes.bytes)
    }
}
