/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guard/checks.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/str.h"

const struct guard guards[] = {
	/* left out of a run; first, as others look only at what is left */
	{ "not-evacuable", SEVERITY_SKIP, ACCEPT_NOTHING, "nova evacuates no instance in this state",
	    "mend it with nova's own means once nova-api is back", guard_not_evacuable },
	{ "task-state", SEVERITY_SKIP, ACCEPT_CODE,
	    "the instance is in the middle of something that only later point releases of this nova take for no obstacle",
	    "nova-api's own evacuate, once it is back", guard_task_state },
	{ "old-pinning", SEVERITY_SKIP, ACCEPT_CODE,
	    "an instance pinned to CPUs before Victoria: a nova without the cure of bug 1952941 cannot place it and leaves it in ERROR",
	    "restart its host, or upgrade nova", guard_old_pinning },
	{ "octavia", SEVERITY_SKIP, ACCEPT_CODE, "a load balancer's instance: octavia replaces it by itself", NULL, guard_octavia },
	{ "needs-token", SEVERITY_SKIP, ACCEPT_CODE,
	    "nova would have to act in the user's name (a key of barbican, a device of cyborg) and a cast from here has no token",
	    "nova-api's own evacuate, once it is back",
	    guard_needs_token },
	{ "local-disk", SEVERITY_SKIP, ACCEPT_CODE,
	    "the instance has disks that nova made (the root of an image, ephemeral, swap): they may be on the dead host's own disk and would be made "
	    "anew, empty",
	    "[site] shared_disks = true where all instance disks are shared", guard_local_disk },
	{ "guest-left", SEVERITY_SKIP, ACCEPT_CODE,
	    "an earlier evacuation failed on a compute that may run the instance's guest still: evacuated to a third host it would run twice", NULL,
	    guard_guest_left },
	{ "no-capacity", SEVERITY_SKIP, ACCEPT_CODE,
	    "no host has the vCPU, memory or disk, or none passes the filters: nova would leave the instance in ERROR", NULL, guard_no_capacity },

	/* the failed host */
	{ "source-alive", SEVERITY_STOP, ACCEPT_FENCED_MOVE, "a service of the failed host still reports", NULL,
	    guard_source_alive },
	{ "fence-unproven", SEVERITY_STOP, ACCEPT_CODE,
	    "nobody has said who powered the host off: a stale heartbeat is not a dead host",
	    "power the host off; then --fenced takes the sentence that says who did it and how that is known", guard_fence_unproven },
	{ "source-node-missing", SEVERITY_STOP, ACCEPT_NOTHING,
	    "--force, and the failed host's compute node record is gone: the conductor copies its allocations and would end in an error",
	    "leave --force out: the scheduler asks for no record of the failed host", guard_source_node_missing },
	{ "mass-failure", SEVERITY_STOP, ACCEPT_CODE,
	    "more than half of at least four compute services are down: more likely the network, the database or the broker than so "
	    "many hosts",
	    "look at the control plane first: 'evac-manage doctor'", guard_mass_failure },
	{ "site-version", SEVERITY_STOP, ACCEPT_CODE, "the site's version is below the minimum that its configuration names",
	    "see [site] version and min_version in evac-manage's configuration", guard_site_version },
	{ "release-hazard", SEVERITY_STOP, ACCEPT_CODE,
	    "in this release of nova a failed spawn on the new host deletes disks on shared storage (bug 1550919)",
	    "make snapshots first, or upgrade nova; vif_plugging_is_fatal = false on the computes keeps a spawn from failing for want of neutron's word",
	    guard_release_hazard },

	/* the new owner, the new host */
	{ "target-is-source", SEVERITY_STOP, ACCEPT_NOTHING, "the new host is the failed one", "name another host",
	    guard_target_is_source },
	{ "target-service-missing", SEVERITY_STOP, ACCEPT_NOTHING, "no service of the new owner is registered",
	    "'evac-manage service list' shows who could take it", guard_target_service_missing },
	{ "no-counterpart", SEVERITY_STOP, ACCEPT_NOTHING, "the failed host has a backend that the new one lacks",
	    "move it by itself, by volume update_host or backup update_backup_host; 'evac-manage service list' shows who is there", guard_no_counterpart },
	{ "target-down", SEVERITY_STOP, ACCEPT_CODE, "the new owner or host does not report",
	    "'evac-manage service list' shows who is up", guard_target_down },
	{ "target-disabled", SEVERITY_STOP, ACCEPT_CODE, "the new owner or host is disabled", "enable it, or name another",
	    guard_target_disabled },
	{ "target-frozen", SEVERITY_STOP, ACCEPT_CODE, "the new owner's backend is frozen: it would refuse every change",
	    "thaw it, or name another", guard_target_frozen },
	{ "target-other-cell", SEVERITY_STOP, ACCEPT_NOTHING, "the target host is in another cell", "name a host of the same cell",
	    guard_target_other_cell },
	{ "target-node-missing", SEVERITY_STOP, ACCEPT_NOTHING, "the target host has no compute node, or no mapping to its cell",
	    "start its nova-compute and look at its log, or name another", guard_target_node_missing },
	{ "looks-swapped", SEVERITY_WARN, ACCEPT_NOTHING, "the host that is to be left reports, and the one that is to take over does not", NULL,
	    guard_looks_swapped },
	{ "duplicate-services", SEVERITY_STOP, ACCEPT_CODE,
	    "cinder has two rows for the new owner: which of them will report tomorrow is not known",
	    NULL, guard_duplicate_services },
	{ "target-failed-over", SEVERITY_STOP, ACCEPT_CODE, "the two backends are on different sides of a replication",
	    "cinder failover-host, or another new owner", guard_target_failed_over },
	{ "target-state-unsupported", SEVERITY_STOP, ACCEPT_NOTHING,
	    "a conductor or a compute is older than 2023.1 and cannot leave an instance stopped: nova would lose the message",
	    "leave --target-state out: it comes out in the state that it is in", guard_target_state_unsupported },
	{ "scheduler-missing", SEVERITY_STOP, ACCEPT_NOTHING,
	    "nobody reads the queue of nova's scheduler: a request would wait there, its conductor give up, and a scheduler that returns claim room for it",
	    NULL, guard_scheduler_missing },
	{ "no-consumer", SEVERITY_STOP, ACCEPT_NOTHING,
	    "nobody listens where nova's conductor should: a cast would wait and run when nobody watches",
	    "start nova-conductor; 'evac-manage doctor' shows the queue", guard_no_consumer },

	/* what moves */
	{ "clustered", SEVERITY_STOP, ACCEPT_NOTHING,
	    "the new owner is a member of an active-active cluster: whether what moves becomes its own or its cluster's has to be said", NULL,
	    guard_clustered },
	{ "in-flight", SEVERITY_STOP, ACCEPT_CODE, "a volume migration, or an evacuation, is already under way",
	    "wait until it has ended, or find out that nobody works on it any more", guard_in_flight },
	{ "stale-accepted", SEVERITY_STOP, ACCEPT_NOTHING,
	    "an older migration of the instance is still 'accepted': a conductor takes the first that it finds", NULL, guard_stale_accepted },
	{ "unit-too-large", SEVERITY_STOP, ACCEPT_NOTHING,
	    "the database cluster takes no transaction as large as this one (wsrep_max_ws_rows, wsrep_max_ws_size)",
	    "move one backend or pool at a time, or raise the limit", guard_unit_too_large },
	{ "volume-owner-dead", SEVERITY_STOP, ACCEPT_CODE,
	    "an instance's volume is owned by a dead backend: nova would call that owner for minutes, then leave the instance in ERROR "
	    "and a stray attachment",
	    NULL, guard_volume_owner_dead },

	{ "migration-not-closable", SEVERITY_STOP, ACCEPT_NOTHING,
	    "only an evacuation that has not ended can be closed: a done one keeps a returning host from running the instance twice",
	    "'evac-manage migration list' says what it means", guard_migration_not_closable },
	{ "migration-worked-on", SEVERITY_STOP, ACCEPT_NOTHING, "a message, a conductor or a compute may still work on that evacuation",
	    "wait; 'evac-manage migration list --stale' shows those that nobody works on", guard_migration_worked_on },
	{ "work-begun", SEVERITY_STOP, ACCEPT_CODE,
	    "a conductor or a compute has begun with that evacuation and not ended it: its HTTP calls have no time-out, only its restart drops what it holds",
	    NULL, guard_work_begun },
	/* one service, cluster or volume */
	{ "schema-unknown", SEVERITY_STOP, ACCEPT_NOTHING, "cinder's tables lack columns that every release since Queens has: nothing is written",
	    "check [database] connection in cinder.conf", guard_schema_unknown },
	{ "service-alive", SEVERITY_STOP, ACCEPT_NOTHING,
	    "the service reports: removed, it would come back with another uuid at its next heartbeat", "stop the service first",
	    guard_service_alive },
	{ "service-owns", SEVERITY_STOP, ACCEPT_CODE, "the service owns rows that nobody would serve any more", NULL, guard_service_owns },
	{ "cluster-has-hosts", SEVERITY_STOP, ACCEPT_NOTHING, "services are still members of the cluster", "--recursive removes them, too",
	    guard_cluster_has_hosts },
	{ "cluster-owns", SEVERITY_STOP, ACCEPT_CODE, "rows belong to the cluster: nobody would serve them any more",
	    NULL, guard_cluster_owns },
	{ "cluster-unknown", SEVERITY_STOP, ACCEPT_CODE, "no cluster has the new name: nobody would serve the rows",
	    "'evac-manage cluster list' shows all; a cluster's row comes with the first start of its services", guard_cluster_unknown },
	{ "pools-lost", SEVERITY_STOP, ACCEPT_CODE, "a full rename forgets which pool a row is in", "leave --full-rename out",
	    guard_pools_lost },
	{ "volume-has-owner", SEVERITY_STOP, ACCEPT_NOTHING,
	    "a backend has the volume: without its row the image would stay on the storage for ever",
	    NULL, guard_volume_has_owner },
	{ "volume-in-use", SEVERITY_STOP, ACCEPT_NOTHING, "the volume is attached or has snapshots", "detach it, delete its snapshots",
	    guard_volume_in_use },

	/* the way back */
	{ "undo-rearms", SEVERITY_STOP, ACCEPT_CODE,
	    "a closed evacuation would be open again: a returning host destroys what it has of the instance, and a conductor may take it up",
	    "leave it closed and evacuate the instance anew; --exclude takes back the rest", guard_undo_rearms },
	{ "in-use-elsewhere", SEVERITY_STOP, ACCEPT_CODE,
	    "an instance that was evacuated uses the volume on its new host: its owner would be the host that the instance left",
	    NULL, guard_in_use_elsewhere },
	{ "not-undoable", SEVERITY_WARN, ACCEPT_NOTHING, "an evacuation that was handed to nova cannot be undone",
	    "a migration away from there is a new move, by nova's own means", guard_not_undoable },
	{ "forced-down-stays", SEVERITY_WARN, ACCEPT_NOTHING,
	    "the host is enabled again, and nova-compute stays forced down while evacuations away from it are not cleaned up", NULL,
	    guard_forced_down_stays },

	/* good to know before */
	{ "service-referenced", SEVERITY_WARN, ACCEPT_NOTHING, "rows still name the service: 'cinder-manage db purge' would fail on them", NULL,
	    guard_service_referenced },
	{ "members-stay", SEVERITY_WARN, ACCEPT_NOTHING, "volumes stay on the old backend: cinder serves a group only beside its members",
	    "volume update_host moves both", guard_members_stay },
	{ "cell-unknown", SEVERITY_WARN, ACCEPT_NOTHING,
	    "another cell's database could not be asked: what it knows of the host, its instances and its services is not in this picture",
	    "the failed host's own cell answers, and the run needs no other", guard_cell_unknown },
	{ "nova-unknown", SEVERITY_WARN, ACCEPT_NOTHING,
	    "nova's database was not asked, which is a witness of a move in cinder: what it knows of the host and its instances is not in this picture",
	    "make sure of it by hand, or name nova's configuration (--nova-config-file)", guard_nova_unknown },
	{ "host-twin", SEVERITY_WARN, ACCEPT_NOTHING,
	    "another name is the failed host's up to the first dot, its short name or its FQDN: what it owns stays where it is", NULL, guard_host_twin },
	{ "service-record-missing", SEVERITY_WARN, ACCEPT_NOTHING,
	    "nova has no nova-compute record of the failed host any more, only instances that name it: no heartbeat could tell that it is alive",
	    "make sure of the power; what nova's conductor does needs no record of the failed host", guard_service_record_missing },
	{ "consumer-lingers", SEVERITY_WARN, ACCEPT_NOTHING,
	    "somebody still reads a queue of the failed host's own although its heartbeat is stale",
	    "make sure of the power; the broker drops a dead connection after its heartbeat", guard_consumer_lingers },
	{ "casts-waiting", SEVERITY_WARN, ACCEPT_NOTHING,
	    "work that was asked of the dead services waits in their queues: the new owner never sees it, the old one begins it when it comes back",
	    NULL, guard_casts_waiting },
	{ "backend-silent", SEVERITY_WARN, ACCEPT_NOTHING,
	    "the backend does not report while its node does: its service is gone, or hangs and may still work on the volumes",
	    "make sure on that node that it does not run", guard_backend_silent },
	{ "release-unclear", SEVERITY_WARN, ACCEPT_NOTHING, "conductors of several releases are alive, or of one that is not known",
	    NULL, guard_release_unclear },
	{ "transitional", SEVERITY_WARN, ACCEPT_NOTHING, "rows in the middle of something move with the rest; it will not be finished",
	    NULL, guard_transitional },
	{ "delete-pending", SEVERITY_WARN, ACCEPT_NOTHING,
	    "a volume was asked to be deleted while its owner was dead: it stays 'deleting'", NULL, guard_delete_pending },
	{ "snapshot-in-flight", SEVERITY_WARN, ACCEPT_NOTHING, "a snapshot was being made or deleted: nobody will finish it", NULL,
	    guard_snapshot_in_flight },
	{ "backup-elsewhere", SEVERITY_WARN, ACCEPT_NOTHING, "another node is making or restoring a backup of a volume that moves",
	    "wait until it has ended, or see how it ends", guard_backup_elsewhere },
	{ "local-attachment", SEVERITY_WARN, ACCEPT_NOTHING,
	    "the dead node had attached a volume for a backup or an image: nobody will detach it",
	    "openstack --os-volume-api-version 3.27 volume attachment delete ID", guard_local_attachment },
	{ "stray-attachment", SEVERITY_WARN, ACCEPT_NOTHING,
	    "a failed evacuation has left a reserved attachment: the volume cannot be deleted while it is there", NULL,
	    guard_stray_attachment },
	{ "clock-ahead", SEVERITY_WARN, ACCEPT_NOTHING, "a heartbeat lies in the future: that host's clock is wrong, and it counts as alive",
	    "set its clock", guard_clock_ahead },
	{ "az-differs", SEVERITY_WARN, ACCEPT_NOTHING, "the new owner is in another availability zone",
	    "if the volumes shall be in it too: --follow-zone (nova compares the zones of instance and volume where cross_az_attach is off)",
	    guard_az_differs },
	{ "cluster-dead", SEVERITY_WARN, ACCEPT_NOTHING,
	    "rows belong to an active-active cluster of which no member reports: a dead owner, whose rows move with the rest",
	    "what is said of the failed host must be true of every member: off, or without a way to the storage", guard_cluster_dead },
	{ "pool-unseen", SEVERITY_WARN, ACCEPT_NOTHING,
	    "nothing lives in that pool of the new owner yet: it may not have it (an extend would then do nothing)",
	    "compare the two services' cinder.conf; if the pool has another name there, --pool-map says so", guard_pool_unseen },
	{ "other-backends-remain", SEVERITY_WARN, ACCEPT_NOTHING, "other backends of the failed host still own volumes", NULL,
	    guard_other_backends_remain },
	{ "backups-remain", SEVERITY_WARN, ACCEPT_NOTHING, "the failed host also owns backups, which this command does not move", NULL,
	    guard_backups_remain },
	{ "backend-name-differs", SEVERITY_WARN, ACCEPT_NOTHING,
	    "the two backends have different names", "make sure that they are the same storage: compare the two services' cinder.conf",
	    guard_backend_name_differs },
	{ "cinder-credentials-unknown", SEVERITY_WARN, ACCEPT_NOTHING,
	    "nobody can see from here whether the computes have [cinder] credentials: one volume-backed instance goes first, alone",
	    NULL, guard_cinder_credentials_unknown },
	{ "volume-unknown", SEVERITY_WARN, ACCEPT_NOTHING, "an instance's volume is not known to cinder: its attachment is not checked",
	    NULL, guard_volume_unknown },
	{ "allocation-unexplained", SEVERITY_WARN, ACCEPT_NOTHING,
	    "placement holds room for an instance on a host that no evacuation explains: it is lost, and nova cannot force a target for the instance",
	    NULL, guard_allocation_unexplained },
	{ "capacity-unknown", SEVERITY_WARN, ACCEPT_NOTHING,
	    "what fits was reckoned without placement's books: the scheduler has the last word",
	    "--placement-config-file names placement's configuration; --limit and --only take a part first", guard_capacity_unknown },
	{ "not-reckoned", SEVERITY_WARN, ACCEPT_NOTHING,
	    "an instance asks for something that is not looked at here (PCI devices, NUMA cells, huge pages; without placement's books resource classes "
	    "and traits, too): whether a host has it only the scheduler and nova-compute know",
	    "make sure that a host has it; placement's books (--placement-config-file) tell of classes and traits", guard_not_reckoned },
	{ "journal-volatile", SEVERITY_WARN, ACCEPT_NOTHING,
	    "the journal is kept where a power cut or a lost network takes it along: nobody could then tell what this run did, or undo it",
	    "--state-dir DIR on a local disk", guard_journal_volatile },
	{ "config-readable", SEVERITY_WARN, ACCEPT_NOTHING, "a configuration file with passwords may be read by everybody",
	    NULL, guard_config_readable },

	{ "host-resolved", SEVERITY_NOTE, ACCEPT_NOTHING, "the name is a hypervisor's: its service's host is meant", NULL,
	    guard_host_resolved },
	{ "nova-api-answers", SEVERITY_NOTE, ACCEPT_NOTHING, "nova-api answers: its own evacuate is open, too",
	    "openstack server evacuate", guard_nova_api_answers },
	{ "server-group-gone", SEVERITY_NOTE, ACCEPT_NOTHING,
	    "the server group that the instance was booted into is gone or was left: its rule no longer holds, and the group is left out of the request",
	    NULL, guard_server_group_gone },
	{ "name-twins", SEVERITY_NOTE, ACCEPT_NOTHING,
	    "other hosts have names that the database's own comparison, or a LIKE, would take for this one; they are left alone", NULL,
	    guard_name_twins },
	{ "cluster-serves", SEVERITY_NOTE, ACCEPT_NOTHING,
	    "rows belong to an active-active cluster with a live member: it serves them, and they stay where they are",
	    "'evac-manage cluster list' shows its members", guard_cluster_serves },
	{ "not-node-owned", SEVERITY_NOTE, ACCEPT_NOTHING,
	    "no volume is owned by the node: cinder-volume runs under a name of its own (backend_host), nothing has to move", NULL,
	    guard_not_node_owned },
	{ "tombstones", SEVERITY_NOTE, ACCEPT_NOTHING,
	    "evacuations away from the host that it has not cleaned up: when it returns, its nova-compute destroys what it has of them",
	    NULL, guard_tombstones },
	{ "expected-state", SEVERITY_NOTE, ACCEPT_NOTHING, "an instance in ERROR comes out ACTIVE: nova starts it", NULL,
	    guard_expected_state },

	/* last: about the others */
	{ "accept-met-nothing", SEVERITY_NOTE, ACCEPT_NOTHING, "an --accept has changed nothing: no finding of this run takes it", NULL,
	    guard_accept_met_nothing },
	{ .code = NULL },
};

