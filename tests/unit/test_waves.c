/* SPDX-License-Identifier: Apache-2.0 */
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

/* Each has a volume, and its letter is the backend's name. */
static void give_backends(const char *backends)
{
	for (size_t i = 0; backends[i]; i++) {
		owner[i][3] = backends[i];
		candidate[i].nvolume = 1;
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

#define FIRST_OF(volumes) "the first instance with a root disk of an image, " volumes ", ports of an unknown kind failed: not begun"
#define VOLUMES_FAILED FIRST_OF("volumes of x")
#define IMAGE_FAILED FIRST_OF("no volumes")
#define CAUSED(volumes, cause) \
	"the first instance with a root disk of an image, " volumes ", ports of an unknown kind failed (" cause "): not begun"
#define CINDER CAUSED("volumes of x", "cinder-api does not answer")
#define CINDER_OF_IMAGE CAUSED("no volumes", "cinder-api does not answer")
#define PLACEMENT CAUSED("volumes of x", "placement-api does not answer")
#define PORTS CAUSED("volumes of x", "nobody told")
#define ALIVE "guest-alive: the guest of another instance still runs on the old host: not begun"
#define IN_A_ROW "five failed one after the other: not begun (--stop-after-failures N sets another limit)"
#define WITHOUT \
	"five came up one after the other without their network: not begun (--stop-after-failures N lifts this limit)"
#define UNWELL(who) who ": not begun within 200 s: queue 'conductor' holds 500 messages, and instances are begun when 50 or fewer are left ([pace] conductor_queue is 100)"
#define MANY "too many failures: not begun"

static const struct {
	const char *script;
	int64_t max_in_flight, stop_after_failures;
	bool no_wait;
	int rc;
	const char *events, *left_out;
} runs[] = {
	/* the first goes alone, then never more than the window are on their way */
	{ "ooo", 1, 0, false, 0, ">0 =0 >1 =1 >2 =2", "" },
	{ "oooo", 2, 0, false, 0, ">0 =0 >1 >2 =1 =2 >3 =3", "" },
	{ "oof", 5, 0, false, 0, ">0 =0 >1 >2 !2 =1", "" },
	{ "ofoo", 2, 0, false, 0, ">0 =0 >1 >2 !1 >3 =2 =3", "" },
	/* so does the first of another kind, beside those of a kind that landed */
	{ "OOOO", 4, 0, false, 0, ">0 =0 >1 >2 >3 =1 =2 =3", "" },
	{ "Oooo", 4, 0, false, 0, ">0 =0 >1 =1 >2 >3 =2 =3", "" },
	{ "OOooo", 4, 0, false, 0, ">0 =0 >2 >1 =1 =2 >3 >4 =3 =4", "" },
	{ "ooOO", 4, 0, false, 0, ">0 =0 >2 >1 =1 =2 >3 =3", "" },
	/* and when nova fails at it, no other one of its kind follows */
	{ "FOOo", 4, 0, false, 0, ">0 !0 >3 =3", "i1: " VOLUMES_FAILED "; i2: " VOLUMES_FAILED },
	{ "FOO", 4, 0, false, 0, ">0 !0", "i1: " VOLUMES_FAILED "; i2: " VOLUMES_FAILED },
	{ "fo", 4, 0, false, 0, ">0 !0", "i1: " IMAGE_FAILED },
	{ "OOfo", 4, 0, false, 0, ">0 =0 >2 >1 !2 =1", "i3: " IMAGE_FAILED },
	/* what names a service stops all that need it, and that have not landed */
	{ "CoOo", 4, 0, false, 0, ">0 !0 >1 =1 >3 =3", "i2: " CINDER },
	{ "oCOo", 4, 0, false, 0, ">0 =0 >1 >3 !1 =3", "i2: " CINDER },
	{ "coO", 4, 0, false, 0, ">0 !0", "i1: " CINDER_OF_IMAGE "; i2: " CINDER_OF_IMAGE },
	{ "PoO", 4, 0, false, 0, ">0 !0", "i1: " PLACEMENT "; i2: " PLACEMENT },
	{ "NoO", 4, 0, false, 0, ">0 !0", "i1: " PORTS "; i2: " PORTS },
	/* a guest that lives says it of the whole host: nothing more, of whatever kind and however many have landed */
	{ "aoO", 4, 0, false, -1, ">0 !0", "i1: " ALIVE "; i2: " ALIVE },
	{ "ooaOoooo", 3, 0, false, -1, ">0 =0 >3 >1 >2 !2 =1 =3", "i4: " ALIVE "; i5: " ALIVE "; i6: " ALIVE "; i7: " ALIVE },
	{ "ooao", 1, 9, false, -1, ">0 =0 >1 =1 >2 !2", "i3: " ALIVE },
	{ "oa", 1, 0, false, -1, ">0 =0 >1 !1", "" }, /* the last one, too, is no good end */
	/* what is the instance's own says nothing: the next one of its kind goes alone */
	{ "IOOo", 4, 0, false, 0, ">0 !0 >1 =1 >3 >2 =2 =3", "" },
	{ "IIFOo", 4, 0, false, 0, ">0 !0 >1 !1 >2 !2 >4 =4", "i3: " VOLUMES_FAILED },
	{ "iiiiiio", 4, 0, false, 0, ">0 !0 >1 !1 >2 !2 >3 !3 >4 !4", "i5: " IN_A_ROW "; i6: " IN_A_ROW },
	{ "OFO", 1, 0, false, 0, ">0 =0 >1 !1 >2 =2", "" }, /* a later failure says nothing about the kind */
	{ "DOO", 4, 0, false, 0, ">0 >1 =1 >2 =2", "" },   /* a row that had changed says nothing either: the next one goes alone */
	{ "DDFOo", 4, 0, false, 0, ">0 >1 >2 !2 >4 =4", "i3: " VOLUMES_FAILED },
	/* failures have a limit */
	{ "ofofoo", 1, 2, false, 0, ">0 =0 >1 !1 >2 =2 >3 !3", "i4: " MANY "; i5: " MANY },
	{ "offo", 1, 0, false, 0, ">0 =0 >1 !1 >2 !2 >3 =3", "" }, /* 0: none */
	{ "offfffo", 1, 0, false, 0, ">0 =0 >1 !1 >2 !2 >3 !3 >4 !4 >5 !5",
	    "i6: " IN_A_ROW },
	{ "offoffo", 1, 0, false, 0, ">0 =0 >1 !1 >2 !2 >3 =3 >4 !4 >5 !5 >6 =6", "" },
	{ "offfffo", 1, 6, false, 0, ">0 =0 >1 !1 >2 !2 >3 !3 >4 !4 >5 !5 >6 =6", "" },
	{ "dddddo", 1, 0, false, 0, ">0 >1 >2 >3 >4 >5 =5", "" }, /* rows that had changed say nothing about the next */
	{ "dddd", 4, 2, false, 0, ">0 >1", "i2: " MANY "; i3: " MANY },
	/* the ports of a first are waited for, half a minute long; those of the others keep no place of the window */
	{ "looo", 4, 0, false, 0, ">0 =0 +0 >1 >2 >3 =1 =2 =3", "" },
	{ "kooo", 4, 0, false, 0, ">0 =0 >1 >2 >3 =1 =2 =3", "" },
	{ "ollo", 2, 0, false, 0, ">0 =0 >1 >2 =1 =2 >3 =3 +1 +2", "" },
	{ "Lool", 4, 0, false, 0, ">0 =0 +0 >1 =1 >2 >3 =2 =3 +3", "" },
	/* what is not known stops all that was not begun; what is on its way is followed */
	{ "oouoo", 2, 0, false, 0, ">0 =0 >1 >2 =1",
	    "i3: the outcome of another instance is unknown: not begun; i4: the outcome of another instance is unknown: not begun" },
	{ "uo", 2, 0, false, 0, ">0", "i1: the outcome of another instance is unknown: not begun" },
	/* an error of our own ends the sending, not the following */
	{ "ooxoo", 2, 0, false, -1, ">0 =0 >1 >2 =1", "i3: not begun: the journal is full; i4: not begun: the journal is full" },
	{ "xo", 2, 0, false, -1, ">0", "i1: not begun: the journal is full" },
	/* nobody waits: everything is sent at once, in the order of the plan */
	{ "OOoF", 1, 0, true, 0, ">0 >1 >2 >3", "" },
	{ "", 1, 0, false, 0, "", "" },
};

static void evacuations_go_in_waves(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(runs); i++) {
		struct error err = { 0 };

		begin(runs[i].script);
		f.request.how.max_in_flight = runs[i].max_in_flight;
		f.request.how.stop_after_failures = runs[i].stop_after_failures;
		f.request.how.no_wait = runs[i].no_wait;
		assert_int_equal(apply_evacuations(&work, &err), runs[i].rc);
		left_out(&left);
		if (strcmp(events.s, runs[i].events) != 0 || strcmp(left.s, runs[i].left_out) != 0)
			fail_msg("%s: %s (%s)", runs[i].script, events.s, left.s);
		end();
	}
}

static const struct {
	const char *script;
	int64_t max_in_flight;
	bool no_wait;
	const char *events, *guesses;
	size_t fresh;
} aheads[] = {
	/* a first goes alone, and nobody is known to follow it */
	{ "ooo", 1, false, ">0 =0 >1 =1 >2 =2", "", 3 },
	{ "oooo", 3, false, ">0 =0 >1 >2 >3 =1 =2 =3", "2<1 3<2", 2 },
	{ "OOooo", 4, false, ">0 =0 >2 >1 =1 =2 >3 >4 =3 =4", "1<2 4<3", 3 },
	/* whoever fails or is not sent meanwhile: the guess was only one */
	{ "oduoo", 3, false, ">0 =0 >1 >2", "2<1 3<2", 2 },
	{ "oooo", 1, true, ">0 >1 >2 >3", "1<0 2<1 3<2", 1 },
};

static void it_is_known_who_follows_while_a_message_is_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(aheads); i++) {
		struct error err = { 0 };

		begin(aheads[i].script);
		f.request.how.max_in_flight = aheads[i].max_in_flight;
		f.request.how.no_wait = aheads[i].no_wait;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		if (strcmp(events.s, aheads[i].events) != 0 || strcmp(guesses.s, aheads[i].guesses) != 0)
			fail_msg("%s: %s (%s)", aheads[i].script, events.s, guesses.s);
		assert_int_equal(withdrawn, 1);
		assert_int_equal(fresh, aheads[i].fresh); /* each wave looks anew, and not each message */
		end();
	}
}

