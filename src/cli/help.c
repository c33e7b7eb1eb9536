/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define SENTENCE_AT 24         /* the column where sentences begin */
#define COMMAND_SENTENCE_AT 29 /* in a list of commands: one line each */

static void add_blanks(struct str *out, size_t n)
{
	str_addf(out, "%*s", (int)n, "");
}

/* Paragraphs are wrapped; lines that begin with a blank (examples) stay as they are. */
static void add_paragraphs(const char *text, struct str *out)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (*text == ' ')
			str_addf(out, "%.*s\n", (int)n, text);
		else
			str_add_wrapped(out, text, n, 0, 0);
	}
}

static void add_item(const char *label, const char *sentence, size_t at, struct str *out)
{
	size_t column = 2 + strlen(label);

	str_addf(out, "  %s", label);
	if (column + 2 > at) {
		str_addc(out, '\n');
		column = 0;
	}
	add_blanks(out, at - column);
	str_add_wrapped(out, sentence, strlen(sentence), at, at);
}

/* " (default 5)", out of request_defaults: help cannot say another one than the parser. */
static void add_default(const struct option_spec *o, struct str *out)
{
	const char *member = (const char *)&request_defaults + o->offset;
	const char *text;
	int64_t number;

	if (o->type == OPTION_COUNT) {
		memcpy(&number, member, sizeof number);
		if (number)
			str_addf(out, " (default %" PRId64 ")", number);
	} else if (o->type == OPTION_CHOICE || o->type == OPTION_CHOICES) {
		memcpy(&text, member, sizeof text);
		if (text)
			str_addf(out, " (default %s)", text);
	}
}

static void add_option(const struct option_spec *o, struct str *out)
{
	auto_str struct str label = { 0 }, sentence = { 0 };

	if (o->letter)
		str_addf(&label, "-%c, ", o->letter);
	str_addf(&label, "--%s%s%s", o->name, o->metavar ? " " : "", o->metavar ? o->metavar : "");
	str_add(&sentence, o->sentence);
	add_default(o, &sentence);
	add_item(label.s, sentence.s, SENTENCE_AT, out);
}

static void add_option_group(const struct option_group *group, struct str *out)
{
	const struct option_spec *o = group->options;

	if (!o->name)
		return;
	str_addf(out, "\n%s:\n", group->title);
	for (; o->name; o++)
		add_option(o, out);
}

static void add_arguments(const struct argument_spec *a, struct str *out)
{
	if (!a)
		return;
	str_add(out, "\narguments:\n");
	for (; a->metavar; a++)
		add_item(a->metavar, a->sentence, SENTENCE_AT, out);
}

static void add_usage(const struct command *command, char blank, struct str *out)
{
	const struct argument_spec *a = command->arguments;
	const struct option_spec *o = command->options;

	str_add(out, "evac-manage ");
	cli_command_name(command, out);
	for (; a && a->metavar; a++)
		str_addf(out, a->optional ? " [%s]" : " %s", a->metavar);
	for (; o && o->name; o++)
		if (o->required)
			str_addf(out, " --%s%c%s", o->name, blank, o->metavar);
	str_add(out, " [options]");
}

void usage_line(const struct command *command, struct str *out)
{
	add_usage(command, ' ', out);
}

static void add_sentence(const char *sentence, struct str *out)
{
	size_t n = strlen(sentence), at = out->n;

	str_add_wrapped(out, sentence, n, 0, 0);
	out->s[at] = (char)toupper((unsigned char)out->s[at]);
	if (sentence[n - 1] != '.') {
		out->s[out->n - 1] = '.';
		str_addc(out, '\n');
	}
}

static void command_help(const struct command *command, bool all, struct str *out)
{
	struct option_group groups[OPTION_GROUPS];
	size_t ngroup = option_groups(command, groups), i;
	auto_str struct str usage = { 0 };

	str_add(&usage, "usage: ");
	add_usage(command, STR_NO_BREAK, &usage);
	str_add_wrapped(out, usage.s, usage.n, 4, 0);
	str_addc(out, '\n');
	add_sentence(command->sentence, out);
	if (command->details) {
		str_addc(out, '\n');
		add_paragraphs(command->details, out);
	}
	add_arguments(command->arguments, out);
	for (i = 0; i + !all < ngroup; i++) /* the last group is every command's */
		add_option_group(&groups[i], out);
	if (!all)
		str_add(out, "\nOptions of every command (-f FORMAT, --state-dir DIR, --debug ...): --help-all\n");
}

/* Of one noun, or of all; the table keeps a noun's together. */
static void add_commands(const struct tree *tree, const char *noun, struct str *out)
{
	const struct command *const *c;

	for (c = tree->commands; *c; c++) {
		auto_str struct str name = { 0 };

		if (noun && strcmp(noun, (*c)->noun) != 0)
			continue;
		cli_command_name(*c, &name);
		add_item(name.s, (*c)->sentence, COMMAND_SENTENCE_AT, out);
	}
}

static void noun_help(const struct tree *tree, const char *noun, struct str *out)
{
	str_addf(out, "usage: evac-manage %s COMMAND [options]\n\ncommands:\n", noun);
	add_commands(tree, noun, out);
	str_addf(out, "\n'evac-manage %s COMMAND --help' says more about one.\n", noun);
}

static void add_exit_codes(struct str *out)
{
	str_add(out, "\nexit codes, and the names that a report's \"result\" has:\n");
	for (int kind = 0; kind < ERROR_KIND_COUNT; kind++) {
		auto_str struct str item = { 0 };

		str_addf(&item, "%-3d %s", error_kind_exit_code((enum error_kind)kind), error_kind_name((enum error_kind)kind));
		add_item(item.s, error_kind_sentence((enum error_kind)kind), SENTENCE_AT, out);
	}
}

static void tree_help(const struct tree *tree, bool all, struct str *out)
{
	struct option_group groups[OPTION_GROUPS];
	size_t ngroup = option_groups(NULL, groups), i;

	str_add(out, "usage: evac-manage COMMAND [options]\n\n");
	add_paragraphs(
	    "Gets the instances, volumes and backups of a failed compute host back to work when the OpenStack APIs are "
	    "degraded: reads the databases of nova and cinder, moves ownership in verified transactions, evacuates by nova's own "
	    "messages. --dry-run shows what a command would do.\n\ncommands:\n",
	    out);
	add_commands(tree, NULL, out);
	for (i = 0; all && i < ngroup; i++)
		add_option_group(&groups[i], out);
	if (all)
		add_exit_codes(out);
	str_add(out,
	    "\n'evac-manage COMMAND --help' says more about a command; --help-all has the\n"
	    "options of every command, and the exit codes.\n");
}

void cli_help(const struct tree *tree, const char *noun, const struct command *command, bool all, struct str *out)
{
	if (command)
		command_help(command, all, out);
	else if (noun)
		noun_help(tree, noun, out);
	else
		tree_help(tree, all, out);
}
