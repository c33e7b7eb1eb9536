/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_COMMANDS_H
#define COMMAND_COMMANDS_H

#include "cli/request.h"
#include "util/error.h"

/* What each command does, for the tables of cli/. Returns the exit code's kind; ${err} is filled unless that is ERROR_OK or
 * the document on stdout says it all. */
enum error_kind op_doctor(const struct request *request, struct error *err);
enum error_kind op_service_list(const struct request *request, struct error *err);
enum error_kind op_host_show(const struct request *request, struct error *err);
enum error_kind op_host_rescue(const struct request *request, struct error *err);
enum error_kind op_host_evacuate(const struct request *request, struct error *err);
enum error_kind op_host_return(const struct request *request, struct error *err);
enum error_kind op_instance_list(const struct request *request, struct error *err);
enum error_kind op_instance_show(const struct request *request, struct error *err);
enum error_kind op_instance_evacuate(const struct request *request, struct error *err);
enum error_kind op_migration_list(const struct request *request, struct error *err);
enum error_kind op_migration_close(const struct request *request, struct error *err);
enum error_kind op_volume_list(const struct request *request, struct error *err);
enum error_kind op_volume_update_host(const struct request *request, struct error *err);
enum error_kind op_backup_list(const struct request *request, struct error *err);
enum error_kind op_backup_update_backup_host(const struct request *request, struct error *err);
enum error_kind op_audit_list(const struct request *request, struct error *err);
enum error_kind op_audit_run(const struct request *request, struct error *err);
enum error_kind op_audit_diff(const struct request *request, struct error *err);
enum error_kind op_journal_list(const struct request *request, struct error *err);
enum error_kind op_journal_show(const struct request *request, struct error *err);
enum error_kind op_journal_recover(const struct request *request, struct error *err);
enum error_kind op_journal_undo(const struct request *request, struct error *err);
enum error_kind op_plan_show(const struct request *request, struct error *err);
enum error_kind op_plan_apply(const struct request *request, struct error *err);
enum error_kind op_host_list(const struct request *request, struct error *err);
enum error_kind op_volume_show(const struct request *request, struct error *err);
enum error_kind op_volume_update_service(const struct request *request, struct error *err);
enum error_kind op_volume_delete(const struct request *request, struct error *err);
enum error_kind op_group_update_host(const struct request *request, struct error *err);
enum error_kind op_consistencygroup_update_cg_host(const struct request *request, struct error *err);
enum error_kind op_service_remove(const struct request *request, struct error *err);
enum error_kind op_cluster_list(const struct request *request, struct error *err);
enum error_kind op_cluster_rename(const struct request *request, struct error *err);
enum error_kind op_cluster_remove(const struct request *request, struct error *err);
enum error_kind op_quota_check(const struct request *request, struct error *err);
enum error_kind op_quota_sync(const struct request *request, struct error *err);
enum error_kind op_sql_list(const struct request *request, struct error *err);
enum error_kind op_sql_show(const struct request *request, struct error *err);
enum error_kind op_grants(const struct request *request, struct error *err);
enum error_kind op_config_show(const struct request *request, struct error *err);
enum error_kind op_version(const struct request *request, struct error *err);

#endif
