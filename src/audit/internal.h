/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUDIT_INTERNAL_H
#define AUDIT_INTERNAL_H

#include "audit/audit.h"
#include "config/config.h"
#include "db/db.h"
#include "model/nova/cell.h"

/* ---- places.c: one connection to each database, read only, each with one consistent snapshot */

struct audit_column {
	const char *table_name, *column_name;
};
struct audit_place {
	enum audit_database database; /* AUDIT_CELL or AUDIT_CELL0 for a cell */
	const char *cell, *cell_uuid; /* NULL: no cell */
	char *label;
	const struct cell_mapping *mapping; /* of a cell */
	struct db_url url;                  /* of a cell; the others' are in the configurations */
	struct db *db;                      /* NULL: not reachable */
	char why_not[ERROR_TEXT_SIZE];      /* and why */
	enum error_kind why_kind;           /* ERROR_OK: it was reached */
	struct db_rows columns;             /* struct audit_column */
	int64_t looked_ms;                  /* our clock, when its server was not busy or could not be asked; 0: never */
	int64_t down_s;                     /* older heartbeats are dead ones */
	int64_t behind_s, snapshot_ms;      /* a replica's lag, and our clock, when its snapshot was taken */
	const struct db_url *primary_url;   /* of what is read from a replica and is no cell's */
	bool on_replica;                    /* slave_connection is used */
	char lag_unknown[ERROR_TEXT_SIZE];  /* why nobody knows how far that is behind; "": it is known */
	struct db *primary;                 /* then: who is asked for heartbeats and ages; NULL: not reachable */
	char primary_lost[ERROR_TEXT_SIZE]; /* and why */
	enum error_kind primary_kind;
};
struct audit_places {
	const struct request *request;
	struct audit_place *v;
	size_t n;
	struct nova_config nova;
	struct cinder_config cinder;
	struct placement_config placement;
	struct neutron_config neutron;
	bool has_nova, has_cinder, has_placement, has_neutron;
	struct cell_mappings mappings;
	struct aside *aside; /* for the other side of a comparison (merge.c) */
};
/* What is configured is opened. A source that cannot be asked is told at once, one error line each, and left out; one must
 * answer. */
int places_open(const struct request *request, struct audit_places *out, struct error *err);
int places_load_site(const struct request *request, struct site_config *out, struct error *err); /* our own configuration */
enum error_kind places_absent(const struct audit_places *places); /* the kind of what could not be asked; ERROR_OK: all was */
void places_begin(struct audit_places *places);                   /* fresh snapshots everywhere */
void places_end(struct audit_places *places);
void places_close(struct audit_places *places);
bool place_runs(const struct audit_place *place, enum audit_database database);
bool place_has(const struct audit_place *place, const char *table_and_column);
/* By how much its rows look older than they are: the snapshot stands still while the server's clock goes on. */
int64_t place_aged_s(const struct audit_place *place);

/* ---- brake.c: waits while a server is busy or a replica far behind; a server, whose databases may be several places, is asked
 * once a second. -1 with ERROR_BUSY: it stayed so for the check's time. */
int brake(const struct request *request, struct audit_places *places, int64_t deadline_ms, struct error *err);

/* ---- lag.c: how far a replica is behind, and who is asked what only means something beside a clock */
struct lag {
	bool replicates; /* it has a source */
	bool known;      /* false: replication is stopped or broken */
	int64_t seconds; /* behind the worst of its sources */
};
/* -1: the server does not tell this account (MariaDB: SLAVE MONITOR, MySQL: REPLICATION CLIENT). */
int place_lag(struct audit_place *place, struct lag *out, struct error *err);
/* Sets behind_s, or lag_unknown and primary. */
void place_learn_lag(struct audit_places *places, struct audit_place *place);
int place_open_primary(const struct audit_places *places, struct audit_place *place, struct error *err); /* places.c */
/* Who is asked this statement: the replica, but for heartbeats and ages (@down, @stuck) where its lag is not known. */
int place_db_for(struct audit_place *place, const struct sql *sql, struct db **out, struct error *err);

/* ---- stream.c: the rows of one statement, from all the databases it runs in, in the order of their keys */

struct audit_row {
	size_t n;
	const char *const *name, *const *value;
	const char *key;              /* the column k; "" without one */
	const char *cell, *cell_uuid; /* NULL: no cell's */
	int64_t aged_s;               /* how much older it looks than it is: place_aged_s() */
};
const char *row_value(const struct audit_row *row, const char *name); /* NULL: SQL's NULL, or no such column */

struct audit_stream;
struct audit_range {
	const char *from, *to;
};
extern const struct audit_range audit_all;
/* ${ordered}: the statement has a column k; rows that come out of its order are ERROR_ERROR. */
int stream_open(struct audit_places *places, const struct audit_source *source, const struct request *request,
    const struct audit_range *range, bool ordered, int64_t deadline_ms, struct audit_stream **out, struct error *err);
/* 1: a row, which lives until the next call; 0: the end; -1. */
int stream_next(struct audit_stream *stream, struct audit_row *row, struct error *err);
uint64_t stream_rows(const struct audit_stream *stream);
void stream_close(struct audit_stream **stream);
int key_compare(const char *a, const char *b); /* as the databases order keys: case and trailing blanks do not count */

