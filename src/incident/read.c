/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "internal.h"
#include "journal/journal.h"
#include "journal/runs.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"

#define MILLISECONDS_AT 20 /* 2026-01-31T03:04:05.678Z */

int64_t incident_ms(const char *time)
{
	int64_t s = time ? clock_parse(time) : 0;

	return s == 0 ? 0 : s * 1000 + (strlen(time) > MILLISECONDS_AT ? atoi(time + MILLISECONDS_AT) : 0);
}

const char *incident_who(struct arena *arena, json_object *record)
{
	const char *operator_name = get_text(record, "operator"), *user = str_or(get_text(record, "user"), "?"),
		   *sudo = get_text(record, "sudo_user"), *on = str_or(get_text(record, "on"), "?");

	if (operator_name && sudo)
		return arena_printf(arena, _("%s, as %s by sudo of %s, on %s"), operator_name, user, sudo, on);
	if (operator_name)
		return arena_printf(arena, _("%s, as %s, on %s"), operator_name, user, on);
	if (sudo)
		return arena_printf(arena, _("%s by sudo of %s, on %s"), user, sudo, on);
	return arena_printf(arena, _("%s, on %s"), user, on);
}

static void make_room_for_units(struct incident *incident)
{
	while (incident->nunit < incident->past.nunit) {
		incident->unit = vec_grow(incident->unit, incident->nunit, &incident->cap, sizeof *incident->unit);
		incident->unit[incident->nunit++] = (struct incident_unit){ 0 };
	}
}

static struct incident_unit *unit_in(struct incident *incident, json_object *record)
{
	int64_t index = json_object_get_int64(json_object_object_get(record, "unit"));

	if (!json_object_object_get(record, "unit") || index < 0 || (size_t)index >= incident->past.nunit)
		return NULL;
	make_room_for_units(incident);
	return &incident->unit[index];
}

static void note_unit(struct incident *incident, const char *type, json_object *record, int64_t ms)
{
	struct incident_unit *unit = unit_in(incident, record);
	const char *host = get_text(record, "host");

	if (!unit)
		return;
	if (str_equal(type, "intent"))
		unit->begun = ms;
	else if (str_equal(type, "publish_intent"))
		unit->sent = ms;
	else if ((str_equal(type, "outcome") && (host || !str_equal(get_text(record, "state"), "applied"))) ||
	    str_equal(type, "recovery"))
		unit->ended = ms;
	if ((str_equal(type, "outcome") || str_equal(type, "recovery")) && host)
		unit->arrived = arena_dup(&incident->past.plan.arena, host);
}

static struct incident_later *add_later(struct incident *incident)
{
	incident->later = vec_grow(incident->later, incident->nlater, &incident->later_cap, sizeof *incident->later);
	incident->later[incident->nlater] = (struct incident_later){ 0 };
	return &incident->later[incident->nlater++];
}

static void note_recovery(struct incident *incident, const char *type, json_object *record)
{
	struct arena *arena = &incident->past.plan.arena;
	struct incident_later *later;

	if (str_equal(type, "recover")) {
		later = add_later(incident);
		later->command = "journal recover";
		later->at = arena_dup(arena, get_text(record, "time"));
		later->who = incident_who(arena, record);
	} else if (str_equal(type, "recover_end") && incident->nlater > 0) {
		incident->later[incident->nlater - 1].result = arena_dup(arena, get_text(record, "result"));
	}
}

static void take_all_of(json_object *all, json_object *more, const char *key)
{
	json_object *to = json_object_object_get(all, key), *from = json_object_object_get(more, key);

	for (size_t i = 0; json_object_is_type(to, json_type_array) && json_object_is_type(from, json_type_array) &&
	     i < json_object_array_length(from);
	     i++)
		json_object_array_add(to, json_object_get(json_object_array_get_idx(from, i)));
}

/* Of several failed hosts each has its own; what speaks against the run and whom it concerns is of all. */
static void note_evidence(struct incident *incident, json_object *record)
{
	if (!incident->evidences)
		incident->evidences = json_object_new_array();
	json_object_array_add(incident->evidences, json_object_get(record));
	if (!incident->evidence) {
		incident->evidence = json_object_get(record);
		return;
	}
	take_all_of(incident->evidence, record, "findings");
	take_all_of(incident->evidence, record, "people");
}

