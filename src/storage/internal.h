/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_INTERNAL_H
#define STORAGE_INTERNAL_H

#include "storage/storage.h"

/* child.c: does what is asked and says it on ${fd}, a line a fact, each disk's when the disk is done:
 *
 *	storage 1
 *	absent TEXT                  nothing was asked; the last line then
 *	unable TEXT                  the same, and nobody can ask from here
 *	fsid UUID · monitor ADDRESS · osd ADDRESS · osds · may yes|no · blacklist · entry ADDRESS UNTIL · entries
 *	fenced N · unfenced TEXT · lifted N · unlifted TEXT
 *	watch I ADDRESS CLIENT COOKIE · lock I ADDRESS CLIENT auto [COOKIE]|hand
 *	disk I seen FEATURES · disk I missing · disk I error ERRNO DOING
 *	end
 *
 * No line holds a key. */
void storage_serve(const struct storage_ask *ask, int fd);

/* address.c: ${n} bytes that are digits alone, at least one, and no more than ${max}; strtoull() takes signs, blanks and what
 * does not fit. False: they are not, and ${out} is not touched. */
bool storage_number_parse(const char *text, size_t n, uint64_t max, uint64_t *out);

#define STORAGE_PROTOCOL "storage 1"
#define STORAGE_TEXT_MAX 200 /* of a sentence of Ceph's */

#endif
