/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include <stdlib.h>

#include "find/finding.h"
#include "find/fit.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/str.h"

/* Capacity as it is now, before a message: what the plan saw may be taken by others, or by an instance that the scheduler put
 * elsewhere, and nova leaves an instance in ERROR for which it finds no host. */

#define LIFE_MS 30000      /* of a look, while all that wait would land wherever they are put */
#define LIFE_TIGHT_MS 1000 /* and where it matters who goes where */

/* The scene as it is now. Only the books and the services are its own. */
struct view {
	struct scene scene;
	struct cell_facts home;
};

static void see_now(const struct work *work, const struct capacity *now, struct view *view)
{
	view->scene = work->scene;
	view->home = *work->scene.nova.home;
	view->home.services = now->services;
	view->scene.nova.home = &view->home;
	view->scene.placing.inventories = now->books;
}

void capacity_end(struct capacity *now)
{
	inventories_free(&now->books);
	nova_services_free(&now->services);
	*now = (struct capacity){ 0 };
}

static int read_now(struct work *work, struct capacity *now, struct error *err)
{
	struct capacity fresh = { .read_ms = clock_monotonic_ms(), .told = now->told };

	if (inventories_list(scene_placement_db(&work->scene), &fresh.books, err) != 0)
		return -1;
	if (nova_services_list(work->scene.nova.home->cell->db, &fresh.services, err) != 0) {
		inventories_free(&fresh.books);
		return -1;
	}
	capacity_end(now);
	*now = fresh;
	return 0;
}

/* The books may not show yet what it takes: what ended before they were read they show. */
static bool may_be_unseen(const struct unit *unit, const struct capacity *now)
{
	const struct evacuation *e = unit->evacuation;

	return e && !evacuation_is(unit, PHASE_NOT_SENT) &&
	    (!(evacuation_has_landed(unit) || evacuation_has_failed(unit)) || e->ended_ms >= now->read_ms);
}

/* Who may yet take room on ${host}: those that name it, and those that name none; NULL: all. */
static size_t gather_unseen(const struct plan *plan, const struct capacity *now, const char *host, const struct candidate **out)
{
	size_t n = 0;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_EVACUATION && may_be_unseen(u, now) &&
		    (!host || !u->step[0].after[0] || str_equal(u->step[0].after[0], host)))
			out[n++] = u->candidate;
	return n;
}

static void count_spare(const struct plan *plan, struct capacity *now, const struct scene *scene)
{
	auto_free const struct candidate **c = xcalloc(plan->nunit + 1, sizeof *c);
	size_t unseen = gather_unseen(plan, now, NULL, c), n = unseen, spare;
	struct rooms rooms;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (evacuation_is_waiting(u))
			c[n++] = u->candidate;
	rooms_make(scene, &rooms);
	spare = rooms_spare(&rooms, scene, c, n);
	now->spare = spare > unseen ? spare - unseen : 0;
	rooms_free(&rooms);
}

static void leave_for_capacity(struct work *work, struct unit *unit, const struct scene *scene)
{
	const char *host = unit->step[0].after[0];
	auto_str struct str why = { 0 }, help = { 0 };
	struct rooms rooms;

	if (host && !work->request->what.target_host) {
		str_addf(&why, _("'%s', where the plan puts it, has no capacity for it any more"), host);
	} else {
		rooms_make(scene, &rooms);
		rooms_place(&rooms, scene, unit->candidate, &why, &help);
		rooms_free(&rooms);
	}
	unit_set_state(unit, STATE_SKIPPED,
	    arena_printf(&work->plan.arena,
		_("not begun: no-capacity: %s; the same command, run again, looks for another host"), why.s));
	log_warn("%s (%s): %s", unit->step[0].id, str_or(unit->step[0].name, ""), unit->step[0].error);
}

/* Its host, or whichever the scheduler would choose: with nothing on its way that one is bound to have room. */
static bool has_room(struct work *work, struct capacity *now, struct unit *unit, bool *waits)
{
	auto_free const struct candidate **c = xcalloc(work->plan.nunit + 1, sizeof *c);
	const char *host = unit->step[0].after[0];
	size_t unseen = gather_unseen(&work->plan, now, host, c);
	struct rooms rooms;
	struct view view;
	bool fits;

	*waits = false;
	see_now(work, now, &view);
	if (rooms_all_marked(&view.scene)) /* that passes: the way is closed meanwhile, and says so (way.c) */
		return true;
	rooms_make(&view.scene, &rooms);
	fits = (host || unseen == 0) && rooms_take(&rooms, &view.scene, host, unit->candidate, c, unseen);
	rooms_free(&rooms);
	if (fits)
		return true;
	*waits = unseen > 0;
	if (!*waits)
		leave_for_capacity(work, unit, &view.scene);
	return false;
}

static bool is_looked_at(const struct work *work, const struct unit *unit)
{
	return work->scene.placing.inventories.n > 0 && scene_placement_db(&work->scene) &&
	    !request_accepts(work->request, "no-capacity", unit->step[0].id) &&
	    !(unit->step[0].name && request_accepts(work->request, "no-capacity", unit->step[0].name));
}

/* A spare turn is good for whatever host the scheduler takes. */
static bool takes_spare(struct capacity *now, const struct unit *unit)
{
	if (unit->step[0].after[0] || now->spare == 0)
		return false;
	now->spare--;
	return true;
}

bool capacity_check(struct work *work, struct capacity *now, size_t index, bool *held)
{
	struct unit *unit = &work->plan.unit[index];
	int64_t age_ms = clock_monotonic_ms() - now->read_ms;
	struct error err = { 0 };
	struct view view;

	if (!is_looked_at(work, unit))
		return true;
	if (now->read_ms && age_ms < LIFE_MS && takes_spare(now, unit))
		return true;
	if (!now->read_ms || age_ms >= LIFE_TIGHT_MS) {
		if (read_now(work, now, &err) != 0) {
			if (!now->told)
				log_warn("capacity is not looked at before messages: %s", err.text);
			now->told = true;
			return true;
		}
		see_now(work, now, &view);
		count_spare(&work->plan, now, &view.scene);
		if (takes_spare(now, unit))
			return true;
	}
	return has_room(work, now, unit, held);
}
