/* SPDX-License-Identifier: Apache-2.0 */
#ifndef READY_READY_H
#define READY_READY_H

#include "find/finding.h"
#include "find/fit.h"
#include "find/scene.h"

/* If a host died now: what of it could be brought back, and where; what could not, and why. It asks the guards and the packing
 * that a rescue asks, but whether the host is dead, and writes nothing. No broker, no API and no Ceph is asked. */

struct ready_reason {
	const char *code; /* of a finding */
	const char *part; /* which of its causes, "zone"; NULL: it has one */
	size_t n;         /* instances; 0: another reason leaves them out already */
	const char *message, *hint;
};
struct ready_place {
	const char *host;
	size_t n;
	bool reserve; /* a reserved host, which a rescue would take into service for them */
};
/* Instances of one host, or of several that die together. What is neither ${could} nor ${unknown} could not. */
struct ready_answer {
	size_t instances, could;
	size_t unknown;              /* they fit as far as was looked at, and something that counts was not */
	size_t unseen;               /* hosts of a cell that does not answer: not even how many instances they have is known */
	struct ready_reason *reason; /* of those that could not, and of the unknown; most instances first */
	size_t nreason, reason_cap;
	struct ready_place *place; /* most first */
	size_t nplace, place_cap;
	const char *missing; /* "2 more hosts of 64 vCPU and 512 GB in zone az2"; NULL: nothing that a host would remedy */
};
/* "yes", "partly" (some could, some could not), "no", or "unknown": of some nobody knows, so that all could perhaps, or none.
 */
const char *ready_word(const struct ready_answer *answer);
bool ready_is_whole(const struct ready_answer *answer); /* "yes" */
/* "no-capacity (zone) 3, local-disk 1": with how many instances each leaves out. */
void ready_say_reasons(const struct ready_answer *answer, struct str *out);

struct ready_host {
	const char *host, *zone; /* zone NULL: nova's default one */
	bool unseen;             /* of a cell that does not answer: nothing below is known */
	bool up;
	const struct cell_facts *cell;
	const char *fence; /* its fence agent; NULL: none is configured for it */
	struct scene scene;
	struct findings found;
	size_t first_doubt;             /* of ${found}: those from here on say what was not looked at */
	const struct finding *stop;     /* none of its instances could go, until this is remedied; NULL: nothing */
	const char **to, **to_together; /* of each candidate: where it would go alone, and with the last group; NULL: nowhere */
	struct ready_answer answer;
};
/* What speaks against one of its instances; NULL: nothing does. */
const struct finding *ready_against(const struct ready_host *host, const char *uuid);
/* What was not looked at of one that nothing speaks against; NULL: all was. */
const struct finding *ready_doubt(const struct ready_host *host, const char *uuid);

/* The nova-compute ${host}, in ${common}, whose cinder, nova and placing are known; it borrows them. When its instances are
 * known, too, ready_ask() has its answer, and gives back what was borrowed. */
int ready_locate(struct ready_host *out, struct scene *common, const char *host, struct error *err);
void ready_ask(struct ready_host *host, const struct scene *common);
void ready_free_host(struct ready_host *host);

/* All of ${host} at once, with one inventory: what each alone is refused for but room, and what then does not fit any more.
 * Each of them gets its ->to_together. */
void ready_together(struct ready_host *const *host, size_t n, struct scene *common, struct arena *arena,
    struct ready_answer *out);
void ready_free_answer(struct ready_answer *answer);

/* ---- all.c: several hosts, each alone, and the groups of them that die at once */

struct ready_group {
	const char *kind, *name; /* "zone", "aggregate", "hosts" */
	struct ready_host **host;
	size_t n, cap;
	struct ready_answer answer;
};
struct readiness {
	struct ready_host *host;
	size_t nhost;
	struct ready_group *group;
	size_t ngroup, group_cap;
	struct aggregate_hosts aggregates;
};
/* What the request of ${common} asks for: what.hosts, all, aggregates, zones. Reads cinder (where it is open), nova and
 * placement into
 * ${common}, which must outlive ${out}. ERROR_NOT_FOUND for a word that is no host, aggregate or zone. */
int readiness_find(struct readiness *out, struct scene *common, struct error *err);
void readiness_free(struct readiness *readiness);
/* metrics.c: all of it for node_exporter's textfile collector. Of a group with hosts that were not seen only their number is
 * said. */
void readiness_add_metrics(const struct readiness *readiness, struct str *out);

#endif
