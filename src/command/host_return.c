/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "find/left_behind.h"
#include "find/migration.h"
#include "host_return.h"
#include "util/lang.h"
#include "words.h"
#include "run/list.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/str.h"

/* May a host that was evacuated be powered on again? What would its services do first, and what still holds work for them.
 * Looks only. */

static const struct table_column columns[] = {
	{ "check", NULL, false, COLUMN_TEXT },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "count", NULL, false, COLUMN_NUMBER },
	{ "message", NULL, false, COLUMN_SENTENCE },
	{ "hint", NULL, false, COLUMN_NOTE },
};

#define CINDER_HINT N_("make cinder's database answer, or give its configuration: --cinder-config-file FILE")

const char *const weight_name[] = { "ok", "note", "stop" };

void host_return_answer(struct return_answers *t, const char *check, enum weight weight, size_t count, const char *hint,
    const char *fmt, ...)
{
	auto_free char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	message = lang_vformat(lang_text(fmt), ap);
	va_end(ap);
	t->stops += weight == STOP;
	table_add(t->table);
	table_text(t->table, "check", check);
	table_text(t->table, "state", weight_name[weight]);
	table_int(t->table, "count", (int64_t)count);
	table_text(t->table, "message", str_or(message, ""));
	table_advice(t->table, "hint", weight == FINE || !hint ? NULL : lang_text(hint));
}

/* Nothing is promised: what its hypervisor has lost stays 'done', and with it the reason to keep it forced down. */
static void answer_done_of_queens(struct return_answers *t, const struct scene *scene, size_t done)
{
	auto_str struct str hint = { 0 };

	str_add(&hint,
	    _("power it on without access to storage and tenant networks until virsh lists none of them there; those that are 'done' after that can be closed: evac-manage migration list --stale --host "));
	shell_add_word(&hint, scene->subject.host);
	host_return_answer(t, "evacuated from it", NOTE, done, hint.s,
	    "its nova-compute (nova 17) destroys only those of these instances that its hypervisor still has, and leaves the other migrations 'done'");
}

static void answer_copies(struct return_answers *t, const struct scene *scene, size_t twice)
{
	bool queens = compute_leaves_done(scene, scene->nova.compute);

	if (twice == 0)
		host_return_answer(t, "copies", FINE, 0, NULL,
		    "no nova-compute reports that has old copies of evacuated instances");
	else if (queens)
		host_return_answer(t, "copies", STOP, twice,
		    "virsh list --all on the host: destroy what runs there of them; then: evac-manage migration list --stale",
		    "its nova-compute reports again after these instances were evacuated; nova 17 does not tell whether it was restarted: its old copies may run");
	else
		host_return_answer(t, "copies", STOP, twice,
		    "restart nova-compute there now: it then destroys its copies; until then two guests write to the same disks",
		    "its nova-compute reports again after these instances were evacuated, and was not restarted: its copies most likely still run");
}

/* nova compute/manager.py: init_host() calls _destroy_evacuated_instances() before anything else. An evacuation that is not
 * done is taken along (bugs 1764883 and 2085975), and a guest that has come back to the host, too (bug 1922053). */
static void check_evacuations(struct return_answers *t, const struct scene *scene)
{
	const struct nova_service *compute = scene->nova.compute;
	auto_str struct str wait = { 0 };
	size_t open = 0, back = 0, done = 0, twice = 0;

	str_add(&wait, _("wait until they end; when each can be closed says: evac-manage migration list --host "));
	shell_add_word(&wait, scene->subject.host);
	for (const struct standing_migration *m = scene->nova.standing.v; m < scene->nova.standing.v + scene->nova.standing.n;
	     m++) {
		bool tombstone = migration_is_tombstone(m), is_done = str_equal(m->status, "done");

		twice += migration_copy_runs(compute, m, scene->nova.down_s);
		open += tombstone && !is_done;
		back += tombstone && is_done && str_equal(m->instance_host, scene->subject.host);
		done += tombstone && is_done && !str_equal(m->instance_host, scene->subject.host);
	}
	host_return_answer(t, "evacuations under way", open ? STOP : FINE, open, wait.s,
	    open ? N_("its nova-compute would destroy guests whose evacuation has not ended") :
		   N_("no evacuation from the host is open"));
	host_return_answer(t, "came back", back ? STOP : FINE, back,
	    "before its nova-compute starts, set those migrations to 'completed' with nova's own tools",
	    back ? N_("instances are on the host again and their evacuation is 'done': its nova-compute would destroy them") :
		   N_("no evacuated instance is on the host again"));
	answer_copies(t, scene, twice);
	if (twice) /* what it destroys when it starts is said there */
		return;
	if (done && compute_leaves_done(scene, scene->nova.compute)) {
		answer_done_of_queens(t, scene, done);
		return;
	}
	host_return_answer(t, "evacuated from it", done ? NOTE : FINE, done,
	    "power it on without access to storage and tenant networks until its nova-compute has logged that it destroyed them",
	    done ?
		N_("its nova-compute destroys its old copies of these instances, then sets their migrations to 'completed'") :
		N_("the host has no old copy of an evacuated instance to clean up"));
}

