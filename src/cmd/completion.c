/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#include "op/commands.h"
#include "op/guard.h"
#include "out/table.h"

/* Scripts for three shells, out of the same tables as the parser and the help. What a value can be is told by its metavar. */

/* ---- what completes a value */

static const struct source {
	const char *metavar;
	enum { SOURCE_FILES, SOURCE_DIRECTORIES, SOURCE_COMMAND, SOURCE_FINDINGS } type;
	const char *command; /* its lines are the words; asks no server */
} sources[] = {
	{ "FILE", SOURCE_FILES, NULL },
	{ "DIR", SOURCE_DIRECTORIES, NULL },
	{ "RUN", SOURCE_COMMAND, "evac-manage journal list -f value -c run" },
	{ "CHECK...", SOURCE_COMMAND, "evac-manage audit list -f value -c check" },
	{ "NAME", SOURCE_COMMAND, "evac-manage sql list -f value -c name" },
	{ "CODE[:ID]", SOURCE_FINDINGS, NULL },
	{ NULL, SOURCE_FILES, NULL },
};

static const struct source *source_of(const char *metavar)
{
	const struct source *s;

	for (s = sources; s->metavar; s++)
		if (metavar && strcmp(s->metavar, metavar) == 0)
			return s;
	return NULL;
}

/* "table json yaml": the choices of an option, or the findings that can be accepted. */
static void add_words(enum option_type type, const char *metavar, struct str *out)
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

