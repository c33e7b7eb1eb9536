/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_GUARD_CHECKS_H
#define OP_GUARD_CHECKS_H

#include "op/guard.h"

/* The functions of the table, by the file they are in. */
#define GUARD(name) void guard_##name(const struct guard *self, const struct scene *scene, struct findings *out)

/* host.c */
GUARD(source_alive);
GUARD(fence_unproven);
GUARD(mass_failure);
GUARD(site_version);
GUARD(release_hazard);
GUARD(config_readable);
GUARD(journal_volatile);

/* target.c */
GUARD(target_is_source);
GUARD(target_service_missing);
GUARD(no_counterpart);
GUARD(target_down);
GUARD(target_disabled);
GUARD(target_frozen);
GUARD(no_consumer);
GUARD(az_differs);
GUARD(pool_unseen);
GUARD(backend_name_differs);

/* volume.c */
GUARD(clustered);
GUARD(in_flight);
GUARD(unit_too_large);
GUARD(transitional);
GUARD(other_backends_remain);
GUARD(name_twins);
GUARD(backups_remain);
GUARD(not_node_owned);

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

/* instance.c */
GUARD(not_evacuable);
GUARD(local_disk);
GUARD(volume_owner_dead);
GUARD(volume_unknown);
GUARD(cinder_credentials_unknown);
GUARD(capacity_unknown);
GUARD(expected_state);

/* migration.c */
GUARD(migration_not_closable);
GUARD(migration_worked_on);
GUARD(tombstones);

#endif