/* It is read on its cell's own broker; a cell whose mapping names none has nova-api's. */
static int look_at_queue(const struct scene *scene, const char *name, struct bus_queue *out, struct error *err)
{
	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		if (strcmp(c->queue, name) == 0) {
			*out = c->now;
			return 0;
		}
	if (scene->bus.queues_absent || !scene->world->bus)
		return error_set(err, ERROR_BUS_UNREACHABLE, "%s", str_or(scene->bus.queues_absent, scene->world->bus_absent));
	return bus_queue_look(scene->world->bus, name, out, err);
}

static void answer_waiting(struct return_answers *t, const struct bus_queue *queue, const char *name)
{
	auto_str struct str hint = { 0 }, word = { 0 };

	shell_add_word(&word, name);
	str_addf(&hint, _("rabbitmqctl purge_queue %s (on the cell's broker)"), word.s);
	if (queue->messages > 0)
		host_return_answer(t, "waiting messages", STOP, queue->messages, hint.s,
		    "queue '%s' holds messages that its nova-compute would act on", name);
	else if (queue->unsure)
		host_return_answer(t, "waiting messages", NOTE, 0,
		    "where 'rabbitmqctl list_queues name messages' does not list it, start the broker's other nodes first",
		    "queue '%s' is empty, unless it is a quorum queue that has lost its leader", name);
	else
		host_return_answer(t, "waiting messages", FINE, 0, NULL,
		    queue->exists ? N_("queue '%s' is empty") : N_("queue '%s' does not exist"), name);
}

/* nova 33 and later have the second, which others do not miss. */
static void check_compute_queues(struct return_answers *t, const struct scene *scene)
{
	auto_free char *name = xasprintf("compute.%s", scene->subject.host);
	auto_free char *second = xasprintf("compute-alt.%s", scene->subject.host);
	struct error err = { 0 };
	struct bus_queue queue = { 0 };

	if (look_at_queue(scene, name, &queue, &err) != 0) {
		host_return_answer(t, "waiting messages", STOP, 0, "check by hand: rabbitmqctl list_queues name messages",
		    "queue '%s' could not be read: %s", name, err.text);
		return;
	}
	answer_waiting(t, &queue, name);
	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		if (strcmp(c->queue, second) == 0)
			answer_waiting(t, &c->now, second);
}

/* Casts that wait for its cinder services: most of them are obeyed without asking whose the volume is by now. */
static void check_cinder_queues(struct return_answers *t, const struct scene *scene)
{
	auto_str struct str hint = { 0 };
	size_t n = 0;

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		if (!str_starts(c->queue, "cinder-") || c->now.messages == 0)
			continue;
		n++;
		str_clear(&hint);
		queue_add_remedy(c->queue, &hint);
		host_return_answer(t, "waiting for cinder", STOP, c->now.messages, hint.s,
		    "queue '%s' holds messages that its cinder service would act on", c->queue);
	}
	if (n == 0 && scene->world->cinder_db && !scene->bus.queues_absent)
		host_return_answer(t, "waiting for cinder", FINE, 0, NULL, "no message waits for its cinder services");
	if (!scene->world->cinder_db)
		host_return_answer(t, "waiting for cinder", STOP, 0, CINDER_HINT, "its cinder services could not be read: %s",
		    scene->world->cinder_absent);
	else if (scene->bus.queues_absent)
		host_return_answer(t, "waiting for cinder", STOP, 0, "check by hand: rabbitmqctl list_queues name messages",
		    "not every queue of its cinder services could be read: %s", scene->bus.queues_absent);
}

