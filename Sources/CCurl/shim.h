// libcurl. Its setters and getters are variadic, which Swift cannot call: one function for each kind of value.
#pragma once
// The checking macros want constants in place of the options that these functions pass on.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

static inline CURLcode vane_curl_set_long(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode vane_curl_set_large(CURL *handle, CURLoption option, curl_off_t value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode vane_curl_set_text(CURL *handle, CURLoption option, const char *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode vane_curl_set_pointer(CURL *handle, CURLoption option, void *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode vane_curl_set_headers(CURL *handle, struct curl_slist *value) { return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, value); }
/* For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION, which have one type. */
static inline CURLcode vane_curl_set_callback(CURL *handle, CURLoption option, curl_write_callback value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode vane_curl_get_long(CURL *handle, CURLINFO info, long *value) { return curl_easy_getinfo(handle, info, value); }
static inline CURLcode vane_curl_get_text(CURL *handle, CURLINFO info, char **value) { return curl_easy_getinfo(handle, info, value); }
static inline CURLMcode vane_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }
static inline CURLcode vane_curl_result(const CURLMsg *message) { return message->data.result; }
