/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "journal/past.h"
#include "journal/runs.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

/* An instance in ERROR, and what an earlier run of its host saw it to be. */

#define RUNS_MAX 200 /* the newest; older ones say little about tonight */

static bool is_in_question(const struct candidate *c)
{
	return c->wanted && str_equal(c->instance->vm_state, "error");
}

static const struct unit *unit_about(const struct past *past, const char *instance_uuid, size_t *index)
{
	for (*index = 0; *index < past->nunit; (*index)++) {
		const struct unit *unit = &past->plan.unit[*index];

		if (unit->kind == UNIT_EVACUATION && unit->nstep > 0 && past->unit[*index].begun &&
		    str_equal(unit->step[0].id, instance_uuid))
			return unit;
	}
	return NULL;
}

/* One that has been started since is what it is now. */
static void keep_memory(struct scene *scene, struct candidate *c, const struct past *past)
{
	int64_t then = clock_parse(str_or(past->started_at, ""));
	bool is_older = !c->power.exists || str_equal(c->power.action, "stop") || !c->power.age_s.set || then <= 0 ||
	    c->power.age_s.v >= clock_wall_s() - then;

	c->was_stopped = is_older;
	c->stopped_before = is_older ? arena_dup(&scene->arena, past->run) : NULL;
}

/* Is this run's word the last about it? Of one that it saw in ERROR an older run may know more. */
static bool remember_one(struct scene *scene, struct candidate *c, const struct past *past)
{
	const struct unit *unit;
	const char *vm_state;
	size_t index;

	if (!(unit = unit_about(past, c->instance->uuid, &index)))
		return false;
	if (str_equal(past_unit_state(&past->unit[index]), "proved"))
		return true;
	vm_state = step_before(&unit->step[0], "vm_state");
	if (str_equal(vm_state, "error"))
		return false;
	if (str_equal(vm_state, "stopped"))
		keep_memory(scene, c, past);
	return true;
}

static size_t remember_run(struct scene *scene, const char *path, bool *settled)
{
	struct error none = { 0 };
	struct past past = { 0 };
	bool torn = false;
	size_t n = 0;

	if (journal_read(path, past_record, &past, &torn, &none) == 0 && !past.foreign && !past.trouble &&
	    past_is_about(&past, scene->subject.host))
		for (size_t i = 0; i < scene->subject.ncandidate; i++) {
			struct candidate *c = &scene->subject.candidate[i];

			if (!settled[i] && is_in_question(c) && remember_one(scene, c, &past)) {
				settled[i] = true;
				n++;
			}
		}
	past_free(&past);
	return n;
}

void past_remember(const struct request *request, struct scene *scene)
{
	auto_free bool *settled = xcalloc(scene->subject.ncandidate + 1, sizeof *settled);
	struct error none = { 0 };
	size_t open = 0;
	struct runs runs;

	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		open += is_in_question(&scene->subject.candidate[i]);
	if (open == 0)
		return;
	if (runs_list(request, &runs, &none) != 0) /* what is wrong with the directory shows when it is needed */
		log_debug("%s", none.text);
	for (size_t k = 0; k < runs.n && k < RUNS_MAX && open > 0; k++) {
		auto_free char *path = runs_path(&runs, runs.v[runs.n - 1 - k]);

		open -= remember_run(scene, path, settled);
	}
	runs_free(&runs);
}
