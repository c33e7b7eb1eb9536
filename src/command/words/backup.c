/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST",
	  .sentence = "only the backups of this host; all hosts without it" },
	{ 0 }
};

static const struct option_spec update_options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST", .required = true,
	  .sentence = "who owns them now" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST2", .required = true,
	  .sentence = "who shall own them" },
	{ .name = "settle", .type = OPTION_FLAG, .offset = AT(what.settle),
	  .sentence = "also write the status of volumes, snapshots and backups whose work was cut short, where that is safe" },
	{ 0 }
};

const struct command command_backup_list = {
	.noun = "backup", .verb = "list",
	.sentence = "the backups of a host, or all",
	.config_file_is = "cinder",
	.options = list_options,
	.run = op_backup_list,
};

const struct command command_backup_update_backup_host = {
	.noun = "backup", .verb = "update_backup_host",
	.sentence = "move backups to another backup host",
	.details = "In one transaction, proved over a fresh connection. Needs cinder's database alone; can be undone while the rows "
		"hold what was written.\n\n"
		"Example:\n"
		"  evac-manage backup update_backup_host --currenthost ctl1 --newhost ctl2 \\\n"
		"      --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_options,
	.run = op_backup_update_backup_host,
};
