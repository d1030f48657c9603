// simdjson On-Demand: one forward pass over an event, known keys into tokens, no tree.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef enum : uint8_t {
    VANE_JSON_ABSENT = 0,
    VANE_JSON_NULL,
    VANE_JSON_STRING,  // bytes, count: unescaped UTF-8
    VANE_JSON_NUMBER,  // bytes, count: as written; real: its value where the key asks for it
    VANE_JSON_BOOL,    // real: 0 or 1
    VANE_JSON_OBJECT,
    VANE_JSON_ARRAY,
} vane_json_kind;

typedef struct {
    const char *bytes;  // valid until the next scan with the same scanner; readable for 8 bytes beyond `count`
    double real;
    uint32_t count;
    vane_json_kind kind;
} vane_json_token;

typedef enum : uint8_t {
    VANE_JSON_OK = 0,
    VANE_JSON_EMPTY,
    VANE_JSON_SYNTAX,
    VANE_JSON_UTF8,
    VANE_JSON_DEPTH,
    VANE_JSON_NOT_OBJECT,
    VANE_JSON_TRAILING,
    VANE_JSON_DUPLICATE,
    VANE_JSON_NUMBER_RANGE,
    VANE_JSON_MEMORY,
} vane_json_status;

typedef struct {
    vane_json_status status;
    uint16_t key;     // the key in question, where there is one
    const char *why;  // static text
} vane_json_outcome;

enum {
    VANE_JSON_KEY_REAL = 1,  // the key's number is wanted as a double
    VANE_JSON_KEY_DATA = 2,  // an object under this key is scanned with the same keys (the payload of an envelope)
};
#define VANE_JSON_NO_KEY ((uint16_t)0xffff)
/// simdjson reads so many bytes past the end.
#define VANE_JSON_PADDING 64

/// The keys to look for. Made once, read by any scanner.
typedef struct vane_json_keys vane_json_keys;
vane_json_keys *vane_json_keys_make(void);
/// Adds a key; keys count from 0 in the order of adding.
void vane_json_keys_add(vane_json_keys *keys, const char *name, size_t count, uint8_t flags);
void vane_json_keys_free(vane_json_keys *keys);

/// A parser with its buffers; one thread at a time.
typedef struct vane_json_scanner vane_json_scanner;
vane_json_scanner *vane_json_scanner_make(void);
void vane_json_scanner_free(vane_json_scanner *scanner);

/// Scans one JSON object. `tokens` and `data_tokens` hold one entry a key; `tokens` is overwritten, and `data_tokens` where the
/// token of a key flagged DATA is an object: it receives that object's members. Members with other names are skipped. Values nested deeper come as OBJECT or ARRAY.
/// The cost is one pass over the bytes, and no allocation once the buffers have grown to the largest event.
vane_json_outcome vane_json_scan(
    vane_json_scanner *scanner, const vane_json_keys *keys, const char *bytes, size_t count, vane_json_token *tokens,
    vane_json_token *data_tokens);
/// The same without a copy: VANE_JSON_PADDING zeros follow the bytes, and tokens point into them, but for strings with escapes.
vane_json_outcome vane_json_scan_padded(
    vane_json_scanner *scanner, const vane_json_keys *keys, const char *bytes, size_t count, vane_json_token *tokens,
    vane_json_token *data_tokens);

#ifdef __cplusplus
}
#endif
