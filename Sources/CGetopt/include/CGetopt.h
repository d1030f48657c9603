// getopt_long of glibc. Its result variables are process globals, so the shim returns them by value.
#pragma once
#include <getopt.h>
#include <stddef.h>

typedef struct {
    int code;           // what getopt_long returned: an option's value, '?', ':' or -1 at the end
    const char *value;  // the option's argument, or NULL
    int next;           // index of the next argument
    int option;         // the offending short option of '?' and ':'
} vane_getopt_result;

void vane_getopt_reset(void);
vane_getopt_result vane_getopt_next(int count, char *const *arguments, const char *short_options, const struct option *options);