/* Five in a row whose ports stay DOWN have a reason that the next one has, too; with a limit of failures of the operator's own they
 * are none. */
static const struct {
	const char *script;
	int64_t stop_after_failures;
	const char *events, *left_out;
} dark[] = {
	{ "kkkkksoo", 0, ">0 =0 >1 =1 >2 =2 >3 =3 >4 =4 >5 =5", "i6: " WITHOUT "; i7: " WITHOUT },
	{ "kkkkosoo", 0, ">0 =0 >1 =1 >2 =2 >3 =3 >4 =4 >5 =5 >6 =6 >7 =7", "" },
	{ "kkkkksoo", 1, ">0 =0 >1 =1 >2 =2 >3 =3 >4 =4 >5 =5 >6 =6 >7 =7", "" },
};

static void five_without_network_are_enough(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(dark); i++) {
		begin(dark[i].script);
		f.request.how.max_in_flight = 1;
		f.request.how.timeout_s = 600;
		f.request.how.stop_after_failures = dark[i].stop_after_failures;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, dark[i].events) != 0 || strcmp(left.s, dark[i].left_out) != 0)
			fail_msg("%zu: %s (%s)", i, events.s, left.s);
		end();
	}
}

/* Nobody else is under way: the run goes on for as long as a port may become ACTIVE, and --timeout ends it. */
static void a_port_is_waited_for_until_the_timeout(void **state)
{
	int64_t start = now_ms;
	struct error err = { 0 };

	(void)state;
	begin("k");
	f.request.how.timeout_s = 300;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_true(now_ms - start >= 300000 && now_ms - start < 302000);
	assert_true(evacuation_is(&work.plan.unit[0], PHASE_NOT_READY));
	assert_string_equal(work.plan.unit[0].step[0].error, "port DOWN");
	end();
	start = now_ms;
	begin("l");
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_true(now_ms - start < 13000);
	end();
	start = now_ms;
	begin("k"); /* DOWN on the failed host as well: no longer than an agent takes */
	before = true;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	before = false;
	assert_true(now_ms - start >= 30000 && now_ms - start < 33000);
	end();
}

