/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "find/finding.h"
#include "find/moves.h"
#include "find/reserve.h"
#include "plan/plan.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

#define REASON_MAX 255 /* bytes */

/* Whose rows are added to which unit. */
struct adding {
	struct plan *plan;
	struct unit *unit;
	const struct scene *scene;
	const struct move *move;
	struct renamed {
		const char *from, *to;
	} * last; /* hosts repeat from row to row */
};

static const char *new_host(const struct adding *a, const struct owned *row)
{
	if (!a->last->from || strcmp(a->last->from, row->host) != 0)
		*a->last = (struct renamed){ row->host,
			scene_new_host(a->scene->request, a->move, row->host, &a->plan->arena) };
	return a->last->to;
}

/* The cluster of the new owner, when that was asked for, or none: with the pool that the row has by then, as cinder itself
 * writes it. Where the backend stays, so does the cluster. */
static const char *cluster_then(const struct adding *a, const struct owned *row)
{
	const struct cinder_service *target = a->move->target;
	const char *cluster = a->move->in_place          ? row->cluster_name :
	    a->scene->request->what.to_cluster && target ? target->cluster_name :
							   NULL;

	if (!cluster)
		return NULL;
	return arena_printf(&a->plan->arena, "%.*s%s", (int)strcspn(cluster, "#"), cluster,
	    str_or(strchr(new_host(a, row), '#'), ""));
}

static const char *new_service_uuid(const struct adding *a, const struct owned *row)
{
	return a->move->target && a->move->target->uuid ? a->move->target->uuid : row->service;
}

static const char *new_service_id(const struct adding *a, const struct owned *row)
{
	(void)row;
	return a->move->target ? arena_printf(&a->plan->arena, "%lld", (long long)a->move->target->id) : NULL;
}

static const char *next_race(const struct adding *a, const struct owned *row)
{
	return arena_printf(&a->plan->arena, "%lld", strtoll(str_or(row->race_preventer, "0"), NULL, 10) + 1);
}

/* What a move writes, by the name of the column: whichever of them a kind of row has. */
static const struct {
	const char *column;
	size_t before; /* in struct owned */
	const char *(*after)(const struct adding *a, const struct owned *row);
} moved[] = {
	{ "host", offsetof(struct owned, host), new_host },
	{ "service_uuid", offsetof(struct owned, service), new_service_uuid },
	{ "service_id", offsetof(struct owned, service), new_service_id },
	{ "cluster_name", offsetof(struct owned, cluster_name), cluster_then },
	{ "race_preventer", offsetof(struct owned, race_preventer), next_race },
};

static void add_moved_row(const struct adding *a, enum owned_kind kind, const struct owned *row)
{
	struct step *step = unit_step(a->unit, step_kind_owned(kind), row->id, row->name);

	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
		size_t c = step_kind_column(step->kind, moved[i].column);

		if (!step->kind->column[c])
			continue;
		step->before[c] = *(const char *const *)((const char *)row + moved[i].before);
		step->after[c] = moved[i].after(a, row);
	}
}

static void add_zone(const struct adding *a, enum owned_kind kind, const struct owned *row)
{
	struct step *step;

	if (kind != OWNED_VOLUME || !a->move->target || str_equal(row->zone, a->move->target->zone))
		return;
	step = unit_step(a->unit, STEP_VOLUME_ZONE, row->id, row->name);
	step->before[0] = row->zone;
	step->after[0] = a->move->target->zone;
}

/* Every row that this run moves. */
static void each_wanted(struct plan *plan, struct unit *unit, const struct scene *scene,
    void (*add)(const struct adding *a, enum owned_kind kind, const struct owned *row))
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++) {
		struct renamed last = { NULL, NULL };
		const struct adding a = { plan, unit, scene, m, &last };

		for (int kind = 0; kind < OWNED_KINDS; kind++)
			for (size_t i = 0; i < m->rows[kind].n; i++)
				if (!m->rows[kind].v[i].left_out)
					add(&a, (enum owned_kind)kind, &m->rows[kind].v[i]);
	}
}

