/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_VISIBLE_H
#define UTIL_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* Names are text of strangers: tenants name instances, whoever has the database names hosts. Whatever a person reads (tables
 * and sentences on stdout, stderr, the log file, a page) passes here once, at the place that writes it; what programs read
 * (JSON, YAML, CSV) has its own quoting instead. */

/* ${s} with nothing in it that a terminal, a pager or a page would obey: control bytes, line ends of every kind, marks that
 * turn the direction of what follows or that nobody sees, and broken bytes are spelt out. One line stays one line. A password
 * that cannot be a word is not there either (util/secret.h). A text in both languages is told in the reader's (util/lang.h). */
void str_add_visible(struct str *out, const char *s);

/* The next character of ${s}, at most ${n} bytes: its length and ${code}. 0: these bytes are no UTF-8. */
size_t utf8_next(const char *s, size_t n, uint32_t *code);
/* How many of the first ${n} bytes of ${s} are ASCII that nothing obeys, up to the first that is not: the most of what we
 * write, and it needs no closer look. */
size_t ascii_length(const char *s, size_t n);
bool code_is_obeyed(uint32_t code);

#endif
