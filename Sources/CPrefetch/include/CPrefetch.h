// Asks for a cache line before it is needed, and does not wait for it: an instruction that Swift has no word for.
#pragma once

static inline void vane_prefetch(const void *address) { __builtin_prefetch(address); }
