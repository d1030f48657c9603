/// The event whose indicators are being read, the latest of its journal: what all of them need of it, looked up once.
struct ReadingCursor {
    /// -1: at no event.
    var journal = -1
    var index = 0
    /// Another one for each event; a group remembers the last that it was moved to.
    var number: UInt64 = 0
    var time: Int64 = 0
    /// Records at or before this time are out of sight, whether or not they have been dropped yet.
    var horizon: Int64 = 0
    /// Of the event's own record, the first in memory, and the one after the last.
    var ordinal: UInt32 = 0
    var base: UInt32 = 0
    var end: UInt32 = 0
    /// The filters that were applied to the event's own record, and those of them that it passes: several windows ask.
    var filtersApplied: UInt64 = 0
    var filtersPassed: UInt64 = 0
    /// Some of what is in sight was folded into panes.
    var reachesPanes = false
    var header: UnsafeMutablePointer<JournalHeader>?
    var records: UnsafeMutableRawPointer?
    var states: UnsafeMutableRawPointer?
}
