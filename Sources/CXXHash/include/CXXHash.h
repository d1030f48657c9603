// XXH3 of libxxhash, compiled into the caller: fingerprints of keys and strings in a few nanoseconds.
// The algorithm is frozen by its specification, so a fingerprint means the same in every process and release.
#pragma once
#include <stddef.h>
#include <stdint.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct {
    uint64_t low;
    uint64_t high;
} vane_hash128;

static inline uint64_t vane_hash64(const void *bytes, size_t count, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes, count, seed);
}

static inline vane_hash128 vane_hash128_of(const void *bytes, size_t count, uint64_t seed) {
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, count, seed);
    vane_hash128 result = {hash.low64, hash.high64};
    return result;
}
