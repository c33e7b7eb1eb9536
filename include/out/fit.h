/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_FIT_H
#define OUT_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "out/shown.h"
#include "util/str.h"

/* Texts for a terminal of so many columns, in the letters of the locale: a Chinese letter takes two columns, an accent none.
 * The texts are visible ones already (util/visible.h). */

/* Columns of the terminal that stdout is, or what --max-width says; 0: no limit, as for a pipe or a file. */
size_t out_width(const struct shown *shown);
/* How many columns the first ${n} bytes of ${text} take. */
size_t out_columns(const char *text, size_t n);
/* ${text} with what the locale cannot print spelt out, \xNN a byte. */
void out_add_printable(struct str *out, const char *text);

/* ${text} broken between words into lines of at most ${width} columns, the second and later ones begun by ${indent} blanks
 * (which are not in ${width}). A word that is wider than a line is broken behind a mark where it has one. No line end after
 * the last. */
void out_add_wrapped(struct str *out, const char *text, size_t width, size_t indent);
/* The same of a command that may be pasted: a line that goes on ends with a backslash, and no word is broken, though it be too
 * wide. */
void out_add_wrapped_command(struct str *out, const char *text, size_t width, size_t indent);
/* ${text}, its middle replaced by an ellipsis where it is wider than ${width}; names differ at their ends. */
void out_add_cut(struct str *out, const char *text, size_t width);

#endif