/* The services' columns hold 255 letters of at most three bytes: what would not fit there is replaced or cut, as a server in
 * strict mode refuses the row. */
static const char *mark_reason(struct plan *plan, const struct scene *scene)
{
	const char *fenced = scene->request->how.fenced;
	auto_str struct str whole = { 0 };
	auto_str struct str reason = { 0 };

	str_addf(&whole, "evac-manage %s by %s: failed host%s%s", str_or(scene->run, "?"), str_or(scene->who, "?"),
	    fenced ? ", fenced: " : "", str_or(fenced, ""));
	str_add_letters(&reason, whole.s, REASON_MAX);
	return arena_dup(&plan->arena, reason.s);
}

static void add_mark(struct plan *plan, struct step *step, bool disabled, const char *reason, const struct scene *scene)
{
	step->before[0] = disabled ? "1" : "0";
	step->before[1] = reason;
	step->after[0] = "1";
	step->after[1] = mark_reason(plan, scene);
}

static void add_service_marks(struct plan *plan, struct unit *unit, const struct scene *scene)
{
	const struct cinder_service *s = scene->cinder.services.v;
	struct step *step;

	for (size_t i = 0; i < scene->cinder.services.n; i++, s++) {
		if (!scene_is_failed_node(scene, s->host) || s->disabled)
			continue;
		if (strcmp(s->binary, "cinder-volume") != 0 && strcmp(s->binary, "cinder-backup") != 0)
			continue;
		step = unit_step(unit, STEP_CINDER_SERVICE, arena_printf(&plan->arena, "%lld", (long long)s->id),
		    arena_printf(&plan->arena, "%s %s", s->binary, s->host));
		add_mark(plan, step, s->disabled, s->disabled_reason, scene);
	}
}

static bool leaves_cluster(const struct unit *unit)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (step_before(&unit->step[i], "cluster_name") && !step_after(&unit->step[i], "cluster_name"))
			return true;
	return false;
}

static const char *names_of_hosts(const struct scene *scene, struct arena *arena)
{
	const char *names = NULL;

	EACH_HOST_OF(h, scene)
	names = names ? arena_printf(arena, "%s, %s", names, h->subject.host) : h->subject.host;
	return names;
}

static const char *ownership_sentence(struct plan *plan, const struct unit *unit, const struct scene *scene)
{
	auto_str struct str s = { 0 };
	size_t n;

	unit_say_moves(unit, scene, "move", &s);
	if ((n = unit_count(unit, STEP_CINDER_SERVICE)) > 0) {
		str_add(&s, s.n ? "; " : "");
		str_addf(&s, _("disable %zu cinder service%s of %s"), n, n == 1 ? "" : "s",
		    scene->subject.host ? scene->subject.host : names_of_hosts(scene, &plan->arena));
	}
	if (leaves_cluster(unit))
		str_add(&s, _("; out of their cluster"));
	if (scene->request->what.to_cluster)
		str_add(&s, _("; into the cluster of their new owner"));
	if ((n = unit_count(unit, STEP_VOLUME_ZONE)) > 0)
		str_addf(&s, _("; put %zu volume%s into the zone of their new owner"), n, n == 1 ? "" : "s");
	if ((n = unit_count_deed(unit, DEED_SETTLE)) > 0)
		str_addf(&s, _("; settle %zu status%s"), n, n == 1 ? "" : "es");
	return arena_dup(&plan->arena, s.s);
}

/* What makes it another move than without. */
static void add_move_options(struct str *s, const struct request *request, const struct move *move)
{
	for (size_t i = 0; i < request->what.pool_map.n && !move->from.pool[0]; i++) {
		str_add(s, " --pool-map ");
		shell_add_word(s, request->what.pool_map.v[i]);
	}
	if (request->what.to_cluster && move->target && move->target->cluster_name)
		str_add(s, " --cluster");
	if (request->what.follow_zone)
		str_add(s, " --follow-zone");
}

static void add_option_words(struct str *s, const char *option, const struct words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		str_addf(s, " --%s ", option);
		shell_add_word(s, words->v[i]);
	}
}

