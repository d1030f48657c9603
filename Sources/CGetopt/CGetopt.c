#include "CGetopt.h"

void vane_getopt_reset(void) {
    optind = 0;  // glibc: start over, and read "+" again
    opterr = 0;  // the caller words the errors
}

vane_getopt_result vane_getopt_next(int count, char *const *arguments, const char *short_options, const struct option *options) {
    vane_getopt_result result;
    result.code = getopt_long(count, arguments, short_options, options, NULL);
    result.value = optarg;
    result.next = optind;
    result.option = optopt;
    return result;
}
