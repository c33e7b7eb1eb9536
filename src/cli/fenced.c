/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fenced.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/lang.h"
#include "util/str.h"

#define LETTERS_LEAST 8
#define DIFFERENT_LEAST 5
#define WORDS_LEAST 2
#define IDEOGRAPHS 0x2e80 /* from here on a letter says as much as a word */

/* What help texts, hints and pages have had in the place of a statement; compared by their letters alone. */
static const char *const placeholders[] = {
	"TEXT",
	"WHO, HOW",
	"who, and how we know",
	"WHO POWERED IT OFF, AND HOW WE KNOW",
	"who powered it off and how we know it",
	"who did it, and how we know",
	"who powered it off",
	"who powered the host off",
	"who powered the host off, and how do we know?",
	"who powered the host off and how we know",
	"how we know it is off",
	"why it is safe",
	"fencing statement",
	"statement",
	"your own words, at least 8 letters",
};

/* The letter at ${*p}, which moves behind it; what is no UTF-8 is its byte. */
static uint32_t next_letter(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	unsigned more = *s >= 0xf0 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc0 ? 1 : 0;
	uint32_t c = more == 3 ? *s & 0x07u : more == 2 ? *s & 0x0fu : more == 1 ? *s & 0x1fu : *s;

	for (s++; more > 0 && (*s & 0xc0) == 0x80; s++, more--)
		c = c << 6 | (*s & 0x3fu);
	*p = (const char *)s;
	return c;
}

/* Digits, blanks, punctuation and pictures are none. */
static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return isalpha((int)c) != 0;
	return c >= 0xc0 && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3040) && !(c >= 0xfe00 && c < 0xfe70) &&
	    !(c >= 0xff00 && c < 0xff21) && !(c >= 0x1f000 && c < 0x20000);
}

static uint32_t lower(uint32_t c)
{
	return c < 0x80 ? (uint32_t)tolower((int)c) : c;
}

/* Only the letters of both are compared, capital or small. */
static bool says_the_same(const char *a, const char *b)
{
	uint32_t x, y;

	do {
		for (x = 0; *a && !is_letter(x = next_letter(&a)); x = 0)
			;
		for (y = 0; *b && !is_letter(y = next_letter(&b)); y = 0)
			;
		if (lower(x) != lower(y))
			return false;
	} while (x);
	return true;
}

struct counts {
	size_t letters, words, different;
};

static struct counts count_letters(const char *text)
{
	uint32_t seen[DIFFERENT_LEAST];
	struct counts n = { 0 };
	bool inside = false;

	while (*text) {
		uint32_t c = lower(next_letter(&text));
		size_t i = 0;

		if (!is_letter(c)) {
			inside = false;
			continue;
		}
		n.letters += c >= IDEOGRAPHS ? 2 : 1;
		n.words += !inside || c >= IDEOGRAPHS;
		inside = true;
		while (i < n.different && seen[i] != c)
			i++;
		if (i == n.different && n.different < DIFFERENT_LEAST)
			seen[n.different++] = c;
	}
	return n;
}

const char *fenced_fault(const char *text)
{
	struct counts n = count_letters(text);

	for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
		if (says_the_same(text, placeholders[i]))
			return N_("it is the placeholder");
	if (n.letters == 0)
		return N_("it is blank");
	if (n.letters < LETTERS_LEAST)
		return N_("it has fewer than 8 letters");
	if (n.different < DIFFERENT_LEAST)
		return N_("it repeats a few letters");
	return n.words < WORDS_LEAST ? N_("it is a single word") : NULL;
}

/* Of a host's name; what is behind a dot alone is the next sentence. */
static bool is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static bool ends_name(const char *p)
{
	return !is_of_name(*p) && !(*p == '.' && is_of_name(p[1]));
}

bool fenced_names(const char *text, const char *host)
{
	const size_t n = strlen(host);

	for (const char *p = n ? strstr(text, host) : NULL; p; p = strstr(p + 1, host))
		if ((p == text || (!is_of_name(p[-1]) && p[-1] != '.')) && ends_name(p + n))
			return true;
	return false;
}

int fenced_check(const char *where, const char *text, struct error *err)
{
	const char *fault = text ? fenced_fault(text) : NULL;

	if (!fault)
		return 0;
	error_set(err, ERROR_USAGE, "%s does not say who powered the host off, and how that is known: %s; nothing was written",
	    where, _(fault));
	return error_hint(err,
	    "write a sentence of your own, at least 8 letters: who powered the host off, when, and how that is known");
}