static const char *ownership_command(struct plan *plan, const struct scene *scene)
{
	auto_str struct str s = { 0 };

	if (scene->request->what.limit > 0 && !scene->subject.evacuates &&
	    scene->subject.nmove > 1) /* which of them a part of the number falls to, no word says */
		return NULL;
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++) {
		if (!m->target && !m->target_known) /* finding no-counterpart */
			continue;
		str_addf(&s, "%sevac-manage %s --currenthost ", s.n ? " && " : "",
		    m->kind == MOVE_BACKUPS ? "backup update_backup_host" : "volume update_host");
		shell_add_word(&s, m->from.text);
		str_add(&s, " --newhost ");
		shell_add_word(&s, m->to.text);
		if (m->kind != MOVE_BACKUPS)
			add_move_options(&s, scene->request, m);
		if (scene->subject.evacuates) /* then they are about instances */
			continue;
		add_option_words(&s, "only", &scene->request->what.only);
		add_option_words(&s, "exclude", &scene->request->what.exclude);
		if (scene->request->what.limit > 0)
			str_addf(&s, " --limit %lld", (long long)scene->request->what.limit);
	}
	return arena_dup(&plan->arena, s.s);
}

static void add_status(struct unit *unit, const char *of, const char *id, const char *from, const char *to)
{
	struct step *step = unit_step(unit, step_kind_for(DEED_SETTLE, of), id, NULL);

	step->before[0] = from;
	step->after[0] = to;
}

/* Whether this row moves in this run: what was left out, or stays, keeps its status. */
static bool is_going_along(const struct move *move, const struct unfinished *u)
{
	const struct owned_rows *rows = &move->rows[move->kind == MOVE_BACKUPS ? OWNED_BACKUP : OWNED_VOLUME];
	const char *id = move->kind == MOVE_BACKUPS ? u->id : u->volume_id;

	for (size_t i = 0; i < rows->n; i++)
		if (str_equal(rows->v[i].id, id))
			return !rows->v[i].left_out;
	return false;
}

/* Backups that another node has under way are that node's. */
static void add_final_statuses(struct unit *unit, const struct move *move)
{
	const struct unfinished *u;

	for (u = move->unfinished.v; u < move->unfinished.v + move->unfinished.n; u++) {
		const char *status = unfinished_final_status(u), *volume = unfinished_final_volume_status(u);

		if (!is_going_along(move, u) || (move->kind == MOVE_BACKEND && strcmp(u->kind, "backup") == 0))
			continue;
		if (status)
			add_status(unit, u->kind, u->id, u->status, status);
		if (volume)
			add_status(unit, "volume", u->volume_id, u->volume_status, volume);
	}
}

void plan_ownership(struct plan *plan, const struct scene *scene)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);

	each_wanted(plan, unit, scene, add_moved_row);
	if (scene->request->what.follow_zone)
		each_wanted(plan, unit, scene, add_zone);
	for (size_t i = 0; i < scene->subject.nmove && scene->request->what.settle; i++)
		add_final_statuses(unit, &scene->subject.move[i]);
	EACH_HOST_OF(h, scene)
	if (h->subject.marks)
		add_service_marks(plan, unit, h);
	if (unit->nstep == 0) {
		plan->nunit--;
		return;
	}
	unit->sentence = ownership_sentence(plan, unit, scene);
	unit->command = ownership_command(plan, scene);
}

void plan_mark(struct plan *plan, const struct scene *scene)
{
	const struct nova_service *s = scene->nova.compute;
	struct unit *unit;
	struct step *step;

	if (!scene->subject.marks || !s)
		return;
	unit = plan_unit(plan, UNIT_MARK);
	unit->host = scene->whole ? s->host : NULL;
	step = unit_step(unit, STEP_COMPUTE_SERVICE, arena_printf(&plan->arena, "%lld", (long long)s->id),
	    arena_printf(&plan->arena, "%s %s", s->binary, s->host));
	add_mark(plan, step, s->disabled, s->disabled_reason, scene);
	step->before[2] = s->forced_down ? "1" : "0";
	step->after[2] = "1";
	unit->sentence = arena_printf(&plan->arena,
	    s->disabled && s->forced_down ? _("set disabled_reason of nova-compute on %s, reason: %s") :
		s->disabled               ? _("set disabled_reason of nova-compute on %s and force it down, reason: %s") :
		s->forced_down            ? _("disable nova-compute of %s, reason: %s") :
					    _("disable nova-compute of %s and force it down, reason: %s"),
	    s->host, step->after[1]);
}