/* When going on is right. Then --accept is printed beside the finding, once, with this condition before it. What is not here can be
 * accepted too (docs/findings.md), but its own sentence says that going on ends badly: no printed line leads there. */
static const struct {
	const char *code, *when;
	bool whole; /* one word for all of them: they are about one host */
} accept_when[] = {
	{ "task-state", "where all of nova is that new", false },
	{ "old-pinning", "where the point release has that cure", false },
	{ "needs-token", "where the key manager has credentials of its own (vault, a fixed key)", false },
	{ "local-disk", "where this one's disk is shared, or may come out empty", false },
	{ "guest-left", "once it is gone, or was not there", false },
	{ "source-alive", "for a move that is planned", true },
	{ "mass-failure", "when they really are down", true },
};

static bool has(const struct findings *findings, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(findings->v[i].code, code) == 0)
			return true;
	return false;
}

static void add_hint(struct findings *findings, size_t i, const char *more)
{
	struct finding *f = &findings->v[i];

	f->hint = arena_printf(&findings->arena, "%s%s%s", f->hint, f->hint[0] ? "; " : "", more);
}

static void offer_accept(struct findings *findings, size_t i, const char *when, bool whole)
{
	auto_str struct str word = { 0 }, line = { 0 }, hint = { 0 };
	const struct finding *f = &findings->v[i];

	if (!f->acceptable || f->accepted || (whole && has(findings, i, f->code)))
		return;
	str_addf(&word, whole ? "%s" : "%s:%s", f->code, f->subject);
	shell_add_word(&line, word.s);
	str_addf(&hint, "%s: --accept %s", when, line.s);
	add_hint(findings, i, hint.s);
}

