/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <string.h>

#include "command/commands.h"
#include "guard/guard.h"
#include "out/table.h"

/* Scripts for three shells, out of the same tables as the parser and the help. What a value can be is told by its metavar. */

/* ---- what completes a value */

static const struct source sources[] = {
	{ "FILE", SOURCE_FILES, NULL },
	{ "DIR", SOURCE_DIRECTORIES, NULL },
	{ "RUN", SOURCE_COMMAND, "evac-manage journal list -f value -c run" },
	{ "CHECK...", SOURCE_COMMAND, "evac-manage audit list -f value -c check" },
	{ "NAME", SOURCE_COMMAND, "evac-manage sql list -f value -c name" },
	{ "CODE[:ID]", SOURCE_FINDINGS, NULL },
	{ NULL, SOURCE_FILES, NULL },
};

const struct source *completion_source(const char *metavar)
{
	const struct source *s;

	for (s = sources; s->metavar; s++)
		if (metavar && strcmp(s->metavar, metavar) == 0)
			return s;
	return NULL;
}

void completion_add_words(enum option_type type, const char *metavar, struct str *out)
{
	const struct guard *g;

	if (type == OPTION_CHOICE)
		for (; *metavar; metavar++)
			str_addc(out, *metavar == '|' ? ' ' : *metavar);
	else
		for (g = guards; g->code; g++)
			if (g->accept != ACCEPT_NOTHING)
				str_addf(out, "%s ", g->code);
}

bool completion_has_words(enum option_type type, const char *metavar)
{
	const struct source *s = completion_source(metavar);

	return type == OPTION_CHOICE || (s && s->type == SOURCE_FINDINGS);
}

/* ---- walks over the tables */

static bool is_taken_before(const struct command *const *command, const struct option_spec *option)
{
	const struct command *const *c;

	for (c = commands; c < command; c++)
		if (option_find(*c, option->name, strlen(option->name)))
			return true;
	return false;
}

void completion_each_option(option_fn *fn, struct str *out)
{
	struct option_group group[OPTION_GROUPS];
	const struct command *const *c;

	for (c = commands; *c; c++) {
		size_t n = option_groups(*c, group);

		for (size_t i = 0; i < n; i++)
			for (const struct option_spec *o = group[i].options; o->name; o++)
				if (!is_taken_before(c, o))
					fn(o, out);
	}
}

bool is_first_of_noun(const struct command *const *c)
{
	return c == commands || strcmp(c[-1]->noun, (*c)->noun) != 0;
}

const char *noun_sentence(const struct command *command)
{
	return command->verb ? "" : command->sentence;
}

const char *verb_or_none(const struct command *command)
{
	return command->verb ? command->verb : "";
}

/* ${escaped} is how the shell writes a quote inside quotes. */
void completion_add_quoted(const char *text, const char *escaped, struct str *out)
{
	str_addc(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			str_add(out, escaped);
		else
			str_addc(out, *text);
	str_addc(out, '\'');
}

/* ---- patterns of a case in bash and zsh */

static void add_value_pattern(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	str_addf(out, "--%s|", o->name);
	if (o->letter)
		str_addf(out, "-%c|", o->letter);
}

void completion_add_value_options(struct str *out)
{
	completion_each_option(add_value_pattern, out);
	str_add(out, "--");
}

void completion_add_pattern(const struct option_spec *o, struct str *out)
{
	str_addf(out, "\t--%s", o->name);
	if (o->letter)
		str_addf(out, "|-%c", o->letter);
	str_add(out, ") ");
}

/* ---- the command */

static const struct {
	const char *name;
	void (*add)(struct str *out);
} shells[] = { { "bash", completion_bash }, { "zsh", completion_zsh }, { "fish", completion_fish } };

static enum error_kind run_completion(const struct request *request, struct error *err)
{
	auto_str struct str script = { 0 };

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (strcmp(shells[i].name, request->what.name) == 0)
			shells[i].add(&script);
	return out_text(err, "%s", script.s) == 0 ? ERROR_OK : err->kind;
}

static const struct argument_spec arguments[] = {
	{ .metavar = "bash|zsh|fish", .type = OPTION_CHOICE, .offset = AT(what.name), .sentence = "the shell that shall complete" },
	{ 0 }
};

const struct command command_completion = {
	.noun = "completion",
	.sentence = "a script that lets a shell complete our words",
	.details = "Commands, options, and the values that need no database: files, runs, checks, statements, codes of findings.\n\n"
		"Examples:\n"
		"  source <(evac-manage completion bash)\n"
		"  evac-manage completion zsh > \"${fpath[1]}/_evac-manage\"\n"
		"  evac-manage completion fish > ~/.config/fish/completions/evac-manage.fish",
	.arguments = arguments,
	.run = run_completion,
};
