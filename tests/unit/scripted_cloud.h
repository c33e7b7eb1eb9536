/* SPDX-License-Identifier: Apache-2.0 */
/* A run of evacuations in a cloud that answers by script. */
#ifndef SCRIPTED_CLOUD_H
#define SCRIPTED_CLOUD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "evacuate/evacuate.h"
#include "evacuate/health.h"
#include "evacuate/plug.h"
#include "evacuate/order.h"
#include "apply/apply.h"
#include "journal/pause.h"
#include "scene.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/signals.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST 8

/* A cloud that answers by script, and a clock that only runs while somebody sleeps. One letter an instance says what comes of it:
 *   o  lands after two looks      f  nova fails at it after one look     h  hangs for ever
 *   d  its row had changed        u  nobody knows whether it was sent    x  the journal cannot be written
 *   w  the broker is away, for as long as it is asked to be; v  the same of cinder-api
 *   p  nova fails at it: placement is down      c  cinder is      n  nobody says that its port is plugged
 *   i  nova fails at it for a reason of its own     a  qemu is refused its disk: the guest still runs
 *   l  lands, and its ports are ACTIVE 10 s later       k  lands, and they never are
 *   s  lands after 35 s      b  lands, and its proof cannot be read for 10 s after that
 * Upper case: it uses volumes. A second text says of what each is made, beside that: instances of one letter are alike. */
static const char *script;
static struct str events; /* ">0" sent, "=0" landed, "+0" and its late port is ACTIVE, "!0" failed */
static size_t looks[MOST];
static int64_t now_ms, back_ms;       /* when the broker is back */
static int64_t pause_ms, resume_ms; /* from when to when somebody has the run paused */
static struct str records;          /* in the journal */
static bool before;                 /* what is not ready was not so before, either */

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

/* No run here has a neutron. */
int world_connect_neutron(const struct world *world, struct db **out, struct error *err)
{
	(void)world;
	(void)out;
	return error_set(err, ERROR_DB_UNREACHABLE, "neutron's database does not answer");
}

static void say(char what, size_t unit)
{
	str_addf(&events, "%s%c%zu", events.n ? " " : "", what, unit);
}

static char fate(size_t unit)
{
	return (char)(script[unit] | 0x20);
}

static struct str guesses; /* "1<0" unit 1 was to be next when unit 0 was sent */
static size_t fresh;        /* how often a message left on a look of its own */
static size_t withdrawn;    /* how often the run looked for what was announced and not begun */

void evacuation_unlock(struct work *w)
{
	(void)w;
}

int evacuation_send(struct work *work, size_t unit, size_t next, struct error *err)
{
	struct unit *u = &work->plan.unit[unit];

	say('>', unit);
	fresh += work->way_looked_ms == 0 && work->source_looked_ms == 0;
	work->way_looked_ms = work->source_looked_ms = 1;
	assert_true(next == EVACUATION_NONE || (next != unit && evacuation_is_waiting(&work->plan.unit[next])));
	if (next != EVACUATION_NONE)
		str_addf(&guesses, "%s%zu<%zu", guesses.n ? " " : "", next, unit);
	if (fate(unit) == 'x') {
		u->evacuation = xcalloc(1, sizeof *u->evacuation);
		return error_set(err, ERROR_ERROR, "the journal is full");
	}
	if (fate(unit) == 'w' && now_ms < back_ms)
		return error_set(err, ERROR_BUS_UNREACHABLE, "the broker is away");
	if (fate(unit) == 'v' && now_ms < back_ms) {
		error_set(err, ERROR_REFUSED, "cinder-api is down");
		err->code = WAY_WITHOUT_VOLUMES;
		return -1;
	}
	u->evacuation = xcalloc(1, sizeof *u->evacuation);
	evacuation_enter(u, fate(unit) == 'd' ? PHASE_NOT_SENT : fate(unit) == 'u' ? PHASE_IN_DOUBT : PHASE_SENT, NULL);
	u->evacuation->sent_ms = now_ms;
	return 0;
}

void evacuations_withdraw(struct work *w)
{
	for (size_t i = 0; i < w->plan.nunit; i++)
		assert_true(!evacuation_is_waiting(&w->plan.unit[i]) || signal_came()); /* nothing goes after it */
	withdrawn++;
}

