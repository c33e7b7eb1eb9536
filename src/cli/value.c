/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/cinder/host.h"
#include "cli/fenced.h"
#include "util/lang.h"
#include "util/mem.h"

#define COUNT_MAX 1000000000 /* times a thousand it is still far from overflow */
#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

const char *word_shown(const char *word, char out[SHOWN_SIZE])
{
	const size_t longest = sizeof "\\x1b" + sizeof "...";
	size_t n = 0;

	for (; *word && n + longest < SHOWN_SIZE; word++) {
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			n += (size_t)snprintf(out + n, SHOWN_SIZE - n, "\\x%02x", (unsigned)(unsigned char)*word);
		else
			out[n++] = *word;
	}
	while (*word && n > 0 && ((unsigned char)out[n - 1] & 0x80)) /* do not end inside a character */
		n--;
	snprintf(out + n, SHOWN_SIZE - n, "%s", *word ? "..." : "");
	return out;
}

bool pool_is_text(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			return false;
	return true;
}

static int host_set(const char *name, const char *value, const char **member, struct error *err)
{
	char word[SHOWN_SIZE];
	struct host_name parts;

	/* "backend_host" of cinder and "host" of nova are any text: "rbd:volumes", "hostgroup" */
	if (!pool_is_text(value) || !host_name_parse(value, &parts)) {
		error_set(err, ERROR_USAGE, "%s: '%s' is not a host's name", name, word_shown(value, word));
		return error_hint(err,
		    "a host looks like 'ctl1', 'ctl1@rbd' or 'ctl1@rbd#pool': no part is empty, no control character is in it, one '#' at most, at most %d bytes",
		    HOST_MAX);
	}
	*member = value;
	return 0;
}

static int count_set(const char *name, const char *value, int64_t *member, struct error *err)
{
	char word[SHOWN_SIZE];
	int64_t number = 0;
	const char *digit = value;

	for (; *digit >= '0' && *digit <= '9' && number <= COUNT_MAX; digit++)
		number = number * 10 + (*digit - '0');
	if (*digit || number < 1 || number > COUNT_MAX)
		return error_set(err, ERROR_USAGE, "%s takes a whole number from 1 to %d, not '%s'", name, COUNT_MAX,
		    word_shown(value, word));
	*member = number;
	return 0;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t n;

	for (;; choices += n + 1) {
		n = strcspn(choices, "|");
		if (strlen(value) == n && strncmp(choices, value, n) == 0)
			return true;
		if (!choices[n])
			return false;
	}
}

static void add_choices(const char *choices, struct str *out)
{
	size_t n = strcspn(choices, "|");

	str_addn(out, choices, n);
	while (choices[n]) {
		choices += n + 1;
		n = strcspn(choices, "|");
		str_add(out, choices[n] ? ", " : _(" or "));
		str_addn(out, choices, n);
	}
}

static int choice_set(const char *name, const char *choices, const char *value, const char **member, struct error *err)
{
	char word[SHOWN_SIZE];
	auto_str struct str list = { 0 };

	if (!is_choice(choices, value)) {
		add_choices(choices, &list);
		return error_set(err, ERROR_USAGE, "%s takes %s, not '%s'", name, list.s, word_shown(value, word));
	}
	*member = value;
	return 0;
}

void words_add(struct words *words, const char *word)
{
	words->v = vec_grow(words->v, words->n, &words->cap, sizeof *words->v);
	words->v[words->n++] = word;
}

static int choices_add(const char *name, const char *choices, const char *value, struct words *words, struct error *err)
{
	const char *word;

	if (choice_set(name, choices, value, &word, err) != 0)
		return -1;
	words_add(words, word);
	return 0;
}

static int unknown_code(const struct tree *tree, const char *name, const char *value, const char *word, struct error *err)
{
	auto_str struct str near = { 0 };
	struct words known = { 0 };
	struct accept_code code;
	char shown[SHOWN_SIZE];

	for (size_t i = 0; tree->accept_code(i, &code); i++)
		words_add(&known, code.code);
	str_nearest(word, known.v, known.n, &near);
	free(known.v);
	error_set(err, ERROR_USAGE, "%s: '%s' is not a finding's code", name, word_shown(value, shown));
	if (near.n)
		return error_hint(err, "did you mean %s? 'evac-manage explain' lists all codes", near.s);
	return error_hint(err, "'evac-manage explain' lists all codes");
}

static bool is_accept_code(const struct tree *tree, const char *word)
{
	struct accept_code code;

	for (size_t i = 0; tree->accept_code(i, &code); i++)
		if (strcmp(code.code, word) == 0)
			return true;
	return false;
}

static int accept_add(const struct tree *tree, const char *name, const char *value, struct words *words, struct error *err)
{
	size_t n = strspn(value, LOWER_CASE DIGITS "-");
	auto_free char *code = NULL;
	char shown[SHOWN_SIZE];

	if (n == 0 || (value[n] && (value[n] != ':' || !value[n + 1]))) {
		error_set(err, ERROR_USAGE, "%s: '%s' is not CODE or CODE:ID", name, word_shown(value, shown));
		return error_hint(err,
		    "each finding shows its code: CODE accepts all findings with it, CODE:ID those of one instance, volume or host");
	}
	code = xstrndup(value, n);
	if (!is_accept_code(tree, code))
		return unknown_code(tree, name, value, code, err);
	words_add(words, value);
	return 0;
}

static int fenced_set(const char *name, const char *value, const char **member, struct error *err)
{
	auto_str struct str where = { 0 };
	char word[SHOWN_SIZE];

	str_addf(&where, "%s '%s'", name, word_shown(value, word));
	*member = value;
	return fenced_check(where.s, value, err);
}

int value_set(const char *name, enum option_type type, const char *metavar, size_t offset, const char *value, struct call *call,
    struct error *err)
{
	void *member = (char *)&call->request + offset;

	if (!*value)
		return error_set(err, ERROR_USAGE, "%s needs %s, '' was given", name, metavar);
	switch (type) {
	case OPTION_TEXT:
		*(const char **)member = value;
		return 0;
	case OPTION_WORDS:
		words_add(member, value);
		return 0;
	case OPTION_HOST:
		return host_set(name, value, member, err);
	case OPTION_ACCEPT:
		return accept_add(call->tree, name, value, member, err);
	case OPTION_FENCED:
		return fenced_set(name, value, member, err);
	case OPTION_COUNT:
		return count_set(name, value, member, err);
	case OPTION_CHOICES:
		return choices_add(name, metavar, value, member, err);
	case OPTION_CHOICE:
		return choice_set(name, metavar, value, member, err);
	case OPTION_FLAG:
	case OPTION_NO_FLAG:
	case OPTION_HELP:
	case OPTION_HELP_ALL:
	case OPTION_VERSION:
		break;
	}
	return error_set(err, ERROR_BUG, "%s takes no value", name);
}