/* Three kinds: the backends of their volumes tell them apart. */
static const struct {
	const char *script, *backends;
	int64_t max_in_flight;
	const char *events, *left_out;
} kinds[] = {
	/* nothing goes beside the very first; after it the first of each kind in turn, while the rest of those that landed goes on */
	{ "oooooo", "abcabc", 4, ">0 =0 >1 >3 =1 =3 >2 >4 =2 =4 >5 =5", "" },
	{ "oooooo", "aaaabc", 4, ">0 =0 >4 >1 >2 >3 =1 =2 =3 =4 >5 =5", "" },
	{ "oooooo", "aaaabc", 1, ">0 =0 >4 =4 >5 =5 >1 =1 >2 =2 >3 =3", "" },
	{ "ooooo", "abcde", 4, ">0 =0 >1 =1 >2 =2 >3 =3 >4 =4", "" },
	/* one fails: its kind is left, and no other */
	{ "ooofoooo", "aaabbccc", 4, ">0 =0 >3 >1 >2 !3 >5 =1 =2 =5 >6 >7 =6 =7", "i4: " FIRST_OF("volumes of b") },
	{ "fofoo", "aabbc", 4, ">0 !0 >2 !2 >4 =4", "i1: " FIRST_OF("volumes of a") "; i3: " FIRST_OF("volumes of b") },
	{ "fff", "abc", 4, ">0 !0 >1 !1 >2 !2", "" },
	/* one hangs: it is the first of its kind for as long as it does */
	{ "oohooo", "aabbcc", 4, ">0 =0 >2 >1 =1", "i3: not begun before --timeout ended; i4: not begun before --timeout ended; i5: not begun before --timeout ended" },
};

