/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "plan_file_internal.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Where a step stands in a plan, to find it by kind and id. */
struct place {
	const struct step *step;
	const struct unit *unit;
};

static int compare_places(const void *a, const void *b)
{
	const struct step *x = ((const struct place *)a)->step, *y = ((const struct place *)b)->step;
	int rc = strcmp(x->kind->name, y->kind->name);

	return rc ? rc : strcmp(x->id, y->id);
}

struct index {
	struct place *v;
	size_t n;
};

static struct index index_of(const struct plan *plan)
{
	struct index index = { xcalloc(plan_steps(plan) + 1, sizeof(struct place)), 0 };

	for (size_t i = 0; i < plan->nunit; i++)
		for (size_t k = 0; k < plan->unit[i].nstep; k++)
			index.v[index.n++] = (struct place){ &plan->unit[i].step[k], &plan->unit[i] };
	vec_sort(index.v, index.n, sizeof *index.v, compare_places);
	return index;
}

static const struct place *find_place(const struct index *index, const struct step *step)
{
	return vec_search(&(struct place){ .step = step }, index->v, index->n, sizeof *index->v, compare_places);
}

/* A mark's reason names who runs it, an evacuation the host that the packing of its day has for it: the file's words count. */
static bool is_the_files(const struct step_kind *kind, const char *column)
{
	return (kind->deed == DEED_MARK && strcmp(column, "disabled_reason") == 0) ||
	    (kind->deed == DEED_EVACUATE && strcmp(column, "host") == 0);
}

static bool same_after(const struct step *was, const struct step *now)
{
	for (size_t i = 0; was->kind->column[i]; i++)
		if (!str_equal(was->after[i], now->after[i]) && !is_the_files(was->kind, was->kind->column[i]))
			return false;
	return true;
}

static bool is_same(const struct step *was, const struct step *now)
{
	return step_equal(was->kind, was->before, now->before) && same_after(was, now);
}

static void say_difference(const struct step *s, const char *what, const struct step *was, const struct step *now,
    struct arena *arena)
{
	log_error("%s %s%s%s%s: %s%s%s%s%s%s", s->kind->one, s->id, s->name ? " (" : "", str_or(s->name, ""),
	    s->name ? ")" : "", what, was ? _(": the plan saw ") : "",
	    was ? step_values_text(was->kind, was->before, arena) : "", now && was ? "; now " : "",
	    now && was ? step_values_text(now->kind, now->before, arena) : "",
	    now && was && step_equal(was->kind, was->before, now->before) ? _(", and it would get another value") : "");
}

/* What the file shows and the world no longer asks for, or asks for otherwise. */
static size_t name_changed(struct run *run, const struct plan_file *file, const struct index *world)
{
	size_t n = 0;

	for (size_t i = 0; i < file->plan.nunit; i++)
		for (const struct step *was = file->plan.unit[i].step; was < file->plan.unit[i].step + file->plan.unit[i].nstep;
		     was++) {
			const struct place *now = find_place(world, was);

			if (now && is_same(was, now->step))
				continue;
			say_difference(was,
			    now ? _("is not as the plan saw it") : _("is not there any more, or not to be changed"), was,
			    now ? now->step : NULL, &run->work.plan.arena);
			n++;
		}
	return n;
}

/* The file's order stays, whatever is written on the instances by now: its phases, and who goes before whom. */
struct turn_of {
	struct unit unit;
	size_t at;
};

static int compare_turns(const void *a, const void *b)
{
	size_t x = ((const struct turn_of *)a)->at, y = ((const struct turn_of *)b)->at;

	return (x > y) - (x < y);
}

static void keep_order(struct plan *plan, const struct plan_file *file, const struct index *old)
{
	struct turn_of *turn = xcalloc(plan->nunit + 1, sizeof *turn);
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct place *was = find_place(old, &plan->unit[i].step[0]);

		if (plan->unit[i].kind != UNIT_EVACUATION || !was)
			continue;
		turn[n] = (struct turn_of){ plan->unit[i], (size_t)(was->unit - file->plan.unit) };
		turn[n++].unit.phase = was->unit->phase;
	}
	vec_sort(turn, n, sizeof *turn, compare_turns);
	for (size_t i = 0, next = 0; i < plan->nunit && next < n; i++)
		if (plan->unit[i].kind == UNIT_EVACUATION)
			plan->unit[i] = turn[next++].unit;
	plan->phase = file->plan.phase;
	plan->nphase = file->plan.nphase;
	free(turn);
}

