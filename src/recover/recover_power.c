/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_internal.h"

#include "util/lang.h"

/* The switch-off that nobody has seen end: the agent is asked what the host is now, and nothing is switched. Who killed the run
 * has killed the agent with it; what had left that by then, its answer shows. */
enum verdict recover_power(struct recovery *r, size_t index, const char **why)
{
	struct unit *unit = &r->work.plan.unit[index];
	struct scene *scene = unit_scene(&r->work.scene, unit);
	auto_str struct str said = { 0 };
	enum verdict verdict;

	scene_find_power(scene);
	scene_say_power(scene, &said);
	verdict = scene_is_off(scene)             ? VERDICT_DONE :
	    scene->power.answer.state == FENCE_ON ? VERDICT_NOT_DONE :
						    VERDICT_UNKNOWN;
	*why = verdict == VERDICT_DONE  ? arena_printf(&r->work.plan.arena, _("the host is off: %s"), said.s) :
	    verdict == VERDICT_NOT_DONE ? arena_printf(&r->work.plan.arena, _("the host is on: %s"), said.s) :
	    said.n ? arena_printf(&r->work.plan.arena, _("whether the host is on is not known: %s"), said.s) :
		     _("whether the host is on is not known: no fence agent is configured for it any more");
	unit_set_state(unit, verdicts[verdict].state, verdict == VERDICT_DONE ? NULL : *why);
	return verdict;
}