/* Of several hosts, this one: not for nothing. */
static bool has_work_of(const struct plan *plan, const struct scene *scene)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (!scene->whole || str_equal(u->host, scene->subject.host) ||
		    (u->kind == UNIT_OWNERSHIP && scene->subject.nmove > 0))
			return true;
	return false;
}

void plan_power_off(struct plan *plan, const struct scene *scene)
{
	struct unit *unit;
	struct step *step;

	if (!has_work_of(plan, scene) || !scene_fences(scene->request, "power") || !scene->power.asked || scene_is_off(scene))
		return;
	unit = plan_unit(plan, UNIT_POWER);
	unit->host = scene->whole ? scene->subject.host : NULL;
	step = unit_step(unit, STEP_POWER, scene->subject.host, fence_agent_name(&scene->power.agent));
	step->before[0] = fence_state_name[scene->power.answer.state];
	step->after[0] = fence_state_name[FENCE_OFF];
	unit->sentence = arena_printf(&plan->arena, _("switch %s off with %s"), scene->subject.host, step->name);
	plan_put_first(plan);
}

/* Of several hosts each that has nothing else is left as it is. */
static bool is_idle_mark(const struct plan *plan, const struct unit *mark)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u != mark && (!u->host || !mark->host || strcmp(u->host, mark->host) == 0))
			return false;
	return true;
}

void plan_drop_idle_marks(struct plan *plan, const struct scene *scene)
{
	EACH_HOST_OF(h, scene)
	for (struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++) {
		if (u->kind != UNIT_MARK || (scene->each && !str_equal(u->host, h->subject.host)) ||
		    !h->nova.compute->disabled || !is_idle_mark(plan, u))
			continue;
		auto_free_(&u->step);
		plan->nunit--;
		memmove(u, u + 1, (size_t)(plan->unit + plan->nunit - u) * sizeof *u);
		break;
	}
}

/* nova compute/manager.py: a rebuild ends active, unless the instance was stopped or is to be; one in error comes out active,
 * whatever state was asked for. */
static const char *expected_vm_state(const struct scene *scene, const struct instance *instance)
{
	const char *asked = str_equal(instance->vm_state, "error") ? NULL : scene->request->how.target_state;

	return str_or(asked, str_equal(instance->vm_state, "stopped") ? "stopped" : "active");
}

/* What the site does not say to be shared was accepted as lost, or it would be left out. */
static void say_lost(const struct scene *scene, const struct candidate *c, struct str *out)
{
	auto_str struct str disks = { 0 };

	if (site_shares_disks(&scene->world->site, c->instance->host) || !needs_own_disks(&c->needs, c->instance))
		return;
	needs_say_disks(&c->needs, c->instance, &disks);
	str_addf(out, _("; local disks, created again, empty, unless they are found there: %s"), disks.s);
}

/* What becomes of its power, where that is not what one would think. */
static const char *power_text(const struct scene *scene, const struct candidate *c, const struct step *step,
    struct arena *arena)
{
	const char *state = scene->request->how.target_state;

	if (state && str_equal(step->after[1], state))
		return _(", and leave it stopped");
	if (c->stopped_before)
		return arena_printf(arena, _(", and nova starts it, though it was stopped before run %s"), c->stopped_before);
	return c->was_stopped ? _(", and nova starts it, though it was stopped before it failed") : "";
}