static int note_record(void *ctx, json_object *record)
{
	struct incident *incident = ctx;
	const char *type = str_or(get_text(record, "type"), "");
	int64_t ms = incident_ms(get_text(record, "time"));
	int rc = past_record(&incident->past, record);

	if (rc != 0)
		return rc;
	incident->last = ms;
	if (str_equal(type, "run")) {
		incident->head = json_object_get(record);
		incident->first = ms;
	} else if (str_equal(type, "evidence")) {
		note_evidence(incident, record);
	} else if (str_equal(type, "power")) {
		incident->power = incident->power ? incident->power : json_object_new_array();
		json_object_array_add(incident->power, json_object_get(record));
	} else if (str_equal(type, "fence") || str_equal(type, "unfence")) {
		incident->fence = incident->fence ? incident->fence : json_object_new_array();
		json_object_array_add(incident->fence, json_object_get(record));
	} else if (str_equal(type, "end")) {
		incident->ended_at = arena_dup(&incident->past.plan.arena, get_text(record, "time"));
	}
	note_unit(incident, type, record, ms);
	note_recovery(incident, type, record);
	return 0;
}

/* Whoever writes a journal holds its lock. */
static bool is_written_now(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool is_held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return is_held;
}

/* ---- other runs: one that goes on with this one, or takes it back, has its name in its command line */

struct other {
	const char *name; /* of this run */
	struct arena *arena;
	struct incident_later found;
	bool names_it;
};

static bool names_run(json_object *head, const char *name)
{
	json_object *argv = json_object_object_get(head, "argv");
	size_t n = count_members(argv);
	const char *word;

	for (size_t i = 0; i < n; i++) {
		word = str_or(json_object_get_string(json_object_array_get_idx(argv, i)), "");
		if (str_equal(word, name) || (str_starts(word, "--resume=") && str_equal(word + strlen("--resume="), name)))
			return true;
	}
	return str_equal(get_text(head, "resumes"), name);
}

static int note_other(void *ctx, json_object *record)
{
	const char *type = str_or(get_text(record, "type"), "");
	struct other *other = ctx;

	if (str_equal(type, "run")) {
		other->names_it = names_run(record, other->name);
		other->found.run = arena_dup(other->arena, get_text(record, "run"));
		other->found.command = arena_dup(other->arena, get_text(record, "command"));
		other->found.at = arena_dup(other->arena, get_text(record, "time"));
		other->found.who = incident_who(other->arena, record);
	} else if (str_equal(type, "end")) {
		other->found.result = arena_dup(other->arena, get_text(record, "result"));
	}
	return !other->names_it; /* nothing more of it is of interest */
}

static void find_others(const struct runs *runs, const char *run, struct incident *incident)
{
	struct other other;
	struct error ignored = { 0 };
	bool torn;

	for (size_t i = 0; i < runs->n; i++) {
		auto_free char *path = runs_path(runs, runs->v[i]);

		if (str_equal(runs->v[i], run))
			continue;
		other = (struct other){ .name = run, .arena = &incident->past.plan.arena };
		if (journal_read(path, note_other, &other, &torn, &ignored) != 0)
			incident->unreadable++;
		if (other.names_it)
			*add_later(incident) = other.found;
	}
}

int incident_read(const struct request *request, const char *run, struct incident *out, struct error *err)
{
	auto_free char *path = NULL;
	struct runs runs = { 0 };

	*out = (struct incident){ 0 };
	if (journal_find(request, run, &path, err) != 0 || journal_read(path, note_record, out, &out->torn, err) != 0 ||
	    past_check(&out->past, path, err) != 0)
		return -1;
	make_room_for_units(out);
	out->under_way = is_written_now(path);
	if (runs_list(request, &runs, err) == 0)
		find_others(&runs, run, out);
	runs_free(&runs);
	return 0;
}

void incident_free(struct incident *incident)
{
	json_object_put(incident->head);
	json_object_put(incident->evidence);
	json_object_put(incident->evidences);
	json_object_put(incident->power);
	json_object_put(incident->fence);
	free(incident->unit);
	free(incident->later);
	past_free(&incident->past);
	*incident = (struct incident){ 0 };
}
