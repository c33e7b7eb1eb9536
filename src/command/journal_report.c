/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "words.h"
#include "incident/incident.h"

static enum error_kind run_journal_report(const struct request *request, struct error *err)
{
	return incident_report(request, err) == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "html", .type = OPTION_TEXT, .offset = AT(what.html), .metavar = "FILE", .sentence = "an HTML page, complete in one file" },
	{ .name = "markdown", .type = OPTION_TEXT, .offset = AT(what.markdown), .metavar = "FILE", .sentence = "a page for a ticket or a wiki" },
	{ 0 }
};

const struct command command_journal_report = {
	.noun = "journal", .verb = "report",
	.sentence = "the incident report of a run and whom to inform",
	.details = "Made from the journal: needs no database. Without --html and --markdown it is printed as text. A new file gets mode "
		"0600; a file that is replaced keeps its mode.\n\n"
		"Examples:\n"
		"  evac-manage journal report 20260131T030405Z-host-rescue-1a2b3c4d\n"
		"  evac-manage journal report RUN --html incident.html --lang zh",
	.options = options, .arguments = run_arguments,
	.run = run_journal_report,
};
