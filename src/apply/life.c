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

/* What was seen; false: all of it is young enough. */
static bool ask_witnesses_again(struct work *work)
{
	bool agents = is_old_look(work->agents.looked_ms, AGENTS_AGAIN_MS);
	bool knock = work->scene.life.asked && is_old_look(work->knocked_ms, KNOCK_AGAIN_MS);

	if (agents)
		scene_look_at_agents(&work->scene, &work->agents);
	if (knock) {
		scene_knock_again(&work->scene);
		work->knocked_ms = clock_monotonic_ms();
	}
	return agents || knock;
}

/* For people who ask later. No run depends on it. */
static void record_witness(struct work *work)
{
	const struct scene *scene = &work->scene;
	struct error err = { 0 };

	if (!scene->life.asked && !scene->agents.looked && scene->agents.nqueue == 0) /* there is none */
		return;
	if (work->journal && journal_witness(work->journal, &work->scene, &err) != 0)
		log_warn("%s", err.text);
}

int life_check(struct work *work, struct error *err)
{
	auto_str struct str why = { 0 };

	if (ask_witnesses_again(work))
		record_witness(work);
	work->source_reports = scene_agent_speaks(&work->scene, &why) || scene_answers(&work->scene, &why);
	return work->source_reports ? error_set(err, ERROR_DRIFT, "%s: the host is alive", why.s) : 0;
}
