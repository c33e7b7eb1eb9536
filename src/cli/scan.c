/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

void scan_free(struct scan *scan)
{
	free(scan->given);
	free(scan->words.v);
}

/* Words with a digit after the dash are values that count_set() refuses better than we. */
static bool looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9');
}

static struct given *add_given(struct scan *scan, const struct option_spec *option, const char *name, size_t n)
{
	auto_free char *copy = xstrndup(name, n);
	struct given *given;

	scan->given = vec_grow(scan->given, scan->ngiven, &scan->given_cap, sizeof *scan->given);
	given = &scan->given[scan->ngiven++];
	*given = (struct given){ .option = option };
	word_shown(copy, given->name);
	if (option && (option->type == OPTION_HELP || option->type == OPTION_HELP_ALL))
		scan->help = true;
	if (option && option->type == OPTION_HELP_ALL)
		scan->help_all = true;
	if (option && option->type == OPTION_VERSION)
		scan->version = true;
	return given;
}

/* How many of ${next} were used: 0 or 1. */
static int scan_long(struct scan *scan, const char *word, const char *next)
{
	size_t n = strcspn(word, "=");
	const struct option_spec *option = option_find_anywhere(scan->tree, word + 2, n - 2);
	struct given *given = add_given(scan, option, word, n);

	if (word[n])
		given->value = word + n + 1;
	else if (option && option_takes_value(option) && next && !looks_like_option(next))
		given->value = next;
	return given->value && given->value == next;
}

static int scan_short(struct scan *scan, const char *word, const char *next)
{
	const struct option_spec *option = option_find_letter(word[1]);
	struct given *given;

	/* "-force" is --force mistyped, not -f with "orce"; and no two letters share a dash */
	if (option && word[2] && (!option_takes_value(option) || option_find_anywhere(scan->tree, word + 1, strlen(word + 1))))
		option = NULL;
	if (!option) {
		add_given(scan, NULL, word, strlen(word));
		return 0;
	}
	given = add_given(scan, option, word, 2);
	if (word[2])
		given->value = word + 2;
	else if (option_takes_value(option) && next && !looks_like_option(next))
		given->value = next;
	return given->value && given->value == next;
}

const char *cli_language(const struct tree *tree, int argc, const char *const *argv)
{
	struct scan scan = { .tree = tree };
	const char *word = NULL;

	scan_words(argc, argv, &scan);
	for (const struct given *g = scan.given; g < scan.given + scan.ngiven; g++)
		if (g->option && g->value && strcmp(g->option->name, "lang") == 0)
			word = g->value;
	scan_free(&scan);
	return word && (strcmp(word, "zh") == 0 || strcmp(word, "en") == 0) ? word : NULL;
}

void scan_words(int argc, const char *const *argv, struct scan *scan)
{
	const char *word, *next;
	int i;

	for (i = 1; i < argc; i++) {
		word = argv[i];
		next = i + 1 < argc ? argv[i + 1] : NULL;
		if (scan->ended || word[0] != '-' || !word[1])
			words_add(&scan->words, word);
		else if (strcmp(word, "--") == 0)
			scan->ended = true;
		else if (word[1] == '-')
			i += scan_long(scan, word, next);
		else
			i += scan_short(scan, word, next);
	}
}
