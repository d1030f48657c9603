// hiredis, and what its header leaves to whoever looks inside.
#pragma once
#include <hiredis/hiredis.h>

// Bytes that were fed and are not part of a finished value yet.
static inline size_t vane_reader_pending(const redisReader *reader) { return reader->len - reader->pos; }

// Whether nothing has been read of the next reply.
static inline int vane_reader_is_between_replies(const redisReader *reader) {
    return reader->len == reader->pos && (reader->ridx < 0 || (reader->ridx == 0 && reader->rstack[0].type < 0));
}

// The length that a bulk string announces whose bytes have not all come: -1 where the reader waits for something else.
// The reader itself would wait for any length.
static inline long long vane_reader_announced_bulk(const redisReader *reader) {
    if (reader->ridx < 0 || reader->rstack[reader->ridx].type != REDIS_REPLY_STRING) return -1;
    long long length = 0;
    for (size_t at = reader->pos; at < reader->len; at++) {
        char digit = reader->buf[at];
        if (digit < '0' || digit > '9') return digit == '\r' ? length : -1;
        if (length > (1LL << 48)) return length;
        length = length * 10 + (digit - '0');
    }
    return -1;
}