static void the_first_of_each_kind_goes_alone(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		begin(kinds[i].script);
		give_backends(kinds[i].backends);
		f.request.how.max_in_flight = kinds[i].max_in_flight;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, kinds[i].events) != 0 || strcmp(left.s, kinds[i].left_out) != 0)
			fail_msg("%s %s: %s (%s)", kinds[i].script, kinds[i].backends, events.s, left.s);
		end();
	}
}

/* As a plan says it before. */
static void a_plan_says_who_is_begun_together(void **state)
{
	static const struct {
		const char *backends;
		size_t window;
		const char *waves;
	} plans[] = {
		{ "a", 4, "1" }, { "aaaaaa", 4, "122223" }, { "aaaaaa", 1, "123456" }, { "aaaabc", 4, "122223" }, { "abcabc", 4, "123234" },
		{ "bbaaaa", 2, "122334" }, { "", 4, "" },
	};
	int64_t wave[MOST];

	(void)state;
	for (size_t i = 0; i < COUNT(plans); i++) {
		begin(&"oooooo"[6 - strlen(plans[i].backends)]);
		give_backends(plans[i].backends);
		order_waves(&work.plan, &(struct limits){ .window = plans[i].window }, wave);
		for (size_t k = 0; k < work.plan.nunit; k++)
			if (wave[k] != plans[i].waves[k] - '0')
				fail_msg("%s: %zu is in %lld", plans[i].backends, k, (long long)wave[k]);
		end();
	}
}

/* A broker that is away is waited for: nothing is begun, what is under way is followed, and it is not asked all the time. */
static const struct {
	const char *script;
	int64_t away_ms, timeout_s;
	bool no_wait;
	int rc;
	const char *events, *left_out;
} waits[] = {
	{ "owo", 3000, 600, false, 0, ">0 =0 >1 >1 >2 =1 =2", "" },
	{ "ww", 5000, 600, true, 0, ">0 >0 >0 >0 >1", "" },
	{ "Owo", 1500, 600, false, 0, ">0 =0 >1 >1 =1 >2 =2", "" },
	{ "wo", 1000000, 3, false, -1, ">0 >0", "i0: not begun: the broker is away; i1: not begun: the broker is away" },
};

static void a_broker_that_is_away_is_waited_for(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++) {
		struct error err = { 0 };

		begin(waits[i].script);
		f.request.how.no_wait = waits[i].no_wait;
		f.request.how.timeout_s = waits[i].timeout_s;
		back_ms = now_ms + waits[i].away_ms;
		assert_int_equal(apply_evacuations(&work, &err), waits[i].rc);
		assert_int_equal(err.kind, waits[i].rc ? ERROR_BUS_UNREACHABLE : ERROR_OK);
		left_out(&left);
		if (strcmp(events.s, waits[i].events) != 0 || strcmp(left.s, waits[i].left_out) != 0)
			fail_msg("%s: %s (%s)", waits[i].script, events.s, left.s);
		end();
	}
}

/* cinder-api goes away in the middle of a run: as long as a broker it is waited for, then those that need it are left, and no
 * other. */
static void without_cinder_those_without_volumes_go_on(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };
	int64_t start = now_ms;

	(void)state;
	begin("OVVoo");
	f.request.how.timeout_s = 3600;
	back_ms = INT64_MAX;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_true(now_ms - start >= 60000 && now_ms - start < 70000);
	assert_int_equal(err.kind, ERROR_OK);
	left_out(&left);
	assert_string_equal(left.s, "i1: not begun: cinder-api is down; i2: not begun: cinder-api is down");
	assert_true(evacuation_has_landed(&work.plan.unit[0]) && evacuation_has_landed(&work.plan.unit[3]) && evacuation_has_landed(&work.plan.unit[4]));
	end();
	begin("OVo");
	back_ms = now_ms + 3000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	for (size_t i = 0; i < 3; i++)
		assert_true(evacuation_has_landed(&work.plan.unit[i]));
	end();
}

static void and_not_longer_than_a_minute(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };
	int64_t start = now_ms;

	(void)state;
	begin("wo");
	f.request.how.timeout_s = 3600;
	back_ms = INT64_MAX;
	assert_int_equal(apply_evacuations(&work, &err), -1);
	assert_true(now_ms - start >= 60000 && now_ms - start < 63000);
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	left_out(&left);
	assert_string_equal(left.s, "i0: not begun: the broker is away; i1: not begun: the broker is away");
	end();
}

