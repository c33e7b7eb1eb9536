/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_WORDS_H
#define UTIL_WORDS_H

#include <stddef.h>

/* A list of words that somebody typed; the words are the caller's, the list is freed by free(v). */
struct words {
	const char **v;
	size_t n, cap;
};

#endif
