/* SPDX-License-Identifier: Apache-2.0 */
/* Why not libc's gettext(): it opens the file of a translation only in a locale that is installed. Measured with a .mo in its
 * place: LC_ALL=zh_CN.UTF-8 on a Debian 12 or 13 that has only C.UTF-8, as servers and containers do, gives English, because
 * setlocale() fails and "C" takes no translation; LANGUAGE works only beside an installed locale (glibc 2.36 takes C.UTF-8 for
 * one, 2.41 does not); and one binary that is copied to a controller has no file beside it. What translators use stays:
 * xgettext, msgmerge, msgfmt and its .mo, which is compiled in. */
#include "util/lang.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/mem.h"
#include "util/mo.h"
#include "util/str.h"

/* A text with both: BEGIN english BETWEEN translation END. No letter of UTF-8 has these bytes, so no name of a database. */
#define BEGIN '\xfd'
#define BETWEEN '\xfe'
#define END '\xff'

struct sentence {
	const char *english;
	char *both;
};

/* State below main, as the log's: what is said in this run. English: nothing. */
static struct {
	struct sentence *v;
	size_t n;
} spoken;

/* ---- which language */

static bool is_english_locale(const char *locale)
{
	static const char *const names[] = { "C", "POSIX", "C.UTF-8", "C.utf8" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], locale) == 0)
			return true;
	return false;
}

/* The locale's own letters, where its name says: what we write is UTF-8. */
static bool has_our_letters(const char *locale)
{
	const char *dot = strchr(locale, '.');

	return !dot || strncasecmp(dot, ".UTF-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0;
}

static bool is_language(const char *name, size_t n, const char *language)
{
	size_t k = strlen(language);

	return n >= k && strncmp(name, language, k) == 0 && (n == k || strchr("_.@-", name[k]));
}

/* zh_TW and zh_HK are written otherwise: to their readers English is nearer than half of our letters. */
static bool is_chinese(const char *name, size_t n)
{
	static const char *const ours[] = { "zh_CN", "zh_SG", "zh_Hans", "zh-CN", "zh-SG", "zh-Hans" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (is_language(name, n, ours[i]))
			return true;
	return is_language(name, n, "zh") && (n == 2 || name[2] == '.' || name[2] == '@');
}

static const char *first_set(const char *const *names)
{
	const char *value;

	for (; *names; names++)
		if ((value = getenv(*names)) && *value)
			return value;
	return "C";
}

static bool environment_is_chinese(void)
{
	const char *locale = first_set((const char *const[]){ "LC_ALL", "LC_MESSAGES", "LANG", NULL });
	const char *wanted = str_or(getenv("LANGUAGE"), "");
	size_t n;

	if (is_english_locale(locale) || !has_our_letters(locale))
		return false;
	for (wanted = *wanted ? wanted : locale; *wanted; wanted += n + (wanted[n] == ':')) {
		n = strcspn(wanted, ":");
		if (is_chinese(wanted, n))
			return true;
		if (is_language(wanted, n, "en") || is_language(wanted, n, "C"))
			return false;
	}
	return false;
}

static char *join(const char *english, const char *translation)
{
	return xasprintf("%c%s%c%s%c", BEGIN, english, BETWEEN, translation, END);
}

static void read_sentences(void)
{
	struct mo mo;
	struct mo_text english, translation;

	if (!mo_open(&mo, lang_zh_CN_mo, lang_zh_CN_mo_size))
		return;
	spoken.v = xcalloc(mo.n, sizeof *spoken.v);
	for (size_t i = 0; i < mo.n; i++) {
		if (!mo_entry(&mo, i, &english, &translation) || english.n == 0 || translation.n == 0) /* "": the file's head */
			continue;
		spoken.v[spoken.n++] = (struct sentence){ english.s, join(english.s, translation.s) };
	}
}

void lang_open(const char *word)
{
	lang_close();
	if (word ? strcmp(word, "zh") == 0 : environment_is_chinese())
		read_sentences();
	/* widths are counted in UTF-8 then, whatever locale there is */
	if (!lang_is_english() && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

void lang_close(void)
{
	for (size_t i = 0; i < spoken.n; i++)
		free(spoken.v[i].both);
	free(spoken.v);
	spoken.v = NULL;
	spoken.n = 0;
}

bool lang_is_english(void)
{
	return spoken.n == 0;
}

/* ---- sentences */

static int compare_sentences(const void *key, const void *sentence)
{
	return strcmp(key, ((const struct sentence *)sentence)->english);
}

const char *lang_text(const char *english)
{
	const struct sentence *s = vec_search(english, spoken.v, spoken.n, sizeof *spoken.v, compare_sentences);

	return s ? s->both : english;
}

bool lang_is_both(const char *text)
{
	return spoken.n > 0 && strchr(text, BEGIN);
}

/* Of what carries both, the part before BETWEEN or the one behind it. */
static char *keep_one(char *text, bool translation)
{
	char *to = text;
	bool kept = true;

	for (const char *from = text; *from; from++) {
		if (*from == BEGIN)
			kept = !translation;
		else if (*from == BETWEEN)
			kept = translation;
		else if (*from == END)
			kept = true;
		else if (kept)
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

char *lang_for_people(char *text)
{
	return lang_is_both(text) ? keep_one(text, true) : text;
}

char *lang_for_machines(char *text)
{
	return lang_is_both(text) ? keep_one(text, false) : text;
}

/* msgfmt --check has compared the two halves */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
char *lang_vformat(const char *fmt, va_list ap)
{
	auto_free char *english = NULL, *translation = NULL, *english_fmt = NULL, *translated_fmt = NULL;
	va_list again;

	if (spoken.n == 0 || *fmt != BEGIN)
		return xvasprintf(fmt, ap);
	english_fmt = lang_for_machines(xstrdup(fmt));
	translated_fmt = lang_for_people(xstrdup(fmt));
	va_copy(again, ap);
	english = lang_for_machines(xvasprintf(english_fmt, ap));
	translation = lang_for_people(xvasprintf(translated_fmt, again));
	va_end(again);
	return join(english, translation);
}
#pragma GCC diagnostic pop

/* At most ${max} bytes of a text of ours, whole letters. */
static size_t cut(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n <= max)
		return n;
	for (n = max; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

void lang_copy(char *out, size_t size, const char *text)
{
	auto_free char *english = NULL, *translation = NULL;

	if (strlen(text) < size || !lang_is_both(text)) {
		snprintf(out, size, "%s", text);
		return;
	}
	english = lang_for_machines(xstrdup(text));
	translation = lang_for_people(xstrdup(text));
	snprintf(out, size, "%c%.*s%c%.*s%c", BEGIN, (int)cut(english, (size - 4) / 2), english, BETWEEN,
	    (int)cut(translation, (size - 4) / 2), translation, END);
}

void lang_vformat_into(char *out, size_t size, const char *fmt, va_list ap)
{
	auto_free char *whole = NULL;

	if (spoken.n == 0) {
		vsnprintf(out, size, fmt, ap);
		return;
	}
	whole = lang_vformat(fmt, ap);
	lang_copy(out, size, whole);
}