/* Where it has a fence agent. A host that is on is no reason to keep it off: the above may have happened already. */
static void answer_power(struct return_answers *t, struct scene *scene)
{
	auto_str struct str said = { 0 };

	scene_find_power(scene);
	scene_say_power(scene, &said);
	if (said.n == 0)
		return;
	if (scene_is_off(scene))
		host_return_answer(t, "power", FINE, 0, NULL, "'%s' is off: %s", scene->subject.host, said.s);
	else if (scene->power.asked && scene->power.answer.state == FENCE_ON)
		host_return_answer(t, "power", NOTE, 1, "the host is on already: the above has happened", "'%s' is on: %s",
		    scene->subject.host, said.s);
	else
		host_return_answer(t, "power", NOTE, 0, "look at the host's BMC by hand", "whether '%s' is on is not known: %s",
		    scene->subject.host, said.s);
}

static void check_service(struct return_answers *t, const struct scene *scene)
{
	auto_str struct str host = { 0 }, enable = { 0 }, disable = { 0 };
	const struct nova_service *s = scene->nova.compute;

	shell_add_word(&host, scene->subject.host);
	str_addf(&enable, _("when the host works again: openstack compute service set --enable %s nova-compute"), host.s);
	str_addf(&disable, "openstack compute service set --disable %s nova-compute", host.s);
	if (!s) {
		host_return_answer(t, "service", NOTE, 0,
		    "its nova-compute registers itself when it starts; to map it to its cell: nova-manage cell_v2 discover_hosts",
		    "no nova-compute of that name is registered on '%s'", scene->subject.host);
		return;
	}
	if (nova_service_reports(s, scene->nova.down_s))
		host_return_answer(t, "service", NOTE, 1, "the host is on already: the above has happened",
		    "nova-compute on '%s' reports", scene->subject.host);
	else
		host_return_answer(t, "service", FINE, 0, NULL, "nova-compute on '%s' does not report", scene->subject.host);
	if (s->forced_down)
		host_return_answer(t, "forced down", NOTE, 1,
		    "clear it only when no evacuation from the host is 'done' any more (bug 1922053)",
		    "nova-compute on '%s' is forced down: nova counts it as dead, even when it reports", scene->subject.host);
	if (s->disabled)
		host_return_answer(t, "disabled", NOTE, 1, enable.s, "nova-compute is disabled: %s",
		    str_or(s->disabled_reason, _("no reason is given")));
	else
		host_return_answer(t, "disabled", NOTE, 0, disable.s,
		    "nova-compute is enabled: the scheduler uses it as soon as it reports");
}

/* Of the instances that still are the host's, those whose evacuation failed. */
struct failures {
	size_t failed, alive, left;
	struct str what, remedy, domstate;
};

/* What a failed evacuation has taken to its new host: a guest that starts here, or has run on, is without it. */
static size_t add_left_behind(const struct scene *scene, const struct instance *i, struct str *what, struct str *hint)
{
	struct left_behind left;
	size_t n;

	left_behind_find(scene->world, i->uuid, scene->subject.host, &left);
	n = left.n;
	if (n > 0) {
		str_addf(what, "%s%s: ", what->n ? "; " : "", str_or(i->name, i->uuid));
		left_behind_say(&left, what);
		left_behind_add_remedy(&left, i->uuid, scene->subject.host, hint);
	}
	left_behind_free(&left);
	return n;
}