/* What may be typed in spite of a finding stands beside it, and nowhere else. */
static void offer(const struct scene *scene, struct findings *findings)
{
	bool unplanned = scene->subject.past || has(findings, findings->n, "looks-swapped");

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->v[i];

		for (size_t k = 0; k < sizeof accept_when / sizeof *accept_when; k++)
			if (strcmp(accept_when[k].code, f->code) == 0 && !(unplanned && strcmp(f->code, "source-alive") == 0))
				offer_accept(findings, i, accept_when[k].when, accept_when[k].whole);
		if (f->excludable && !f->accepted) {
			auto_free char *leave = xasprintf("or leave it out: --exclude %s", f->subject);

			add_hint(findings, i, leave);
		}
	}
}

void guards_run(const struct scene *scene, struct findings *out)
{
	for (const struct guard *g = guards; g->code; g++)
		g->check(g, scene, out);
	offer(scene, out);
}

const struct guard *guard_find(const char *code)
{
	const struct guard *g = guards;

	while (g->code && strcmp(g->code, code) != 0)
		g++;
	return g->code ? g : NULL;
}

static bool is_acceptable(const struct guard *self, const struct scene *scene)
{
	return self->accept == ACCEPT_CODE || (self->accept == ACCEPT_FENCED_MOVE && !scene->subject.evacuates);
}

