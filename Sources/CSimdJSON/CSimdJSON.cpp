#include "CSimdJSON.h"

// No exception may cross into Swift: without them, every result must be asked for its error, or this does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;

struct vane_json_keys {
    // A name with its closing quote, in two words under masks: equal keys are seen without a loop.
    // Of longer names it is the beginning.
    struct Entry {
        uint64_t words[2];
        uint64_t masks[2];
        const std::string *name;
        uint16_t index;
        uint8_t flags;
        bool is_short;

        bool matches(const char *raw) const {
            uint64_t words_of_raw[2];
            std::memcpy(words_of_raw, raw, sizeof words_of_raw);  // the buffer is padded
            if ((((words_of_raw[0] ^ words[0]) & masks[0]) | ((words_of_raw[1] ^ words[1]) & masks[1])) != 0) return false;
            if (is_short) return true;
            return std::memcmp(raw, name->data(), name->size()) == 0 && raw[name->size()] == '"';
        }
    };
    std::vector<Entry> entries;
    std::deque<std::string> names;
    std::vector<uint16_t> slots;  // open addressing over a power of two at most a quarter full

    static size_t hash(std::string_view name) {
        // Length, ends and middle tell the names of one schema apart; the comparison decides.
        const auto *p = reinterpret_cast<const unsigned char *>(name.data());
        const size_t n = name.size();
        if (n == 0) return 0;
        return (n * 31 + p[0]) * 31 * 31 + p[n - 1] * 31 + p[n / 2];
    }

    void add(std::string_view name, uint8_t flags) {
        names.emplace_back(name);
        Entry entry = {{0, 0}, {0, 0}, &names.back(), static_cast<uint16_t>(entries.size()), flags, name.size() < sizeof entry.words};
        const std::string quoted = names.back() + '"';
        const size_t compared = std::min(quoted.size(), sizeof entry.words);
        std::memcpy(entry.words, quoted.data(), compared);
        std::memset(entry.masks, 0xff, compared);
        entries.push_back(entry);
        size_t size = 8;
        while (size < entries.size() * 4) size *= 2;
        slots.assign(size, VANE_JSON_NO_KEY);
        for (size_t i = 0; i < entries.size(); i++) {
            size_t at = hash(names[i]) & (size - 1);
            while (slots[at] != VANE_JSON_NO_KEY) at = (at + 1) & (size - 1);
            slots[at] = static_cast<uint16_t>(i);
        }
    }

    const Entry *find(std::string_view name) const {
        if (slots.empty()) return nullptr;
        const size_t mask = slots.size() - 1;
        for (size_t at = hash(name) & mask; slots[at] != VANE_JSON_NO_KEY; at = (at + 1) & mask)
            if (*entries[slots[at]].name == name) return &entries[slots[at]];
        return nullptr;
    }
};

struct vane_json_scanner {
    ondemand::parser parser;
    std::vector<char> buffer;
};