static void answer_left_behind(struct return_answers *t, const struct scene *scene, const struct failures *f)
{
	const struct world *w = scene->world;

	if (f->left > 0)
		host_return_answer(t, "left behind", STOP, f->left, f->remedy.s,
		    "failed evacuations have moved them to another host: %s", f->what.s);
	else
		host_return_answer(t, "left behind", FINE, 0, NULL,
		    f->failed ? N_("no port and no attachment of a failed evacuation was found on another host") :
				N_("no evacuation from the host has failed"));
	if (f->failed && (!w->neutron_db || !w->cinder_db))
		host_return_answer(t, "left behind", NOTE, f->failed,
		    "evac-manage audit run port-on-other-host attachment-on-other-host",
		    "not every port and attachment of instances whose evacuation failed could be looked at: %s",
		    w->neutron_db ? w->cinder_absent : w->neutron_absent);
}

/* The compute that was to build it was refused the disk: the guest ran here then, and may run on. */
static void answer_alive(struct return_answers *t, const struct failures *f)
{
	host_return_answer(t, "guest alive", f->alive ? NOTE : FINE, f->alive, f->domstate.s,
	    f->alive ?
		N_("an evacuation was refused the disk, because the guest still ran (guest-alive): the host was not off") :
		N_("no evacuation has met a living guest"));
}

static int look_at_failed(const struct scene *scene, const struct instance *i, struct failures *f, struct error *err)
{
	struct maybe_int age_s;

	f->failed++;
	f->left += add_left_behind(scene, i, &f->what, &f->remedy);
	if (fault_guest_alive(scene->nova.home->cell->db, i->uuid, &age_s, err) != 0)
		return -1;
	if (age_s.set) {
		f->alive++;
		str_addf(&f->domstate, "%svirsh domstate %s", f->domstate.n ? "; " : _("on the host: "), i->uuid);
	}
	return 0;
}

static int check_failures(struct return_answers *t, const struct scene *scene, const struct instances *instances,
    struct error *err)
{
	struct failures f = { 0 };
	struct attempts attempts = { 0 };
	int rc = 0;

	for (const struct instance *i = instances->v; i < instances->v + instances->n && rc == 0; i++) {
		rc = attempts_unfinished(scene->nova.home->cell->db, i->uuid, &attempts, err);
		if (rc == 0 && attempts.n > 0)
			rc = look_at_failed(scene, i, &f, err);
		attempts_free(&attempts);
	}
	if (rc == 0) {
		answer_alive(t, &f);
		answer_left_behind(t, scene, &f);
	}
	str_free(&f.what);
	str_free(&f.remedy);
	str_free(&f.domstate);
	return rc;
}

/* A failed evacuation may have left a guest on another compute: nova starts the instance here all the same. */
static int check_guests(struct return_answers *t, const struct scene *scene, const struct instances *instances,
    struct error *err)
{
	auto_str struct str hint = { 0 };
	struct attempts attempts;
	size_t n = 0;

	for (const struct instance *i = instances->v; i < instances->v + instances->n; i++) {
		if (attempts_unfinished(scene->nova.home->cell->db, i->uuid, &attempts, err) != 0)
			return -1;
		for (size_t k = 0; k < attempts.n; k++) {
			if (!attempt_speaks(&attempts, k))
				continue;
			n++;
			str_add(&hint, hint.n ? "; " : "");
			str_addf(&hint, _("on '%s': virsh domstate %s"), str_or(attempts.v[k].host, "?"), i->uuid);
		}
		attempts_free(&attempts);
	}
	if (n > 0)
		str_add(&hint,
		    _("; if the guest is there: virsh destroy, then virsh undefine --nvram; if it is not, this check is answered"));
	host_return_answer(t, "guests elsewhere", n ? STOP : FINE, n, hint.s,
	    n ? N_("a failed evacuation may have left a guest on another compute: started here too, the instance would run twice") :
		N_("no failed evacuation has left a guest on another compute"));
	return 0;
}

