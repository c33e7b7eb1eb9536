/* SPDX-License-Identifier: Apache-2.0 */
#include "recover/lift.h"

#include <stdlib.h>
#include <string.h>

#include "find/keep_out.h"
#include "journal/runs.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* ---- whom the journals name */

static struct kept_client *find_kept(struct kept_clients *kept, const struct step *step)
{
	for (size_t i = 0; i < kept->n; i++)
		if (str_equal(kept->v[i].id, step->id) && str_equal(kept->v[i].fsid, step_after(step, "cluster")))
			return &kept->v[i];
	return NULL;
}

/* Of a run about several hosts a unit names its own. */
static bool is_of_host(const struct unit *unit, const char *host)
{
	return !unit->host || str_equal(unit->host, host);
}

static bool has_switched_off(const struct past *past, const char *host)
{
	for (size_t i = 0; i < past->nunit; i++)
		if (past->plan.unit[i].kind == UNIT_POWER && is_of_host(&past->plan.unit[i], host) &&
		    (str_equal(past->unit[i].outcome, "proved") || str_equal(past->unit[i].verdict, "done")))
			return true;
	return false;
}

/* Runs come newest first: what an older one says of the same client adds nothing. */
static void add_clients_of_run(struct kept_clients *kept, const struct past *past, const char *host)
{
	for (size_t i = 0; i < past->nunit; i++) {
		const struct unit *unit = &past->plan.unit[i];

		if (unit->kind != UNIT_FENCE || !past->unit[i].begun || !is_of_host(unit, host))
			continue;
		for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
			struct kept_client one = { .run = past->run,
				.id = s->id,
				.image = str_or(s->name, "?"),
				.fsid = step_after(s, "cluster"),
				.switched_off = has_switched_off(past, host) };

			if (find_kept(kept, s) || !storage_address_parse(s->id, &one.address))
				continue;
			kept->v = vec_grow(kept->v, kept->n, &kept->cap, sizeof *kept->v);
			kept->v[kept->n++] = one;
		}
	}
}

static int read_run(struct kept_clients *kept, const char *path, const char *host, struct error *err)
{
	struct past *past = &kept->past[kept->npast];
	bool torn;

	*past = (struct past){ 0 };
	if (journal_read(path, past_record, past, &torn, err) != 0) {
		const bool others = past->host && !past_is_about(past, host); /* who has what is said by a run about it */

		past_free(past);
		if (!others)
			return -1;
		error_clear(err);
		return 0;
	}
	if (past->foreign || past->trouble || !past_is_about(past, host)) {
		past_free(past);
		return 0;
	}
	kept->npast++;
	add_clients_of_run(kept, past, host);
	return 0;
}

/* ---- what their clusters say */

/* Until when it is listed; NULL: it is not. */
static const char *listed_until(const struct storage_answer *answer, const struct storage_address *client)
{
	for (size_t i = 0; i < answer->nentry; i++)
		if (storage_address_same_client(&answer->entry[i].address, client))
			return str_or(answer->entry[i].until, "");
	return NULL;
}

/* Why it is no answer about the blocklist of cluster ${fsid}; NULL: it is one. */
static const char *why_unknown(const struct storage_answer *answer, const char *fsid)
{
	if (answer->absent || !answer->entries_known)
		return answer->absent ? answer->absent : _("the blocklist of its cluster could not be read");
	return str_equal(answer->fsid, fsid) ? NULL : _("another cluster answered");
}

static void take_entries(struct kept_clients *kept, const struct past_cluster *cluster, const struct storage_answer *answer)
{
	for (struct kept_client *k = kept->v; k < kept->v + kept->n; k++) {
		if (k->known || !str_equal(k->fsid, answer->absent ? cluster->fsid : answer->fsid))
			continue;
		k->why = arena_dup(&kept->arena, why_unknown(answer, k->fsid));
		k->known = !k->why;
		k->cluster = k->known ? cluster : NULL;
		k->until = k->known ? arena_dup(&kept->arena, listed_until(answer, &k->address)) : NULL;
		k->listed = k->until;
		k->blacklist = answer->blacklist;
	}
}

