/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "config/config.h"
#include "out/table.h"
#include "util/str.h"

/* A file to begin with, as oslo-config-generator writes one, out of the table that reads it. */

#define COMMENT "# "

/* "# " before each line of ${text}, wrapped. */
static void add_comment(struct str *out, const char *text)
{
	auto_str struct str lines = { 0 };

	str_add_wrapped(&lines, text, strlen(text), strlen(COMMENT), strlen(COMMENT));
	str_add(out, COMMENT);
	for (size_t i = 0; i < lines.n; i++) {
		str_addc(out, lines.s[i]);
		if (lines.s[i] != '\n' || i + 1 == lines.n)
			continue;
		str_add(out, COMMENT);
		i += strlen(COMMENT); /* its indent */
	}
}

static void add_possible_values(struct str *out, const char *choices)
{
	auto_str struct str text = { 0 };

	str_add(&text, "Possible values: ");
	for (; *choices; choices++)
		str_addf(&text, *choices == '|' ? ", " : "%c", *choices);
	add_comment(out, text.s);
}

static void add_option_comment(struct str *out, const struct own_option *option)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "%s (%s)", option->sentence, option->type);
	add_comment(out, text.s);
	if (option->choices)
		add_possible_values(out, option->choices);
	str_addf(out, "#%s = %s\n", option->key, option->sample);
}

static enum error_kind run_config_sample(const struct request *request, struct error *err)
{
	auto_str struct str out = { 0 };
	const char *group = "";

	(void)request;
	str_add(&out, "# /etc/evac-manage/evac-manage.conf: optional. evac-manage.conf(5) says more.\n");
	for (const struct own_option *o = own_options; o->group; o++) {
		if (strcmp(group, o->group) != 0)
			str_addf(&out, "\n[%s]\n\n#\n# From evac-manage " EVAC_MANAGE_VERSION "\n#\n", o->group);
		str_addc(&out, '\n');
		add_option_comment(&out, o);
		group = o->group;
	}
	return out_text(err, "%s", out.s) == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_config_sample = {
	.noun = "config", .verb = "sample",
	.sentence = "a sample evac-manage.conf",
	.details = "Every option of /etc/evac-manage/evac-manage.conf with its meaning; all are commented out. Needs no database.\n\n"
		"Examples:\n"
		"  evac-manage config sample",
	.run = run_config_sample,
};