/* Somebody in another terminal pauses it: what is under way is followed, nothing is begun, and --timeout stands still. */
static const struct {
	const char *script;
	int64_t from_ms, to_ms; /* since the beginning */
	int64_t timeout_s;
	bool no_wait;
	const char *events, *records, *left_out;
} pauses[] = {
	{ "oooo", 500, 200000, 60, false, ">0 =0 >1 >2 =1 =2 >3 =3", "pause resume", "" },
	{ "oooo", 0, 1000, 60, false, ">0 =0 >1 >2 =1 =2 >3 =3", "pause resume", "" },
	{ "o", 500, 200000, 60, false, ">0 =0", "", "" }, /* nothing is left to begin: the end is the end */
	{ "oo", 0, 5000, 60, true, ">0 >1", "pause resume", "" },
	{ "ohoo", 2200, 90000, 60, false, ">0 =0 >1 >2 =2 >3 =3", "", "" }, /* one hangs, but none waits */
	{ "ohhoo", 10000, 90000, 30, false, ">0 =0 >1 >2", "pause resume", "i3: not begun before --timeout ended; i4: not begun before --timeout ended" },
	{ "offfffo", 0, 2000, 60, false, ">0 =0 >1 >2 !1 !2 >3 >4 !3 !4 >5 >6 !5 =6", "pause resume", "" },
};

static void a_run_that_is_paused_begins_nothing_and_its_time_stands_still(void **state)
{
	auto_str struct str left = { 0 };
	int64_t start;

	(void)state;
	for (size_t i = 0; i < COUNT(pauses); i++) {
		struct error err = { 0 };

		begin(pauses[i].script);
		start = now_ms;
		pause_ms = start + pauses[i].from_ms;
		resume_ms = start + pauses[i].to_ms;
		f.request.how.timeout_s = pauses[i].timeout_s;
		f.request.how.no_wait = pauses[i].no_wait;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, pauses[i].events) != 0 || strcmp(records.s, pauses[i].records) != 0 ||
		    strcmp(left.s, pauses[i].left_out) != 0)
			fail_msg("%zu: %s (%s) (%s)", i, events.s, records.s, left.s);
		if (strstr(pauses[i].records, "resume"))
			assert_true(now_ms - start >= pauses[i].to_ms);
		end();
	}
}

static void no_more_than_the_window_is_ever_on_its_way(void **state)
{
	struct error err = { 0 };
	size_t flying, most;

	(void)state;
	for (int64_t window = 1; window <= MOST; window++) {
		begin("oofoof");
		f.request.how.max_in_flight = window;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		flying = most = 0;
		for (const char *e = events.s; *e; e++) {
			flying += *e == '>';
			flying -= *e == '=' || *e == '!';
			most = flying > most ? flying : most;
		}
		assert_int_equal(most, window < 5 ? (size_t)window : 5);
		assert_int_equal(flying, 0);
		end();
	}
}

static void what_has_not_ended_in_time_is_said_and_the_rest_is_left(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };
	int64_t start = now_ms;

	(void)state;
	begin("ohhoo");
	f.request.how.timeout_s = 30;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_true(now_ms - start >= 30000 && now_ms - start < 32000);
	left_out(&left);
	assert_string_equal(events.s, ">0 =0 >1 >2");
	assert_string_equal(left.s, "i3: not begun before --timeout ended; i4: not begun before --timeout ended");
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(work.plan.unit[i].evacuation->phase, PHASE_TIMEOUT);
		assert_int_equal(work.plan.unit[i].step[0].state, STATE_APPLIED);
		assert_true(str_starts(work.plan.unit[i].step[0].error, "still 'accepted' after 30 s"));
		assert_string_equal(evacuation_outcome(&work.plan.unit[i]), "timeout");
	}
	assert_string_equal(evacuation_outcome(&work.plan.unit[3]), "not begun");
	end();
}

/* Its word, its step's state, whether the broker has it: everything that is told of an evacuation. */
static void a_phase_has_its_word_and_its_state(void **state)
{
	static const struct {
		const char *word;
		enum state state;
		bool cast;
	} told[PHASES] = {
		{ "not begun", STATE_SKIPPED, false }, { "under way", STATE_APPLIED, true }, { "unknown", STATE_UNKNOWN, false },
		{ "unknown", STATE_UNKNOWN, true }, { "done", STATE_APPLIED, true }, { "network-not-ready", STATE_APPLIED, true },
		{ "guest-cannot-write", STATE_APPLIED, true }, { "done", STATE_PROVED, true },
		{ "failed", STATE_FAILED, false }, { "failed", STATE_FAILED, true }, { "timeout", STATE_APPLIED, true },
	};
	struct step step = { 0 };
	struct unit unit = { .kind = UNIT_EVACUATION, .step = &step, .nstep = 1 };
	struct evacuation e = { 0 };

	(void)state;
	assert_false(evacuation_was_cast(&unit));
	assert_string_equal(evacuation_outcome(&unit), "not begun");
	unit.evacuation = &e;
	for (int phase = 0; phase < PHASES; phase++) {
		evacuation_enter(&unit, (enum evacuation_phase)phase, "why");
		assert_string_equal(evacuation_outcome(&unit), told[phase].word);
		assert_int_equal(step.state, told[phase].state);
		assert_int_equal(evacuation_was_cast(&unit), told[phase].cast);
		assert_string_equal(step.error, "why");
	}
}

