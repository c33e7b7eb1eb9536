/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/trail.h"

#include <stdlib.h>
#include <string.h>

#include "util/clock.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/str.h"
#include "util/syslog.h"
#include "util/uuid.h"
#include "util/who.h"

#define CADF "http://schemas.dmtf.org/cloud/audit/1.0/"
#define COOKIE "@cee: " /* rsyslog's mmjsonparse and others know by it that JSON follows */
#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct trail {
	struct trail_about about;
	const char **said; /* of each unit: its last state or verdict that was told; NULL: none */
};

/* What a unit does, and to what, in CADF's words (pycadf cadftaxonomy.py). */
static const struct {
	const char *action, *target;
} deeds[] = {
	[UNIT_OWNERSHIP] = { "update", "service/storage/block" },
	[UNIT_MARK] = { "disable", "service/compute" },
	[UNIT_CLOSE] = { "update", "service/compute" },
	[UNIT_RESERVE] = { "enable", "service/compute" },
	[UNIT_RELEASE] = { "disable", "service/compute" },
	[UNIT_POWER] = { "stop", "compute/node" },
	[UNIT_FENCE] = { "disable", "compute/node" },
	[UNIT_EVACUATION] = { "update/evacuate", "compute/machine" },
};

/* Of an evacuation that nova has done; the verdict of a recovery with the same meaning is told by this word, too. */
#define NOT_READY "network-not-ready"
#define CANNOT_WRITE "guest-cannot-write"

/* States of a unit, verdicts of a recovery and results of a run; what is not here has failed. */
static const struct {
	const char *word, *outcome;
} outcomes[] = {
	{ "proved", "success" },
	{ "done", "success" },
	{ "ok", "success" },
	{ "applied", "pending" },
	{ "under_way", "pending" },
	{ "timeout", "pending" },
	{ NOT_READY, "pending" },
	{ "unknown", "unknown" },
};

static const char *outcome_for(const char *word)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (str_equal(word, outcomes[i].word))
			return outcomes[i].outcome;
	return "failure";
}

static json_object *resource(const char *type, const char *id, const char *name)
{
	json_object *o = json_object_new_object();

	put_text(o, "typeURI", type);
	put_text(o, "id", id);
	put_text(o, "name", name);
	return o;
}

/* The person where one is named, else the account. */
static json_object *initiator(const struct trail_about *about)
{
	json_object *o, *host = json_object_new_object();
	struct who who;

	who_am_i(&who);
	o = resource("service/security/account/user", who_name(&who), str_or(about->operator_name, who_name(&who)));
	put_text(host, "address", who.on);
	put_text(host, "agent", "evac-manage/" EVAC_MANAGE_VERSION);
	put(o, "host", host);
	return o;
}

/* As pycadf writes it: microseconds, and the zone as a number. */
static void put_time(json_object *event)
{
	char now[CLOCK_TEXT_SIZE];
	auto_str struct str text = { 0 };

	clock_now(now);
	str_addn(&text, now, strlen(now) - 1);
	str_add(&text, "000+0000");
	put_text(event, "eventTime", text.s);
}

static json_object *new_event(const struct trail_about *about, const char *name, const char *action, const char *outcome)
{
	json_object *event = json_object_new_object();
	struct uuid id;

	uuid_random(&id);
	put_text(event, "typeURI", CADF "event");
	put_text(event, "eventType", "activity");
	put_text(event, "id", id.text);
	put_time(event);
	put_text(event, "name", name);
	put_text(event, "action", action);
	put_text(event, "outcome", outcome);
	put(event, "initiator", initiator(about));
	put(event, "observer", resource("service/oss", "evac-manage", "evac-manage"));
	return event;
}

static void put_reason(json_object *event, const char *type, const char *code)
{
	json_object *reason = json_object_new_object();

	put_text(reason, "reasonType", type);
	put_text(reason, "reasonCode", code);
	put(event, "reason", reason);
}

/* What CADF has no word for. ${more} is given away. */
static void attach(json_object *event, const struct trail_about *about, json_object *more)
{
	json_object *attachments = json_object_new_array(), *one = json_object_new_object();

	put_text(more, "run", about->run);
	put_text(more, "command", about->command);
	put_text(more, "host", about->host);
	put_text(one, "typeURI", "mime:application/json");
	put_text(one, "name", "evac-manage");
	put(one, "content", more);
	json_object_array_add(attachments, one);
	put(event, "attachments", attachments);
}

