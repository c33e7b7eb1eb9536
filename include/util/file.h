/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* The whole of a regular file of at most ${max} bytes. Errors are of ${kind} and name the path. */
int file_read(const char *path, size_t max, enum error_kind kind, struct str *out, struct error *err);
int file_read_from(const char *path, size_t offset, size_t max, enum error_kind kind, struct str *out, struct error *err);

bool file_is_directory(const char *path);

/* ${path} and its missing parents, mode 0700. Refuses one that others may write to. */
int directory_ensure(const char *path, struct error *err);

/* The kind of file system that ${path}, or what there is of its parents, is on, when what is written there does not survive a
 * power cut ("tmpfs") or may be lost or seen differently by another machine ("nfs"); NULL: neither. */
const char *file_system_unsafe(const char *path);
const char *file_system_unsafe_kind(unsigned long magic); /* of statfs */

/* The whole of a file or nothing: written beside it (with the old file's mode, or ${mode}), synced, renamed. SIGINT and SIGTERM
 * wait meanwhile, so that neither a half-written file nor a left-over one stays behind. */
int file_write(const char *path, const struct str *text, unsigned mode, struct error *err);

void random_bytes(void *out, size_t n);                       /* getrandom; ends the program when there is none */
void hex_of(const unsigned char *bytes, size_t n, char *out); /* 2n small digits and NUL */
void sha256_hex(const void *bytes, size_t n, char out[65]);

#endif
