/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/mem.h"

#define DIGITS "0123456789"

/* "inventory-000042-20261130T010203Z.jsonl" */
static bool parse_file_name(const char *name, int64_t *serial)
{
	const char *p = name + strlen("inventory-");
	char *end;

	if (!str_starts(name, "inventory-") || strspn(p, DIGITS) < 6)
		return false;
	errno = 0;
	*serial = strtoll(p, &end, 10);
	return errno == 0 && *serial > 0 && *end == '-' && strspn(end + 1, DIGITS "TZ") == 16 &&
	    strcmp(end + 17, ".jsonl") == 0;
}

static int by_serial(const void *a, const void *b)
{
	const struct inventory_file *x = a, *y = b;

	if (x->serial != y->serial)
		return x->serial < y->serial ? -1 : 1;
	return strcmp(x->name, y->name);
}

int inventory_files_list(const char *dir, struct inventory_files *out, struct error *err)
{
	const struct dirent *entry;
	int64_t serial;
	DIR *d;

	*out = (struct inventory_files){ 0 };
	d = opendir(dir);
	if (!d)
		return errno == ENOENT ? 0 : error_errno(err, ERROR_ERROR, errno, "cannot read '%s'", dir);
	while ((errno = 0, entry = readdir(d))) {
		if (!parse_file_name(entry->d_name, &serial))
			continue;
		out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
		out->v[out->n++] = (struct inventory_file){ xstrdup(entry->d_name), serial };
	}
	if (errno)
		error_errno(err, ERROR_ERROR, errno, "cannot read '%s'", dir);
	closedir(d);
	if (err->kind) {
		inventory_files_free(out);
		return -1;
	}
	vec_sort(out->v, out->n, sizeof *out->v, by_serial);
	return 0;
}

void inventory_files_free(struct inventory_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->v[i].name);
	free(files->v);
	*files = (struct inventory_files){ 0 };
}

/* From the newest on, as most often that is it. */
static char *newest_of(const char *dir, const struct sign_key *key, struct inventory_facts *out)
{
	struct inventory_files files;
	struct error err = { 0 };
	char *path = NULL;

	if (inventory_files_list(dir, &files, &err) != 0)
		return NULL;
	for (size_t i = files.n; i-- > 0 && !path;) {
		path = xasprintf("%s/%s", dir, files.v[i].name);
		if (inventory_read(path, key, NULL, NULL, out, &err) == 0 && out->whole)
			break;
		error_clear(&err);
		free(path);
		path = NULL;
	}
	inventory_files_free(&files);
	return path;
}

char *inventory_newest(const char *const *dir, size_t n, const struct sign_key *key, struct inventory_facts *out)
{
	struct inventory_facts facts;
	char *best = NULL, *path;

	for (size_t i = 0; i < n; i++) {
		path = newest_of(dir[i], key, &facts);
		if (path && (!best || strcmp(facts.saved_at, out->saved_at) > 0)) {
			free(best);
			best = path;
			*out = facts;
		} else {
			free(path);
		}
	}
	return best;
}
