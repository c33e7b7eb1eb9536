/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <string.h>

#include "util/mem.h"

/* A line an item. */

static void add_fish_sentence(const char *sentence, struct str *out)
{
	str_add(out, " -d ");
	completion_add_quoted(sentence, "\\'", out);
	str_addc(out, '\n');
}

static void add_fish_words(enum option_type type, const char *metavar, struct str *out)
{
	const struct source *s = completion_source(metavar);

	if (completion_has_words(type, metavar)) {
		str_add(out, " -xa '");
		completion_add_words(type, metavar, out);
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
	if (a && (completion_source(a->metavar) || completion_has_words(a->type, a->metavar))) {
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

void completion_fish(struct str *out)
{
	const struct command *const *c;
	struct option_group group[OPTION_GROUPS];
	size_t n = option_groups(NULL, group);

	str_add(out, "# fish completion of evac-manage, made by 'evac-manage completion fish'\n"
		"function __evac_manage_at # is what stands before the cursor this noun and verb?\n"
		"\tset -l found\n\tset -l skip 0\n\tfor w in (commandline -opc)[2..-1]\n"
		"\t\tif test $skip = 1\n\t\t\tset skip 0\n\t\t\tcontinue\n\t\tend\n\t\tswitch $w\n"
		"\t\t\tcase ");
	completion_each_option(add_fish_pattern, out);
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
