/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_COMMANDS_H
#define COMMAND_COMMANDS_H

#include "cli/cli.h"

/* Every command, in the order of the help text. A new one is a row here, and a file of its name beside this one that ends with
 * its table, command_<row>. */
/* clang-format off */
#define COMMANDS(ROW) \
	ROW(doctor) \
	ROW(service_list) \
	ROW(service_remove) \
	ROW(host_list) \
	ROW(host_show) \
	ROW(host_readiness) \
	ROW(host_rescue) \
	ROW(host_evacuate) \
	ROW(host_return) \
	ROW(instance_list) \
	ROW(instance_show) \
	ROW(instance_evacuate) \
	ROW(migration_list) \
	ROW(migration_close) \
	ROW(volume_list) \
	ROW(volume_show) \
	ROW(volume_update_host) \
	ROW(volume_update_service) \
	ROW(volume_delete) \
	ROW(backup_list) \
	ROW(backup_update_backup_host) \
	ROW(consistencygroup_update_cg_host) \
	ROW(group_update_host) \
	ROW(cluster_list) \
	ROW(cluster_rename) \
	ROW(cluster_remove) \
	ROW(quota_check) \
	ROW(quota_sync) \
	ROW(audit_list) \
	ROW(audit_run) \
	ROW(audit_diff) \
	ROW(inventory_save) \
	ROW(inventory_verify) \
	ROW(plan_show) \
	ROW(plan_apply) \
	ROW(journal_list) \
	ROW(journal_show) \
	ROW(journal_report) \
	ROW(journal_pause) \
	ROW(journal_resume) \
	ROW(journal_recover) \
	ROW(journal_undo) \
	ROW(sql_list) \
	ROW(sql_show) \
	ROW(grants) \
	ROW(explain) \
	ROW(config_show) \
	ROW(config_sample) \
	ROW(completion) \
	ROW(version)
/* clang-format on */

#define COMMAND_DECLARE(row) extern const struct command command_##row;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