/* The fence agent, as of a time. */
static int64_t on_ms;

int power_check(struct work *w, struct error *err)
{
	(void)w;
	return on_ms > 0 && now_ms >= on_ms ? error_set(err, ERROR_DRIFT, "'c1' is on") : 0;
}

int kept_out_check(struct work *w, struct error *err)
{
	(void)w;
	(void)err;
	return 0;
}

bool pause_is_asked(const struct journal *journal, struct pause *pause)
{
	(void)journal;
	*pause = (struct pause){ "ann on ctl1", "2026-01-31T03:04:05.678Z" };
	return now_ms >= pause_ms && now_ms < resume_ms;
}

void pause_end(const char *path)
{
	(void)path;
}

static void note_phase(json_object *record);
static struct str paces; /* "4 begins, 8 rate-rises" */

static void note_pace(json_object *record)
{
	str_addf(&paces, "%s%d %s", paces.n ? ", " : "", json_object_get_int(json_object_object_get(record, "width")),
	    get_text(record, "why"));
}

int journal_add(struct journal *journal, const char *type, json_object *record, bool sync, struct error *err)
{
	(void)journal;
	(void)sync;
	(void)err;
	if (strcmp(type, "phase") == 0)
		note_phase(record);
	if (strcmp(type, "pace") == 0) {
		note_pace(record);
		json_object_put(record);
		return 0;
	}
	str_addf(&records, "%s%s", records.n ? " " : "", type);
	json_object_put(record);
	return 0;
}

int journal_sync(struct journal *journal, struct error *err)
{
	(void)journal;
	(void)err;
	return 0;
}

int evacuation_reconnect(struct work *w, struct error *err)
{
	(void)w;
	(void)err;
	return 0;
}

int prove_landed(struct work *w, struct error *err)
{
	(void)err;
	for (size_t i = 0; i < w->plan.nunit; i++) {
		struct unit *u = &w->plan.unit[i];

		if (!evacuation_is(u, PHASE_LANDED) && !evacuation_is(u, PHASE_NOT_READY))
			continue;
		if (fate(i) == 'b' && now_ms - u->evacuation->ended_ms < 10000)
			continue;
		if (fate(i) == 'k' || (fate(i) == 'l' && now_ms - u->evacuation->ended_ms < 10000)) {
			evacuation_enter(u, PHASE_NOT_READY, "port DOWN");
			u->evacuation->network_as_before = before;
			continue;
		}
		if (fate(i) == 'l')
			say('+', i);
		evacuation_enter(u, PHASE_PROVED, NULL);
	}
	return 0;
}

static struct cause cause_of(char what)
{
	switch (what) {
	case 'p':
		return (struct cause){ .reach = REACH_ALL, .what = "placement-api does not answer" };
	case 'c':
		return (struct cause){ .reach = REACH_VOLUMES, .what = "cinder-api does not answer" };
	case 'n':
		return (struct cause){ .reach = REACH_PORTS, .what = "nobody told" };
	case 'a':
		return (struct cause){ .reach = REACH_ALL, .what = "guest-alive: held", .guest_alive = true };
	case 'i':
		return (struct cause){ .reach = REACH_INSTANCE, .what = "no host for it" };
	default:
		return (struct cause){ .what = NULL };
	}
}

static void look_at_one(struct work *w, struct unit *u)
{
	size_t unit = (size_t)(u - w->plan.unit);

	looks[unit]++;
	if (strchr("fpcnia", fate(unit))) {
		say('!', unit);
		u->evacuation->cause = cause_of(fate(unit));
		evacuation_enter(u, PHASE_FAILED, "nova failed");
		u->evacuation->ended_ms = now_ms;
	} else if ((strchr("owvlkb", fate(unit)) && looks[unit] == 2) || (fate(unit) == 's' && looks[unit] == 70)) {
		say('=', unit);
		evacuation_enter(u, PHASE_LANDED, NULL);
		u->evacuation->ended_ms = now_ms;
	}
}

