/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"
#include "host_return.h"
#include "journal/lock.h"
#include "recover/lift.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* The clients of a returning host that --fence storage has kept out. An entry must go no sooner than the guests that it keeps
 * out: one that is frozen would write to the disk of its successor. Nova does not tell that a host was started anew: a
 * heartbeat, or a new service record, is nova-compute's alone, whose restart leaves every guest where it is. */

#define CHECK "blocklist"

static void add_command(struct str *hint, const char *before, const struct scene *scene)
{
	str_add(hint, before);
	str_add(hint, "evac-manage host return ");
	shell_add_word(hint, scene->subject.host);
	str_add(hint, " --unfence");
}

/* "ceph osd blocklist rm 192.0.2.7:0/5; …", for whoever has the right. */
static void add_by_hand(const struct kept_clients *kept, struct str *hint)
{
	bool any = false;

	for (const struct kept_client *k = kept->v; k < kept->v + kept->n; k++) {
		if (k->known && !k->listed)
			continue;
		str_addf(hint, "%sceph osd %s rm %s", any ? "; " : "", storage_blocklist_word(k->blacklist), k->id);
		any = true;
	}
}

static void say_standing(struct return_answers *t, const struct scene *scene, const struct kept_clients *kept)
{
	const struct kept_client *unknown = kept_clients_unknown(kept);
	const size_t whole = kept_clients_listed(kept, true), all = kept_clients_listed(kept, false);
	auto_str struct str hint = { 0 }, by_hand = { 0 };

	add_command(&hint, _("when it has been switched off since, or rebooted: "), scene);
	add_by_hand(kept, &by_hand);
	if (unknown)
		host_return_answer(t, CHECK, STOP, 1, by_hand.s,
		    "whether client %s of Ceph, which run %s has kept out, still is on the blocklist is not known: %s",
		    unknown->id, unknown->run, unknown->why);
	if (whole)
		host_return_answer(t, CHECK, STOP, whole, hint.s,
		    "every client of the host's address is kept out by Ceph's blocklist: no guest that starts here can open its disk");
	else if (all)
		host_return_answer(t, CHECK, NOTE, all, hint.s,
		    "clients that its old guests had are on Ceph's blocklist; a guest that starts anew has another one");
	else if (!unknown)
		host_return_answer(t, CHECK, FINE, 0, NULL,
		    "no client that a run has kept out is on Ceph's blocklist any more");
}

/* ---- taken away */

/* All of them died with a switch-off that an agent has seen. */
static bool all_switched_off(const struct kept_clients *kept)
{
	for (const struct kept_client *k = kept->v; k < kept->v + kept->n; k++)
		if (k->listed && !k->switched_off)
			return false;
	return true;
}

static bool is_sure(struct scene *scene, const struct kept_clients *kept)
{
	if (scene->request->what.rebooted || all_switched_off(kept))
		return true;
	scene_find_power(scene);
	return scene_is_off(scene);
}

static void say_unsure(struct return_answers *t, const struct scene *scene, const struct kept_clients *kept)
{
	const size_t n = kept_clients_listed(kept, false);
	auto_str struct str hint = { 0 }, said = { 0 };

	str_add(&hint, _("say how it is known: --rebooted; or by hand: "));
	add_by_hand(kept, &hint);
	scene_say_power(scene, &said);
	if (said.n)
		host_return_answer(t, CHECK, STOP, n, hint.s,
		    "nothing was taken off Ceph's blocklist: whether the host was off after its fence is not known, and nova does not tell (%s)",
		    said.s);
	else
		host_return_answer(t, CHECK, STOP, n, hint.s,
		    "nothing was taken off Ceph's blocklist: whether the host was off after its fence is not known, and nova does not tell");
}

static void say_lifted(struct return_answers *t, const struct kept_clients *kept, size_t before)
{
	const size_t left = kept_clients_listed(kept, false);
	const struct kept_client *refused = NULL;
	auto_str struct str hint = { 0 };

	for (const struct kept_client *k = kept->v; k < kept->v + kept->n && !refused; k++)
		refused = k->why ? k : NULL;
	add_by_hand(kept, &hint);
	if (refused)
		host_return_answer(t, CHECK, STOP, left, hint.s, "client %s was not taken off Ceph's blocklist: %s",
		    refused->id, refused->why);
	else
		host_return_answer(t, CHECK, FINE, before, NULL,
		    before == 1 ? N_("%zu client that a run had kept out was taken off Ceph's blocklist") :
				  N_("%zu clients that a run had kept out were taken off Ceph's blocklist"),
		    before);
}

/* A run may rely on an entry that stood there before it, and whose end it does not change: no look tells. Nobody's run is at
 * the host meanwhile, nor one unfinished that may send again. */
static int lift_alone(struct return_answers *t, struct scene *scene, struct kept_clients *kept, struct error *err)
{
	const size_t before = kept_clients_listed(kept, false);
	struct error busy = { 0 };
	struct lock *lock;
	int rc;

	scene->subject.marks = true; /* the lock is that of the cell's server */
	if (lock_take(scene, NULL, &lock, &busy) != 0) {
		host_return_answer(t, CHECK, STOP, before, busy.hint, "nothing was taken off Ceph's blocklist: %s", busy.text);
		return 0;
	}
	rc = kept_clients_lift(scene, kept, scene->request->what.rebooted, err);
	lock_release(&lock);
	if (rc == 0)
		say_lifted(t, kept, before);
	return rc;
}

static int unfence(struct return_answers *t, struct scene *scene, struct kept_clients *kept, struct error *err)
{
	const size_t before = kept_clients_listed(kept, false);

	if (before == 0 || kept_clients_unknown(kept)) {
		say_standing(t, scene, kept);
		return 0;
	}
	if (t->stops > 0) {
		host_return_answer(t, CHECK, STOP, before, "solve what is named above first",
		    "nothing was taken off Ceph's blocklist while another problem is left");
		return 0;
	}
	if (!is_sure(scene, kept)) {
		say_unsure(t, scene, kept);
		return 0;
	}
	return lift_alone(t, scene, kept, err);
}

int host_return_blocklist(struct return_answers *t, struct scene *scene, struct error *err)
{
	struct kept_clients kept;
	struct error trouble = { 0 };
	int rc = 0;

	if (kept_clients_find(scene, scene->subject.host, &kept, &trouble) != 0)
		host_return_answer(t, CHECK, STOP, 0, "evac-manage journal list",
		    "whether a run has put clients of it on Ceph's blocklist is not known: %s", trouble.text);
	else if (kept.n > 0 && scene->request->what.unfence)
		rc = unfence(t, scene, &kept, err);
	else if (kept.n > 0)
		say_standing(t, scene, &kept);
	kept_clients_free(&kept);
	return rc;
}