static void when_the_host_is_on_nothing_more_is_begun(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };

	(void)state;
	begin("oooo");
	on_ms = now_ms; /* before the first message */
	assert_int_equal(apply_evacuations(&work, &err), -1);
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(events.s, "");
	end();
	begin("oooo");
	on_ms = now_ms + 600; /* while the first is under way */
	assert_int_equal(apply_evacuations(&work, &err), -1);
	left_out(&left);
	assert_string_equal(events.s, ">0 =0");
	assert_string_equal(left.s, "i1: not begun: 'c1' is on; i2: not begun: 'c1' is on; i3: not begun: 'c1' is on");
	end();
}

/* Last: a signal that came does not go away again. */
static void after_a_signal_nothing_more_is_begun(void **state)
{
	auto_str struct str left = { 0 };
	struct error err = { 0 };

	(void)state;
	signals_watch("RUN", "");
	raise(SIGTERM);
	begin("oo");
	assert_int_equal(apply_evacuations(&work, &err), 0);
	left_out(&left);
	assert_string_equal(events.s, "");
	assert_string_equal(left.s, "i0: interrupted before it was begun; i1: interrupted before it was begun");
	end();
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

/* ---- phases */

static struct str said_phases; /* "2 after timeout: 1 not verified" of each record */

static void give_phases(const char *phases)
{
	static const char *names[] = { "tag db", "priority 800", "rest" };

	work.plan.phase = names;
	work.plan.nphase = 0;
	for (size_t i = 0; phases[i]; i++) {
		work.plan.unit[i].phase = (size_t)(phases[i] - '0');
		work.plan.nphase = work.plan.unit[i].phase > work.plan.nphase ? work.plan.unit[i].phase : work.plan.nphase;
	}
	work.world.site.order.phase_timeout_s = 20;
	str_clear(&said_phases);
	str_add(&said_phases, "");
}

static void note_phase(json_object *record)
{
	json_object *rest = json_object_object_get(record, "not_verified"), *after = json_object_object_get(record, "after");

	str_addf(&said_phases, "%s%d after %s", said_phases.n ? "; " : "", json_object_get_int(json_object_object_get(record, "phase")),
	    after ? json_object_get_string(after) : "nothing");
	for (size_t i = 0; i < json_object_array_length(rest); i++)
		str_addf(&said_phases, " %s", json_object_get_string(json_object_object_get(json_object_array_get_idx(rest, i), "outcome")));
}

static const struct {
	const char *script, *phases;
	int64_t max_in_flight;
	bool no_wait;
	const char *events, *records, *left_out;
} phase_runs[] = {
	{ "oooo", "1122", 4, false, ">0 =0 >1 =1 >2 >3 =2 =3", "1 after nothing; 2 after verified", "" },
	/* one alone is none */
	{ "oooo", "1111", 4, false, ">0 =0 >1 >2 >3 =1 =2 =3", "", "" },
	/* what failed is named, and blocks nothing */
	{ "ofoo", "1122", 4, false, ">0 =0 >1 !1 >2 >3 =2 =3", "1 after nothing; 2 after partly failed", "" },
	/* nor does what hangs, when the time is over: neither as the first of its kind nor by its place */
	{ "hoo", "122", 4, false, ">0 >1 =1 >2 =2", "1 after nothing; 2 after timeout under way", "" },
	{ "ohoo", "1122", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way", "" },
	/* what it has not begun by then goes before the next phase, all the same */
	{ "ohoo", "1112", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way not begun", "" },
	{ "ohoO", "1112", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way not begun", "" },
	/* nova has done it, nobody else is under way, and it is not verified yet: the run waits, and so does the phase */
	{ "bo", "12", 4, false, ">0 =0 >1 =1", "1 after nothing; 2 after verified", "" },
	/* a port that is not ready is waited for; one that never is, as long as for all else */
	{ "olo", "112", 4, false, ">0 =0 >1 =1 +1 >2 =2", "1 after nothing; 2 after verified", "" },
	{ "oko", "112", 4, false, ">0 =0 >1 =1 >2 =2", "1 after nothing; 2 after timeout network-not-ready", "" },
	/* a kind that is left is left in every phase, and a phase without anybody begins at once */
	{ "FOo", "123", 4, false, ">0 !0 >2 =2", "1 after nothing; 2 after partly failed; 3 after partly not begun", "i1: " VOLUMES_FAILED },
	{ "fo", "12", 4, false, ">0 !0", "1 after nothing", "i1: " IMAGE_FAILED },
	/* a first of a later phase waits for the phase, too */
	{ "ooO", "112", 4, false, ">0 =0 >1 =1 >2 =2", "1 after nothing; 2 after verified", "" },
	/* nobody waits */
	{ "ooo", "123", 4, true, ">0 >1 >2", "", "" },
};

static void a_phase_begins_when_the_last_is_verified_or_its_time_is_over(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(phase_runs); i++) {
		struct error err = { 0 };

		begin(phase_runs[i].script);
		give_phases(phase_runs[i].phases);
		f.request.how.max_in_flight = phase_runs[i].max_in_flight;
		f.request.how.no_wait = phase_runs[i].no_wait;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, phase_runs[i].events) != 0 || strcmp(said_phases.s, phase_runs[i].records) != 0 ||
		    strcmp(left.s, phase_runs[i].left_out) != 0)
			fail_msg("%s %s: %s (%s) (%s)", phase_runs[i].script, phase_runs[i].phases, events.s, said_phases.s, left.s);
		end();
	}
}

/* Each takes 35 s, and a phase 40: together they may take longer. */
static void a_long_phase_has_its_time_as_long_as_something_moves(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("ssso");
	give_phases("1112");
	work.world.site.order.phase_timeout_s = 40;
	f.request.how.max_in_flight = 1;
	f.request.how.timeout_s = 600;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 =0 >1 =1 >2 =2 >3 =3");
	assert_string_equal(said_phases.s, "1 after nothing; 2 after verified");
	end();
}

/* 10 s from the message its port is not ACTIVE yet, 10 s from its end it is. */
static void the_time_of_a_phase_begins_again_with_an_end(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("olo");
	give_phases("112");
	work.world.site.order.phase_timeout_s = 10;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(said_phases.s, "1 after nothing; 2 after verified");
	end();
}

static void no_phase_begins_while_the_run_is_paused(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("hoo");
	give_phases("122");
	f.request.how.timeout_s = 300;
	pause_ms = now_ms + 5000;
	resume_ms = now_ms + 105000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 >1 =1 >2 =2");
	/* its time begins again with the resumption: 20 s after it, not at once */
	assert_true(work.plan.unit[1].evacuation->sent_ms >= resume_ms + 20000);
	assert_true(work.plan.unit[1].evacuation->sent_ms < resume_ms + 22000);
	end();
}

/* Under way together they would both be given the host that has none of them yet. */
static void a_group_has_one_member_under_way(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("osso");
	for (size_t i = 1; i < 3; i++)
		candidate[i].group = (struct server_group){ .exists = true, .uuid = "g", .policy = "anti-affinity", .max_per_host = 1 };
	f.request.how.max_in_flight = 4;
	f.request.how.timeout_s = 600;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 =0 >1 >3 =3 =1 >2 =2");
	end();
}

/* The cloud takes no more now: what is under way is followed, nothing is begun; a pause does not count. */
static const struct {
	const char *script;
	int64_t from_ms, to_ms, pause_ms, resume_ms, timeout_s;
	bool no_wait;
	const char *events, *records, *left_out;
} ills[] = {
	{ "oooo", 500, 60000, 0, 0, 600, false, ">0 =0 >1 >2 =1 =2 >3 =3", "health health", "" },
	{ "oooo", 0, 60000, 0, 0, 600, false, ">0 =0 >1 >2 =1 =2 >3 =3", "health health", "" },
	{ "ooo", 0, 60000, 0, 0, 600, true, ">0 >1 >2", "health health", "" }, /* nobody waits, and all the same */
	{ "oo", 0, 500000, 0, 0, 600, false, "", "health health", UNWELL("i0") "; " UNWELL("i1") },
	{ "oooo", 500, 500000, 60000, 180000, 600, false, ">0 =0 >1 >2 =1 =2", "health pause resume health", UNWELL("i3") },
	{ "oooo", 500, 500000, 0, 0, 100, false, ">0 =0 >1 >2 =1 =2", "health", "i3: not begun before --timeout ended" },
};

static void a_cloud_that_takes_no_more_is_waited_for_and_not_for_ever(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(ills); i++) {
		struct error err = { 0 };
		int64_t start = now_ms;

		begin(ills[i].script);
		unwell_ms = start + ills[i].from_ms;
		well_ms = start + ills[i].to_ms;
		pause_ms = start + ills[i].pause_ms;
		resume_ms = start + ills[i].resume_ms;
		f.request.how.timeout_s = ills[i].timeout_s;
		f.request.how.no_wait = ills[i].no_wait;
		work.world.site.pace.patience_s = 200;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, ills[i].events) != 0 || strcmp(records.s, ills[i].records) != 0 ||
		    strcmp(left.s, ills[i].left_out) != 0)
			fail_msg("%zu: %s (%s) (%s)", i, events.s, records.s, left.s);
		if (strstr(ills[i].left_out, "within"))
			assert_in_range(now_ms - start, 200000 + ills[i].resume_ms - ills[i].pause_ms,
			    206000 + ills[i].resume_ms - ills[i].pause_ms);
		else
			assert_true(now_ms - start >= (ills[i].to_ms < 100000 ? ills[i].to_ms : 100000));
		assert_true(health_looks <= (size_t)(now_ms - start) / HEALTH_LOOK_MS + 2); /* once a second */
		end();
	}
}

