/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <json-c/json.h>

#include "journal/run_id.h"
#include "plan/plan.h"
#include "util/error.h"
#include "util/str.h"

/* The memory that survives us: STATE/journal/RUN.jsonl, one JSON object a line, each with its number and the SHA-256 of the
 * line before it. A record is one write(), with the rows that wait before it. Before-values are on disk before the write that
 * needs them. docs/journal.md has the records. */

/* The directory of this request: --state-dir, $EVAC_MANAGE_STATE_DIR, or /var/lib/evac-manage. */
const char *state_dir(const struct request *request);
bool state_dir_is_named(const struct request *request); /* by the command line or the environment */

struct journal;

/* Of the format. A record or a key that a reader may ignore does not change it; whatever he must not ignore does. The first
 * record keeps its form in every version, so that each can tell whose a journal is. */
#define JOURNAL_VERSION 1
/* The same, of a run about several failed hosts: who does not know of the others must not take it for a run about the first. */
#define JOURNAL_VERSION_HOSTS 2

/* Makes the file (it must not exist) and its first record, durable. Where the request names several hosts, ${host} is the first
 * of them. */
int journal_create(const struct request *request, const char *run, const char *host, struct journal **out, struct error *err);
const char *journal_path(const struct journal *journal);
const char *journal_last(const struct journal *journal); /* the SHA-256 of its last line, 64 digits */
void journal_close(struct journal **journal);

/* Room on the disk for what the run will write, so that a full one is met before anything is begun and not in the middle. Where
 * the file system cannot promise room, it is believed to have it. */
int journal_reserve(struct journal *journal, const struct plan *plan, struct error *err);
/* Closes and removes the journal of a run that has begun nothing. */
void journal_discard(struct journal **journal);
/* What is wrong with the file system that journals go to: "tmpfs" and the like are gone with the power, "nfs" and the like with
 * the network; NULL: nothing. */
const char *journal_file_system(const struct request *request);

/* Every other record: ${record} is given away, gets type, seq, time and prev; durable when ${sync}. An error means that it may
 * not be on disk: the side effect that it announces must not begin. */
int journal_add(struct journal *journal, const char *type, json_object *record, bool sync, struct error *err);

/* A `row` with its members as JSON has them, each behind a comma. It is written with those beside it, and not before the next
 * record of another kind: alone it means nothing. */
int journal_add_row(struct journal *journal, const char *now, const struct str *members, struct error *err);

/* A unit's before-values as `row` records closed by one `intent`, durable. */
/* ${where}: the label of the database that it is written to. */
int journal_intent(struct journal *journal, size_t unit, const struct unit *what, const char *where, struct error *err);
int journal_intent_soon(struct journal *journal, size_t unit, const struct unit *what, const char *where,
    struct error *err); /* not yet durable */
/* What was seen of the failed host, what speaks against the run, and whom it concerns: of several hosts a record each. */
struct findings;
int journal_evidence(struct journal *journal, const struct scene *scene, const struct findings *findings, struct error *err);
/* What the fence agent of ${host} was asked after that, "status" or "off", and what it said. */
int journal_power(struct journal *journal, const struct scene *host, const char *action, const struct fence_answer *answer,
    struct error *err);
/* What came of one client of a UNIT_FENCE: "add" or "remove". */
int journal_fence(struct journal *journal, const char *action, const struct step *client, struct error *err);
/* What neutron's agents and the host's own address said when they were asked again, before a wave. */
int journal_witness(struct journal *journal, const struct scene *scene, struct error *err);
/* An evacuation whose instance is on another host, and what was seen of its network there: proved, or applied where that is not
 * ready and ${error} says why. */
struct arrival {
	enum state state;
	const char *host;
	const char *network; /* "ready"; NULL: it was deleted since */
	const char *disks;   /* "written"; NULL: none was asked for */
	const char *error;
};
int journal_arrival(struct journal *journal, size_t unit, const struct arrival *arrival, struct error *err);
int journal_plan(struct journal *journal, const struct plan *plan, struct error *err);
void journal_who(json_object *record);                                     /* user, sudo_user, on, pid */
void journal_operator(const struct request *request, json_object *record); /* the same, and who the operator said to be */
/* From here on the trail has what this journal has (trail.h). */
struct trail_about;
void journal_keep_trail(struct journal *journal, const char *facility, const struct trail_about *about);
/* Durable; and one that is with the next record that is, or with journal_sync(). Lost with the power before that, the unit is
 * one that was begun and whose end is not known: its rows tell. */
int journal_outcome(struct journal *journal, size_t unit, enum state state, const char *error, struct error *err);
int journal_outcome_soon(struct journal *journal, size_t unit, enum state state, const char *error, struct error *err);
int journal_sync(struct journal *journal, struct error *err); /* of NULL: nothing */
/* Has a record failed, of whatever weight? Nothing is written behind it, so nothing is to be begun. Of NULL: no. */
int journal_still_writes(struct journal *journal, struct error *err);
/* What is written so far is on its way to the disk while the caller does something else; journal_sync() waits for it, and
 * tells. */
void journal_sync_begin(struct journal *journal);

/* Each line ends with ,"sum":"…"}: the SHA-256 of the line before that. */
#define JOURNAL_SUM ",\"sum\":\""

/* Reading: every line that is whole and in its place. ${fn} may stop with non-zero. ${torn}: the last line was cut while it was
 * written. Anything else that is not as it was written is an error that names the line. */
int journal_read(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, bool *torn, struct error *err);

struct journal_end {
	int64_t seq; /* of the record that would come next */
	char prev[65];
	size_t offset; /* behind the last whole record */
	bool torn, no_newline;
};
int journal_read_to(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal_end *end,
    struct error *err);
/* What has come since ${end}. */
int journal_read_on(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal_end *end,
    struct error *err);

/* Is there a process that writes to it, a run or a recovery? */
bool journal_is_held(const char *path);
/* Every record as it is written, until nobody holds the journal any more and the last record was read. */
int journal_follow(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, bool *torn, struct error *err);

/* Before anything is begun that goes by what is in it: who wrote it may have died before the sync of its last record, and a
 * power cut would take that back. */
int journal_make_durable(const char *path, struct error *err);
/* To go on in the journal of a run that has ended, whichever way: ERROR_BUSY while it goes on. Reads it all first; a half
 * record at its end goes. */
int journal_reopen(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal **out,
    struct error *err);

/* A rescue that resumed the run found nothing left to do, and writes no journal of its own: says so in that of ${run}. */
int journal_add_nothing_left(const struct request *request, const char *run, struct error *err);

#endif
