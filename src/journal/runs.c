/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/journal.h"
#include "util/mem.h"
#include "util/str.h"

#define SUFFIX ".jsonl"

static int is_journal(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > strlen(SUFFIX) && strcmp(entry->d_name + n - strlen(SUFFIX), SUFFIX) == 0;
}

/* The standard one may not be there yet: nothing was ever written. One that somebody names holds what they look for. */
static int check_named_dir(const struct request *request, struct error *err)
{
	const char *dir = state_dir(request);
	struct stat st;
	int why = stat(dir, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;

	if (why == 0 || !state_dir_is_named(request))
		return 0;
	error_errno(err, ERROR_CONFIG, why, "no state directory '%s'", dir);
	return error_hint(err, "name the directory that the runs used, with --state-dir or EVAC_MANAGE_STATE_DIR");
}

static int scan_runs(struct runs *runs)
{
	struct dirent **entry = NULL;
	int n = scandir(runs->dir, &entry, is_journal, alphasort);

	if (n < 0)
		return errno == ENOENT ? 0 : -1;
	runs->v = xcalloc((size_t)n, sizeof *runs->v);
	for (int i = 0; i < n; i++) {
		runs->v[runs->n++] = xstrndup(entry[i]->d_name, strlen(entry[i]->d_name) - strlen(SUFFIX));
		free(entry[i]);
	}
	free(entry);
	return 0;
}

int runs_list(const struct request *request, struct runs *out, struct error *err)
{
	*out = (struct runs){ 0 };
	if (check_named_dir(request, err) != 0)
		return -1;
	out->dir = xasprintf("%s/journal", state_dir(request));
	if (scan_runs(out) != 0)
		return error_errno(err, ERROR_ERROR, errno, "cannot read '%s'", out->dir);
	return 0;
}

void runs_free(struct runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		free(runs->v[i]);
	free(runs->v);
	free(runs->dir);
	*runs = (struct runs){ 0 };
}

char *runs_path(const struct runs *runs, const char *run)
{
	return xasprintf("%s/%s" SUFFIX, runs->dir, run);
}

static int unknown_run(const char *run, const struct runs *runs, struct error *err)
{
	auto_str struct str near = { 0 };

	str_nearest(run, (const char *const *)runs->v, runs->n, &near);
	error_set(err, ERROR_NOT_FOUND, "no run '%s' in '%s'", run, runs->dir);
	if (near.n)
		return error_hint(err, "did you mean %s? 'evac-manage journal list' shows all", near.s);
	return error_hint(err, "'evac-manage journal list' shows all");
}

int journal_find(const struct request *request, const char *run, char **path, struct error *err)
{
	auto_free char *file = NULL;
	struct runs runs;
	int rc = runs_list(request, &runs, err);

	if (rc == 0) {
		file = runs_path(&runs, run);
		if (strchr(run, '/') || strchr(run, '.') || access(file, F_OK) != 0)
			rc = unknown_run(run, &runs, err);
	}
	runs_free(&runs);
	if (rc == 0)
		*path = take(file);
	return rc;
}
