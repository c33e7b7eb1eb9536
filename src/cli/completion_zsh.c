/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <string.h>

#include "util/mem.h"

/* The same as for bash, with sentences. */

static void add_zsh_item(const char *word, const char *sentence, struct str *out)
{
	auto_str struct str item = { 0 };

	str_addf(&item, "%s:%s", word, sentence);
	str_addc(out, ' ');
	completion_add_quoted(item.s, "'\\''", out);
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
	if (!completion_has_words(type, metavar)) {
		add_zsh_source(completion_source(metavar), out);
		return;
	}
	str_add(out, "compadd -- ");
	completion_add_words(type, metavar, out);
	str_add(out, "; return");
}

static void add_zsh_value(const struct option_spec *o, struct str *out)
{
	if (!option_takes_value(o))
		return;
	completion_add_pattern(o, out);
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
	if (a && (completion_source(a->metavar) || completion_has_words(a->type, a->metavar))) {
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

void completion_zsh(struct str *out)
{
	const struct command *const *c;

	str_add(out, "#compdef evac-manage\n# made by 'evac-manage completion zsh'\n_evac_manage()\n{\n"
		"\tlocal noun= verb= i prev=${words[CURRENT-1]}\n\tlocal -a list\n"
		"\tfor ((i = 2; i < CURRENT; i++)); do\n\t\tcase ${words[i]} in\n\t\t");
	completion_add_value_options(out);
	str_add(out, ") ((i++)) ;;\n\t\t-*) ;;\n"
		"\t\t*) if [[ -z $noun ]]; then noun=${words[i]}; elif [[ -z $verb ]]; then verb=${words[i]}; fi ;;\n"
		"\t\tesac\n\tdone\n\tcase $prev in\n");
	completion_each_option(add_zsh_value, out);
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
