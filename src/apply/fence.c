/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include <stdlib.h>
#include <string.h>

#include "find/keep_out.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

/* A fenced client's watch ends as soon as the OSD has the map with the entry: within a second. */
#define GONE_MS 10000
#define LOOK_STEP_MS 500

static bool read_client(const struct step *step, struct storage_address *out)
{
	return storage_address_parse(step->id, out);
}

/* ---- the order */

static size_t clients_of(const struct unit *unit, const char *fsid, struct storage_address *client, struct step **step)
{
	size_t n = 0;

	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (str_equal(step_after(s, "cluster"), fsid) && read_client(s, &client[n]))
			step[n++] = s;
	return n;
}

/* What was refused is known at once; whether the rest is on the list the next look tells. */
static void order(struct work *work, struct unit *unit, const struct ceph_fact *ceph)
{
	auto_free struct storage_address *client = xcalloc(unit->nstep, sizeof *client);
	auto_free struct step **step = xcalloc(unit->nstep, sizeof(*step));
	struct storage_ask ask = { .access = ceph->fence_access, .fence = client, .fence_s = KEEP_OUT_S };
	struct storage_answer answer;
	struct storage_look look;

	ask.nfence = clients_of(unit, ceph_fsid(ceph), client, step);
	for (size_t i = 0; i < ask.nfence; i++)
		ask.whole_hosts |= client[i].nonce == 0;
	if (ask.nfence == 0)
		return;
	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	for (size_t i = answer.nfenced; i < ask.nfence; i++) {
		step[i]->error = arena_dup(&work->plan.arena, answer.fence_why);
		step[i]->state = answer.fence_unsure ? STATE_UNKNOWN : STATE_PLANNED;
	}
	storage_answer_free(&answer);
}

/* ---- what came of it */

static bool is_fenced(const struct unit *unit, const struct storage_address *client)
{
	struct storage_address address;

	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (read_client(s, &address) && storage_address_hits(&address, client))
			return true;
	return false;
}

static bool is_evacuated(const struct plan *plan, const struct disk_fact *disk)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_EVACUATION && str_equal(u->step[0].id, disk->instance))
			return true;
	return false;
}

static bool is_watching(const struct scene *scene, const struct storage_address *client)
{
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		for (size_t i = 0; d->last->seen == STORAGE_SEEN && i < d->last->nwatcher; i++)
			if (storage_address_hits(client, &d->last->watcher[i].address))
				return true;
	return false;
}

static void judge_client(const struct scene *host, struct step *step)
{
	const struct ceph_fact *ceph = scene_ceph_with_entries(host, step_after(step, "cluster"));
	struct storage_address client;

	if (!ceph || !read_client(step, &client)) {
		step->state = STATE_UNKNOWN;
		step->error = step->error ? step->error : _("the blocklist of its cluster could not be read");
	} else if (!ceph_keeps_out(ceph, &client)) {
		step->state = step->state == STATE_UNKNOWN ? STATE_UNKNOWN : STATE_FAILED;
		step->error = step->error ? step->error : _("it is not on the blocklist");
	} else if (is_watching(host, &client)) {
		step->state = STATE_UNKNOWN;
		step->error = _("it is on the blocklist and still has the disk open");
	} else {
		step->state = STATE_PROVED;
		step->error = NULL;
	}
}

/* A disk that is not seen any more, or a client of the host that is not among them: started since the plan was made, or come
 * back. NULL: every disk that is evacuated has its old clients kept out. */
