/* SPDX-License-Identifier: Apache-2.0 */
#include "util/shell.h"

#include <stdbool.h>
#include <string.h>

#include "util/mem.h"

#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@#%+=,"
#define OURS "evac-manage "

/* Whose operands may be names that others have given: the texts have no other command before such a name. */
static const char *const commands[] = { OURS, "openstack ", "cinder ", "chmod " };

/* Their options that take no value, as far as a text has one before a name. */
static const char *const flags[] = { "--disable", "--down", "--enable", "--force", "--up", "--yes" };

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

/* Quoted, so that shell_add_commands() can tell it from an option. */
static bool is_dashed(const char *word)
{
	return word[0] == '-' && word[1];
}

void shell_add_word(struct str *out, const char *word)
{
	if (is_plain(word) && !is_dashed(word))
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

void shell_add_typed(struct str *out, const char *word)
{
	const char *value = is_dashed(word) ? strchr(word, '=') : NULL;
	auto_free char *option = value ? xstrndup(word, (size_t)(value + 1 - word)) : xstrdup(word);

	if (!is_dashed(word) || !is_plain(option)) {
		shell_add_word(out, word);
		return;
	}
	str_add(out, option);
	if (value)
		shell_add_word(out, value + 1);
}

/* ---- commands in a text */

/* Behind the quoted part that begins at ${at}; the apostrophe of a sentence has no other end: NULL. */
static const char *end_of_quoted(const char *at)
{
	char quote = *at == '$' ? '\'' : *at;
	bool escapes = *at != '\'';

	for (at += *at == '$' ? 2 : 1; *at && *at != quote; at++)
		if (escapes && *at == '\\' && at[1])
			at++;
	return *at ? at + 1 : NULL;
}

/* Of a word as shell_add_word() writes one; what a sentence goes on with is none. ${in_quotes}: the command stands in '…'. */
static const char *end_of_word(const char *at, bool in_quotes)
{
	const char *end;

	while ((unsigned char)*at > 0x20 && (unsigned char)*at < 0x7f && !strchr("`<>;()|&", *at)) {
		if (*at == ',' && (at[1] == ' ' || !at[1]))
			break;
		if (*at == '\'' && in_quotes)
			break;
		if (*at == '"' || *at == '\'' || (*at == '$' && at[1] == '\'')) {
			if (!(end = end_of_quoted(at)))
				break;
			at = end;
		} else {
			at += *at == '\\' && at[1] ? 2 : 1;
		}
	}
	return at;
}

static bool is_quoted_dash(const char *word)
{
	word += *word == '$';
	return (*word == '"' || *word == '\'') && word[1] == '-';
}

static bool begins_as_option(const char *word, size_t n)
{
	return n > 1 && *word == '-' && !(n == 2 && word[1] == '-');
}

static bool takes_value(const char *word, size_t n)
{
	if (!begins_as_option(word, n) || memchr(word, '=', n))
		return false;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strlen(flags[i]) == n && strncmp(word, flags[i], n) == 0)
			return false;
	return true;
}

/* The words from ${at}, a blank before each, until the command ends. A name that begins with '-' is said to be none of the
 * options: as the value of one it stands behind '=', and as an operand behind "--", with those that come after it. */
static const char *add_words(struct str *out, const char *at, bool in_quotes)
{
	auto_str struct str last = { 0 };
	bool value = false, ended = false;
	const char *end;

	for (; *at == ' ' && (end = end_of_word(at + 1, in_quotes)) > at + 1; at = end) {
		size_t n = (size_t)(end - at - 1);
		bool dashed = !ended && is_quoted_dash(at + 1), is_operand = !value && (dashed || !begins_as_option(at + 1, n));

		if (is_operand && (dashed || last.n)) {
			str_addn(&last, at, n + 1);
			continue;
		}
		str_addc(out, dashed ? '=' : ' ');
		str_addn(out, at + 1, n);
		ended = ended || (n == 2 && strncmp(at + 1, "--", 2) == 0);
		value = !ended && !value && takes_value(at + 1, n);
	}
	if (last.n)
		str_addf(out, " --%s", last.s);
	return at;
}

/* Where the first command's name ends, at the blank; NULL: there is none. */
static const char *first_command(const char *text, bool *is_ours)
{
	const char *first = NULL;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const char *at = strstr(text, commands[i]);

		if (!at || (first && at + strlen(commands[i]) > first))
			continue;
		first = at + strlen(commands[i]) - 1;
		*is_ours = i == 0;
	}
	return first;
}

static bool begins_in_quotes(const char *text, const char *blank)
{
	while (blank > text && blank[-1] != ' ' && blank[-1] != '\'')
		blank--;
	return blank > text && blank[-1] == '\'';
}

void shell_add_commands(struct str *out, const char *text, const char *globals)
{
	const char *at;
	bool is_ours = false;

	while ((at = first_command(text, &is_ours))) {
		bool in_quotes = begins_in_quotes(text, at);

		str_addn(out, text, (size_t)(at - text));
		if (is_ours && globals && at[1] >= 'a' && at[1] <= 'z') /* a command's noun: no option yet */
			str_add(out, globals);
		text = add_words(out, at, in_quotes);
	}
	str_add(out, text);
}