namespace {

vane_json_outcome failed(error_code code, uint16_t key) {
    switch (code) {
        case UTF8_ERROR: return {VANE_JSON_UTF8, key, "the bytes are not valid UTF-8"};
        case DEPTH_ERROR: return {VANE_JSON_DEPTH, key, "the JSON is nested too deeply"};
        case MEMALLOC:
        case CAPACITY: return {VANE_JSON_MEMORY, key, "the event is too large to parse"};
        case EMPTY: return {VANE_JSON_EMPTY, key, "the event is empty"};
        case NUMBER_ERROR: return {VANE_JSON_NUMBER_RANGE, key, "the number is malformed or out of range"};
        default: return {VANE_JSON_SYNTAX, key, error_message(code)};
    }
}

constexpr vane_json_outcome kOK = {VANE_JSON_OK, VANE_JSON_NO_KEY, nullptr};

// What is the same for all values of an event.
struct Scan {
    const vane_json_keys &keys;
    vane_json_token *data_tokens;
    // No string has an escape.
    bool is_plain;
};

void clear(const vane_json_keys &keys, vane_json_token *tokens) {
    // Only `kind` says whether the rest of a token means something.
    for (size_t i = 0; i < keys.entries.size(); i++) tokens[i].kind = VANE_JSON_ABSENT;
}

vane_json_outcome read_value(const Scan &scan, ondemand::value &value, uint16_t key, uint8_t flags, vane_json_token &token) {
    // From the value to the next structural character, white space included.
    const std::string_view raw = value.raw_json_token();
    size_t count = raw.size();
    while (count > 0 && static_cast<unsigned char>(raw[count - 1]) <= ' ') count--;
    if (count == 0) return {VANE_JSON_SYNTAX, key, "a value is missing"};
    if (raw[0] == '"') {
        // Stage 1 has seen to it that the string is closed and valid; only an escape needs a copy.
        if (count >= 2 && raw[count - 1] == '"' && (scan.is_plain || std::memchr(raw.data() + 1, '\\', count - 2) == nullptr)) {
            token.bytes = raw.data() + 1;
            token.count = static_cast<uint32_t>(count - 2);
            // Told that the value has been read, the iterator need not skip it.
            ondemand::raw_json_string read;
            if (auto code = value.get_raw_json_string().get(read)) return failed(code, key);
        } else {
            std::string_view text;
            if (auto code = value.get_string().get(text)) return failed(code, key);
            token.bytes = text.data();
            token.count = static_cast<uint32_t>(text.size());
        }
        token.kind = VANE_JSON_STRING;
        return kOK;
    }
    switch (raw[0]) {
        case '-':
        case '0' ... '9':
            if (flags & VANE_JSON_KEY_REAL)
                if (auto code = value.get_double().get(token.real)) return failed(NUMBER_ERROR, key);
            token.bytes = raw.data();
            token.count = static_cast<uint32_t>(count);
            token.kind = VANE_JSON_NUMBER;
            return kOK;
        case 't':
        case 'f': {
            bool flag;
            if (auto code = value.get_bool().get(flag)) return failed(code, key);
            token.real = flag ? 1 : 0;
            token.kind = VANE_JSON_BOOL;
            return kOK;
        }
        case 'n': {
            bool is_null;
            // `nulL` and its like are an error of their own in some versions, and just false in others.
            if (value.is_null().get(is_null) || !is_null) break;
            token.kind = VANE_JSON_NULL;
            return kOK;
        }
        case '{': token.kind = VANE_JSON_OBJECT; return kOK;
        case '[': token.kind = VANE_JSON_ARRAY; return kOK;
    }
    return {VANE_JSON_SYNTAX, key, "the value is neither a JSON literal, a number nor a string"};
}

// The key's entry, or null. Producers write their fields in one order: the key after the last one found is tried first.
const vane_json_keys::Entry *find_key(ondemand::field &field, const vane_json_keys &keys, const vane_json_keys::Entry *guess, error_code &code) {
    const char *raw = field.key().raw();
    if (guess != keys.entries.data() + keys.entries.size() && guess->matches(raw)) return guess;
    const char *end = raw;
    while (*end != '"' && *end != '\\') end++;
    if (*end == '"') return keys.find(std::string_view(raw, static_cast<size_t>(end - raw)));
    // A key is compared as written; only one with an escape needs the slow way.
    std::string_view name;
    code = field.unescaped_key().get(name);
    return code ? nullptr : keys.find(name);
}

vane_json_outcome read_object(const Scan &scan, ondemand::object object, vane_json_token *tokens, bool is_data) {
    const vane_json_keys &keys = scan.keys;
    const vane_json_keys::Entry *guess = keys.entries.data();
    for (auto result : object) {
        ondemand::field field;
        if (auto code = std::move(result).get(field)) return failed(code, VANE_JSON_NO_KEY);
        error_code code = SUCCESS;
        const vane_json_keys::Entry *entry = find_key(field, keys, guess, code);
        if (code) return failed(code, VANE_JSON_NO_KEY);
        if (entry == nullptr) continue;
        guess = entry + 1;
        const uint16_t key = entry->index;
        vane_json_token &token = tokens[key];
        if (token.kind != VANE_JSON_ABSENT) return {VANE_JSON_DUPLICATE, key, "the key appears twice"};
        const uint8_t flags = entry->flags;
        ondemand::value value = field.value();
        vane_json_outcome outcome = read_value(scan, value, key, flags, token);
        if (outcome.status != VANE_JSON_OK) return outcome;
        if (token.kind == VANE_JSON_OBJECT && (flags & VANE_JSON_KEY_DATA) && !is_data && scan.data_tokens != nullptr) {
            clear(keys, scan.data_tokens);
            ondemand::object inner;
            if (auto code = value.get_object().get(inner)) return failed(code, key);
            outcome = read_object(scan, inner, scan.data_tokens, true);
            if (outcome.status != VANE_JSON_OK) return outcome;
        }
    }
    return kOK;
}

}  // namespace

