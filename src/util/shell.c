/* SPDX-License-Identifier: Apache-2.0 */
#include "util/shell.h"

#include <stdbool.h>
#include <string.h>

#include "util/mem.h"

#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@#%+=,"
#define OURS "evac-manage "

static bool is_plain(const char *word)
{
	return *word && *word != '#' && word[strspn(word, PLAIN_LETTERS)] == '\0';
}

/* Control bytes, and letters beyond ASCII: some of them are not to be seen, or turn the line around. */
static bool is_unseen(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || (unsigned char)*word >= 0x7f)
			return true;
	return false;
}

static void add_bytes(struct str *out, const char *word)
{
	str_add(out, "$'");
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || (unsigned char)*word >= 0x7f || strchr("'\\", *word))
			str_addf(out, "\\x%02x", (unsigned char)*word);
		else
			str_addc(out, *word);
	str_addc(out, '\'');
}

/* In "…" an interactive bash would put an earlier command in the place of '!'. */
static void add_single(struct str *out, const char *word)
{
	str_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *word);
	}
	str_addc(out, '\'');
}

static void add_double(struct str *out, const char *word)
{
	str_addc(out, '"');
	for (; *word; word++) {
		if (strchr("\"\\$`", *word))
			str_addc(out, '\\');
		str_addc(out, *word);
	}
	str_addc(out, '"');
}

void shell_add_word(struct str *out, const char *word)
{
	if (is_plain(word))
		str_add(out, word);
	else if (is_unseen(word))
		add_bytes(out, word);
	else if (strchr(word, '!'))
		add_single(out, word);
	else
		add_double(out, word);
}

char *shell_quoted(const char *word)
{
	struct str out = { 0 };

	shell_add_word(&out, word);
	return str_take(&out);
}

const char *shell_word(struct arena *arena, const char *word)
{
	auto_str struct str out = { 0 };

	shell_add_word(&out, word);
	return arena_dup(arena, out.s);
}

void shell_add_commands(struct str *out, const char *text, const char *globals)
{
	const char *at;

	while (globals && *globals && (at = strstr(text, OURS))) {
		at += strlen(OURS) - 1;
		str_addn(out, text, (size_t)(at - text));
		if (at[1] >= 'a' && at[1] <= 'z') /* a command's noun: no option yet */
			str_add(out, globals);
		text = at;
	}
	str_add(out, text);
}
