/* SPDX-License-Identifier: Apache-2.0 */
#include "command/tree.h"

#include "commands.h"
#include "guard/guard.h"

#define COMMAND_ROW(row) &command_##row,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };
#undef COMMAND_ROW

static bool code_of_finding(size_t i, struct accept_code *out)
{
	*out = (struct accept_code){ guards[i].code, guards[i].sentence, guards[i].accept != ACCEPT_NOTHING };
	return out->code != NULL;
}

static const struct value_source sources[] = { { "FILE", ":files" }, { "FILE|DIRECTORY", ":files" }, { "OLD", ":files" },
	{ "NEW", ":files" }, { "DIR", ":directories" }, { "DIR...", ":directories" }, { "FILE|DIR...", ":files" },
	{ "RUN", ":ask journal list -f value -c run" }, /* these ask no server */
	{ "CHECK...", ":ask audit list -f value -c check" }, { "NAME", ":ask sql list -f value -c name" },
	{ "CODE|CHECK|EXIT|BUG", ":ask explain -f value -c name" }, { 0 } };

const struct tree command_tree = { .commands = commands, .accept_code = code_of_finding, .sources = sources };
