/* SPDX-License-Identifier: Apache-2.0 */
#ifndef READY_READY_H
#define READY_READY_H

#include "find/finding.h"
#include "find/fit.h"
#include "find/scene.h"

/* If a host died now: what of it could be brought back, and where; what could not, and why. It asks the guards and the packing
 * that a rescue asks, but whether the host is dead, and writes nothing. No broker is asked. */

struct ready_reason {
	const char *code; /* of a finding */
	size_t n;         /* instances; 0: it speaks against the host as a whole */
	const char *message, *hint;
};
struct ready_place {
	const char *host;
	size_t n;
};
/* Instances of one host, or of several that die together. */
struct ready_answer {
	size_t instances, could;
	bool stopped; /* a reason that is about the host: none could, until it is mended */
	struct ready_reason *reason;
	size_t nreason, reason_cap;
	struct ready_place *place; /* most first */
	size_t nplace, place_cap;
	const char *missing; /* "2 more hosts of 512 GB in zone az2"; NULL: nothing that a host would mend */
};
struct ready_host {
	const char *host, *zone; /* zone NULL: nova's default one */
	bool up;
	const struct cell_facts *cell;
	const char *fence; /* its fence agent; NULL: none is configured for it */
	struct scene scene;
	struct findings found;
	const char **to, **to_together; /* of each candidate: where it would go alone, and with the last group; NULL: nowhere */
	struct ready_answer answer;
};
/* What speaks against one of its instances; NULL: it could. */
const struct finding *ready_against(const struct ready_host *host, const char *uuid);

/* The nova-compute ${host}, in ${common}, whose cinder, nova and placing are known; it borrows them, one host after the other.
 */
int ready_find_host(struct ready_host *out, struct scene *common, const char *host, struct error *err);
void ready_free_host(struct ready_host *host);

/* All of ${host} at once, with one inventory: what each alone is refused for but room, and what then does not fit any more.
 * Each of them gets its ->to_together. */
void ready_together(struct ready_host *const *host, size_t n, struct scene *common, struct arena *arena,
    struct ready_answer *out);
void ready_free_answer(struct ready_answer *answer);

#endif
