// OpenSSL libcrypto: HMAC, SHA-2, Ed25519, base64.
#pragma once
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