static const char *wrong_disk(struct work *work, const struct scene *host, const struct unit *unit)
{
	const struct storage_facts *facts = &host->storage;
	char text[STORAGE_ADDRESS_SIZE];

	for (const struct disk_fact *d = facts->disk; d < facts->disk + facts->ndisk; d++) {
		const struct storage_watcher *w;
		const struct storage_lock *lock;

		if (!is_evacuated(&work->plan, d))
			continue;
		if (disk_unknown(d))
			return arena_printf(&work->plan.arena, _("disk %s: %s"), d->name, disk_unknown(d));
		w = disk_life(host, d);
		lock = disk_lock(d->last);
		if (w)
			return arena_printf(&work->plan.arena, _("client %s has the disk %s open"),
			    storage_address_text(&w->address, text), d->name);
		if (lock && !is_fenced(unit, &lock->address) && !ceph_keeps_out(&facts->ceph[d->ceph], &lock->address))
			return arena_printf(&work->plan.arena, _("client %s has taken the lock of disk %s"),
			    storage_address_text(&lock->address, text), d->name);
	}
	return NULL;
}

/* Looks until every entry stands and nobody of the host has a disk open, or it is sure that this will not be. */
static enum state look_until_kept_out(struct work *work, struct scene *host, struct unit *unit, const char **why)
{
	const int64_t end = clock_monotonic_ms() + GONE_MS;

	for (;;) {
		enum state state = STATE_PROVED;

		scene_look_at_disks_again(host);
		*why = NULL;
		for (struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
			judge_client(host, s);
			if (s->state != STATE_PROVED && state != STATE_FAILED) {
				state = s->state;
				*why = arena_printf(&work->plan.arena, "%s: %s", s->id, s->error);
			}
		}
		if (state == STATE_PROVED && (*why = wrong_disk(work, host, unit))) {
			state = STATE_UNKNOWN;
			unit_set_state(unit, state, *why);
		}
		if (state != STATE_UNKNOWN || clock_monotonic_ms() > end || signal_came())
			return state;
		clock_sleep_ms(LOOK_STEP_MS);
	}
}

/* ---- later */

#define AGAIN_LOOKS 3
#define AGAIN_MS 1000

/* An entry may be taken away while the run goes on: the list is cleared, the cluster set back, or another tool takes the client
 * off and adds it with a time of its own (an 'add' alone changes no entry that is there). NULL: it stands; ${unknown}: or not.
 */
static const char *why_not_kept_out(struct work *work, const struct kept_out *kept, bool *unknown)
{
	const struct ceph_fact *ceph = scene_ceph_with_entries(kept->scene, kept->fsid);
	char age[CLOCK_AGE_SIZE];
	int64_t left;

	*unknown = !ceph;
	if (!ceph)
		return _("the blocklist of its cluster could not be read");
	if (!ceph_keeps_out(ceph, &kept->client)) {
		left = ceph_entry_left_s(ceph->newest, &kept->client, clock_wall_s());
		return left < 0 ?
		    _("it is not on the blocklist any more") :
		    arena_printf(&work->plan.arena, _("its entry in the blocklist ends in %s"), clock_age(left, age));
	}
	return is_watching(kept->scene, &kept->client) ? _("it is on the blocklist and has a disk open again") : NULL;
}

/* Of one host: one that is gone before one that is not known. */
static const struct kept_out *find_lost(struct work *work, const struct scene *host, const char **why, bool *unknown)
{
	const struct kept_out *found = NULL;

	*why = NULL;
	*unknown = false;
	for (const struct kept_out *k = work->plan.kept; k < work->plan.kept + work->plan.nkept; k++) {
		bool unsure;
		const char *text = k->scene == host ? why_not_kept_out(work, k, &unsure) : NULL;

		if (!text || (found && unsure))
			continue;
		found = k;
		*why = text;
		*unknown = unsure;
		if (!unsure)
			break;
	}
	return found;
}

static int stop_without_fence(struct work *work, const struct kept_out *lost, const char *why, struct error *err)
{
	const struct step step = { .kind = &step_kinds[STEP_CLIENT],
		.id = lost->id,
		.after = { NULL, lost->fsid },
		.state = STATE_FAILED,
		.error = why };

	CRASH_POINT("fence_before_look_record");
	if (work->journal && journal_fence(work->journal, "look", &step, err) != 0)
		return -1;
	error_set(err, ERROR_DRIFT,
	    "fence-gone: client %s of Ceph, which had disk %s, is not kept out any more: %s; nothing more is begun", lost->id,
	    lost->disk, why);
	return error_hint(err, "find out who changed the blocklist; then run the same command again, which keeps it out anew");
}

