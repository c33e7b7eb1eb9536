/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "words.h"
#include "recover/undo.h"

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "sql", .type = OPTION_FLAG, .offset = AT(what.sql), .sentence = "print the undo as SQL for the mariadb client; write nothing" },
	{ .name = "skip-drifted", .type = OPTION_FLAG, .offset = AT(how.skip_drifted),
	  .sentence = "leave out rows that no longer hold the run's values" },
	{ 0 }
};
/* clang-format on */

/* The statements are of the whole run, and nothing is looked at to print them. */
static int sql_is_whole(const struct request *request, struct error *err)
{
	if (!request->what.sql)
		return 0;
	if (request->how.plan_out)
		return error_set(err, ERROR_USAGE, "--sql prints statements, --plan-out writes a plan: take one of them");
	if (request->what.only.n > 0 || request->what.exclude.n > 0 || request->what.limit > 0 || request->how.skip_drifted)
		return error_set(err, ERROR_USAGE,
		    "--sql prints what takes back the whole run: it takes no --only, --exclude, --limit or "
		    "--skip-drifted");
	return 0;
}

/* clang-format off */
const struct command command_journal_undo = {
	.noun = "journal", .verb = "undo",
	.sentence = "restore the values before a run",
	.details = "Shows a plan and asks, as other commands do. A row is restored only while it holds the value that the run wrote; if one "
		"row does not, the undo stops with 7. An evacuation that nova has begun cannot be undone; the plan names it. The undo of "
		"an undo repeats the first run.\n\n"
		"Examples:\n"
		"  evac-manage journal undo 20260131T030405Z-host-rescue-1a2b3c4d --dry-run\n"
		"  evac-manage journal undo 20260131T030405Z-host-rescue-1a2b3c4d --sql > undo",
	.flags = COMMAND_WRITES,
	.options = options, .arguments = run_arguments,
	.check = sql_is_whole,
	.run = undo_run,
};
