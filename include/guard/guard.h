/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include "find/finding.h"
#include "find/fit.h"
#include "find/scene.h"
#include "plan/plan.h"

/* What can speak against a run: one row a code. A guard is a pure function of the scene. To add one, write guard_NAME() in the
 * file of its subject under src/guard/ and give it a row in src/guard/table.h; docs/findings.md is made from that table. */

enum guard_accept {
	ACCEPT_NOTHING,     /* a warning or a note needs no word, a refusal that nothing waives */
	ACCEPT_CODE,        /* --accept CODE or --accept CODE:SUBJECT */
	ACCEPT_FENCED_MOVE, /* --accept CODE together with --fenced, and never for an evacuation */
};

/* What a run does, as far as guards ask: one of the first seven. */
enum guard_when {
	WHEN_MOVES_ALONE = 1 << 0,     /* rows of cinder get another owner, and nothing is evacuated */
	WHEN_EVACUATES_ALONE = 1 << 1, /* instances, and nothing is moved */
	WHEN_RESCUES = 1 << 2,         /* both */
	WHEN_CLOSES = 1 << 3,          /* an evacuation that nobody works on ends */
	WHEN_GIVES_BACK = 1 << 4,      /* an undo: rows of cinder go back to their owner of before */
	WHEN_UNDOES_REST = 1 << 5,     /* an undo that moves nothing */
	WHEN_CHANGES = 1 << 6,         /* one service, cluster, volume or quota */

	WHEN_MOVES = WHEN_MOVES_ALONE | WHEN_RESCUES,
	WHEN_EVACUATES = WHEN_EVACUATES_ALONE | WHEN_RESCUES,
	WHEN_UNDOES = WHEN_GIVES_BACK | WHEN_UNDOES_REST,
	WHEN_ALWAYS = (1 << 7) - 1,
};

struct guard;
typedef void guard_check(const struct guard *self, const struct scene *scene, struct findings *out);

struct guard {
	const char *code;
	enum severity severity;
	enum guard_accept accept;
	struct guard_look {
		unsigned when; /* the runs in which it is asked */
		guard_check *check;
	} look[5];            /* in this order; ends with check NULL; none: a run finds it while it goes on */
	const char *sentence; /* what it means, for the documentation */
	const char *hint;     /* what to do, unless the guard knows better; NULL: nothing */
	/* When going on is right. Then --accept is printed beside the finding, once, with this condition before it. What has
	 * none can be accepted too (docs/findings.md), but its own sentence says that going on ends badly: no printed line
	 * leads there. */
	const char *offer;
	bool offer_for_all; /* one word for all findings of this code: they are about one host */
	bool of_request;    /* about a run as it was asked for, not about the host: 'host show' does not say it */
	bool of_life;       /* that the host is alive: who asks what if it died does not ask this */
	bool of_all;        /* of several failed hosts it is asked once, not of each */
	bool of_doubt;      /* what could not be looked at: an instance that it is about fits perhaps, and is not known to */
};
extern const struct guard guards[]; /* ends with code NULL */

/* Asks it what it has against this run. */
void guard_ask(const struct guard *guard, const struct scene *scene, struct findings *out);
/* Places every instance that nothing leaves out so far, in their order; who fits on no host gets the finding no-capacity. Who
 * went where, the rooms say. */
void guard_place(const struct scene *scene, struct rooms *rooms, struct findings *out);
/* Is there an instance or a row of cinder that the run takes away from its host? */
bool guard_takes_anything(const struct scene *scene);
/* Every guard of the table, in its order; then beside each finding what may be typed in spite of it. */
void guards_run(const struct scene *scene, struct findings *out);
const struct guard *guard_find(const char *code); /* NULL: no finding has this code */

/* Below the minimum that its configuration names, or not known where there is a minimum. */
bool site_is_too_old(const struct site_config *site);

/* For guards: a finding of this row. ${hint} NULL: the row's own. */
void guard_found(const struct guard *self, const struct scene *scene, struct findings *out, const char *subject,
    const char *hint, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The name of the instance with this uuid; NULL when it is none, or another has the same name. */
const char *guard_only_name(const struct scene *scene, const char *uuid);

/* undo.c. Of a step that the run wrote: would taking it back end forced_down while evacuations away from the host are not
 * cleaned up? Then it stays. */
bool undo_keeps_forced_down(const struct scene *scene, const struct step *step);

/* flight.c: what to type and what to look at first, by the type of a migration that was cut short. */
struct migration_ends {
	const char *instance, *source, *dest;
	int64_t id;
};
void migration_say_way_out(const char *type, const struct migration_ends *m, struct str *out);

#endif
