/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

/* The witnesses that no transaction can ask: neutron's agents and the host's own address. Nothing else would refuse a second
 * guest on a block device. */

#define AGENTS_AGAIN_MS 1000 /* a wave is cast within less */
#define KNOCK_AGAIN_MS 3000  /* silence takes 0.3 s: at most a tenth of the time goes into it */

static bool is_old_look(int64_t looked_ms, int64_t again_ms)
{
	return looked_ms == 0 || clock_monotonic_ms() - looked_ms >= again_ms;
}

/* Those whose answer was to be had so far: they are missed once. */
static void ask_agents_again(struct scene *host)
{
	const bool was_silent = host->agents.silent;

	scene_look_at_agents(host);
	if (host->agents.silent && !was_silent)
		log_warn("whether neutron's agents on '%s' report is not known any more: %s", host->subject.host,
		    host->agents.absent);
}

/* What was seen; false: all of it is young enough. */
static bool ask_witnesses_again(struct scene *host)
{
	bool agents = is_old_look(host->agents.watch.looked_ms, AGENTS_AGAIN_MS);
	bool knock = host->life.asked && is_old_look(host->life.knocked_ms, KNOCK_AGAIN_MS);

	if (agents)
		ask_agents_again(host);
	if (knock) {
		scene_knock_again(host);
		host->life.knocked_ms = clock_monotonic_ms();
	}
	return agents || knock;
}

/* For people who ask later. No run depends on it. */
static void record_witness(struct work *work, const struct scene *host)
{
	struct error err = { 0 };

	if (!host->life.asked && !host->agents.looked && host->agents.nqueue == 0) /* there is none */
		return;
	if (work->journal && journal_witness(work->journal, host, &err) != 0)
		log_warn("%s", err.text);
}

int life_check_of(struct work *work, struct scene *host, struct error *err)
{
	auto_str struct str why = { 0 };

	if (ask_witnesses_again(host))
		record_witness(work, host);
	work->source_reports = scene_agent_speaks(host, &why) || scene_answers(host, &why);
	return work->source_reports ? error_set(err, ERROR_DRIFT, "%s: the host is alive", why.s) : 0;
}

/* Several at once, so that the time does not grow with them. */
static void knock_at_all(struct scene *scene)
{
	bool old = false;

	EACH_HOST_OF(h, scene)
	old |= h->life.asked && is_old_look(h->life.knocked_ms, KNOCK_AGAIN_MS);
	if (!old)
		return;
	scene_knock_again(scene);
	EACH_HOST(h, scene)
	h->life.knocked_ms = clock_monotonic_ms();
}

int life_check(struct work *work, struct error *err)
{
	if (work->scene.each)
		knock_at_all(&work->scene);
	EACH_HOST(h, &work->scene)
	if (life_check_of(work, h, err) != 0)
		return -1;
	return 0;
}