/* Who fences here, now, before who did then: that one may have no right to take anything away. */
static struct storage_access access_now(const struct scene *scene, const struct past_cluster *cluster)
{
	const struct storage_config *own = &scene->world->site.storage;
	struct storage_access access = cluster->access;

	access.conf = own->conf ? own->conf : access.conf;
	access.keyring = own->keyring ? own->keyring : access.keyring;
	access.user = own->fence_user ? own->fence_user : access.user;
	return access;
}

static bool is_unanswered(const struct kept_clients *kept, const char *fsid)
{
	for (size_t i = 0; i < kept->n; i++)
		if (!kept->v[i].known && str_equal(kept->v[i].fsid, fsid))
			return true;
	return false;
}

static void ask_entries(const struct scene *scene, struct kept_clients *kept, const struct past_cluster *cluster)
{
	const struct storage_ask ask = { .access = access_now(scene, cluster) };
	struct storage_answer answer;
	struct storage_look look;

	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	take_entries(kept, cluster, &answer);
	storage_answer_free(&answer);
}

int kept_clients_find(const struct scene *scene, const char *host, struct kept_clients *out, struct error *err)
{
	struct runs runs;
	int rc = 0;

	*out = (struct kept_clients){ .n = 0 };
	if (runs_list(scene->request, &runs, err) != 0)
		return -1;
	out->past = xcalloc(runs.n + 1, sizeof *out->past);
	for (size_t i = runs.n; i > 0 && rc == 0; i--) {
		auto_free char *path = runs_path(&runs, runs.v[i - 1]);

		rc = read_run(out, path, host, err);
	}
	runs_free(&runs);
	for (const struct past *p = out->past; p < out->past + out->npast; p++)
		for (size_t i = 0; i < p->ncluster; i++)
			if (is_unanswered(out, p->cluster[i].fsid))
				ask_entries(scene, out, &p->cluster[i]);
	for (struct kept_client *k = out->v; k < out->v + out->n; k++)
		if (!k->known && !k->why)
			k->why = _("the journal does not say how to reach its cluster");
	return rc;
}

void kept_clients_free(struct kept_clients *kept)
{
	for (size_t i = 0; i < kept->npast; i++)
		past_free(&kept->past[i]);
	free(kept->past);
	free(kept->v);
	arena_free(&kept->arena);
	*kept = (struct kept_clients){ .n = 0 };
}

size_t kept_clients_listed(const struct kept_clients *kept, bool whole_hosts)
{
	size_t n = 0;

	for (const struct kept_client *k = kept->v; k < kept->v + kept->n; k++)
		n += k->listed && (!whole_hosts || k->address.nonce == 0);
	return n;
}

const struct kept_client *kept_clients_unknown(const struct kept_clients *kept)
{
	for (const struct kept_client *k = kept->v; k < kept->v + kept->n; k++)
		if (!k->known)
			return k;
	return NULL;
}

/* ---- taken away */

/* All of one run in one cluster: they share a journal and a connection. */
struct lift {
	const struct scene *scene;
	struct kept_clients *kept;
	const struct kept_client *first;
	struct journal *journal;
	const char *rebooted;
};

static bool belongs(const struct lift *l, const struct kept_client *k)
{
	return k->listed && !k->why && k->cluster == l->first->cluster && str_equal(k->run, l->first->run);
}

static int record_intent(const struct lift *l, struct error *err)
{
	json_object *record = json_object_new_object(), *clients = json_object_new_array();

	for (const struct kept_client *k = l->kept->v; k < l->kept->v + l->kept->n; k++)
		if (belongs(l, k))
			json_object_array_add(clients, json_object_new_string(k->id));
	put_text(record, "cluster", l->first->fsid);
	put(record, "clients", clients);
	put_text(record, "rebooted", l->rebooted);
	journal_operator(l->scene->request, record);
	return journal_add(l->journal, "unfence", record, true, err);
}

