/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

/* clang-format off */
const struct request request_defaults = {
	.how.timeout_s = 1800,
	.audit.fail_on = "high",
	.audit.check_timeout_s = 120,
	.audit.settle_s = 15,
	.audit.stuck_s = 3600,
	.audit.max_findings = 1000,
	.audit.max_load = 40,
	.audit.max_lag_s = 300,
	.shown.format = "table",
	.shown.fit = "yes",
	.shown.color = "auto",
	.shown.progress = "auto",
};

static const struct option_spec writing_options[] = {
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = AT(how.dry_run), .sentence = "find, plan, check and print; write nothing" },
	{ .name = "yes", .type = OPTION_FLAG, .offset = AT(how.yes), .sentence = "do not ask; needed without a terminal" },
	{ .name = "fenced", .type = OPTION_FENCED, .offset = AT(how.fenced), .metavar = "TEXT",
	  .sentence = "who powered the host off and how we know, 8 letters at least; kept in the journal" },
	{ .name = "fence", .type = OPTION_CHOICES, .offset = AT(how.fence), .metavar = "power|storage",
	  .sentence = "power: have the host's fence agent switch it off first, and wait until it says so; storage: keep its clients of Ceph off the disks first; repeatable" },
	{ .name = "accept", .type = OPTION_ACCEPT, .offset = AT(how.accept), .metavar = "CODE[:ID]",
	  .sentence = "continue despite this finding, everywhere or for one instance or volume; repeatable" },
	{ .name = "only", .type = OPTION_WORDS, .offset = AT(what.only), .metavar = "ID", .sentence = "only this one; repeatable" },
	{ .name = "exclude", .type = OPTION_WORDS, .offset = AT(what.exclude), .metavar = "ID", .sentence = "leave this one out; repeatable" },
	{ .name = "limit", .type = OPTION_COUNT, .offset = AT(what.limit), .metavar = "N", .sentence = "at most N of them in this run" },
	{ .name = "plan-out", .type = OPTION_TEXT, .offset = AT(how.plan_out), .metavar = "FILE",
	  .sentence = "write the plan to FILE instead of running it; 'plan apply FILE' runs it" },
	{ 0 }
};

static const struct option_spec evacuating_options[] = {
	{ .name = "wait", .type = OPTION_NO_FLAG, .offset = AT(how.no_wait), .sentence = "follow each evacuation to its end (the default)" },
	{ .name = "no-wait", .type = OPTION_FLAG, .offset = AT(how.no_wait), .sentence = "end as soon as the last evacuation is sent" },
	{ .name = "timeout", .type = OPTION_COUNT, .offset = AT(how.timeout_s), .metavar = "SECONDS",
	  .sentence = "stop waiting after this time" },
	{ .name = "max-in-flight", .type = OPTION_COUNT, .offset = AT(how.max_in_flight), .metavar = "N",
	  .sentence = "evacuations under way at once; without it, found by measuring" },
	{ .name = "max-per-target", .type = OPTION_COUNT, .offset = AT(how.max_per_target), .metavar = "N",
	  .sentence = "of them on one target host" },
	{ .name = "order", .type = OPTION_TEXT, .offset = AT(how.order_file), .metavar = "FILE",
	  .sentence = "which instances go first: its [order] instead of ours" },
	{ .name = "stop-after-failures", .type = OPTION_COUNT, .offset = AT(how.stop_after_failures), .metavar = "N",
	  .sentence = "start no more after N failures; without it, after five in a row" },
	{ .name = "os-token-file", .type = OPTION_TEXT, .offset = AT(how.token_file), .metavar = "FILE",
	  .sentence = "a token of keystone, for instances that need one; only you may read FILE; instead of $OS_TOKEN" },
	{ .name = "os-token-from", .type = OPTION_CHOICE, .offset = AT(how.token_from), .metavar = "nova-conf",
	  .sentence = "get that token from keystone, with the login in nova.conf" },
	{ 0 }
};

