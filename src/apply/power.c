/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include "util/clock.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

#define FRESH_MS 10000
#define SLOW 10       /* an agent that takes long is asked less often: at most a tenth of the time goes into it */
#define MOST_MS 60000 /* where it takes less than a tenth of that */
#define TRIES 3
#define TRY_MS 2000

/* ---- switching off */

static int say_what_came(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	const struct scene *host = unit_scene(&work->scene, unit);
	const struct power_facts *power = &host->power;
	enum state state = power->answer.state == FENCE_OFF ? STATE_PROVED :
	    power->answer.state == FENCE_ON                 ? STATE_FAILED :
							      STATE_UNKNOWN;
	auto_str struct str said = { 0 };
	const char *why;

	scene_say_power(host, &said);
	why = state == STATE_PROVED ? NULL : arena_dup(&work->plan.arena, said.s);
	unit_set_state(unit, state, why);
	if (journal_outcome(work->journal, index, state, why, err) != 0)
		return -1;
	if (state == STATE_PROVED) {
		log_notice("%zu. '%s' is off: %s", index + 1, unit->step[0].id, said.s);
		return 0;
	}
	if (state == STATE_FAILED)
		error_set(err, ERROR_ERROR, "'%s' is still on after it was to be switched off: %s; nothing else was begun",
		    unit->step[0].id, said.s);
	else
		error_set(err, ERROR_UNKNOWN, "whether '%s' is off now is not known: %s; nothing else was begun",
		    unit->step[0].id, said.s);
	return error_hint(err, "power it off by hand and look at its BMC");
}

int apply_power(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct scene *host = unit_scene(&work->scene, unit);
	struct power_facts *power = &host->power;
	struct fence_answer order;

	if (lock_check(work->lock, err) != 0 ||
	    journal_intent(work->journal, index, unit, fence_agent_name(&power->agent), err) != 0) {
		unit_set_state(unit, STATE_SKIPPED, _("not run: the journal could not be written"));
		return -1;
	}
	log_notice("%zu. switching '%s' off with %s, %u s at most", index + 1, unit->step[0].id, unit->step[0].name,
	    power->agent.off_timeout_s);
	CRASH_POINT("power_before_off");
	fence_off(&power->agent, &order, &power->answer);
	power->asked_ms = clock_monotonic_ms();
	CRASH_POINT("power_after_off");
	if (journal_power(work->journal, host, "off", &order, err) != 0 ||
	    journal_power(work->journal, host, "status", &power->answer, err) != 0) {
		unit_set_state(unit, STATE_UNKNOWN, _("the journal could not be written"));
		return -1;
	}
	return say_what_came(work, index, err);
}

/* ---- asking again */

/* Of several hosts each agent is asked, one after the other. */
static bool is_fresh(const struct scene *host)
{
	const struct power_facts *power = &host->power;
	int64_t life_ms = SLOW * power->answer.took_ms;

	if (host->whole && life_ms < MOST_MS) {
		life_ms *= (int64_t)host->whole->neach;
		life_ms = life_ms < MOST_MS ? life_ms : MOST_MS;
	}
	return clock_monotonic_ms() - power->asked_ms < (life_ms > FRESH_MS ? life_ms : FRESH_MS);
}

/* Silence of an agent that was all that had confirmed it: some tries long. */
static int ask_again(struct work *work, struct scene *host, struct error *err)
{
	struct power_facts *power = &host->power;
	bool needed = scene_is_off(host) && !host->request->how.fenced;

	for (int i = 0; i < TRIES; i++) {
		scene_ask_power(host);
		if (work->journal && journal_power(work->journal, host, "status", &power->answer, err) != 0)
			return -1;
		if (power->answer.state != FENCE_UNKNOWN || !needed || signal_came())
			return 0;
		clock_sleep_ms(TRY_MS);
	}
	return 0;
}

int power_check_of(struct work *work, struct scene *host, struct error *err)
{
	struct power_facts *power = &host->power;
	bool was_off = scene_is_off(host);
	auto_str struct str said = { 0 };

	if (!power->asked || is_fresh(host))
		return 0;
	if (ask_again(work, host, err) != 0)
		return -1;
	scene_say_power(host, &said);
	if (power->answer.state == FENCE_ON) {
		error_set(err, ERROR_DRIFT, "'%s' is on: %s; nothing more is begun", host->subject.host, said.s);
		return error_hint(err, "power it off; then run the same command again");
	}
	if (power->answer.state == FENCE_OFF || !was_off)
		return 0;
	log_warn("'%s' was off and its fence agent gives no answer any more: %s", host->subject.host, said.s);
	if (host->request->how.fenced)
		return 0;
	error_set(err, ERROR_DRIFT, "whether '%s' is still off is not known: %s; nothing more is begun", host->subject.host,
	    said.s);
	return error_hint(err, "look at the host and its BMC; then run the same command again");
}

int power_check(struct work *work, struct error *err)
{
	EACH_HOST(h, &work->scene)
	if (power_check_of(work, h, err) != 0)
		return -1;
	return 0;
}
