/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_PAST_H
#define JOURNAL_PAST_H

#include "journal/journal.h"
#include "plan/plan.h"
#include "cli/request.h"

/* What a recovery finds out about a unit. */
enum verdict {
	VERDICT_DONE,
	VERDICT_NOT_DONE,
	VERDICT_FAILED,
	VERDICT_UNDER_WAY,
	VERDICT_UNPROVED,  /* nova has done it, and the instance is not as the run promised: its state, a volume's attachment */
	VERDICT_NOT_READY, /* nova has done it, and its network is not ready */
	VERDICT_CANNOT_WRITE, /* the same, and Ceph refuses the writes of its guest */
	VERDICT_UNKNOWN,
	VERDICT_DRIFT,
	VERDICTS
};
struct verdict_kind {
	const char *name; /* in the journal */
	enum state state; /* of the unit */
	bool final;       /* nobody needs to look again */
};
extern const struct verdict_kind verdicts[VERDICTS];

/* What a journal says of its run: the plan, and how far each unit got. Everything is read from the file and owned by it. */

struct past_unit {
	bool begun;                  /* its intent is on disk; before that nothing of it can have happened */
	const char *where;           /* label of the database that it was written to */
	const char *outcome;         /* the last one's state, "applied"; NULL: none was written */
	const char *error;           /* and why */
	bool publish_begun;          /* an evacuation whose message may have left */
	unsigned sends;              /* how often */
	bool has_token;              /* the last message that may have left had one */
	const char *publish_outcome; /* of the last attempt to send; NULL: none was written */
	const char *unique_id, *migration_uuid, *request_id;
	int64_t publish_age_s;      /* since the last publish_intent, by our clock */
	int64_t expiration_ms;      /* of that message; 0: its broker does not let it expire */
	const char *broker_version; /* "": not known */
	unsigned told;              /* how often its compute was told of a port */
	const char *waits_for;      /* a port, and what it lacks, as last recorded; NULL: nothing that lasted */
	const char *host;           /* where an evacuation went, as last seen; NULL: not known */
	const char *disks;          /* the same of its disks on Ceph: "cannot-write" */
	const char *network;        /* of an evacuation that nova has done, as last seen: "not-ready"; NULL: not known */
	const char *verdict;        /* of the last recovery, one of verdicts[]; NULL: none */
};

/* A cluster that had disks of the run, and how it was asked. */
struct past_cluster {
	const char *fsid, *opener;
	struct storage_access access;
};
/* A disk of the run that Ceph told of before its first message. */
struct past_disk {
	const char *instance, *pool, *image, *fsid;
	const char *lock; /* the failed host's client that owned it; NULL: none */
};

struct past {
	const char *run, *command, *host, *to, *cinder_host, *target_host, *target_state, *fenced, *user, *on, *started_at,
	    *result;          /* result NULL: no end was written */
	struct words hosts;   /* the failed hosts; none: a command about no host. ${host} is the first */
	struct words left;    /* asked for beside them, and nothing was done of them */
	bool has_hosts;       /* it was about several */
	int64_t version;      /* of its format */
	const char *tool;     /* the evac-manage that wrote it */
	bool foreign;         /* of a format that is not ours: nothing but its first record was read */
	const char *recovery; /* how the last recovery ended; NULL: there was none, or it was cut off */
	bool recovering;      /* the last recovery goes on, or was cut off */
	bool whole;           /* it ended, and nothing of its plan failed or was left undone */
	bool nothing_left;    /* a rescue that resumed it found nothing to do */
	bool force;
	bool fences_disks; /* --fence storage */
	bool part;         /* --only, --exclude or --limit: of its host more may be left than it says */
	struct words accept, spread;
	struct words order;     /* order_config_words() of its configuration */
	bool has_order;         /* its journal says it: older ones do not */
	struct plan plan;       /* of every unit that the journal names; steps only where begun is true */
	struct past_unit *unit; /* beside plan.unit */
	size_t nunit, cap;
	struct past_cluster *cluster; /* in the plan's arena */
	size_t ncluster;
	struct past_disk *disk; /* the same */
	size_t ndisk;
	const char *trouble; /* a record that makes no sense, in words; NULL: none */
};

/* For journal_read() and journal_reopen(), with a zeroed struct past as ctx. Then past_check(): -1 when the records make no
 * sense. */
int past_record(void *ctx, json_object *record);
int past_check(const struct past *past, const char *path, struct error *err);
/* "of format 2, of evac-manage 0.9.0, and this one, 0.1.0, reads format 1": what is said of a foreign one. */
void past_add_foreign(const struct past *past, struct str *out);
void past_free(struct past *past);
bool past_is_about(const struct past *past, const char *host);
/* ${scene} is about its host, or about none (NULL), or has a scene of each of its hosts, known by name alone. */
void past_be_about(const struct past *past, struct scene *scene);
/* "h1 h2", ready for a shell, those too of which nothing was done; NULL: it was about no host. */
const char *past_hosts_words(const struct past *past, struct arena *arena);

/* What goes on with the rescue ${run} of ${hosts}, "h1 h2". A way to make sure of the host is named where it is needed again
 * and does nothing new: the old clients are on the blocklist. Who switched it off finds it off. */
const char *resume_command(struct arena *arena, const char *hosts, const char *run, bool fences_disks);

/* A unit that needs nobody: proved, rolled back or put back, announced and never begun, or settled by a recovery; and a run of
 * which all are, or never began, and whose last recovery came to its end. */
bool past_unit_is_final(const struct past_unit *unit);
bool past_is_settled(const struct past *past);
/* Of a unit that was begun: proved, applied, failed, skipped, unknown, or open when nothing was written about how it ended. */
const char *past_unit_state(const struct past_unit *unit);
/* Of those that were begun, how many are in the state ${a} or ${b}. */
size_t past_count_units(const struct past *past, const char *a, const char *b);
bool past_has_begun(const struct past *past); /* with any unit */
/* Of a unit that writes, no outcome is known. A fence is none: the next run asks the fence agent or the cluster anew, and
 * neither may ever answer again. */
bool past_is_unknown(const struct past *past);
/* Its time ended before nova had: nothing has failed, and how it went on is in no journal. */
bool past_was_left_waiting(const struct past *past);
const char *past_state(const struct past *past); /* open, done, failed, unknown or recovered */
/* Did it write rows that can be taken back? Never an evacuation, and a host that was switched off has none. */
bool past_wrote(const struct past *past, size_t unit);
/* It has enabled reserved hosts, or may have, and has not begun to disable them again; ${plan}: the run's units. */
bool past_holds_reserve(const struct past *past, const struct plan *plan);
/* The steps of all units that it wrote, one by one; NULL: there are no more. ${at} begins as { 0 }. */
struct past_steps {
	size_t unit, step;
};
const struct step *past_next_step(const struct past *past, struct past_steps *at);
/* That a unit was written to, by its label; NULL: it is not configured, or does not answer. */
struct db *past_database(const struct world *world, const struct unit *unit, const struct past_unit *past);
/* What the instances in ERROR were when an earlier run of this host began with them: was_stopped and stopped_before of the
 * candidates. A journal that cannot be read says nothing. */
void past_remember(const struct request *request, struct scene *scene);
bool past_accepts(const struct past *past, const char *code);

#endif
