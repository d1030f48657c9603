import Testing

@testable import KafkaIO

@Suite struct AssignmentTableTests {
    let zero = TopicPartition(topic: Topic("assignment"), partition: 0)
    let one = TopicPartition(topic: Topic("assignment"), partition: 1)

    @Test func onlyAssignedPartitionsAreAccepted() {
        var table = AssignmentTable()
        table.beginPoll()
        #expect(judge(&table, zero, 5) == .discard)
        table.assign([zero])
        #expect(judge(&table, zero, 5) == .accept)
        #expect(judge(&table, one, 5) == .discard)
        table.revoke([zero])
        #expect(judge(&table, zero, 6) == .discard)
        #expect(table.assigned == [])
    }

    @Test func backWithinOnePollIsReadAgain() {
        var table = AssignmentTable()
        table.beginPoll()
        table.assign([zero])
        table.beginPoll()
        table.revoke([zero])
        table.assign([zero])
        #expect(judge(&table, zero, 7) == .discardAndReadAgain)
        table.beginPoll()
        #expect(judge(&table, zero, 7) == .accept)
    }

    @Test func firstOffsetIsOfThisAssignment() {
        var table = AssignmentTable()
        table.beginPoll()
        table.assign([zero])
        #expect(table.firstOffset(of: zero) == nil)
        _ = judge(&table, zero, 7)
        _ = judge(&table, zero, 8)
        #expect(table.firstOffset(of: zero) == 7)
        table.revoke([zero])
        table.beginPoll()
        table.assign([zero])
        #expect(table.firstOffset(of: zero) == nil)
    }

    private func judge(_ table: inout AssignmentTable, _ partition: TopicPartition, _ offset: Int64) -> AssignmentTable.Verdict {
        table.judge(topic: partition.topic, partition: partition.partition, offset: offset)
    }
}
