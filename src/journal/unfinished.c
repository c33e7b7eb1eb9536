/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "journal/lock.h"
#include "journal/past.h"
#include "journal/runs.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define PIECE 65536

/* One line of at most PIECE bytes from the file's start or end; NULL: it is longer, or no JSON object. */
static json_object *line_at(int fd, off_t size, bool last)
{
	size_t n = size < PIECE ? (size_t)size : PIECE;
	auto_free char *piece = xcalloc(1, n + 1);
	char *line = piece, *end;
	json_object *o;

	if (n == 0 || pread(fd, piece, n, last ? size - (off_t)n : 0) != (ssize_t)n)
		return NULL;
	if (last) {
		if (piece[n - 1] != '\n')
			return NULL;
		piece[n - 1] = '\0';
		line = strrchr(piece, '\n') ? strrchr(piece, '\n') + 1 : piece;
	} else {
		if (!(end = strchr(piece, '\n')))
			return NULL;
		*end = '\0';
	}
	o = json_tokener_parse(line);
	if (json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}

static bool has_none(json_object *end, const char *state)
{
	json_object *n;

	return json_object_object_get_ex(json_object_object_get(end, "totals"), state, &n) && json_object_get_int64(n) == 0;
}

static bool is_about(json_object *first, const char *host)
{
	json_object *hosts = json_object_object_get(first, "hosts");

	for (size_t i = 0; i < count_members(hosts); i++)
		if (str_equal(json_object_get_string(json_object_array_get_idx(hosts, i)), host))
			return true;
	return str_equal(get_text(first, "host"), host);
}

static bool has_known_version(json_object *first)
{
	const int64_t version = json_object_get_int64(json_object_object_get(first, "version"));

	return version == JOURNAL_VERSION || version == JOURNAL_VERSION_HOSTS;
}

/* What the two ends of the file tell, which is enough of most: another host's run, or one that came to its end with nothing
 * unknown or under way. */
enum ends { ENDS_OTHERS, ENDS_WELL, ENDS_NOT_ENOUGH };

static enum ends ends_of(const char *path, const char *host)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	json_object *first = NULL, *last = NULL;
	enum ends answer = ENDS_NOT_ENOUGH;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		first = line_at(fd, st.st_size, false);
		last = line_at(fd, st.st_size, true);
	}
	if (first && str_equal(get_text(first, "type"), "run") && !is_about(first, host))
		answer = ENDS_OTHERS;
	else if (first && has_known_version(first) && last && str_equal(get_text(last, "type"), "end") &&
	    has_none(last, "unknown") && has_none(last, "applied"))
		answer = ENDS_WELL;
	json_object_put(first);
	json_object_put(last);
	if (fd >= 0)
		close(fd);
	return answer;
}

static int refuse(const char *run, const char *host, const char *why, struct error *err)
{
	error_set(err, ERROR_BUSY, "an earlier run on '%s' is unfinished: %s: %s; nothing was written", host, run, why);
	return error_hint(err, "finish it first: evac-manage journal recover %s", run);
}

static int refuse_damaged(const char *path, const char *run, const char *host, struct error *err)
{
	error_set(err, ERROR_BUSY, "an earlier run on '%s' has a damaged journal: %s; nothing was written", host, run);
	return error_hint(err,
	    "first find out what that run did, from a copy of the journal or from the rows; then move '%s' out of that directory",
	    path);
}

/* It may be unfinished: who wrote it knows. */
static int refuse_unread(const struct past *past, const char *run, const char *host, struct error *err)
{
	auto_str struct str what = { 0 };

	past_add_foreign(past, &what);
	error_set(err, ERROR_BUSY, "an earlier run on '%s' has a journal %s: %s; nothing was written", host, what.s, run);
	return error_hint(err, "finish it first with evac-manage %s or a later one: evac-manage journal recover %s",
	    str_or(past->tool, "?"), run);
}

/* What was asked for in vain, to the rows: nova may be at it all the same, and would not notice a second message. Elsewhere or
 * deleted, the instance cannot be asked for again. */
static int check_is_there(struct db *cell, const struct past *past, size_t index, struct error *err)
{
	const struct step *step = &past->plan.unit[index].step[0];
	struct evacuation_rows rows = { 0 };
	struct evacuation_state now;
	auto_str struct str why = { 0 };
	bool vanished;

	evacuation_name_ids(past->run, step->id, &rows);
	if (evacuation_state_get(cell, &rows.migration_uuid, step->id, &now, err) != 0)
		return -1;
	vanished = !now.exists && now.instance_exists && !now.instance_deleted && str_equal(now.host, step->before[0]);
	evacuation_state_free(&now);
	if (!vanished)
		return 0;
	str_addf(&why, _("it sent an evacuation of instance %s, and the migration is no longer in the database"), step->id);
	return refuse(past->run, str_or(step->before[0], past->host), why.s, err);
}

static int check_under_way(struct db *cell, const struct past *past, struct error *err)
{
	for (size_t i = 0; i < past->nunit; i++) {
		const struct unit *unit = &past->plan.unit[i];

		if (unit->kind == UNIT_EVACUATION && unit->nstep > 0 && past->unit[i].publish_begun &&
		    str_equal(past->unit[i].where, db_label(cell)) && !past_unit_is_final(&past->unit[i]) &&
		    check_is_there(cell, past, i, err) != 0)
			return -1;
	}
	return 0;
}

static int check_one(const char *path, const char *run, const char *host, struct db *cell, struct error *err)
{
	const enum ends ends = ends_of(path, host);
	struct error trouble = { 0 };
	struct past past = { 0 };
	bool torn = false;
	int rc = 0;

	if (ends == ENDS_OTHERS)
		return 0;
	if (ends == ENDS_WELL)
		return journal_make_durable(path, err);
	if (journal_read(path, past_record, &past, &torn, &trouble) != 0 || past.trouble) {
		if (!past.host || past_is_about(&past, host))
			rc = refuse_damaged(path, run, host, err);
	} else if (past.foreign) {
		if (past_is_about(&past, host))
			rc = refuse_unread(&past, run, host, err);
	} else if (past_is_about(&past, host)) {
		if (!past.result && !past.recovery)
			rc = refuse(run, host, _("it did not end"), err);
		else if (past_is_unknown(&past)) /* a row with a third value is known, and somebody's decision */
			rc = refuse(run, host, _("the outcome of a unit is unknown"), err);
		else if (cell)
			rc = check_under_way(cell, &past, err);
		if (rc == 0)
			rc = journal_make_durable(path, err);
	}
	past_free(&past);
	return rc;
}

int unfinished_check(const struct request *request, const char *host, struct db *cell, const char *except, struct error *err)
{
	struct error none = { 0 };
	struct runs runs;
	int rc = 0;

	if (runs_list(request, &runs, &none) != 0) /* what is wrong with the directory shows when it is needed */
		log_debug("%s", none.text);
	for (size_t i = 0; i < runs.n && rc == 0; i++) {
		auto_free char *path = runs_path(&runs, runs.v[i]);

		if (!str_equal(runs.v[i], except))
			rc = check_one(path, runs.v[i], host, cell, err);
	}
	runs_free(&runs);
	return rc;
}
