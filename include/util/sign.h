/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SIGN_H
#define UTIL_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* Signatures with Ed25519 keys as openssl writes them (PEM), without a passphrase: what runs at night has nobody to ask for
 * one. */

#define SIGNATURE_BYTES 64
struct sign_key;
/* A private key, which nobody but its owner may read, or a public one, which can only check. Errors are ERROR_CONFIG. */
int sign_key_open(const char *path, struct sign_key **out, struct error *err);
void sign_key_close(struct sign_key **key); /* NULL inside is fine */
#define auto_sign_key __attribute__((cleanup(sign_key_close)))

bool sign_key_is_private(const struct sign_key *key);
/* SHA-256 of the public half, in hexadecimal digits: the same of both halves. */
const char *sign_key_name(const struct sign_key *key);

/* ${key} is private. */
void sign_bytes(const struct sign_key *key, const void *bytes, size_t n, unsigned char out[SIGNATURE_BYTES]);
bool sign_is_right(const struct sign_key *key, const void *bytes, size_t n, const unsigned char signature[SIGNATURE_BYTES]);

#endif
