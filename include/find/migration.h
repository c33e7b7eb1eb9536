/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_MIGRATION_H
#define FIND_MIGRATION_H

#include "find/scene.h"

/* migration_signs.c. Reads what is still missing to judge one migration; ${waiting}: of its cell; ${events} is the caller's to
 * free. */
int migration_look(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    const struct waiting_queues *waiting, struct action_events *events, struct migration_signs *out, struct error *err);

/* Queens: a nova-compute that starts completes only the evacuations whose guests its hypervisor still has (nova 17
 * compute/manager.py: _destroy_evacuated_instances); all others stay 'done' for ever. Is it one of those: done, of an instance
 * that is on another host or gone, and ${source}, the nova-compute that it left (NULL: none), has reported since? */
bool migration_is_left_done(const struct scene *scene, const struct nova_service *source, const struct standing_migration *m);
bool compute_leaves_done(const struct scene *scene, const struct nova_service *source); /* of Queens */

/* Evacuated from ${source}, done, on another host, and that nova-compute reports again: it was not restarted, for a start
 * destroys the old guest and completes the migration before the first report (nova 26 compute/manager.py: init_host,
 * _destroy_evacuated_instances). So the old guest most likely runs beside the new one. One that has stopped to report since may
 * be off, and its guests with it. Of Queens it says less: its nova-compute
 * leaves some 'done' (compute_leaves_done()). forced_down says nothing here. */
bool migration_copy_runs(const struct nova_service *source, const struct standing_migration *m, unsigned down_s);

#endif
