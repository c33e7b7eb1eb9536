/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct argument_spec show_arguments[] = {
	{ .metavar = "RUN", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "its name in 'evac-manage journal list'" },
	{ 0 }
};

static const struct argument_spec recover_arguments[] = {
	{ .metavar = "RUN", .type = OPTION_TEXT, .offset = AT(what.id), .optional = true, .sentence = "its name in 'evac-manage journal list'" },
	{ 0 }
};

static const struct option_spec recover_options[] = {
	{ .name = "resend", .type = OPTION_FLAG, .offset = AT(what.resend),
	  .sentence = "send an evacuation again that nobody has begun with, when its first message can no longer be taken" },
	{ .name = "accept", .type = OPTION_ACCEPT, .offset = AT(how.accept), .metavar = "CODE[:ID]",
	  .sentence = "guest-left:ID: you have looked, no compute has a guest of that instance; settles an evacuation whose rows vanished" },
	{ .name = "scan", .type = OPTION_FLAG, .offset = AT(what.scan),
	  .sentence = "without a journal: list evacuations of ours that have not ended" },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = AT(how.dry_run), .sentence = "look and say; write nothing" },
	{ .name = "yes", .type = OPTION_FLAG, .offset = AT(how.yes), .sentence = "nothing is asked anyway: the run was confirmed" },
	{ 0 }
};

static int run_or_scan(const struct request *request, struct error *err)
{
	if (request->what.id && request->what.scan)
		return error_set(err, ERROR_USAGE, "--scan is for when there is no journal: it takes no RUN");
	if (request->what.id || request->what.scan)
		return 0;
	error_set(err, ERROR_USAGE, "'journal recover' needs RUN (its name in 'evac-manage journal list') or --scan");
	return error_hint(err, "usage: evac-manage journal recover RUN [--resend]");
}

const struct command command_journal_list = {
	.noun = "journal", .verb = "list",
	.sentence = "the runs on this machine that wrote, their state",
	.details = "A run is open, done, failed, unknown or recovered. Needs no database: journals are files in --state-dir.",
	.run = op_journal_list,
};

const struct command command_journal_show = {
	.noun = "journal", .verb = "show",
	.sentence = "what one run wrote, with the values before",
	.details = "Needs no database: journals are files in --state-dir.",
	.arguments = show_arguments,
	.run = op_journal_show,
};

const struct command command_journal_recover = {
	.noun = "journal", .verb = "recover",
	.sentence = "settle a run that was interrupted",
	.details = "From journal and database every unit becomes done, not done, or unknown with what to look at. A commit without an "
		"answer is settled by the same compare-and-set again, a claim that was never sent is put back. A message is never sent "
		"again without --resend. Ends with 0 when all is settled, 7 when a row holds a third value, 9 when something is still "
		"unknown.\n\n"
		"Example:\n"
		"  evac-manage journal recover 20260131T030405Z-host-rescue-1a2b3c4d",
	.options = recover_options, .arguments = recover_arguments,
	.check = run_or_scan,
	.run = op_journal_recover,
};

static const struct option_spec undo_options[] = {
	{ .name = "sql", .type = OPTION_FLAG, .offset = AT(what.sql), .sentence = "print it as plain SQL for the mariadb client; write nothing" },
	{ .name = "skip-drifted", .type = OPTION_FLAG, .offset = AT(how.skip_drifted),
	  .sentence = "leave out the rows that no longer hold what the run wrote" },
	{ 0 }
};

/* The statements are of the whole run, and nothing is looked at to print them. */
static int sql_is_whole(const struct request *request, struct error *err)
{
	if (!request->what.sql)
		return 0;
	if (request->how.plan_out)
		return error_set(err, ERROR_USAGE, "--sql prints statements, --plan-out writes a plan: take one of them");
	if (request->what.only.n > 0 || request->what.exclude.n > 0 || request->what.limit > 0 || request->how.skip_drifted)
		return error_set(err, ERROR_USAGE, "--sql prints what takes back the whole run: it takes no --only, --exclude, --limit or "
			"--skip-drifted");
	return 0;
}

const struct command command_journal_undo = {
	.noun = "journal", .verb = "undo",
	.sentence = "take back what a run wrote, from its before-values",
	.details = "A plan like any other, shown and confirmed. Each row goes back only while it holds what the run wrote; one that does "
		"not stops it with 7. An evacuation that nova has begun cannot be undone, and that is said. The undo of an undo is the "
		"first run again.\n\n"
		"Examples:\n"
		"  evac-manage journal undo 20260131T030405Z-host-rescue-1a2b3c4d --dry-run\n"
		"  evac-manage journal undo 20260131T030405Z-host-rescue-1a2b3c4d --sql > undo",
	.flags = COMMAND_WRITES,
	.options = undo_options, .arguments = show_arguments,
	.check = sql_is_whole,
	.run = op_journal_undo,
};
