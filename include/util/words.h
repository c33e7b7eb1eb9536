/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_WORDS_H
#define UTIL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A list of words that somebody typed; the words are the caller's, the list is freed by free(v). */
struct words {
	const char **v;
	size_t n, cap;
};

/* The next name of a list with commas between: its bytes, without the blanks around it, at ${item}; 0: there is none. */
size_t word_next(const char **at, const char **item);
bool word_lists(const char *list, const char *name);
bool words_list(const struct words *words, const char *name); /* one of them does */

#endif
