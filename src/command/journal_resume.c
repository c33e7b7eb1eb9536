/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "words.h"
#include "journal/journal.h"
#include "journal/pause.h"
#include "journal/runs.h"
#include "out/table.h"
#include "util/json.h"
#include "util/str.h"

static void say_resumed(const struct request *request, bool lifted, bool runs)
{
	const char *run = request->what.id, *globals = request->where.globals;

	if (lifted && runs)
		out_line(globals, "%s goes on", run);
	else if (runs)
		out_line(globals, "%s was not paused", run);
	else if (lifted)
		out_line(globals, "%s is not paused any more, and does not run any more: nothing goes on by itself", run);
	else
		out_line(globals, "%s does not run any more: nothing goes on by itself", run);
	if (!runs)
		out_line(globals, "next: evac-manage journal list");
}

static int print_resumed(const struct request *request, bool lifted, bool runs, struct error *err)
{
	json_object *document;
	int rc;

	if (!str_equal(request->shown.format, "json")) {
		say_resumed(request, lifted, runs);
		return 0;
	}
	document = json_object_new_object();
	put_text(document, "run", request->what.id);
	put_bool(document, "paused", false);
	put_bool(document, "was_paused", lifted);
	put_bool(document, "running", runs);
	rc = out_json(document, &request->shown, err);
	json_object_put(document);
	return rc;
}

/* Also of a run that is dead: what was left behind goes. */
static enum error_kind run_journal_resume(const struct request *request, struct error *err)
{
	auto_free char *path = NULL;
	bool lifted;

	if (journal_find(request, request->what.id, &path, err) != 0 || pause_lift(path, &lifted, err) != 0 ||
	    print_resumed(request, lifted, journal_is_held(path), err) != 0)
		return err->kind;
	return ERROR_OK;
}

/* clang-format off */
const struct command command_journal_resume = {
	.noun = "journal", .verb = "resume",
	.sentence = "continue a paused run",
	.details = "Ends the pause, whoever asked for it. Needs no database.\n\n"
		"Example:\n"
		"  evac-manage journal resume 20260131T030405Z-host-rescue-1a2b3c4d",
	.arguments = run_arguments,
	.run = run_journal_resume,
};
