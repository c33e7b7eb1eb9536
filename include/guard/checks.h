/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUARD_CHECKS_H
#define GUARD_CHECKS_H

#include "guard/guard.h"
#include "util/str.h"

#define EACH_WANTED(c, scene)                                                                      \
	(const struct candidate *c = (scene)->subject.candidate; c < (scene)->subject.candidate + (scene)->subject.ncandidate; c++) if (c->wanted)

/* The instances that this run would evacuate: wanted, left out by no finding so far (so after the skips of the table), within
 * --limit. What is said about others stops nothing. */
struct taking {
	const struct candidate *c;
	size_t next;
	int64_t n;
};
#define EACH_TAKEN(t, scene, found) (struct taking t = { 0 }; guard_takes_next(&t, scene, found);)
bool guard_takes_next(struct taking *t, const struct scene *scene, const struct findings *found);
/* What to type, and to look at before, about a migration that is under way or was cut short. */
void guard_say_way_out(const struct migration *m, struct str *out);

/* volume.c: how many rows, without those that are left out. */
size_t move_takes(const struct move *move);
/* For hints: the command that moves what ${owner} (a pool of it does not count) has to ${to}. */
void hint_move(struct str *hint, enum move_kind kind, const char *owner, const char *to);
/* Who could take it: a live backend of the same name, or another cinder-backup; NULL: nobody. */
const char *hint_taker(const struct scene *scene, enum move_kind kind, const char *owner);

/* The functions of the table, by the file they are in. */
#define GUARD(name) void guard_##name(const struct guard *self, const struct scene *scene, struct findings *out)

/* host.c */
GUARD(source_alive);
GUARD(fence_unproven);
GUARD(backend_silent);
GUARD(mass_failure);
GUARD(site_version);
GUARD(cell_unknown);
GUARD(nova_unknown);
GUARD(host_twin);
GUARD(service_record_missing);
GUARD(source_node_missing);
GUARD(consumer_lingers);
GUARD(casts_waiting);
GUARD(host_resolved);
GUARD(nova_api_answers);
GUARD(config_readable);
GUARD(journal_volatile);

/* target.c */
GUARD(target_is_source);
GUARD(target_service_missing);
GUARD(no_counterpart);
GUARD(target_down);
GUARD(target_disabled);
GUARD(target_frozen);
GUARD(target_other_cell);
GUARD(target_node_missing);
GUARD(no_consumer);
GUARD(az_differs);
GUARD(pool_unseen);
GUARD(backend_name_differs);

/* volume.c */
GUARD(clustered);
GUARD(cluster_serves);
GUARD(cluster_dead);
GUARD(unit_too_large);
GUARD(transitional);
GUARD(other_backends_remain);
GUARD(name_twins);
GUARD(backups_remain);
GUARD(not_node_owned);

/* work.c */
GUARD(snapshot_in_flight);
GUARD(backup_elsewhere);
GUARD(local_attachment);
GUARD(stray_attachment);
GUARD(delete_pending);
GUARD(duplicate_services);
GUARD(target_failed_over);
GUARD(clock_ahead);

/* swapped.c */
GUARD(looks_swapped);

/* accept.c */
GUARD(accept_met_nothing);

/* undo.c */
GUARD(undo_rearms);
GUARD(in_use_elsewhere);
GUARD(not_undoable);
GUARD(forced_down_stays);

/* row.c */
GUARD(service_alive);
GUARD(service_owns);
GUARD(service_referenced);
GUARD(cluster_has_hosts);
GUARD(cluster_owns);
GUARD(cluster_unknown);
GUARD(pools_lost);
GUARD(volume_has_owner);
GUARD(volume_in_use);
GUARD(members_stay);
GUARD(schema_unknown);


/* release.c */
GUARD(release_hazard);
GUARD(release_unclear);
GUARD(target_state_unsupported);

/* kind.c */
GUARD(not_evacuable);
GUARD(task_state);
GUARD(old_pinning);
GUARD(octavia);
GUARD(needs_token);

/* fit.c */
GUARD(no_capacity);

/* flight.c */
GUARD(in_flight);
GUARD(stale_accepted);

/* instance.c */
GUARD(guest_left);
GUARD(server_group_gone);
GUARD(local_disk);
GUARD(volume_owner_dead);
GUARD(volume_unknown);
GUARD(cinder_credentials_unknown);
GUARD(capacity_unknown);
GUARD(not_reckoned);
GUARD(expected_state);

/* migration.c */
GUARD(migration_not_closable);
GUARD(migration_worked_on);
GUARD(work_begun);
GUARD(scheduler_missing);
GUARD(allocation_unexplained);
GUARD(tombstones);

#endif
