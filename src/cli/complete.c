/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

/* What the scripts of three shells ask (complete.bash, .zsh, .fish), answered out of the tables that the parser and the help
 * read: a line a word, behind a tab what it means; or one line that begins with a colon and says where the words are. What does
 * not begin as the word does is left out by the shell, which knows its user's wishes. Nothing that was typed comes back. */

/* Of a text of several sentences the first: a menu has a line for each word. */
static void offer_line(const char *word, const char *sentence, struct str *out)
{
	const char *stop = sentence ? strstr(sentence, ". ") : NULL;

	str_add(out, word);
	if (sentence)
		str_addf(out, "\t%.*s", (int)(stop ? (size_t)(stop - sentence) : strlen(sentence)), sentence);
	str_addc(out, '\n');
}

static void offer_values(const struct tree *tree, enum option_type type, const char *metavar, struct str *out)
{
	struct accept_code code;

	if (type == OPTION_CHOICE || type == OPTION_CHOICES) {
		for (; *metavar; metavar++)
			str_addc(out, *metavar == '|' ? '\n' : *metavar);
		str_addc(out, '\n');
	}
	if (type == OPTION_ACCEPT)
		for (size_t i = 0; tree->accept_code(i, &code); i++)
			if (code.offered)
				offer_line(code.code, code.sentence, out);
	if (type == OPTION_TEXT || type == OPTION_WORDS) /* which hosts there are, nobody knows without a server */
		for (const struct value_source *s = tree->sources; s->metavar; s++)
			if (strcmp(s->metavar, metavar) == 0)
				offer_line(s->answer, NULL, out);
}

/* ---- options */

/* Would the parser take it beside those that are there? */
static bool may_follow(const struct command *command, const struct scan *before, const struct option_spec *option)
{
	for (size_t i = 0; i < before->ngiven; i++) {
		const struct option_spec *o = before->given[i].option;

		if (o)
			o = option_find(command, o->name, strlen(o->name));
		if (o && o->offset == option->offset && !option_repeats(o))
			return false;
	}
	return true;
}

static void offer_options(const struct command *command, const struct scan *before, bool letters, struct str *out)
{
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(command, group);

	for (size_t i = 0; i < n; i++)
		for (const struct option_spec *o = group[i].options; o->name; o++) {
			if (!may_follow(command, before, o))
				continue;
			str_addf(out, "--%s\t%s\n", o->name, o->sentence);
			if (letters && o->letter)
				str_addf(out, "-%c\t%s\n", o->letter, o->sentence);
		}
}

/* Is the word a value, or does it hold one: "json" behind --format, "--format=json", "-fjson"? ${option} is whose; NULL:
 * nobody's. */
static bool is_value(const struct scan *before, const char *word, const struct option_spec **option)
{
	const struct given *last = before->ngiven ? &before->given[before->ngiven - 1] : NULL;

	*option = NULL;
	if (before->ended)
		return false;
	if (last && last->option && option_takes_value(last->option) && !last->value) {
		*option = last->option;
		return true;
	}
	if (word[0] != '-' || !word[1])
		return false;
	if (word[1] != '-') {
		*option = option_find_letter(word[1]);
		return true;
	}
	*option = option_find_anywhere(before->tree, word + 2, strcspn(word + 2, "="));
	return strchr(word, '=') != NULL;
}

/* ---- commands and their arguments */

static void offer_nouns(const struct tree *tree, struct str *out)
{
	for (const struct command *const *c = tree->commands; *c; c++)
		if (c == tree->commands || strcmp(c[-1]->noun, (*c)->noun) != 0)
			offer_line((*c)->noun, (*c)->verb ? NULL : (*c)->sentence, out);
}

static void offer_verbs(const struct tree *tree, const char *noun, struct str *out)
{
	for (const struct command *const *c = tree->commands; *c; c++)
		if (command_has_noun(*c, noun))
			offer_line((*c)->verb, (*c)->sentence, out);
}

/* ${nth}: so many arguments are there before it. */
static void offer_arguments(const struct tree *tree, const struct command *command, size_t nth, struct str *out)
{
	const struct argument_spec *a = command->arguments;

	for (; a && a->metavar && nth > 0; nth--)
		a += a->type != OPTION_WORDS; /* the last one may take all that is left */
	if (a && a->metavar)
		offer_values(tree, a->type, a->metavar, out);
}

/* Options are offered where a dash is, where nothing else is known, and beside the nouns. */
static void offer_words(const struct scan *before, const char *word, struct str *out)
{
	size_t n = before->words.n, used;
	const struct command *command = find_command(before->tree, &before->words, &used);
	bool dash = word[0] == '-' && !before->ended;

	if (!command && (n > 1 || (n == 1 && !find_noun(before->tree, before->words.v[0]))))
		return;
	if (command && !dash)
		offer_arguments(before->tree, command, n - used, out);
	else if (n == 1 && !dash)
		offer_verbs(before->tree, before->words.v[0], out);
	else if (!dash)
		offer_nouns(before->tree, out);
	if (!before->ended && (dash || n == 0 || out->n == 0))
		offer_options(command, before, strcmp(word, "-") == 0, out);
}

char *complete_words(const struct tree *tree, int argc, const char *const *argv)
{
	const char *word = argc > 1 ? argv[argc - 1] : "";
	const struct option_spec *option;
	auto_str struct str answer = { 0 };
	struct scan before = { .tree = tree };

	scan_words(argc - 1, argv, &before);
	if (!is_value(&before, word, &option))
		offer_words(&before, word, &answer);
	else if (option)
		offer_values(tree, option->type, option->metavar, &answer);
	scan_free(&before);
	return str_take(&answer);
}