vane_json_keys *vane_json_keys_make(void) { return new (std::nothrow) vane_json_keys; }

void vane_json_keys_add(vane_json_keys *keys, const char *name, size_t count, uint8_t flags) {
    keys->add(std::string_view(name, count), flags);
}

void vane_json_keys_free(vane_json_keys *keys) { delete keys; }

vane_json_scanner *vane_json_scanner_make(void) { return new (std::nothrow) vane_json_scanner; }

void vane_json_scanner_free(vane_json_scanner *scanner) { delete scanner; }

vane_json_outcome vane_json_scan(
    vane_json_scanner *scanner, const vane_json_keys *keys, const char *bytes, size_t count, vane_json_token *tokens,
    vane_json_token *data_tokens) {
    const size_t needed = count + SIMDJSON_PADDING;
    if (scanner->buffer.size() < needed) scanner->buffer.resize(needed * 2);
    if (count > 0) std::memcpy(scanner->buffer.data(), bytes, count);
    std::memset(scanner->buffer.data() + count, 0, SIMDJSON_PADDING);
    return vane_json_scan_padded(scanner, keys, scanner->buffer.data(), count, tokens, data_tokens);
}

vane_json_outcome vane_json_scan_padded(
    vane_json_scanner *scanner, const vane_json_keys *keys, const char *bytes, size_t count, vane_json_token *tokens,
    vane_json_token *data_tokens) {
    static_assert(SIMDJSON_PADDING <= VANE_JSON_PADDING, "callers leave too little room");
    clear(*keys, tokens);
    if (count == 0) return {VANE_JSON_EMPTY, VANE_JSON_NO_KEY, "the event is empty"};

    ondemand::document document;
    if (auto code = scanner->parser.iterate(bytes, count, count + SIMDJSON_PADDING).get(document)) return failed(code, VANE_JSON_NO_KEY);
    ondemand::json_type type;
    if (auto code = document.type().get(type)) return failed(code, VANE_JSON_NO_KEY);
    if (type != ondemand::json_type::object) return {VANE_JSON_NOT_OBJECT, VANE_JSON_NO_KEY, "the event is not a JSON object"};
    ondemand::object object;
    if (auto code = document.get_object().get(object)) return failed(code, VANE_JSON_NO_KEY);
    const Scan scan = {*keys, data_tokens, std::memchr(bytes, '\\', count) == nullptr};
    vane_json_outcome outcome = read_object(scan, object, tokens, false);
    const char *rest;
    if (outcome.status == VANE_JSON_OK && document.current_location().get(rest) == SUCCESS) return {VANE_JSON_TRAILING, VANE_JSON_NO_KEY, "something follows the JSON object"};
    return outcome;
}
