// Counts heap allocations of the calling thread, by standing in front of the C library's.
#pragma once
#include <stdint.h>

uint64_t vane_allocation_count(void);
