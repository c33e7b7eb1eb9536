/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted_cloud.h"

/* Who goes when: the first of each kind alone, then as many as the window has; and what stops the rest. */

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
#define MANY "too many failures: not begun"

/* Each has a volume, and its letter is the backend's name. */
static void give_backends(const char *backends)
{
	for (size_t i = 0; backends[i]; i++) {
		owner[i][3] = backends[i];
		candidate[i].nvolume = 1;
	}
}

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
		cmocka_unit_test(after_a_signal_nothing_more_is_begun),
	};

	return cmocka_run_group_tests(tests, quiet, forget);
}