/* What --config-file means where muscle memory has it. */
static const struct option_spec cinder_config_file[] = {
	{ .name = "config-file", .type = OPTION_WORDS, .offset = AT(where.cinder_files), .metavar = "FILE",
	  .sentence = "here the same as --cinder-config-file" },
	{ 0 }
};
static const struct option_spec nova_config_file[] = {
	{ .name = "config-file", .type = OPTION_WORDS, .offset = AT(where.nova_files), .metavar = "FILE",
	  .sentence = "here the same as --nova-config-file" },
	{ 0 }
};

static const struct option_spec common_options[] = {
	{ .name = "help", .letter = 'h', .type = OPTION_HELP, .sentence = "the command's own options; after any command too" },
	{ .name = "help-all", .type = OPTION_HELP_ALL, .sentence = "the options of every command as well" },
	{ .name = "version", .type = OPTION_VERSION, .sentence = "the same as the command 'version'" },
	{ .name = "format", .letter = 'f', .type = OPTION_CHOICE, .offset = AT(shown.format), .metavar = "table|json|yaml|csv|value",
	  .sentence = "output format" },
	{ .name = "column", .letter = 'c', .type = OPTION_WORDS, .offset = AT(shown.columns), .metavar = "COLUMN",
	  .sentence = "only this column, in this order; repeatable" },
	{ .name = "sort-column", .type = OPTION_TEXT, .offset = AT(shown.sort_column), .metavar = "COLUMN", .sentence = "sort the rows by this column" },
	{ .name = "noindent", .type = OPTION_FLAG, .offset = AT(shown.noindent), .sentence = "write JSON on one line" },
	{ .name = "max-width", .type = OPTION_COUNT, .offset = AT(shown.max_width), .metavar = "N",
	  .sentence = "width of a table; the terminal's without it" },
	{ .name = "fit", .type = OPTION_CHOICE, .offset = AT(shown.fit), .metavar = "yes|no",
	  .sentence = "no: a table wider than the terminal keeps whole names and ids" },
	{ .name = "color", .type = OPTION_CHOICE, .offset = AT(shown.color), .metavar = "auto|always|never",
	  .sentence = "auto: on a terminal, unless NO_COLOR is set" },
	{ .name = "lang", .type = OPTION_CHOICE, .offset = AT(shown.lang), .metavar = "zh|en",
	  .sentence = "language of messages; without it that of LANGUAGE or the locale" },
	{ .name = "progress", .type = OPTION_CHOICE, .offset = AT(shown.progress), .metavar = "auto|bar|line|off",
	  .sentence = "how far evacuations are, on stderr: a status line (bar), a line every 10 s at most (line), nothing (off); auto: bar on a terminal, line elsewhere" },
	{ .name = "nova-config-file", .type = OPTION_WORDS, .offset = AT(where.nova_files), .metavar = "FILE",
	  .sentence = "instead of /etc/nova/nova.conf; repeatable, later ones win" },
	{ .name = "cinder-config-file", .type = OPTION_WORDS, .offset = AT(where.cinder_files), .metavar = "FILE",
	  .sentence = "instead of /etc/cinder/cinder.conf; repeatable, later ones win" },
	{ .name = "placement-config-file", .type = OPTION_WORDS, .offset = AT(where.placement_files), .metavar = "FILE",
	  .sentence = "instead of /etc/placement/placement.conf; repeatable, later ones win; evacuations read it only when it is named" },
	{ .name = "neutron-config-file", .type = OPTION_WORDS, .offset = AT(where.neutron_files), .metavar = "FILE",
	  .sentence = "instead of /etc/neutron/neutron.conf; repeatable, later ones win; only its database is read, for ports and agents" },
	{ .name = "keystone-config-file", .type = OPTION_WORDS, .offset = AT(where.keystone_files), .metavar = "FILE",
	  .sentence = "instead of /etc/keystone/keystone.conf; repeatable, later ones win; only the addresses in its database are read" },
	{ .name = "config", .type = OPTION_TEXT, .offset = AT(where.site_file), .metavar = "FILE",
	  .sentence = "evac-manage's own configuration, instead of /etc/evac-manage/evac-manage.conf" },
	{ .name = "defaults-file", .type = OPTION_TEXT, .offset = AT(where.defaults_file), .metavar = "FILE",
	  .sentence = "user, password and TLS for the databases, instead of the services' own" },
	{ .name = "state-dir", .type = OPTION_TEXT, .offset = AT(where.state_dir), .metavar = "DIR",
	  .sentence = "directory of journals and locks, instead of $EVAC_MANAGE_STATE_DIR or /var/lib/evac-manage" },
	{ .name = "operator", .type = OPTION_TEXT, .offset = AT(how.operator_name), .metavar = "NAME",
	  .sentence = "your name, where all operators are root; kept in the journal; instead of $EVAC_MANAGE_OPERATOR" },
	{ .name = "deadline", .type = OPTION_COUNT, .offset = AT(how.deadline_s), .metavar = "SECONDS",
	  .sentence = "give up reading after this time (300; doctor: 60; 'audit run': 3600), or [site] deadline; a COMMIT and a message are not cut off" },
	{ .name = "debug", .type = OPTION_FLAG, .offset = AT(shown.debug), .sentence = "log the name of each statement, and more" },
	{ .name = "log-file", .type = OPTION_TEXT, .offset = AT(shown.log_file), .metavar = "FILE", .sentence = "log to FILE as well as to stderr" },
	{ .name = "log-json", .type = OPTION_FLAG, .offset = AT(shown.log_json), .sentence = "write each log line as a JSON object" },
	{ 0 }
};