static json_object *run_event(const struct trail_about *about, const char *name, json_object *record)
{
	const char *result = get_text(record, "result");
	auto_str struct str action = { 0 };
	json_object *event, *more = json_object_new_object();

	str_addf(&action, "update/%s", about->command);
	for (char *c = action.s; *c; c++)
		if (*c == ' ')
			*c = '-';
	event = new_event(about, name, action.s, result ? outcome_for(result) : "pending");
	put(event, "target", resource("compute/node", str_or(about->host, "none"), about->host));
	if (result) {
		put_reason(event, "evac-manage/result", result);
		put(more, "totals", json_object_get(json_object_object_get(record, "totals")));
		put(more, "exit_code", json_object_get(json_object_object_get(record, "exit_code")));
	}
	attach(event, about, more);
	return event;
}

static json_object *unit_event(const struct trail_about *about, size_t index, const char *state, const char *error)
{
	const struct unit *unit = &about->plan->unit[index];
	const struct step *step = unit->kind == UNIT_EVACUATION && unit->nstep > 0 ? &unit->step[0] : NULL;
	json_object *event = new_event(about, "evac-manage.unit", deeds[unit->kind].action, outcome_for(state)),
		    *more = json_object_new_object();

	put(event, "target",
	    resource(deeds[unit->kind].target, step ? step->id : str_or(about->host, "none"), step ? step->name : about->host));
	put_reason(event, "evac-manage/state", state);
	put_count(more, "unit", index);
	put_text(more, "kind", unit_kind_name[unit->kind]);
	put_text(more, "sentence", unit->sentence);
	put_text(more, "error", error);
	attach(event, about, more);
	return event;
}

/* Rows that are committed are told when they are read back, an evacuation when it has arrived; each word once. */
static json_object *end_of_unit(const struct trail_about *about, json_object *record, const char **said)
{
	static const char *const told[] = { "proved", "failed", "unknown", "done", "not_done", "drift", "under_way", NOT_READY,
		CANNOT_WRITE };
	const char *state = str_equal(get_text(record, "disks"), "cannot-write") ?
	    CANNOT_WRITE :
	    str_equal(get_text(record, "network"), "not-ready") ?
	    NOT_READY :
	    str_or(get_text(record, "state"), str_or(get_text(record, "verdict"), ""));
	int64_t index = json_object_get_int64(json_object_object_get(record, "unit"));

	if (index < 0 || (size_t)index >= about->plan->nunit)
		return NULL;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (str_equal(state, told[i]) && !str_equal(said[index], told[i])) {
			said[index] = told[i];
			return unit_event(about, (size_t)index, state, get_text(record, "error"));
		}
	if (str_equal(state, "applied"))
		said[index] = "applied";
	return NULL;
}

json_object *trail_event(const struct trail_about *about, const char *type, json_object *record, const char **said)
{
	static const char *const run_events[][2] = { { "plan", "evac-manage.run.start" }, { "end", "evac-manage.run.end" },
		{ "recover", "evac-manage.recovery.start" }, { "recover_end", "evac-manage.recovery.end" } };

	for (size_t i = 0; i < sizeof run_events / sizeof *run_events; i++)
		if (strcmp(type, run_events[i][0]) == 0)
			return run_event(about, run_events[i][1], record);
	return strcmp(type, "outcome") == 0 || strcmp(type, "recovery") == 0 ? end_of_unit(about, record, said) : NULL;
}

static void trail_tell(json_object *event)
{
	auto_str struct str line = { 0 };
	const char *outcome = get_text(event, "outcome");

	str_add(&line, COOKIE);
	str_add(&line, json_object_to_json_string_ext(event, PLAIN));
	syslog_add(str_equal(outcome, "failure") || str_equal(outcome, "unknown"), line.s);
	json_object_put(event);
}

/* Before the run's own end: what is applied and nobody has seen arrive. */
static void tell_pending(struct trail *trail)
{
	for (size_t i = 0; i < trail->about.plan->nunit; i++)
		if (str_equal(trail->said[i], "applied"))
			trail_tell(unit_event(&trail->about, i, "applied", NULL));
}

struct trail *trail_open(const char *facility, const struct trail_about *about)
{
	struct trail *trail;

	if (!facility)
		return NULL;
	trail = xcalloc(1, sizeof *trail);
	trail->about = *about;
	trail->said = xcalloc(about->plan->nunit + 1, sizeof *trail->said);
	syslog_begin(facility);
	return trail;
}

void trail_record(struct trail *trail, const char *type, json_object *record)
{
	json_object *event;

	if (!trail)
		return;
	if (strcmp(type, "end") == 0)
		tell_pending(trail);
	event = trail_event(&trail->about, type, record, trail->said);
	if (event)
		trail_tell(event);
}

void trail_close(struct trail **trail)
{
	if (!*trail)
		return;
	syslog_end();
	free(*trail ? (void *)(*trail)->said : NULL);
	free(*trail);
	*trail = NULL;
}