static int check_kept_out_of(struct work *work, struct scene *host, struct error *err)
{
	const bool needed = !host->request->how.fenced && !scene_is_off(host);
	const struct kept_out *lost;
	const char *why;
	bool unknown;

	lost = find_lost(work, host, &why, &unknown);
	for (int i = 1; i < AGAIN_LOOKS && lost && unknown && needed && !signal_came(); i++) {
		clock_sleep_ms(AGAIN_MS);
		scene_look_at_disks_again(host);
		lost = find_lost(work, host, &why, &unknown);
	}
	if (lost && !unknown)
		return stop_without_fence(work, lost, why, err);
	if (lost && !host->storage.kept_unsure)
		log_warn("whether client %s of Ceph is still kept out is not known: %s", lost->id, why);
	host->storage.kept_unsure = lost;
	if (!lost || !needed)
		return 0;
	error_set(err, ERROR_DRIFT, "whether client %s of Ceph is still kept out is not known: %s; nothing more is begun",
	    lost->id, why);
	return error_hint(err, "look at the monitors of the cluster; then run the same command again");
}

int kept_out_check(struct work *work, struct error *err)
{
	EACH_HOST(h, &work->scene)
	if (check_kept_out_of(work, h, err) != 0)
		return -1;
	return 0;
}

/* ---- the unit */

static int record_clients(struct work *work, const struct unit *unit, struct error *err)
{
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		CRASH_POINT("fence_before_record");
		if (journal_fence(work->journal, "add", s, err) != 0)
			return -1;
	}
	return 0;
}

static int say_fenced(struct work *work, size_t index, enum state state, const char *why, struct error *err)
{
	const struct unit *unit = &work->plan.unit[index];
	const char *host = unit_scene(&work->scene, unit)->subject.host;
	size_t n = 0;

	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		n += s->state == STATE_PROVED || s->state == STATE_UNKNOWN;
	if (state == STATE_PROVED) {
		log_notice(unit->nstep == 1 ?
			N_("%zu. %zu client of Ceph is kept out: on the blocklist for 5 years, no disk open") :
			N_("%zu. %zu clients of Ceph are kept out: on the blocklist for 5 years, no disk open"),
		    index + 1, unit->nstep);
		return 0;
	}
	if (state == STATE_FAILED)
		error_set(err, ERROR_ERROR, "not every client of '%s' could be kept off its disks: %s; nothing else was begun",
		    host, why);
	else
		error_set(err, ERROR_UNKNOWN, "whether '%s' is kept off its disks is not known: %s; nothing else was begun",
		    host, why);
	if (n > 0)
		return error_hint(err, "what is on the blocklist stays there: evac-manage journal show %s", work->run);
	return error_hint(err, "power the host off by hand");
}

int apply_fence(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct scene *host = unit_scene(&work->scene, unit);
	const struct storage_facts *facts = &host->storage;
	const char *why = NULL;
	enum state state;

	if (lock_check(work->lock, err) != 0 || journal_intent(work->journal, index, unit, _("Ceph's blocklist"), err) != 0) {
		unit_set_state(unit, STATE_SKIPPED, _("not run: the journal could not be written"));
		return -1;
	}
	log_notice("%zu. %s", index + 1, unit->sentence);
	CRASH_POINT("fence_before_add");
	for (size_t i = 0; i < facts->nceph; i++)
		if (!ceph_is_told_before(facts, i))
			order(work, unit, &facts->ceph[i]);
	CRASH_POINT("fence_after_add");
	state = look_until_kept_out(work, host, unit, &why);
	if (record_clients(work, unit, err) != 0) {
		unit_set_state(unit, STATE_UNKNOWN, _("the journal could not be written"));
		return -1;
	}
	CRASH_POINT("fence_before_outcome");
	if (journal_outcome(work->journal, index, state, why, err) != 0)
		return -1;
	return say_fenced(work, index, state, why, err);
}
