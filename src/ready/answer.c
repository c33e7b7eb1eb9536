/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/mem.h"
#include "util/str.h"

/* The first of a code and cause speaks for all of them. */
void ready_add_reason(struct ready_answer *answer, const struct finding *finding, bool of_instance)
{
	struct ready_reason *r = answer->reason;

	while (
	    r < answer->reason + answer->nreason && (strcmp(r->code, finding->code) != 0 || !str_equal(r->part, finding->part)))
		r++;
	if (r == answer->reason + answer->nreason) {
		answer->reason = vec_grow(answer->reason, answer->nreason, &answer->reason_cap, sizeof *r);
		r = &answer->reason[answer->nreason++];
		*r = (struct ready_reason){ .code = finding->code,
			.part = finding->part,
			.message = finding->message,
			.hint = finding->hint };
	}
	r->n += of_instance;
}

void ready_add_places(struct ready_answer *answer, const struct rooms *rooms)
{
	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++) {
		if (r->ntaken == 0)
			continue;
		answer->place = vec_grow(answer->place, answer->nplace, &answer->place_cap, sizeof *answer->place);
		answer->place[answer->nplace++] = (struct ready_place){ r->host, r->ntaken, r->reserve };
	}
}

static int most_places_first(const void *one, const void *other)
{
	const struct ready_place *a = one, *b = other;

	return a->n != b->n ? (a->n < b->n ? 1 : -1) : strcmp(a->host, b->host);
}

static int most_reasons_first(const void *one, const void *other)
{
	const struct ready_reason *a = one, *b = other;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return strcmp(a->code, b->code) ? strcmp(a->code, b->code) : strcmp(str_or(a->part, ""), str_or(b->part, ""));
}

void ready_sort(struct ready_answer *answer)
{
	vec_sort(answer->place, answer->nplace, sizeof *answer->place, most_places_first);
	vec_sort(answer->reason, answer->nreason, sizeof *answer->reason, most_reasons_first);
}

const char *ready_word(const struct ready_answer *answer)
{
	if (answer->unseen)
		return "unknown";
	if (answer->could == answer->instances)
		return "yes";
	if (answer->could + answer->unknown == 0)
		return "no";
	return answer->could > 0 && answer->could + answer->unknown < answer->instances ? "partly" : "unknown";
}

bool ready_is_whole(const struct ready_answer *answer)
{
	return strcmp(ready_word(answer), "yes") == 0;
}

void ready_say_reasons(const struct ready_answer *answer, struct str *out)
{
	const char *between = "";

	for (const struct ready_reason *r = answer->reason; r < answer->reason + answer->nreason; r++) {
		str_addf(out, "%s%s", between, r->code);
		if (r->part)
			str_addf(out, " (%s)", r->part);
		if (r->n)
			str_addf(out, " %zu", r->n);
		between = ", ";
	}
	if (answer->unseen)
		str_addf(out, "%scell-not-checked", between);
}

void ready_free_answer(struct ready_answer *answer)
{
	free(answer->reason);
	free(answer->place);
	*answer = (struct ready_answer){ 0 };
}
