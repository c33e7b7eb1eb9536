/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "words.h"
#include "journal/past.h"
#include "journal/pause.h"
#include "journal/runs.h"
#include "out/table.h"
#include "util/json.h"
#include "util/str.h"

struct look {
	struct past past;
	bool recovering;
};

static int look_at_record(void *ctx, json_object *record)
{
	struct look *look = ctx;

	look->recovering = look->recovering || str_equal(get_text(record, "type"), "recover");
	return past_record(&look->past, record);
}

static int is_not_running(const char *run, struct error *err)
{
	error_set(err, ERROR_REFUSED, "run '%s' is not running: it cannot be paused", run);
	return error_hint(err, "how it ended: evac-manage journal list");
}

/* A pause is looked at between two instances, and nowhere else. */
static int check_pausable(const struct look *look, const char *path, const char *run, struct error *err)
{
	size_t n = 0;

	if (past_check(&look->past, path, err) != 0)
		return -1;
	if (look->recovering || look->past.result || !journal_is_held(path))
		return is_not_running(run, err);
	for (size_t i = 0; i < look->past.nunit; i++)
		n += look->past.plan.unit[i].kind == UNIT_EVACUATION;
	return n > 0 ? 0 : error_set(err, ERROR_REFUSED, "run '%s' evacuates no instance: it cannot be paused", run);
}

/* Whoever holds the journal looks for a pause after his record of a recovery and when he lets go of it: so of the two, one
 * sees the other. */
static int ask_for_pause(const char *path, const char *run, struct pause *pause, bool *asked, struct error *err)
{
	struct look look = { 0 };
	bool torn, lifted, goes_on;

	if (pause_ask(path, pause, asked, err) != 0)
		return -1;
	goes_on = journal_read(path, look_at_record, &look, &torn, err) == 0 && !look.recovering && journal_is_held(path);
	past_free(&look.past);
	if (goes_on)
		return 0;
	if (*asked) /* it ended meanwhile; what another one has asked for before is not ours to lift */
		pause_lift(path, &lifted, err);
	return is_not_running(run, err);
}

static int print_pause(const struct request *request, const struct pause *pause, bool asked, struct error *err)
{
	json_object *document;
	int rc;

	if (!str_equal(request->shown.format, "json")) {
		if (asked)
			out_line(request->where.globals, "%s begins no more instances; those under way go on",
			    request->what.id);
		else
			out_line(request->where.globals, "%s is already paused, by %s since %s", request->what.id, pause->by,
			    pause->since);
		out_line(request->where.globals, "next: evac-manage journal resume %s", request->what.id);
		return 0;
	}
	document = json_object_new_object();
	put_text(document, "run", request->what.id);
	put_bool(document, "paused", true);
	put_text(document, "by", pause->by);
	put_text(document, "since", pause->since);
	rc = out_json(document, &request->shown, err);
	json_object_put(document);
	return rc;
}

static enum error_kind run_journal_pause(const struct request *request, struct error *err)
{
	auto_free char *path = NULL;
	struct look look = { 0 };
	struct pause pause = { 0 };
	bool torn, asked;
	int rc = journal_find(request, request->what.id, &path, err);

	if (rc == 0)
		rc = journal_read(path, look_at_record, &look, &torn, err);
	if (rc == 0)
		rc = check_pausable(&look, path, request->what.id, err);
	if (rc == 0)
		rc = ask_for_pause(path, request->what.id, &pause, &asked, err);
	if (rc == 0)
		rc = print_pause(request, &pause, asked, err);
	past_free(&look.past);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_journal_pause = {
	.noun = "journal", .verb = "pause",
	.sentence = "pause a run: it evacuates no more instances",
	.details = "From another terminal, on the same machine. The run follows the evacuations that it has begun until they end; --timeout stops counting. "
		"'journal resume' lets the run continue; a pause ends with its run. Needs no database.\n\n"
		"Example:\n"
		"  evac-manage journal pause 20260131T030405Z-host-rescue-1a2b3c4d",
	.arguments = run_arguments,
	.run = run_journal_pause,
};
