/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_PARAGRAPH_H
#define OUT_PARAGRAPH_H

#include "util/str.h"

/* Sentences on a terminal of so many columns. A wide letter takes two, and a line may end before or after it. */

#define PARAGRAPH_MIN 40 /* columns: what is narrower is written as if it were not */

/* Of the terminal that ${fd} is; 0 and 0: it is none, and nothing limits a text. */
void terminal_size(int fd, size_t *columns, size_t *lines);
/* How many columns ${text} takes. */
size_t text_columns(const char *text);
/* ${text} with what no terminal shows spelt out (util/visible.h), broken at its blanks before ${width} (0: nowhere), and a line
 * end. New lines begin at ${indent}, ${at} is where we are. From a command of ours ("evac-manage …") to the end nothing is
 * broken: it is copied as one line, however long. */
void paragraph_add(struct str *out, const char *text, size_t indent, size_t at, size_t width);
/* How many lines of such a terminal ${text} fills: lines that are longer than it go on in the next one. */
size_t text_lines(const char *text, size_t width);
/* One line of at most ${width} columns, "…" where something was left out at its end. */
void line_add_cut(struct str *out, const char *text, size_t width);

#endif
