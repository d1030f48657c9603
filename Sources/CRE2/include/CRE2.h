// RE2: regular expressions in linear time, as CEL specifies them.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct vane_re2 vane_re2;

/// A compiled pattern, or NULL with the reason written into `error` (NUL-terminated, cut at `error_capacity`).
vane_re2 *vane_re2_compile(const char *pattern, size_t pattern_count, char *error, size_t error_capacity);
bool vane_re2_matches(const vane_re2 *expression, const char *text, size_t text_count);
void vane_re2_free(vane_re2 *expression);

#ifdef __cplusplus
}
#endif