/* ---- merge.c: runs one check over a range of keys, and hands what it finds to ${found} */
typedef void found_fn(void *ctx, const struct audit_check *check, const struct audit_row *left, const struct audit_row *right);
int check_run(struct audit_places *places, const struct audit_check *check, const struct request *request,
    const struct audit_range *range, int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows, struct error *err);
/* ceph.c: of a check whose rule is AUDIT_CEPH. ERROR_NOT_FOUND: there is nothing to ask, or nothing configured to ask with. */
int ceph_check_run(struct audit_places *places, const struct audit_check *check, const struct request *request,
    int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows, struct error *err);
/* The same over all keys, by way of the check's narrower statements where it has such: first.c. */
int check_look(struct audit_places *places, const struct audit_check *check, const struct request *request, int64_t deadline_ms,
    found_fn *found, void *ctx, uint64_t *rows, struct error *err);
/* Whether it can be run here: on all of its databases, or only on some while the others do not answer; on none for the same
 * reason, or because they are not configured or have other columns. ${why}: "" for all. */
enum audit_reach { REACHES_ALL, REACHES_SOME, REACHES_NOTHING, NOT_FOR_HERE };
enum audit_reach check_reach(const struct audit_places *places, const struct audit_check *check, struct str *why);

/* ---- finding.c */
bool finding_is_settled(const struct audit_check *check, const struct audit_row *row, int64_t settle_s);
struct audit_finding *report_add(struct audit_report *report, const struct audit_check *check, const struct audit_row *left,
    const struct audit_row *right);
void report_add_result(struct audit_report *report, const struct audit_result *result); /* after the others */
typedef void quote_fn(const char *text, struct str *out);
void template_fill(const char *template, quote_fn *quote, const struct audit_row *left, const struct audit_row *right,
    struct str *out);

/* ---- readiness.c: the checks of audit_readiness_checks. Adds the findings and results of its own checks to those that are
 * there. What could not be asked is in ->absent, and is no "ready". */
bool readiness_is_asked(const struct request *request); /* --readiness, or one of the checks by name */
void readiness_look(const struct request *request, struct audit_report *report);
bool readiness_check_is_of_host(const char *name); /* a check that finds hosts, not groups of them */

/* ---- show.c */
int show_check(const struct request *request, struct error *err);
int show_report(const struct audit_report *report, const struct request *request, struct error *err);
void report_lags(const struct audit_places *places,
    struct audit_report *report);               /* a finding for every replica of unknown lag */
void report_unrun(struct audit_report *report); /* a finding for every check that was not run to its end */

/* ---- baseline.c */
struct baseline_entry {
	const char *check, *subject, *until, *why;
	unsigned line;
	bool used;
};
struct baseline {
	struct baseline_entry *v;
	size_t n, cap;
	struct arena arena;
};
int baseline_load(const char *path, struct baseline *out, struct error *err);
/* The entry that knows this finding, expired or not; NULL: none. */
struct baseline_entry *baseline_find(struct baseline *baseline, const char *check, const char *subject);
bool baseline_is_expired(const struct baseline_entry *entry, const char *today);
void baseline_free(struct baseline *baseline);
void baseline_apply(struct baseline *baseline, struct audit_report *report, const char *today);

/* ---- document.c: a report as JSON, and what an earlier one said */
struct known_finding {
	const char *check, *severity, *subject, *message, *since;
};
struct known_check {
	const char *check;
	bool ran;
};
struct known_report {
	struct known_finding *v;
	size_t n, cap;
	struct known_check *check;
	size_t ncheck, check_cap;
	bool whole; /* says which checks ran; an array of findings does not */
	char *at;   /* NULL: not said */
	int64_t count[AUDIT_SEVERITIES];
	struct maybe_int not_ready; /* hosts that could not be rescued whole; not set: it was not looked at */
	struct arena arena;
};
void document_add(const struct audit_report *report, struct str *out);
void document_embed(const struct audit_report *report, struct str *out); /* the same for a page: html_add_json() */
int document_read(const char *path, struct known_report *out, struct error *err);
void known_report_forget(struct known_report *report); /* all but when it was, and how many there were */
void known_report_free(struct known_report *report);
/* Sorted by check and subject by document_read(); NULL: not there. */
const struct known_finding *known_find(const struct known_report *report, const char *check, const char *subject);
bool known_ran(const struct known_report *report, const char *check);

/* ---- history.c: what earlier reports knew */
struct history {
	struct known_report *v; /* oldest first */
	size_t n, cap;
};
/* ${files}: reports, or directories of them (*.json). */
int history_load(const struct words *files, struct history *out, struct error *err);
void history_apply(const struct history *history, struct audit_report *report, struct audit_trend *trend);
void history_free(struct history *history);

/* ---- prometheus.c, page.c */
void prometheus_add(const struct audit_report *report, struct str *out);
void page_add(const struct audit_report *report, const struct audit_trend *trend, struct str *out);
extern const char page_css[], page_js[];

/* ---- html.c: for a script element. The strings of ${o} are changed to what is shown of them. */
struct json_object;
void html_add_json(struct json_object *o, struct str *out);

#endif