static const struct option_spec no_options[] = { { 0 } };
/* clang-format on */

static const struct option_spec *config_file_of(const struct command *command)
{
	if (!command->config_file_is)
		return no_options;
	return strcmp(command->config_file_is, "nova") == 0 ? nova_config_file : cinder_config_file;
}

size_t option_groups(const struct command *command, struct option_group out[OPTION_GROUPS])
{
	size_t n = 0;

	if (command) {
		out[n++] = (struct option_group){ "options", command->options ? command->options : no_options };
		if (command->flags & COMMAND_EVACUATES)
			out[n++] = (struct option_group){ "options of an evacuation", evacuating_options };
		if (command->flags & COMMAND_WRITES)
			out[n++] = (struct option_group){ "options of a command that writes", writing_options };
		out[n++] = (struct option_group){ "configuration", config_file_of(command) };
	}
	out[n++] = (struct option_group){ "options of every command, before or after it", common_options };
	return n;
}

bool words_same(const char *a, const char *b, size_t nb)
{
	size_t i;

	for (i = 0; i < nb && a[i]; i++)
		if ((a[i] == '_' ? '-' : a[i]) != (b[i] == '_' ? '-' : b[i]))
			return false;
	return i == nb && a[i] == '\0';
}

static const struct option_spec *find_in(const struct option_spec *o, const char *name, size_t n)
{
	for (; o->name; o++)
		if (words_same(o->name, name, n))
			return o;
	return NULL;
}

const struct option_spec *option_find(const struct command *command, const char *name, size_t n)
{
	struct option_group groups[OPTION_GROUPS];
	size_t ngroup = option_groups(command, groups), i;
	const struct option_spec *o = NULL;

	for (i = 0; i < ngroup && !o; i++)
		o = find_in(groups[i].options, name, n);
	return o;
}

const struct option_spec *option_find_letter(char letter)
{
	const struct option_spec *o;

	for (o = common_options; o->name; o++)
		if (letter && o->letter == letter)
			return o;
	return NULL;
}

const struct option_spec *option_find_anywhere(const struct tree *tree, const char *name, size_t n)
{
	const struct option_spec *o = option_find(NULL, name, n);
	const struct command *const *c;

	for (c = tree->commands; *c && !o; c++)
		o = option_find(*c, name, n);
	return o;
}

bool option_takes_value(const struct option_spec *option)
{
	switch (option->type) {
	case OPTION_FLAG:
	case OPTION_NO_FLAG:
	case OPTION_HELP:
	case OPTION_HELP_ALL:
	case OPTION_VERSION:
		return false;
	default:
		return true;
	}
}

bool option_repeats(const struct option_spec *option)
{
	return option->type == OPTION_WORDS || option->type == OPTION_ACCEPT || option->type == OPTION_CHOICES;
}