static int record_end(const struct lift *l, const struct kept_client *k, struct error *err)
{
	const struct step step = { .kind = &step_kinds[STEP_CLIENT],
		.id = k->id,
		.after = { NULL, k->fsid },
		.state = !k->listed ? STATE_PROVED :
		    k->known        ? STATE_FAILED :
				      STATE_UNKNOWN,
		.error = k->why };

	return journal_fence(l->journal, "remove", &step, err);
}

static void read_lifted_client(const struct lift *l, struct kept_client *k, const struct storage_answer *answer)
{
	k->why = arena_dup(&l->kept->arena, why_unknown(answer, k->fsid));
	k->known = !k->why;
	if (!k->known)
		return;
	k->listed = listed_until(answer, &k->address);
	k->why = k->listed ? arena_dup(&l->kept->arena, str_or(answer->lift_why, _("it is still on the blocklist"))) : NULL;
}

static int order_and_record(struct lift *l, struct error *err)
{
	auto_free struct storage_address *client = xcalloc(l->kept->n, sizeof *client);
	auto_free struct kept_client **whose = xcalloc(l->kept->n, sizeof(*whose));
	struct storage_ask ask = { .access = access_now(l->scene, l->first->cluster), .lift = client };
	struct storage_answer answer;
	struct storage_look look;
	int rc = 0;

	for (struct kept_client *k = l->kept->v; k < l->kept->v + l->kept->n; k++)
		if (belongs(l, k)) {
			ask.whole_hosts |= k->address.nonce == 0;
			whose[ask.nlift] = k;
			client[ask.nlift++] = k->address;
		}
	CRASH_POINT("unfence_before_remove");
	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	CRASH_POINT("unfence_after_remove");
	for (size_t i = 0; i < ask.nlift && rc == 0; i++) {
		read_lifted_client(l, whose[i], &answer);
		rc = record_end(l, whose[i], err);
	}
	storage_answer_free(&answer);
	return rc;
}

/* Between the look and the order others may have fenced anew: whoever did so relies on its entry. What is gone by itself is no
 * reason to stop. */
static void keep_to_what_was_seen(const struct lift *l)
{
	const struct storage_ask ask = { .access = access_now(l->scene, l->first->cluster) };
	struct storage_answer now;
	struct storage_look look;

	storage_begin(&ask, &look);
	storage_take(&look, &now);
	for (struct kept_client *k = l->kept->v; k < l->kept->v + l->kept->n; k++) {
		const char *until = listed_until(&now, &k->address);

		if (!belongs(l, k))
			continue;
		k->why = arena_dup(&l->kept->arena, why_unknown(&now, k->fsid));
		if (!k->why && until && !str_equal(until, k->until))
			k->why = _("its entry has changed since it was looked at: another run may have made it anew");
	}
	storage_answer_free(&now);
}

static int lift_seen(struct lift *l, struct error *err)
{
	return record_intent(l, err) != 0 ? -1 : order_and_record(l, err);
}

static int lift_of_run(struct lift *l, struct error *err)
{
	auto_free char *path = NULL;
	struct past past = { 0 };
	int rc;

	if (journal_find(l->scene->request, l->first->run, &path, err) != 0)
		return -1;
	rc = journal_reopen(path, past_record, &past, &l->journal, err);
	past_free(&past);
	if (rc == 0)
		keep_to_what_was_seen(l);
	if (rc == 0 && belongs(l, l->first))
		rc = lift_seen(l, err);
	journal_close(&l->journal);
	return rc;
}

int kept_clients_lift(const struct scene *scene, struct kept_clients *kept, const char *rebooted, struct error *err)
{
	struct lift l = { .scene = scene, .kept = kept, .rebooted = rebooted };

	for (const struct kept_client *k = kept->v; k < kept->v + kept->n; k++) {
		l.first = k;
		if (k->listed && !k->why && k->cluster && lift_of_run(&l, err) != 0)
			return -1;
	}
	return 0;
}
