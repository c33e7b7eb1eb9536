/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define NUMBER_MAX 1000000000u /* 31 years in seconds; twice that still fits everywhere */

int read_text(struct ini *ini, const struct ini_name *names, char **what, struct error *err)
{
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (value && *value) {
		free(*what);
		*what = xstrdup(value);
	}
	ini_note(ini, names, *what, origin);
	return 0;
}

/* As Python's int() reads it, less its oddities (underscores, other scripts' digits). */
static bool parse_number(const char *text, unsigned *what)
{
	struct span s = span_trim((struct span){ text, strlen(text) });
	unsigned n = 0;

	if (s.n && *s.s == '+')
		s = (struct span){ s.s + 1, s.n - 1 };
	for (size_t i = 0; i < s.n; i++) {
		if (!isdigit((unsigned char)s.s[i]) || n > NUMBER_MAX / 10)
			return false;
		n = n * 10 + (unsigned)(s.s[i] - '0');
	}
	*what = n;
	return s.n > 0 && n <= NUMBER_MAX;
}

static int note_number(const struct ini *ini, const struct ini_name *names, unsigned number, const char *origin)
{
	auto_free char *text = xasprintf("%u", number);

	ini_note(ini, names, text, origin);
	return 0;
}

int read_number(struct ini *ini, const struct ini_name *names, unsigned *what, struct error *err)
{
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (!value || !*value || parse_number(value, what))
		return note_number(ini, names, *what, value && *value ? origin : NULL);
	error_set(err, ERROR_CONFIG, "%s: '%s' is not a whole number from 0 to %u", origin, value, NUMBER_MAX);
	return error_hint(err, "write digits only, without a unit");
}

int parse_bool(const char *text, const char *origin, bool *what, struct error *err)
{
	static const char *const untrue[] = { "false", "0", "off", "no" };
	bool is_bool = *what = str_is_true(text);

	for (size_t i = 0; i < sizeof untrue / sizeof *untrue; i++)
		is_bool |= strcasecmp(untrue[i], text) == 0;
	if (is_bool)
		return 0;
	error_set(err, ERROR_CONFIG, "%s: '%s' is neither true nor false", origin, text);
	return error_hint(err, "write true or false (also 1, 0, yes, no, on, off)");
}

int read_bool(struct ini *ini, const struct ini_name *names, bool *what, struct error *err)
{
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (value && parse_bool(value, origin, what, err) != 0)
		return -1;
	ini_note(ini, names, *what ? "true" : "false", origin);
	return 0;
}
