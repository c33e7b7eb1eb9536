/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SHELL_H
#define UTIL_SHELL_H

#include "util/str.h"

/* What is printed to be pasted into a shell. */

/* ${word} as one word of bash's, as it is where no letter of it means anything to a shell. Quoted with ", so that it can stand
 * in a command that a sentence has in '…'; with ' when bash would change it in between; with $'…' when it holds what no
 * terminal shows. What begins with '-' is quoted, too: shell_add_commands() knows by that that it is a name and no option. */
void shell_add_word(struct str *out, const char *word);
char *shell_quoted(const char *word); /* the same; the caller frees it */
/* The same, in ${arena}. */
struct arena;
const char *shell_word(struct arena *arena, const char *word);
/* A word as somebody has typed it, who may have meant an option: --to=NAME. */
void shell_add_typed(struct str *out, const char *word);

/* ${text} with ${globals} behind each "evac-manage" that begins a command and has no option of its own yet; NULL or "": none.
 * In each command, also of openstack, cinder and chmod, a word of shell_add_word()'s that begins with '-' becomes one that is
 * taken for a name: --to "-b" becomes --to="-b", and an operand goes behind "--", with those after it, to the command's end.
 * Twice is as once. */
void shell_add_commands(struct str *out, const char *text, const char *globals);

#endif