static void the_time_of_a_phase_stands_still_while_the_cloud_takes_no_more(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("hoo");
	give_phases("122");
	f.request.how.timeout_s = 300;
	unwell_ms = now_ms + 5000;
	well_ms = now_ms + 105000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 >1 =1 >2 =2");
	assert_true(work.plan.unit[1].evacuation->sent_ms >= well_ms + 20000);
	assert_true(work.plan.unit[1].evacuation->sent_ms < well_ms + 24000);
	end();
}

/* A broker that is away is tried for every other second, by the way to it, and not looked at beside that. */
static void who_is_away_is_not_asked_for_the_clouds_health(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("ww");
	back_ms = now_ms + 50000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_in_range(health_looks, 1, 4);
	end();
}

/* Nobody says how many: it begins with two for each target, and never all at once. */
static void without_a_number_the_run_finds_its_own(void **state)
{
	static const struct {
		const char *script, *target, *events, *paces;
	} finds[] = {
		/* two hosts could take them, and half of eight are four */
		{ "oooooooo", NULL, ">0 =0 >1 >2 >3 >4 =1 =2 =3 =4 >5 >6 >7 =5 =6 =7", "4 begins" },
		{ "oooooooo", "c2", ">0 =0 >1 >2 =1 =2 >3 >4 =3 =4 >5 >6 >7 =5 =6 =7", "2 begins, 4 rate-rises" },
		{ "oo", NULL, ">0 =0 >1 =1", "1 begins" },
		{ "o", NULL, ">0 =0", "" }, /* one has no width */
		/* what nova fails at for the cloud's reason halves it; an instance's own reason does not */
		{ "offooooo", NULL, ">0 =0 >1 >2 >3 >4 !1 !2 =3 =4 >5 >6 =5 =6 >7 =7", "4 begins, 2 failure" },
		{ "oiiooooo", NULL, ">0 =0 >1 >2 >3 >4 !1 !2 >5 >6 =3 =4 >7 =5 =6 =7", "4 begins" },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(finds); i++) {
		begin(finds[i].script);
		f.request.how.max_in_flight = 0;
		f.request.what.target_host = finds[i].target;
		f.node[2] = f.node[1];
		f.node[2].id = 3;
		f.node[2].host = f.node[2].hypervisor_hostname = "c3";
		f.facts.nodes.n = 3;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		if (strcmp(events.s, finds[i].events) != 0 || strcmp(paces.s, finds[i].paces) != 0)
			fail_msg("%s: %s (%s)", finds[i].script, events.s, paces.s);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evacuations_go_in_waves),
		cmocka_unit_test(it_is_known_who_follows_while_a_message_is_out),
		cmocka_unit_test(the_first_of_each_kind_goes_alone),
		cmocka_unit_test(five_without_network_are_enough),
		cmocka_unit_test(a_port_is_waited_for_until_the_timeout),
		cmocka_unit_test(a_plan_says_who_is_begun_together),
		cmocka_unit_test(a_broker_that_is_away_is_waited_for),
		cmocka_unit_test(without_cinder_those_without_volumes_go_on),
		cmocka_unit_test(and_not_longer_than_a_minute),
		cmocka_unit_test(a_run_that_is_paused_begins_nothing_and_its_time_stands_still),
		cmocka_unit_test(no_more_than_the_window_is_ever_on_its_way),
		cmocka_unit_test(what_has_not_ended_in_time_is_said_and_the_rest_is_left),
		cmocka_unit_test(a_phase_has_its_word_and_its_state),
		cmocka_unit_test(when_the_host_is_on_nothing_more_is_begun),
		cmocka_unit_test(a_phase_begins_when_the_last_is_verified_or_its_time_is_over),
		cmocka_unit_test(a_long_phase_has_its_time_as_long_as_something_moves),
		cmocka_unit_test(the_time_of_a_phase_begins_again_with_an_end),
		cmocka_unit_test(no_phase_begins_while_the_run_is_paused),
		cmocka_unit_test(a_group_has_one_member_under_way),
		cmocka_unit_test(a_cloud_that_takes_no_more_is_waited_for_and_not_for_ever),
		cmocka_unit_test(the_time_of_a_phase_stands_still_while_the_cloud_takes_no_more),
		cmocka_unit_test(who_is_away_is_not_asked_for_the_clouds_health),
		cmocka_unit_test(without_a_number_the_run_finds_its_own),
		cmocka_unit_test(after_a_signal_nothing_more_is_begun),
	};

	return cmocka_run_group_tests(tests, quiet, forget);
}
