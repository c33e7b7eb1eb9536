/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"

static int by_report_time(const void *a, const void *b)
{
	const struct known_report *x = a, *y = b;

	return strcmp(str_or(x->at, ""), str_or(y->at, ""));
}

static int load_report(const char *path, struct history *out, struct error *err)
{
	out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
	if (document_read(path, &out->v[out->n], err) != 0)
		return -1;
	out->n++;
	return 0;
}

static int is_report(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > strlen(".json") && strcmp(entry->d_name + n - strlen(".json"), ".json") == 0;
}

/* By name, which is by time: --save names them so. */
static int load_reports(const char *path, struct history *out, struct error *err)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_report, alphasort), rc = 0;

	if (n < 0)
		return error_errno(err, ERROR_NOT_FOUND, errno, "cannot read '%s'", path);
	for (int i = 0; i < n; i++) {
		auto_free char *file = xasprintf("%s/%s", path, entry[i]->d_name);

		if (rc == 0 && i > 0)
			known_report_forget(&out->v[out->n - 1]); /* the newest knows since when */
		if (rc == 0)
			rc = load_report(file, out, err);
		free(entry[i]);
	}
	free(entry);
	return rc;
}

int history_load(const struct words *files, struct history *out, struct error *err)
{
	for (size_t i = 0; i < files->n; i++)
		if ((file_is_directory(files->v[i]) ? load_reports : load_report)(files->v[i], out, err) != 0)
			return -1;
	vec_sort(out->v, out->n, sizeof *out->v, by_report_time);
	return 0;
}

static void add_moment(struct audit_trend *trend, const char *at, const int64_t *count, struct maybe_int not_ready)
{
	struct audit_moment *m;

	trend->v = vec_grow(trend->v, trend->n, &trend->cap, sizeof *trend->v);
	m = &trend->v[trend->n++];
	m->at = at;
	m->not_ready = not_ready;
	memcpy(m->count, count, sizeof m->count);
}

/* New is what the newest report looked for and did not find. Since when: as the newest report that knew it says, else when that
 * report was made. */
void history_apply(const struct history *history, struct audit_report *report, struct audit_trend *trend)
{
	int64_t now[AUDIT_SEVERITIES];
	struct maybe_int not_ready = { 0 };

	for (size_t h = 0; h < history->n; h++) {
		const struct known_report *known = &history->v[h];

		add_moment(trend, str_or(known->at, ""), known->count, known->not_ready);
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
	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++)
		if (r->outcome == AUDIT_DONE && readiness_check_is_of_host(r->check->name))
			not_ready = (struct maybe_int){ true, not_ready.v + (int64_t)r->found };
	add_moment(trend, report->started_at, now, not_ready);
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->n; i++)
		known_report_free(&history->v[i]);
	free(history->v);
	*history = (struct history){ 0 };
}