static bool has_words(enum option_type type, const char *metavar)
{
	const struct source *s = source_of(metavar);

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

/* Each option once, however many commands take it. */
typedef void option_fn(const struct option_spec *option, struct str *out);
static void each_option(option_fn *fn, struct str *out)
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

static bool is_first_of_noun(const struct command *const *c)
{
	return c == commands || strcmp(c[-1]->noun, (*c)->noun) != 0;
}

static const char *noun_sentence(const struct command *command)
{
	return command->verb ? "" : command->sentence;
}

static const char *verb_or_none(const struct command *command)
{
	return command->verb ? command->verb : "";
}

/* In single quotes; ${escaped} is how the shell writes a quote inside them. */
static void add_quoted(const char *text, const char *escaped, struct str *out)
{
	str_addc(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			str_add(out, escaped);
		else
			str_addc(out, *text);
	str_addc(out, '\'');
}

/* ---- bash and zsh: one function, which first finds noun and verb among the words before the cursor */

static void add_value_pattern(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	str_addf(out, "--%s|", o->name);
	if (o->letter)
		str_addf(out, "-%c|", o->letter);
}

static void add_value_options(struct str *out)
{
	each_option(add_value_pattern, out);
	str_add(out, "--");
}

static void add_pattern(const struct option_spec *o, struct str *out)
{
	str_addf(out, "\t--%s", o->name);
	if (o->letter)
		str_addf(out, "|-%c", o->letter);
	str_add(out, ") ");
}

static void add_bash_source(const struct source *s, struct str *out)
{
	if (!s)
		str_add(out, "return");
	else if (s->type == SOURCE_COMMAND)
		str_addf(out, "words=$(%s 2>/dev/null)", s->command);
	else
		str_addf(out, "compopt -o filenames; COMPREPLY=($(compgen -%c -- \"$cur\")); return", s->type == SOURCE_FILES ? 'f' : 'd');
}

static void add_bash_value(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	add_pattern(o, out);
	if (has_words(o->type, o->metavar)) {
		str_add(out, "words='");
		add_words(o->type, o->metavar, out);
		str_addc(out, '\'');
	} else {
		add_bash_source(source_of(o->metavar), out);
	}
	str_add(out, " ;;\n");
}

static void add_bash_options(const struct command *command, struct str *out)
{
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(command, group);

	for (size_t i = 0; i < n; i++)
		for (const struct option_spec *o = group[i].options; o->name; o++)
			str_addf(out, " --%s", o->name);
}

static void add_bash_command(const struct command *command, struct str *out)
{
	const struct argument_spec *a = command->arguments;
	const struct source *s = a ? source_of(a->metavar) : NULL;

	str_addf(out, "\t%s,%s) ", command->noun, verb_or_none(command));
	if (a && (s || has_words(a->type, a->metavar))) {
		str_add(out, "if [[ $cur != -* ]]; then ");
		if (has_words(a->type, a->metavar)) {
			str_add(out, "words='");
			add_words(a->type, a->metavar, out);
			str_addc(out, '\'');
		} else {
			add_bash_source(s, out);
		}
		str_add(out, "; else words='");
		add_bash_options(command, out);
		str_add(out, "'; fi ;;\n");
		return;
	}
	str_add(out, "words='");
	add_bash_options(command, out);
	str_add(out, "' ;;\n");
}

static void add_bash_verbs(const struct command *const *c, struct str *out)
{
	const char *noun = (*c)->noun;

	if (!is_first_of_noun(c) || !(*c)->verb)
		return;
	str_addf(out, "\t%s,) words='", noun);
	for (; *c && strcmp((*c)->noun, noun) == 0; c++)
		str_addf(out, " %s", (*c)->verb);
	str_add(out, "' ;;\n");
}

static void completion_bash(struct str *out)
{
	const struct command *const *c;

	str_add(out, "# bash completion of evac-manage, made by 'evac-manage completion bash'\n"
		"_evac_manage()\n{\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} noun= verb= words= i\n"
		"\t[[ $cur == = ]] && cur=\n"
		"\t[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase ${COMP_WORDS[i]} in\n\t\t");
	add_value_options(out);
	str_add(out, ") [[ ${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;\n\t\t-*|=) ;;\n"
		"\t\t*) if [[ -z $noun ]]; then noun=${COMP_WORDS[i]}; elif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; fi ;;\n"
		"\t\tesac\n\tdone\n\tcase $prev in\n");
	each_option(add_bash_value, out);
	str_add(out, "\tesac\n\t[[ $noun =~ ^(");
	for (c = commands; *c; c++)
		if (!(*c)->verb)
			str_addf(out, "%s|", (*c)->noun);
	str_add(out, "-)$ ]] && verb=\n\t[[ -n $words ]] || case $noun,${verb//-/_} in\n\t,) words='");
	for (c = commands; *c; c++)
		if (is_first_of_noun(c))
			str_addf(out, "%s ", (*c)->noun);
	add_bash_options(NULL, out);
	str_add(out, "' ;;\n");
	for (c = commands; *c; c++) {
		add_bash_verbs(c, out);
		add_bash_command(*c, out);
	}
	str_add(out, "\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _evac_manage evac-manage\n");
}

/* ---- zsh: the same with sentences */

static void add_zsh_item(const char *word, const char *sentence, struct str *out)
{
	auto_str struct str item = { 0 };

	str_addf(&item, "%s:%s", word, sentence);
	str_addc(out, ' ');
	add_quoted(item.s, "'\\''", out);
}

static void add_zsh_source(const struct source *s, struct str *out)
{
	if (!s)
		str_add(out, "return");
	else if (s->type == SOURCE_COMMAND)
		str_addf(out, "compadd -- ${(f)\"$(%s 2>/dev/null)\"}; return", s->command);
	else
		str_add(out, s->type == SOURCE_FILES ? "_files; return" : "_files -/; return");
}

static void add_zsh_words(enum option_type type, const char *metavar, struct str *out)
{
	if (!has_words(type, metavar)) {
		add_zsh_source(source_of(metavar), out);
		return;
	}
	str_add(out, "compadd -- ");
	add_words(type, metavar, out);
	str_add(out, "; return");
}

static void add_zsh_value(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	add_pattern(o, out);
	add_zsh_words(o->type, o->metavar, out);
	str_add(out, " ;;\n");
}

static void add_zsh_options(const struct command *command, struct str *out)
{
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(command, group);

	str_add(out, "list=(");
	for (size_t i = 0; i < n; i++)
		for (const struct option_spec *o = group[i].options; o->name; o++) {
			auto_free char *word = xasprintf("--%s", o->name);

			add_zsh_item(word, o->sentence, out);
		}
	str_add(out, " ); _describe -o option list ;;\n");
}

static void add_zsh_command(const struct command *command, struct str *out)
{
	const struct argument_spec *a = command->arguments;

	str_addf(out, "\t%s,%s) ", command->noun, verb_or_none(command));
	if (a && (source_of(a->metavar) || has_words(a->type, a->metavar))) {
		str_add(out, "if [[ $PREFIX != -* ]]; then ");
		add_zsh_words(a->type, a->metavar, out);
		str_add(out, "; fi; ");
	}
	add_zsh_options(command, out);
}

static void add_zsh_verbs(const struct command *const *c, struct str *out)
{
	const char *noun = (*c)->noun;

	if (!is_first_of_noun(c) || !(*c)->verb)
		return;
	str_addf(out, "\t%s,) list=(", noun);
	for (; *c && strcmp((*c)->noun, noun) == 0; c++)
		add_zsh_item((*c)->verb, (*c)->sentence, out);
	str_add(out, " ); _describe command list ;;\n");
}

static void completion_zsh(struct str *out)
{
	const struct command *const *c;

	str_add(out, "#compdef evac-manage\n# made by 'evac-manage completion zsh'\n_evac_manage()\n{\n"
		"\tlocal noun= verb= i prev=${words[CURRENT-1]}\n\tlocal -a list\n"
		"\tfor ((i = 2; i < CURRENT; i++)); do\n\t\tcase ${words[i]} in\n\t\t");
	add_value_options(out);
	str_add(out, ") ((i++)) ;;\n\t\t-*) ;;\n"
		"\t\t*) if [[ -z $noun ]]; then noun=${words[i]}; elif [[ -z $verb ]]; then verb=${words[i]}; fi ;;\n"
		"\t\tesac\n\tdone\n\tcase $prev in\n");
	each_option(add_zsh_value, out);
	str_add(out, "\tesac\n\t[[ $noun =~ '^(");
	for (c = commands; *c; c++)
		if (!(*c)->verb)
			str_addf(out, "%s|", (*c)->noun);
	str_add(out, "-)$' ]] && verb=\n\tcase $noun,${verb//-/_} in\n\t,) [[ $PREFIX == -* ]] || { list=(");
	for (c = commands; *c; c++)
		if (is_first_of_noun(c))
			add_zsh_item((*c)->noun, noun_sentence(*c), out);
	str_add(out, " ); _describe command list; return; }; ");
	add_zsh_options(NULL, out);
	for (c = commands; *c; c++) {
		add_zsh_verbs(c, out);
		add_zsh_command(*c, out);
	}
	str_add(out, "\tesac\n}\nif [[ $zsh_eval_context[-1] == loadautofunc ]]; then _evac_manage \"$@\"; else compdef _evac_manage evac-manage; fi\n");
}

/* ---- fish: a line an item */

static void add_fish_sentence(const char *sentence, struct str *out)
{
	str_add(out, " -d ");
	add_quoted(sentence, "\\'", out);
	str_addc(out, '\n');
}

static void add_fish_words(enum option_type type, const char *metavar, struct str *out)
{
	const struct source *s = source_of(metavar);

	if (has_words(type, metavar)) {
		str_add(out, " -xa '");
		add_words(type, metavar, out);
		str_addc(out, '\'');
	} else if (!s) {
		str_add(out, " -x");
	} else if (s->type == SOURCE_COMMAND) {
		str_addf(out, " -xa '(%s 2>/dev/null)'", s->command);
	} else {
		str_add(out, s->type == SOURCE_FILES ? " -rF" : " -xa '(__fish_complete_directories)'");
	}
}

static void add_fish_options(const char *when, const struct option_group *group, struct str *out)
{
	for (const struct option_spec *o = group->options; o->name; o++) {
		str_addf(out, "complete -c evac-manage%s -l %s", when, o->name);
		if (o->letter)
			str_addf(out, " -s %c", o->letter);
		if (option_takes_value(o))
			add_fish_words(o->type, o->metavar, out);
		add_fish_sentence(o->sentence, out);
	}
}

static void add_fish_command(const struct command *command, struct str *out)
{
	auto_free char *when = xasprintf(" -n '__evac_manage_at %s %s'", command->noun, verb_or_none(command));
	const struct argument_spec *a = command->arguments;
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(command, group);

	if (command->verb) {
		str_addf(out, "complete -c evac-manage -n '__evac_manage_at %s' -a %s", command->noun, command->verb);
		add_fish_sentence(command->sentence, out);
	}
	if (a && (source_of(a->metavar) || has_words(a->type, a->metavar))) {
		str_addf(out, "complete -c evac-manage%s", when);
		add_fish_words(a->type, a->metavar, out);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i + 1 < n; i++) /* the last group is everybody's */
		add_fish_options(when, &group[i], out);
}

static void add_fish_pattern(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	str_addf(out, "--%s ", o->name);
	if (o->letter)
		str_addf(out, "-%c ", o->letter);
}

static void completion_fish(struct str *out)
{
	const struct command *const *c;
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(NULL, group);

	str_add(out, "# fish completion of evac-manage, made by 'evac-manage completion fish'\n"
		"function __evac_manage_at # is what stands before the cursor this noun and verb?\n"
		"\tset -l found\n\tset -l skip 0\n\tfor w in (commandline -opc)[2..-1]\n"
		"\t\tif test $skip = 1\n\t\t\tset skip 0\n\t\t\tcontinue\n\t\tend\n\t\tswitch $w\n"
		"\t\t\tcase ");
	each_option(add_fish_pattern, out);
	str_add(out, "\n\t\t\t\tset skip 1\n\t\t\tcase '-*'\n\t\t\tcase '*'\n\t\t\t\tset -a found (string replace -a - _ -- $w)\n"
		"\t\tend\n\tend\n\ttest \"$found[1..2]\" = \"$argv[1..2]\"\nend\ncomplete -c evac-manage -f\n");
	for (c = commands; *c; c++) {
		if (is_first_of_noun(c)) {
			str_addf(out, "complete -c evac-manage -n __evac_manage_at -a %s", (*c)->noun);
			add_fish_sentence(noun_sentence(*c), out);
		}
		add_fish_command(*c, out);
	}
	for (size_t i = 0; i < n; i++)
		add_fish_options("", &group[i], out);
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
		if (strcmp(shells[i].name, request->name) == 0)
			shells[i].add(&script);
	return out_text(err, "%s", script.s) == 0 ? ERROR_OK : err->kind;
}

static const struct argument_spec arguments[] = {
	{ .metavar = "bash|zsh|fish", .type = OPTION_CHOICE, .offset = AT(name), .sentence = "the shell that shall complete" },
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
