// What Swift has no word for: asking for memory before it is needed, and for memory in large pages.
#pragma once

#include <stddef.h>

// Asks for a cache line, and does not wait for it.
static inline void vane_prefetch(const void *address) { __builtin_prefetch(address); }

// Memory for a large table that is read at random: in pages of 2 MiB where the system has them, so that finding its pages does not cost more than reading it.
// To be freed with free; nil where there is none.
void *vane_allocate_large(size_t bytes);