/* The steps of a unit that are as the file has them, with the file's values; how many came since. */
static size_t keep_steps(struct run *run, struct unit *unit, const struct index *old)
{
	const struct unit *first = NULL;
	size_t n = 0, came = 0;

	for (size_t k = 0; k < unit->nstep; k++) {
		const struct place *was = find_place(old, &unit->step[k]);

		if (!was) {
			say_difference(&unit->step[k], _("came since the plan was made"), NULL, NULL, &run->work.plan.arena);
			came++;
		}
		if (!was || !is_same(was->step, &unit->step[k]))
			continue;
		first = first ? first : was->unit;
		memcpy(unit->step[k].after, was->step->after, sizeof unit->step[k].after);
		unit->step[n++] = unit->step[k];
	}
	if (first && unit_is_whole(first) && (n < first->nstep || n < unit->nstep))
		n = 0;
	unit->nstep = n;
	return came;
}

/* What the world asks for and the file does not show goes out of the run's plan, what was changed too. */
static size_t keep_the_same(struct run *run, const struct index *old)
{
	size_t came = 0, kept = 0;

	for (size_t i = 0; i < run->work.plan.nunit; i++) {
		struct unit *unit = &run->work.plan.unit[i];

		came += keep_steps(run, unit, old);
		if (unit->nstep > 0)
			run->work.plan.unit[kept++] = *unit;
		else
			auto_free_(&unit->step);
	}
	run->work.plan.nunit = kept;
	return came;
}

/* host:port and a node's name may be another one's of the same cluster. */
static const char *identity(const char *server, struct str *out)
{
	const char *cluster = strstr(server, " galera="), *node = cluster ? strstr(cluster, " node=") : NULL;

	if (strstr(server, " group="))
		str_add(out, strstr(server, " group="));
	else if (cluster)
		str_addn(out, cluster, node ? (size_t)(node - cluster) : strlen(cluster));
	else
		str_add(out, server);
	return out->s;
}

static int check_servers(const struct run *run, const struct plan_file *file, struct error *err)
{
	json_object *was = json_object_object_get(json_object_object_get(file->document, "world"), "servers"),
		    *now = plan_servers(run);
	size_t n = count_members(was);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		json_object *a = json_object_array_get_idx(was, i), *b = json_object_array_get_idx(now, i);
		const char *label = json_object_get_string(json_object_object_get(a, "label"));
		const char *then = str_or(json_object_get_string(json_object_object_get(a, "server")), "");
		const char *here = str_or(json_object_get_string(json_object_object_get(b, "server")), "");
		auto_str struct str x = { 0 }, y = { 0 };

		if (!str_equal(identity(then, &x), identity(here, &y)))
			rc = error_set(err, ERROR_DRIFT,
			    "%s is another server than the plan saw: '%s', now '%s'; nothing was written",
			    str_or(label, "a database"), then, here);
	}
	json_object_put(now);
	return rc;
}

int plan_compare(struct run *run, const struct plan_file *file, struct error *err)
{
	struct index old, world;
	size_t changed, came;

	if (check_servers(run, file, err) != 0)
		return -1;
	if (!str_equal(file->host, run->work.scene.subject.host))
		return error_set(err, ERROR_DRIFT, "the plan is about '%s', its words now mean '%s'; nothing was written",
		    str_or(file->host, "?"), str_or(run->work.scene.subject.host, "?"));
	old = index_of(&file->plan);
	world = index_of(&run->work.plan);
	changed = name_changed(run, file, &world);
	came = keep_the_same(run, &old);
	keep_order(&run->work.plan, file, &old);
	free(old.v);
	free(world.v);
	if (changed + came == 0 || run->work.request->how.skip_drifted)
		return 0;
	error_set(err, ERROR_DRIFT, "the world is not what the plan saw: %zu changed, %zu came; nothing was written", changed,
	    came);
	return error_hint(err, "each is named above; a new plan, or for the rest of this one: %s --skip-drifted",
	    plan_file_command(&run->work.plan.arena, run->work.request->what.plan_file));
}
