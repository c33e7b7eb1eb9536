/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "inventory/inventory.h"

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "prometheus", .type = OPTION_TEXT, .offset = AT(inventory.prometheus), .metavar = "FILE",
	  .sentence = "also write metrics for node_exporter's textfile collector" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "DIR...", .type = OPTION_WORDS, .offset = AT(inventory.places), .optional = true,
	  .sentence = "directories that get it; without: [inventory] directories" },
	{ 0 }
};

const struct command command_inventory_save = {
	.noun = "inventory", .verb = "save",
	.sentence = "save what runs where, for when no database answers",
	.details = "Reads nova's and cinder's databases, each in one consistent snapshot, and writes a signed file of JSON lines into each "
		"directory: hosts, instances with their disks as the storage names them, ports and addresses, volumes, backups. No secret is "
		"in it. Writes to no database. A part that does not answer is named in the file, and the last whole file is kept. "
		"The man page says how its key is made, with openssl.",
	.options = options, .arguments = arguments,
	.run = inventory_save,
};
