/* SPDX-License-Identifier: Apache-2.0 */
#include "util/secret.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/mem.h"

#define SHORTEST 3
#define HIDDEN "***"

/* How much a text can be something else than a password. */
enum likeness {
	LIKE_NOTHING, /* a line noise of a password: hidden everywhere */
	LIKE_A_NAME,  /* "s3cret-7": hidden in the words of others, where it stands by itself */
	LIKE_A_WORD,  /* "cinder", "update_host": there only behind the word "password" or in a URL */
};

struct secret {
	char *text;
	size_t n;
	enum likeness likeness;
};

/* The one state beside the log's. */
static struct {
	struct secret *v;
	size_t n, cap;
} kept;

static bool is_of(const char *s, int (*is)(int))
{
	for (; *s; s++)
		if (is((unsigned char)*s))
			return true;
	return false;
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool is_name(const char *s)
{
	while (is_name_byte(*s))
		s++;
	return *s == '\0';
}

static enum likeness likeness_of(const char *s)
{
	size_t n = strlen(s);

	if ((n >= 6 && !is_name(s)) || n >= 24 || (n >= 8 && is_of(s, isupper) && is_of(s, islower) && is_of(s, isdigit)))
		return LIKE_NOTHING;
	return is_of(s, isupper) || is_of(s, isdigit) || !is_name(s) ? LIKE_A_NAME : LIKE_A_WORD;
}

void secret_keep(const char *secret)
{
	if (strlen(secret) < SHORTEST)
		return;
	for (size_t i = 0; i < kept.n; i++)
		if (strcmp(kept.v[i].text, secret) == 0)
			return;
	kept.v = vec_grow(kept.v, kept.n, &kept.cap, sizeof *kept.v);
	kept.v[kept.n++] = (struct secret){ xstrdup(secret), strlen(secret), likeness_of(secret) };
}

void secrets_forget(void)
{
	for (size_t i = 0; i < kept.n; i++)
		free_secret(kept.v[i].text);
	free(kept.v);
	kept.v = NULL;
	kept.n = kept.cap = 0;
}

void secret_put_in(struct str *out, const char *text, const char *mark, const char *secret)
{
	const char *at = strstr(text, mark);

	str_reserve(out, out->n + strlen(text) + strlen(secret) + 1);
	str_addn(out, text, at ? (size_t)(at - text) : strlen(text));
	if (!at)
		return;
	str_add(out, secret);
	str_add(out, at + strlen(mark));
}

/* Is ${at} in ${text} where somebody says what a password is: "password: x", "passwd='x'", "secret=x"? */
static bool is_called_password(const char *text, const char *at)
{
	static const char *const words[] = { "password", "passwd", "pwd", "pass", "secret" };
	const char *end = at;

	while (end > text && strchr(" \t'\"=:", end[-1]))
		end--;
	for (size_t i = 0; end < at && i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(end - text) >= n && strncasecmp(end - n, words[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_hidden(const struct secret *s, const char *text, const char *at)
{
	bool alone = (at == text || !is_name_byte(at[-1])) && !is_name_byte(at[s->n]);

	switch (s->likeness) {
	case LIKE_NOTHING:
		return true;
	case LIKE_A_NAME:
		return alone;
	default:
		return alone && is_called_password(text, at);
	}
}

/* The length of the longest secret that begins at ${at} and is to be hidden there: one may be the beginning of another. */
static size_t secret_at(const char *text, const char *at, bool foreign)
{
	size_t longest = 0;

	for (size_t i = 0; i < kept.n; i++) {
		const struct secret *s = &kept.v[i];

		if (s->n > longest && *at == *s->text && strncmp(at, s->text, s->n) == 0 &&
		    (foreign ? is_hidden(s, text, at) : s->likeness == LIKE_NOTHING))
			longest = s->n;
	}
	return longest;
}

static void add_secret(struct str *out, const char *text, bool foreign)
{
	size_t n;

	for (const char *s = text; *s; s += n ? n : 1) {
		n = secret_at(text, s, foreign);
		if (n)
			str_add(out, HIDDEN);
		else
			str_addc(out, *s);
	}
}

void str_add_public(struct str *out, const char *text)
{
	add_secret(out, text, false);
}

bool secret_is_in(const char *text)
{
	for (size_t i = 0; i < kept.n; i++)
		if (kept.v[i].likeness == LIKE_NOTHING && strstr(text, kept.v[i].text))
			return true;
	return false;
}

/* Where the login of a URL that begins behind ${s} ends: its last '@' before a blank, a quote or a bracket; NULL: it has none.
 * A raw '/' in a password does not end it here. */
static const char *login_end(const char *s)
{
	const char *at = NULL;

	for (; *s && !strchr(" \t\r\n'\"<>()", *s); s++)
		if (*s == '@')
			at = s;
	return at;
}

void str_add_foreign(struct str *out, const char *text)
{
	auto_str struct str bare = { 0 };
	const char *url, *at, *colon;

	for (; (url = strstr(text, "//")); text = at) {
		url += 2;
		at = login_end(url);
		colon = at ? memchr(url, ':', (size_t)(at - url)) : NULL;
		str_addn(&bare, text, (size_t)((colon ? colon + 1 : url) - text));
		if (colon)
			str_add(&bare, HIDDEN);
		at = colon ? at : url;
	}
	str_add(&bare, text);
	add_secret(out, bare.s, true);
	explicit_bzero(bare.s, bare.n);
}

const char *arena_foreign(struct arena *arena, const char *text)
{
	auto_str struct str out = { 0 };

	if (!text)
		return NULL;
	str_add(&out, "");
	str_add_foreign(&out, text);
	return arena_dup(arena, out.s);
}
