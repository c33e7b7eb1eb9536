/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_WORLD_H
#define FIND_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/bus.h"
#include "config/config.h"
#include "db/db.h"
#include "find/token.h"
#include "model/nova/cell.h"
#include "cli/request.h"

/* Everything outside that a command has opened: what it needs, or the run ends; and its witnesses, which may be absent: they
 * then say "unknown" and stop nothing by themselves. */

enum {
	NEEDS_CINDER = 1,
	NEEDS_NOVA = 2,
	NEEDS_BUS = 4,      /* nova's broker; implies nova's configuration */
	WITNESS_CINDER = 8, /* if it is configured */
	WITNESS_NOVA = 16,
	WITNESS_BUS = 32,
	CONFIGURED_MUST_ANSWER = 64, /* a witness whose configuration file was named is needed after all */
	WITNESS_NEUTRON = 256,       /* its database, for what waits for a port */
	SHOWS = 128, /* a listing: a file that was named and is not there is kept as an absence, and the rest is shown */
};

/* A source that was to be asked and could not be: a file, a database, a cell, a broker. What nobody configured is none. An
 * answer without it is half an answer: a listing says so and ends with its kind. */
struct absence {
	enum error_kind kind;
	char *text, *hint;               /* hint "": none */
	const struct cell_mapping *cell; /* the cell whose database it is; NULL: none's */
};
struct absences {
	struct absence *v;
	size_t n, cap;
};
/* Each is kept once, whoever meets it, and one of every cell. ${absences} NULL: nobody collects them. */
void absences_add(struct absences *absences, const struct error *err, const struct cell_mapping *cell);
/* What helps against the one that says ${text}; NULL: none does, or nothing is known to help. */
const char *absences_hint(const struct absences *absences, const char *text);
void absences_free(struct absences *absences);

struct nova_cell {
	int64_t id;
	const char *uuid, *name;
	struct db *db;
	struct db_url url;
	char *label;
};

struct world {
	struct site_config site;
	bool has_nova_config, has_cinder_config, has_neutron_config;
	struct nova_config nova;
	struct cinder_config cinder;
	struct placement_config placement;
	struct neutron_config neutron;
	struct db *cinder_db, *api_db;
	struct db *placement_db; /* NULL: its configuration was not given */
	struct db *neutron_db;   /* NULL: neutron_absent says why */
	struct nova_cell *cell;  /* cell0 too: super conductors report there */
	size_t ncell;            /* that answer; the others are absences */
	struct cell_mappings mappings;
	struct bus *bus;
	struct token token; /* for the instances that need one; keystone is asked when they are found */
	/* why a witness is absent, for the report; "" when it is there */
	char cinder_absent[ERROR_TEXT_SIZE], nova_absent[ERROR_TEXT_SIZE], bus_absent[ERROR_TEXT_SIZE];
	char neutron_absent[ERROR_TEXT_SIZE]; /* "no neutron configuration", or what was configured and does not answer */
	struct absences *absences; /* grows while it is looked at: the one thing here that does; NULL: not collected */
	const char *run;           /* for the servers' process lists; may be NULL */
};

/* The files that the command line names. */
struct config_sources config_sources_of(const struct request *request);

/* Errors in their order of weight: configuration, databases, broker. A cell that does not answer is an absence, as long as
 * another one does: whose cell is needed is not known yet. */
int world_open(const struct request *request, unsigned needs, const char *run, struct world *out, struct error *err);
void world_close(struct world *world);

/* One consistent snapshot a database, for everything that is found. */
int world_begin_reads(struct world *world, struct error *err);
void world_end_reads(struct world *world);

/* -1, for who could ask neither of the two: with what was configured and did not answer, or that nothing was. */
int world_has_nothing(const struct world *world, struct error *err);

/* The cell's database could not be asked; NULL: it was, or there is no such cell. */
const struct absence *world_lost_cell(const struct world *world, int64_t cell_id);
bool world_has_several_cells(const struct world *world);              /* beside cell0, whether they answer or not */
const struct absence *world_any_lost_cell(const struct world *world); /* NULL: all answer */

/* Says where the URL of a cell stands that cannot be opened. ${rc}, or -1. */
int cell_url_hint(const struct cell_mapping *mapping, const struct nova_config *nova, int rc, struct error *err);

/* A second connection to the same place, for proofs. */
int world_connect_cinder(const struct world *world, struct db **out, struct error *err);
int world_connect_neutron(const struct world *world, struct db **out, struct error *err); /* has_neutron_config */
/* keystone's database, for a moment: ${out} is its reader's to close. NULL and 0: it is not configured here. */
int world_connect_catalog(const struct world *world, const struct request *request, struct db **out, struct error *err);
int world_connect_cell(const struct world *world, const struct nova_cell *cell, struct db **out, struct error *err);
int world_connect_bus(struct world *world, struct error *err); /* closes the old one */
int world_reconnect_cell(struct world *world, const struct nova_cell *cell,
    struct error *err); /* the same; -1: it has none now */

#endif
