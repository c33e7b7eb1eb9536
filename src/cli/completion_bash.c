/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <string.h>

/* One function, which first finds noun and verb among the words before the cursor. */

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
	completion_add_pattern(o, out);
	if (completion_has_words(o->type, o->metavar)) {
		str_add(out, "words='");
		completion_add_words(o->type, o->metavar, out);
		str_addc(out, '\'');
	} else {
		add_bash_source(completion_source(o->metavar), out);
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
	const struct source *s = a ? completion_source(a->metavar) : NULL;

	str_addf(out, "\t%s,%s) ", command->noun, verb_or_none(command));
	if (a && (s || completion_has_words(a->type, a->metavar))) {
		str_add(out, "if [[ $cur != -* ]]; then ");
		if (completion_has_words(a->type, a->metavar)) {
			str_add(out, "words='");
			completion_add_words(a->type, a->metavar, out);
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

void completion_bash(struct str *out)
{
	const struct command *const *c;

	str_add(out, "# bash completion of evac-manage, made by 'evac-manage completion bash'\n"
		"_evac_manage()\n{\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} noun= verb= words= i\n"
		"\t[[ $cur == = ]] && cur=\n"
		"\t[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase ${COMP_WORDS[i]} in\n\t\t");
	completion_add_value_options(out);
	str_add(out, ") [[ ${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;\n\t\t-*|=) ;;\n"
		"\t\t*) if [[ -z $noun ]]; then noun=${COMP_WORDS[i]}; elif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; fi ;;\n"
		"\t\tesac\n\tdone\n\tcase $prev in\n");
	completion_each_option(add_bash_value, out);
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
