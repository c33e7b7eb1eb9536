/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_INVENTORY_SHOWN_H
#define COMMAND_INVENTORY_SHOWN_H

#include "cli/cli.h"
#include "inventory/inventory.h"
#include "out/table.h"

/* Listings out of a saved inventory: what it said at its moment, and no database is asked. */

#define OPTION_INVENTORY \
	{ \
		.name = "inventory", .type = OPTION_TEXT, .offset = AT(inventory.file), .metavar = "FILE", \
		.sentence = "answer from this saved inventory; ask no database" \
	}

/* What a file says of the asked host. */
struct inventory_picture {
	const char *path, *host; /* host: NULL: all of them */
	struct inventory_facts facts;
	bool is_signed;       /* its signature was checked */
	json_object **record; /* of the kinds that were asked for, in their order */
	size_t n;
	json_object *parts; /* an array of {"part", "state", "why"} */
};
struct from_inventory {
	const struct table_column *column;
	size_t ncolumn;
	const char *const *kinds; /* of records that it shows; ends with NULL */
	void (*fill)(struct table *table, const struct inventory_picture *picture);
};
#define FROM_INVENTORY(columns) .column = (columns), .ncolumn = sizeof(columns) / sizeof *(columns)

/* --inventory was given: prints what the file has of request.what.host, or of all (NULL), and says first from when it is.
 * ERROR_NOT_FOUND: it has no such host; ERROR_PARTIAL: a part of it was not known when it was saved. */
enum error_kind run_from_inventory(const struct from_inventory *listing, const struct request *request, struct error *err);

/* Sets the cell of ${column} to the text or number that ${record} has as ${key}; anything else leaves it null. */
void inventory_cell(struct table *table, const char *column, json_object *record, const char *key);

/* Where ${kind} says that a database did not answer, the hint gets the command that tells the same out of the newest whole
 * inventory of the configured directories, if there is one. ${words}: what stands before the host, "host show", or alone where
 * none was asked for. Returns
 * ${kind}. */
enum error_kind inventory_offer(enum error_kind kind, const char *words, const struct request *request, struct error *err);

#endif