const char *guard_only_name(const struct scene *scene, const char *uuid)
{
	const struct candidate *c = scene->subject.candidate;
	const char *name = NULL;
	size_t i, n = 0;

	for (i = 0; i < scene->subject.ncandidate; i++)
		if (strcmp(c[i].instance->uuid, uuid) == 0)
			name = c[i].instance->name;
	for (i = 0; i < scene->subject.ncandidate && name; i++)
		n += str_equal(c[i].instance->name, name);
	return n == 1 ? name : NULL;
}

static bool is_accepted(const struct guard *self, const struct scene *scene, const char *subject)
{
	const char *name = guard_only_name(scene, subject);

	if (!is_acceptable(self, scene) || (self->accept == ACCEPT_FENCED_MOVE && !scene->request->how.fenced))
		return false;
	return request_accepts(scene->request, self->code, subject) || (name && request_accepts(scene->request, self->code, name));
}

/* One of several instances. */
static bool is_excludable(const struct guard *self, const struct scene *scene, const char *subject)
{
	bool found = false;
	size_t n = 0;

	for EACH_WANTED(c, scene) {
		found |= str_equal(c->instance->uuid, subject);
		n++;
	}
	return self->severity == SEVERITY_STOP && found && n > 1;
}

void guard_found(const struct guard *self, const struct scene *scene, struct findings *out, const char *subject,
    const char *hint, const char *fmt, ...)
{
	auto_free char *message = NULL;
	struct finding *found;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		message = xstrdup(self->sentence);
	va_end(ap);
	found = finding_add(out, self->code, self->severity, subject, message, hint ? hint : self->hint);
	found->acceptable = is_acceptable(self, scene);
	found->accepted = is_accepted(self, scene, subject);
	found->excludable = is_excludable(self, scene, subject);
}
