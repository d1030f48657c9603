#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <new>

struct vane_re2 {
    re2::RE2 expression;
};

namespace {
// Enough for any pattern a person writes; a pattern that compiles to more is refused when it is loaded.
constexpr int64_t kMemoryMax = 1 << 20;
}  // namespace

vane_re2 *vane_re2_compile(const char *pattern, size_t pattern_count, char *error, size_t error_capacity) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemoryMax);
    auto *result = new (std::nothrow) vane_re2{{re2::StringPiece(pattern, pattern_count), options}};
    if (result == nullptr || !result->expression.ok()) {
        const std::string reason = result == nullptr ? "out of memory" : result->expression.error();
        if (error_capacity > 0) {
            const size_t count = reason.size() < error_capacity ? reason.size() : error_capacity - 1;
            std::memcpy(error, reason.data(), count);
            error[count] = 0;
        }
        delete result;
        return nullptr;
    }
    return result;
}

bool vane_re2_matches(const vane_re2 *expression, const char *text, size_t text_count) {
    return re2::RE2::PartialMatch(re2::StringPiece(text, text_count), expression->expression);
}

void vane_re2_free(vane_re2 *expression) { delete expression; }