static int check_owned(struct return_answers *t, const struct scene *scene, struct error *err)
{
	auto_free char *host = shell_quoted(scene->subject.host);
	auto_free char *list_instances = xasprintf("evac-manage instance list --host %s", host);
	auto_free char *list_volumes = xasprintf("evac-manage volume list --host %s", host);
	struct instances instances;
	int64_t owned = 0, served = 0;
	int rc;

	if (instances_on_host(scene->nova.home->cell->db, scene->subject.host, &instances, err) != 0)
		return -1;
	host_return_answer(t, "instances", instances.n ? NOTE : FINE, instances.n, list_instances,
	    instances.n ? N_("instances still belong to the host: its nova-compute starts those that should run") :
			  N_("no instance belongs to the host"));
	rc = check_guests(t, scene, &instances, err) != 0 || check_failures(t, scene, &instances, err) != 0 ? -1 : 0;
	instances_free(&instances);
	if (rc != 0)
		return -1;
	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		if (!host_is_on_node(o->host, scene->subject.host))
			continue;
		if (o->cluster_name && cinder_cluster_is_up(&scene->cinder.services, o->cluster_name, scene->cinder.down_s))
			served += o->n;
		else
			owned += o->n;
	}
	if (!scene->world->cinder_db)
		host_return_answer(t, "volumes and backups", STOP, 0, CINDER_HINT,
		    "its volumes and backups could not be read: %s", scene->world->cinder_absent);
	else
		host_return_answer(t, "volumes and backups", owned ? NOTE : FINE, (size_t)owned, list_volumes,
		    owned ? N_("volumes and backups still belong to the host: its cinder services serve them again") :
			    N_("no volume and no backup belongs to the host"));
	if (served > 0)
		host_return_answer(t, "volumes of clusters", FINE, (size_t)served, NULL,
		    "volumes and backups name the host, but belong to clusters with live members");
	return 0;
}

static int fill_return_checks(struct scene *scene, struct table *table, struct error *err)
{
	struct return_answers answers = { .table = table }, *t = &answers;

	if (scene->world->cinder_db && scene_find_cinder_near(scene, err) != 0)
		return -1;
	if (scene_find_nova(scene, err) != 0 || scene_find_home(scene, scene->request->what.host, err) != 0 ||
	    scene_find_owners_resolved(scene, err) != 0)
		return -1;
	check_evacuations(t, scene);
	scene_find_queues(scene);
	check_compute_queues(t, scene);
	check_cinder_queues(t, scene);
	if (check_owned(t, scene, err) != 0)
		return -1;
	answer_power(t, scene);
	check_service(t, scene);
	return host_return_blocklist(t, scene, err);
}

static int refuse_return(const struct table *shown, const struct request *request, struct error *err)
{
	size_t stops = table_count(shown, "state", weight_name[STOP]);

	return stops == 0 ? 0 :
			    error_set(err, ERROR_REFUSED, "'%s' must stay off: %zu problem%s", request->what.host, stops,
				stops == 1 ? "" : "s");
}

static const struct listing host_return = {
	.needs = NEEDS_NOVA | WITNESS_CINDER | WITNESS_BUS | WITNESS_NEUTRON,
	LISTED(columns),
	.fill = fill_return_checks,
	.conclude = refuse_return,
	.counts_rows = true,
	.counts_absences = true,
};

static enum error_kind run_host_return(const struct request *request, struct error *err)
{
	return run_listing(&host_return, request, err);
}

static int check_words(const struct request *request, struct error *err)
{
	if (!request->what.rebooted || request->what.unfence)
		return 0;
	error_set(err, ERROR_USAGE, "--rebooted says why an entry may be taken away, and none is to be");
	return error_hint(err, "give it together with --unfence");
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "unfence", .type = OPTION_FLAG, .offset = AT(what.unfence),
	  .sentence = "take the clients of it that --fence storage has kept out off Ceph's blocklist, where nothing else is a problem" },
	{ .name = "rebooted", .type = OPTION_FENCED, .offset = AT(what.rebooted), .metavar = "TEXT",
	  .sentence = "who switched the host off or rebooted it after that, and how we know; not needed where its fence agent says off" },
	{ 0 }
};

const struct command command_host_return = {
	.noun = "host", .verb = "return",
	.sentence = "check whether a failed host may be powered on",
	.details = "Shows the guests that its nova-compute would destroy, the messages that wait for it, and what it still owns. Ends "
		"with 5 while a problem is left. Writes nothing in any database; with --unfence it takes entries off Ceph's blocklist.\n\n"
		"Example:\n"
		"  evac-manage host return ctl1",
	.options = options, .arguments = host_arguments,
	.check = check_words,
	.run = run_host_return,
};
