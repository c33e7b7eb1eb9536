/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "find/world.h"
#include "inventory/inventory.h"
#include "out/table.h"
#include "util/clock.h"
#include "util/log.h"

static const struct table_column columns[] = {
	{ "file", NULL, false, COLUMN_NAME },
	{ "saved_at", NULL, true, COLUMN_TEXT },
	{ "age_s", NULL, false, COLUMN_AGE },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "serial", NULL, true, COLUMN_NUMBER },
	{ "hosts", NULL, true, COLUMN_NUMBER },
	{ "instances", NULL, false, COLUMN_NUMBER },
	{ "volumes", NULL, false, COLUMN_NUMBER },
	{ "backups", NULL, false, COLUMN_NUMBER },
	{ "problem", NULL, false, COLUMN_REMARK },
};
#define COLUMNS columns, sizeof columns / sizeof *columns

/* Of a file that is wrong nothing that it says counts. */
static void add_verdict_row(void *ctx, const struct inventory_verdict *v)
{
	const struct inventory_facts *f = v->facts;
	struct table *t = ctx;

	table_add(t);
	table_text(t, "file", v->path);
	table_text(t, "state", v->state);
	table_text(t, "problem", v->problem);
	if (v->problem)
		return;
	table_text(t, "saved_at", f->saved_at);
	table_int(t, "age_s", clock_wall_s() - clock_parse(f->saved_at));
	table_int(t, "serial", f->serial);
	table_int(t, "hosts", f->hosts);
	table_int(t, "instances", f->instances);
	table_int(t, "volumes", f->volumes);
	table_int(t, "backups", f->backups);
}

/* The key that was named, or the site's own. */
static int open_checking_key(const struct request *request, const struct site_config *site, struct sign_key **key,
    struct error *err)
{
	const char *named = request->inventory.public_key;

	if (sign_key_open(named ? named : site->inventory.key, key, err) == 0)
		return 0;
	return named ? -1 : error_hint(err, "on another machine name the public half of the key with --public-key FILE");
}

static int verify_places(const struct request *request, const struct site_config *site, struct table *t, enum error_kind *worst,
    struct error *err)
{
	const struct words *places = &request->inventory.places;
	auto_sign_key struct sign_key *key = NULL;
	enum error_kind one;

	if (open_checking_key(request, site, &key, err) != 0)
		return -1;
	for (size_t i = 0; i < (places->n ? places->n : site->inventory.ndirectory); i++) {
		const char *place = places->n ? places->v[i] : site->inventory.directory[i];

		if (inventory_verify(place, key, add_verdict_row, t, &one, err) != 0)
			return -1;
		if (one != ERROR_OK && *worst != ERROR_FINDINGS)
			*worst = one;
	}
	return 0;
}

static int conclude_verify(enum error_kind worst, struct error *err)
{
	if (worst == ERROR_OK)
		return 0;
	if (worst == ERROR_PARTIAL)
		error_set(err, ERROR_PARTIAL,
		    "every signature is right; the newest inventory is half: it names the parts that did not answer");
	else
		error_set(err, ERROR_FINDINGS, "an inventory is wrong: nothing that it says may be relied on");
	return -1;
}

static enum error_kind run_inventory_verify(const struct request *request, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	enum error_kind worst = ERROR_OK;
	struct site_config site;
	struct table table;
	int rc;

	if (table_check(COLUMNS, &request->shown, err) != 0 || config_load_site(&sources, &site, err) != 0)
		return err->kind;
	table_init(&table, COLUMNS);
	table.globals = request->where.globals;
	rc = verify_places(request, &site, &table, &worst, err);
	if (rc == 0)
		rc = table_print(&table, &request->shown, err);
	if (rc == 0)
		rc = conclude_verify(worst, err);
	table_free(&table);
	site_config_free(&site);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "public-key", .type = OPTION_TEXT, .offset = AT(inventory.public_key), .metavar = "FILE",
	  .sentence = "the key, or its public half, instead of [inventory] key" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "FILE|DIR...", .type = OPTION_WORDS, .offset = AT(inventory.places), .optional = true,
	  .sentence = "files, and directories with all of theirs; without: [inventory] directories" },
	{ 0 }
};

const struct command command_inventory_verify = {
	.noun = "inventory", .verb = "verify",
	.sentence = "signature, chain and age of saved inventories",
	.details = "Asks no database. Of a directory the chain is followed, too: each file names the digest of the one before it. Ends with 3 "
		"when a file is damaged, was changed, is signed with another key or is missing in the middle, and with 6 when all is right "
		"and the newest is half.",
	.options = options, .arguments = arguments,
	.run = run_inventory_verify,
};
