#define _GNU_SOURCE
#include "CMemory.h"

#include <stdlib.h>
#include <sys/mman.h>

static const size_t page = 2 << 20;

void *vane_allocate_large(size_t bytes) {
    void *memory = NULL;
    size_t whole = (bytes + page - 1) & ~(page - 1);
    if (posix_memalign(&memory, page, whole) != 0) return NULL;
    // Refused, it is memory in small pages.
    madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}
