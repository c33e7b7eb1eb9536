/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INCIDENT_INTERNAL_H
#define INCIDENT_INTERNAL_H

#include <json-c/json.h>

#include "cli/request.h"
#include "journal/past.h"
#include "util/str.h"

/* ---- read.c: what the journals say */

/* When a unit was where, as milliseconds since 1970; 0: never, or not known. */
struct incident_unit {
	int64_t begun, sent, ended;
	const char *arrived; /* an evacuation's new host; NULL: not known */
};
/* A recovery of this run, or another run that names it. */
struct incident_later {
	const char *run, *command, *at, *who, *result; /* run NULL: a recovery; result NULL: it did not come to its end */
};
struct incident {
	struct past past;
	struct incident_unit *unit; /* beside past.unit */
	size_t nunit, cap;
	json_object *evidences;       /* each of them: one, or one a failed host; NULL: the same */
	json_object *head, *evidence; /* its first record; what its plan saw, NULL: an older version wrote the journal */
	json_object *power;           /* what its fence agent was told and said, in order; NULL: nothing */
	json_object *fence;           /* fence and unfence records, in order; NULL: none */
	const char *ended_at;         /* NULL: it did not come to its end */
	int64_t first, last;          /* of all records, milliseconds */
	bool torn, under_way;         /* the last record was cut off; somebody works on it now */
	struct incident_later *later;
	size_t nlater, later_cap;
	size_t unreadable; /* journals of other runs that could not be read */
};
int incident_read(const struct request *request, const char *run, struct incident *out, struct error *err);
void incident_free(struct incident *incident);
/* "Ann (root by sudo of ann) on ctl-1", of a record that says who. */
const char *incident_who(struct arena *arena, json_object *record);
int64_t incident_ms(const char *time);               /* 0: no time */
const char *incident_state_words(const char *state); /* as people say it; the codes are the journal's */
const char *incident_unit_words(const struct past_unit *unit);
bool incident_cannot_write(const struct past_unit *unit); /* done by nova, and Ceph refuses what its guest writes */
bool incident_is_not_ready(
    const struct past_unit *unit); /* on another host, but without a ready network when it was seen last */

/* ---- sheet.c: a report before it has a form */

enum sheet_kind { SHEET_SECTION, SHEET_TEXT, SHEET_FACT, SHEET_COMMAND, SHEET_HEAD, SHEET_ROW, SHEET_TIMELINE };
#define SHEET_CELLS 6
struct sheet_block {
	enum sheet_kind kind;
	size_t n;
	const char *cell[SHEET_CELLS]; /* texts as they are: each form escapes them */
};
struct sheet {
	const char *title, *state, *globals; /* state: good, bad or open, for its colour */
	struct sheet_block *v;
	size_t n, cap;
	struct arena arena;
	const struct incident *incident; /* whose timeline it has */
};
#define sheet_add(sheet, kind, ...) \
	sheet_add_cells(sheet, kind, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *), \
	    (const char *const[]){ __VA_ARGS__ })
void sheet_add_cells(struct sheet *sheet, enum sheet_kind kind, size_t n, const char *const *cell); /* copied */
void sheet_free(struct sheet *sheet);
bool sheet_ends(const struct sheet *sheet, size_t i, enum sheet_kind kind); /* is block i + 1 of another kind? */

/* ---- make.c, make_fences.c, make_rows.c: an incident as a report */
void incident_make(const struct incident *incident, struct sheet *out);
void incident_add_fences(const struct incident *incident, struct sheet *out);
void incident_add_moves(const struct incident *incident, struct sheet *out);
void incident_add_failures(const struct incident *incident, struct sheet *out);
void incident_add_left_out(const struct incident *incident, struct sheet *out);
void incident_add_people(const struct incident *incident, struct sheet *out);

/* ---- the forms */
void sheet_as_html(const struct sheet *sheet, struct str *out);
void sheet_as_markdown(const struct sheet *sheet, struct str *out);
void sheet_as_text(const struct sheet *sheet, struct str *out);

/* timeline.c: one line a unit, as wide as the page is, on any screen. */
#define TIMELINE_ROWS 200
void timeline_add(const struct incident *incident, struct str *out);
size_t timeline_left_out(const struct incident *incident); /* units that ended well and for which there is no room */
/* Those that were begun, in the order of their begin; bad ones always. ${unit} has room for TIMELINE_ROWS. */
size_t timeline_units(const struct incident *incident, size_t unit[TIMELINE_ROWS]);

extern const char incident_css[];

#endif
