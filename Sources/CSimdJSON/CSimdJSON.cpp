#include "CSimdJSON.h"

// No exception may cross into Swift: without them, every result must be asked for its error, or this does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;

struct vane_json_keys {
    struct Entry {
        std::string name;
        uint8_t flags;
    };
    std::vector<Entry> entries;
    std::vector<uint16_t> slots;  // open addressing over a power of two at most half full

    static size_t hash(std::string_view name) {
        // Length, ends and middle tell the names of one schema apart; the comparison decides.
        const auto *p = reinterpret_cast<const unsigned char *>(name.data());
        const size_t n = name.size();
        if (n == 0) return 0;
        return (n * 31 + p[0]) * 31 * 31 + p[n - 1] * 31 + p[n / 2];
    }

    void rebuild() {
        size_t size = 8;
        while (size < entries.size() * 4) size *= 2;
        slots.assign(size, VANE_JSON_NO_KEY);
        for (size_t i = 0; i < entries.size(); i++) {
            size_t at = hash(entries[i].name) & (size - 1);
            while (slots[at] != VANE_JSON_NO_KEY) at = (at + 1) & (size - 1);
            slots[at] = static_cast<uint16_t>(i);
        }
    }

    // Producers write their fields in one order: the key after the last one found is tried first.
    uint16_t find(std::string_view name, uint16_t guess) const {
        if (guess < entries.size() && entries[guess].name == name) return guess;
        if (slots.empty()) return VANE_JSON_NO_KEY;
        const size_t mask = slots.size() - 1;
        for (size_t at = hash(name) & mask; slots[at] != VANE_JSON_NO_KEY; at = (at + 1) & mask)
            if (entries[slots[at]].name == name) return slots[at];
        return VANE_JSON_NO_KEY;
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

vane_json_outcome read_value(ondemand::value value, uint16_t key, uint8_t flags, vane_json_token &token) {
    ondemand::json_type type;
    if (auto code = value.type().get(type)) return failed(code, key);
    switch (type) {
        case ondemand::json_type::string: {
            std::string_view text;
            if (auto code = value.get_string().get(text)) return failed(code, key);
            token.bytes = text.data();
            token.count = static_cast<uint32_t>(text.size());
            token.kind = VANE_JSON_STRING;
            return kOK;
        }
        case ondemand::json_type::number: {
            std::string_view text = value.raw_json_token();
            size_t count = text.size();
            while (count > 0 && (text[count - 1] == ' ' || text[count - 1] == '\n' || text[count - 1] == '\r' || text[count - 1] == '\t')) count--;
            if (flags & VANE_JSON_KEY_REAL)
                if (auto code = value.get_double().get(token.real)) return failed(code == INCORRECT_TYPE ? NUMBER_ERROR : code, key);
            token.bytes = text.data();
            token.count = static_cast<uint32_t>(count);
            token.kind = VANE_JSON_NUMBER;
            return kOK;
        }
        case ondemand::json_type::boolean: {
            bool flag;
            if (auto code = value.get_bool().get(flag)) return failed(code, key);
            token.real = flag ? 1 : 0;
            token.kind = VANE_JSON_BOOL;
            return kOK;
        }
        case ondemand::json_type::null: {
            bool is_null;
            // `nulL` and its like are an error of their own in some versions, and just false in others.
            if (value.is_null().get(is_null) || !is_null) return {VANE_JSON_SYNTAX, key, "the value is neither a JSON literal, a number nor a string"};
            token.kind = VANE_JSON_NULL;
            return kOK;
        }
        case ondemand::json_type::object: token.kind = VANE_JSON_OBJECT; return kOK;
        case ondemand::json_type::array: token.kind = VANE_JSON_ARRAY; return kOK;
    }
    return {VANE_JSON_SYNTAX, key, "the value has no JSON type"};
}

vane_json_outcome read_object(ondemand::object object, const vane_json_keys &keys, vane_json_token *tokens, vane_json_token *data_tokens) {
    uint16_t guess = 0;
    for (auto result : object) {
        ondemand::field field;
        if (auto code = std::move(result).get(field)) return failed(code, VANE_JSON_NO_KEY);
        // A key is compared as written; only one with an escape needs the slow way.
        const char *raw = field.key().raw();
        const char *end = raw;
        while (*end != '"' && *end != '\\') end++;
        std::string_view name;
        if (*end == '\\') {
            if (auto code = field.unescaped_key().get(name)) return failed(code, VANE_JSON_NO_KEY);
        } else {
            name = std::string_view(raw, static_cast<size_t>(end - raw));
        }
        const uint16_t key = keys.find(name, guess);
        if (key == VANE_JSON_NO_KEY) continue;
        guess = static_cast<uint16_t>(key + 1);
        vane_json_token &token = tokens[key];
        if (token.kind != VANE_JSON_ABSENT) return {VANE_JSON_DUPLICATE, key, "the key appears twice"};
        const uint8_t flags = keys.entries[key].flags;
        ondemand::value value = field.value();
        vane_json_outcome outcome = read_value(value, key, flags, token);
        if (outcome.status != VANE_JSON_OK) return outcome;
        if (token.kind == VANE_JSON_OBJECT && (flags & VANE_JSON_KEY_DATA) && data_tokens != nullptr) {
            ondemand::object inner;
            if (auto code = value.get_object().get(inner)) return failed(code, key);
            outcome = read_object(inner, keys, data_tokens, nullptr);
            if (outcome.status != VANE_JSON_OK) return outcome;
        }
    }
    return kOK;
}

}  // namespace

vane_json_keys *vane_json_keys_make(void) { return new (std::nothrow) vane_json_keys; }

void vane_json_keys_add(vane_json_keys *keys, const char *name, size_t count, uint8_t flags) {
    keys->entries.push_back({std::string(name, count), flags});
    keys->rebuild();
}

void vane_json_keys_free(vane_json_keys *keys) { delete keys; }

vane_json_scanner *vane_json_scanner_make(void) { return new (std::nothrow) vane_json_scanner; }

void vane_json_scanner_free(vane_json_scanner *scanner) { delete scanner; }

vane_json_outcome vane_json_scan(
    vane_json_scanner *scanner, const vane_json_keys *keys, const char *bytes, size_t count, vane_json_token *tokens,
    vane_json_token *data_tokens) {
    // Only `kind` says whether the rest of a token means something.
    for (size_t i = 0; i < keys->entries.size(); i++) tokens[i].kind = VANE_JSON_ABSENT;
    if (data_tokens != nullptr)
        for (size_t i = 0; i < keys->entries.size(); i++) data_tokens[i].kind = VANE_JSON_ABSENT;
    if (count == 0) return {VANE_JSON_EMPTY, VANE_JSON_NO_KEY, "the event is empty"};
    // simdjson reads past the end: the bytes are copied in front of its padding.
    const size_t needed = count + SIMDJSON_PADDING;
    if (scanner->buffer.size() < needed) scanner->buffer.resize(needed * 2);
    std::memcpy(scanner->buffer.data(), bytes, count);
    std::memset(scanner->buffer.data() + count, 0, SIMDJSON_PADDING);

    ondemand::document document;
    if (auto code = scanner->parser.iterate(scanner->buffer.data(), count, scanner->buffer.size()).get(document)) return failed(code, VANE_JSON_NO_KEY);
    ondemand::json_type type;
    if (auto code = document.type().get(type)) return failed(code, VANE_JSON_NO_KEY);
    if (type != ondemand::json_type::object) return {VANE_JSON_NOT_OBJECT, VANE_JSON_NO_KEY, "the event is not a JSON object"};
    ondemand::object object;
    if (auto code = document.get_object().get(object)) return failed(code, VANE_JSON_NO_KEY);
    vane_json_outcome outcome = read_object(object, *keys, tokens, data_tokens);
    const char *rest;
    if (outcome.status == VANE_JSON_OK && document.current_location().get(rest) == SUCCESS) return {VANE_JSON_TRAILING, VANE_JSON_NO_KEY, "something follows the JSON object"};
    return outcome;
}
