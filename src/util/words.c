/* SPDX-License-Identifier: Apache-2.0 */
#include "util/words.h"

#include <string.h>

#define BLANKS " \t\r\n"

size_t word_next(const char **at, const char **item)
{
	size_t n;

	*at += strspn(*at, "," BLANKS);
	*item = *at;
	n = strcspn(*at, ",");
	*at += n;
	while (n > 0 && strchr(BLANKS, (*item)[n - 1]))
		n--;
	return n;
}

bool word_lists(const char *list, const char *name)
{
	const char *item;
	size_t n;

	while ((n = word_next(&list, &item)) > 0)
		if (strlen(name) == n && strncmp(item, name, n) == 0)
			return true;
	return false;
}

bool words_list(const struct words *words, const char *name)
{
	for (size_t i = 0; i < words->n; i++)
		if (word_lists(words->v[i], name))
			return true;
	return false;
}
