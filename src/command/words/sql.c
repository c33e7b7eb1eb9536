/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct argument_spec show_arguments[] = {
	{ .metavar = "NAME", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "its name in 'evac-manage sql list'" },
	{ 0 }
};
static const struct option_spec grants_options[] = {
	{ .name = "read-only", .type = OPTION_FLAG, .offset = AT(what.read_only), .sentence = "for the commands that only look" },
	{ .name = "operate", .type = OPTION_FLAG, .offset = AT(what.operate), .sentence = "for all commands" },
	{ .name = "account", .type = OPTION_TEXT, .offset = AT(what.account), .metavar = "USER@HOST",
	  .sentence = "who gets them; evac_manage@% without it" },
	{ 0 }
};

static int one_of_both(const struct request *request, struct error *err)
{
	if (request->what.read_only != request->what.operate)
		return 0;
	error_set(err, ERROR_USAGE, "'grants' needs either --read-only or --operate");
	return error_hint(err, "'evac-manage grants --read-only' is for the commands that look, 'evac-manage grants --operate' for all");
}

const struct command command_sql_list = {
	.noun = "sql", .verb = "list",
	.sentence = "every statement that this program can send",
	.details = "Name, tables, whether it writes. Needs no database.",
	.run = op_sql_list,
};

const struct command command_sql_show = {
	.noun = "sql", .verb = "show",
	.sentence = "one statement, as a client would run it",
	.details = "Its file as it is, to be piped into a client; its parameters (\":param\") are user variables: SET @name = '...'; in "
		"front of it. Needs no database.\n\n"
		"Example:\n"
		"  { echo \"SET @node = 'ctl1';\"\n"
		"    evac-manage sql show cinder/volumes_on_node; } | mariadb cinder",
	.arguments = show_arguments,
	.run = op_sql_show,
};

const struct command command_grants = {
	.noun = "grants",
	.sentence = "the least privileges that an account needs",
	.details = "As GRANT statements, from the statements' own head lines. Needs no database.\n\n"
		"Example:\n"
		"  evac-manage grants --operate --account evac@10.0.0.5 | mariadb",
	.options = grants_options,
	.check = one_of_both,
	.run = op_grants,
};