static void add_evacuation(struct plan *plan, const struct scene *scene, const struct candidate *c)
{
	struct unit *unit = plan_unit(plan, UNIT_EVACUATION);
	struct step *step = unit_step(unit, STEP_INSTANCE, c->instance->uuid, c->instance->name);

	unit->host = scene->each ? c->instance->host : NULL;
	unit->candidate = c;
	unit->makes_disks = needs_own_disks(&c->needs, c->instance);
	step->before[0] = c->instance->host;
	step->before[1] = c->instance->vm_state;
	step->before[2] = c->instance->task_state;
	step->after[0] = scene->request->what.target_host; /* the scheduler's choice is not known yet */
	step->after[1] = expected_vm_state(scene, c->instance);
}

static void say_evacuation(struct plan *plan, const struct scene *scene, struct unit *unit)
{
	const char *target = scene->request->what.target_host, *state = scene->request->how.target_state;
	const struct candidate *c = unit->candidate;
	const struct step *step = &unit->step[0];
	const bool is_asked_for = target || scene->request->what.spread.n > 0;
	/* a reserved host is disabled when the command is typed, which takes it into service by itself */
	const char *named = step->after[0] && !reserve_is_opened(scene, step->after[0]) ? step->after[0] : NULL;
	auto_str struct str lost = { 0 }, token = { 0 };

	say_lost(scene, c, &lost);
	unit->sentence = arena_printf(&plan->arena,
	    !step->after[0]  ? _("evacuate %s (%s) from %s, the scheduler picks the host%s%s%s") :
		is_asked_for ? _("evacuate %s (%s) from %s to %s%s%s") :
			       _("evacuate %s (%s) from %s to %s, named because capacity is tight%s%s"),
	    c->instance->uuid, str_or(c->instance->name, ""), c->instance->host, str_or(step->after[0], ""),
	    power_text(scene, c, step, &plan->arena), lost.n ? lost.s : "");
	if (token_goes(scene, c))
		token_add_options(scene->request, &token);
	unit->command = arena_printf(&plan->arena, "evac-manage instance evacuate %s%s%s%s%s%s%s", c->instance->uuid,
	    named ? " " : "", named ? shell_word(&plan->arena, named) : "", scene->request->what.force ? " --force" : "",
	    state ? " --target-state " : "", str_or(state, ""), str_or(token.s, ""));
}

static void add_evacuations(struct plan *plan, const struct scene *scene, const struct findings *findings, bool volume_backed)
{
	const struct candidate *c = scene->subject.candidate;

	for (size_t i = 0; i < scene->subject.ncandidate; i++, c++)
		if (c->wanted && instance_boots_from_volume(c->instance) == volume_backed &&
		    !findings_skip(findings, c->instance->uuid))
			add_evacuation(plan, scene, c);
}

/* Volume-backed instances come first: whether the computes may talk to cinder without a token shows at the first of them. */
void plan_evacuations(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	size_t first = plan->nunit;

	add_evacuations(plan, scene, findings, true);
	add_evacuations(plan, scene, findings, false);
	if (scene->world->site.order.nrule > 0)
		plan_sort_phases(plan, first);
	if (scene->request->what.limit > 0 && plan->nunit - first > (size_t)scene->request->what.limit)
		for (; plan->nunit - first > (size_t)scene->request->what.limit; plan->nunit--)
			auto_free_(&plan->unit[plan->nunit - 1].step);
	plan_name_hosts(plan, scene, first);
	for (size_t i = first; i < plan->nunit; i++)
		say_evacuation(plan, scene, &plan->unit[i]);
	if (scene->world->site.order.nrule > 0)
		plan_name_phases(plan, first, scene); /* adds to what was said */
}

void plan_service_removal(struct plan *plan, struct unit *unit, const struct cinder_service *service)
{
	struct step *step = unit_step(unit, STEP_SERVICE_REMOVAL, arena_printf(&plan->arena, "%lld", (long long)service->id),
	    arena_printf(&plan->arena, "%s %s", service->binary, service->host));

	step->before[0] = "0";
	step->after[0] = "1";
	step->before[1] = step->after[1] = arena_printf(&plan->arena, "%lld", (long long)service->report_count);
}
