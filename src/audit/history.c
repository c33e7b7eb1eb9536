/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int by_time(const void *a, const void *b)
{
	const struct known_report *x = a, *y = b;

	return strcmp(str_or(x->at, ""), str_or(y->at, ""));
}

int history_load(const struct words *files, struct history *out, struct error *err)
{
	out->v = xcalloc(files->n, sizeof *out->v);
	for (; out->n < files->n; out->n++)
		if (document_read(files->v[out->n], &out->v[out->n], err) != 0)
			return -1;
	qsort(out->v, out->n, sizeof *out->v, by_time);
	return 0;
}

static void add_moment(struct audit_trend *trend, const char *at, const int64_t *count)
{
	struct audit_moment *m;

	trend->v = vec_grow(trend->v, trend->n, &trend->cap, sizeof *trend->v);
	m = &trend->v[trend->n++];
	m->at = at;
	memcpy(m->count, count, sizeof m->count);
}

/* New is what the newest report looked for and did not find. Since when: as the newest report that knew it says, else when that
 * report was made. */
void history_apply(const struct history *history, struct audit_report *report, struct audit_trend *trend)
{
	int64_t now[AUDIT_SEVERITIES];

	for (size_t h = 0; h < history->n; h++) {
		const struct known_report *known = &history->v[h];

		add_moment(trend, str_or(known->at, ""), known->count);
		for (size_t i = 0; i < report->n; i++) {
			struct audit_finding *f = &report->v[i];
			const struct known_finding *k = known_find(known, f->check->name, f->subject);
			const char *since = k ? str_or(k->since, known->at) : NULL;

			if (since && strcmp(since, f->since) < 0)
				f->since = since;
			f->is_new = !k && known_ran(known, f->check->name);
		}
	}
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		now[s] = (int64_t)audit_report_count(report, s);
	add_moment(trend, report->started_at, now);
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->n; i++)
		known_report_free(&history->v[i]);
	free(history->v);
	*history = (struct history){ 0 };
}