int evacuations_look(struct work *w, struct error *err)
{
	(void)err;
	for (size_t i = 0; i < w->plan.nunit; i++)
		if (evacuation_is(&w->plan.unit[i], PHASE_SENT))
			look_at_one(w, &w->plan.unit[i]);
	return 0;
}

/* The cloud, as of a time. */
static int64_t unwell_ms, well_ms;
static size_t health_looks;

void health_look(struct work *w, struct health_seen *out)
{
	(void)w;
	health_looks++;
	*out = (struct health_seen){ .queue_known = true, .messages = now_ms >= unwell_ms && now_ms < well_ms ? 500 : 0 };
}

void plugging_look(struct work *work, struct plugging *plugging)
{
	(void)work;
	(void)plugging;
}

void plugging_end(struct plugging *plugging)
{
	(void)plugging;
}

const char *evacuation_stands(struct work *work, const struct unit *unit)
{
	(void)work;
	(void)unit;
	return "somewhere";
}

static struct fixture f;
static struct work work;
static struct candidate candidate[MOST];
static struct instance instance[MOST];
static struct volume_fact volume[MOST];
static char owner[MOST][sizeof "c1@x"];

static void begin(const char *how)
{
	static const char *const ids[MOST] = { "i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7" };

	fixture_init(&f);
	script = how;
	str_clear(&events);
	str_add(&events, "");
	str_clear(&records);
	str_add(&records, "");
	str_clear(&guesses);
	str_add(&guesses, "");
	withdrawn = fresh = 0;
	pause_ms = resume_ms = on_ms = unwell_ms = well_ms = 0;
	health_looks = 0;
	str_clear(&paces);
	str_add(&paces, "");
	memset(looks, 0, sizeof looks);
	f.request.how.max_in_flight = 2;
	f.request.how.timeout_s = 60;
	pace_config_init(&f.world.site.pace);
	work = (struct work){ .request = &f.request, .world = f.world, .scene = f.scene };
	for (size_t i = 0; how[i]; i++) {
		struct unit *unit = plan_unit(&work.plan, UNIT_EVACUATION);

		strcpy(owner[i], "c1@x");
		instance[i] = (struct instance){ .uuid = ids[i], .root_destination = "local" };
		volume[i] = (struct volume_fact){ .owner = { .known = true, .host = owner[i] } };
		candidate[i] = (struct candidate){ .instance = &instance[i], .wanted = true, .nvolume = how[i] < 'a',
			.volume = &volume[i] };
		unit_step(unit, STEP_INSTANCE, ids[i], NULL);
		unit->candidate = &candidate[i];
	}
}

static void end(void)
{
	evacuations_free(&work.plan);
	plan_free(&work.plan);
}

/* "i1: why" of all that was not begun. */
static void left_out(struct str *out)
{
	str_clear(out);
	str_add(out, "");
	for (size_t i = 0; i < work.plan.nunit; i++)
		if (work.plan.unit[i].step[0].state == STATE_SKIPPED)
			str_addf(out, "%si%zu: %s", out->n ? "; " : "", i, work.plan.unit[i].step[0].error);
}

/* why one was not begun */
#define FIRST_OF(volumes) "the first instance with a root disk of an image, " volumes ", ports of an unknown kind failed: not begun"
#define VOLUMES_FAILED FIRST_OF("volumes of x")
#define IMAGE_FAILED FIRST_OF("no volumes")

static struct str said_phases; /* "2 after timeout: 1 not verified" of each record */

static void note_phase(json_object *record)
{
	json_object *rest = json_object_object_get(record, "not_verified"), *after = json_object_object_get(record, "after");

	str_addf(&said_phases, "%s%d after %s", said_phases.n ? "; " : "", json_object_get_int(json_object_object_get(record, "phase")),
	    after ? json_object_get_string(after) : "nothing");
	for (size_t i = 0; i < json_object_array_length(rest); i++)
		str_addf(&said_phases, " %s", json_object_get_string(json_object_object_get(json_object_array_get_idx(rest, i), "outcome")));
}

static int quiet(void **state)
{
	struct error err;

	(void)state;
	return log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
}

static int forget(void **state)
{
	(void)state;
	str_free(&events);
	str_free(&records);
	return 0;
}

#endif
