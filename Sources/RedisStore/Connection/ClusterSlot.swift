/// What is known of a slot.
struct ClusterSlot {
    /// Its master, by place among the nodes; -1 where none is known.
    var node: Int32 = -1
    /// Where commands of it went last.
    var sentTo: Int32 = -1
    /// Commands whose replies are due.
    var due: Int32 = 0
    /// Commands that wait to be sent, again or at all: no other may pass them.
    var waiting: Int32 = 0
    /// The round of sending in which some were sent.
    var round: UInt32 = 0
}

/// A command that a server sent elsewhere, or that may not pass such a one.
struct WaitingCommand {
    var ticket: Int
    var item: Int
    /// The node that asks for it once, by `ASK`; -1 for the slot's master.
    var askedBy: Int32
    var notBefore: Int64
}
