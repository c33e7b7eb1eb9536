/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"
#include "util/mem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SITE_FILE "/etc/evac-manage/evac-manage.conf"
#define VERSION_FILE_MAX ((size_t)64 * 1024)

static const char *const keys[] = { "shared_disks", "version", "version_file", "min_version" };

static bool is_version(const char *s)
{
	while (isdigit((unsigned char)*s)) {
		s += strspn(s, "0123456789");
		if (!*s)
			return true;
		if (*s++ != '.')
			return false;
	}
	return false;
}

static int check_version(const char *text, const char *origin, struct error *err)
{
	if (is_version(text))
		return 0;
	error_set(err, ERROR_CONFIG, "%s: '%.64s' is not a version", origin, text);
	return error_hint(err, "write numbers with dots between them, as 6.4.3.0.0.0");
}

static int read_version(struct ini *ini, const char *key, char **what, struct error *err)
{
	const char *value, *origin;

	if (ini_get(ini, "site", key, &value, &origin, err) != 0)
		return -1;
	if (value && *value) {
		if (check_version(value, origin, err) != 0)
			return -1;
		*what = xstrdup(value);
	}
	ini_note(ini, &(struct ini_name){ "site", key }, *what, origin);
	return 0;
}

static char *first_line(const struct str *text, unsigned *number)
{
	struct span rest = { text->s, text->n }, line;

	for (*number = 1; span_next_line(&rest, &line); (*number)++) {
		line = span_trim(line);
		if (line.n)
			return xstrndup(line.s, line.n);
	}
	return NULL;
}

static int load_version_file(const char *path, char **what, struct error *err)
{
	auto_str struct str text = { 0 };
	auto_free char *version = NULL, *origin = NULL;
	unsigned line;

	if (file_read(path, VERSION_FILE_MAX, ERROR_CONFIG, &text, err) != 0)
		return -1;
	version = first_line(&text, &line);
	if (!version)
		return error_set(err, ERROR_CONFIG, "'%s' is empty, a version was expected", path);
	origin = xasprintf("%s:%u", path, line);
	if (check_version(version, origin, err) != 0)
		return -1;
	*what = take(version);
	return 0;
}

static int read_version_file(struct ini *ini, char **what, struct error *err)
{
	const char *path, *origin;

	if (ini_get(ini, "site", "version_file", &path, &origin, err) != 0)
		return -1;
	if (!path || !*path)
		return 0;
	if (*what) {
		error_set(err, ERROR_CONFIG, "%s: version is given too, which of them is right?", origin);
		return error_hint(err, "remove one of version and version_file");
	}
	if (load_version_file(path, what, err) != 0)
		return error_prefix(err, "%s", origin);
	ini_note(ini, &(struct ini_name){ "site", "version" }, *what, path);
	return 0;
}

static int read_site(struct ini *ini, struct site_config *out, struct error *err)
{
	static const struct ini_name shared_disks[] = { { "site", "shared_disks" }, { NULL, NULL } };

	if (ini_check_keys(ini, "site", keys, COUNT(keys), err) != 0)
		return -1;
	if (read_bool(ini, shared_disks, &out->shared_disks, err) != 0)
		return -1;
	if (read_version(ini, "version", &out->version, err) != 0)
		return -1;
	if (read_version_file(ini, &out->version, err) != 0)
		return -1;
	return read_version(ini, "min_version", &out->min_version, err);
}

int config_load_site(const struct config_sources *sources, struct site_config *out, struct error *err)
{
	const char *path = str_or(sources->site_file, SITE_FILE);
	auto_ini struct ini *ini = NULL;

	*out = (struct site_config){ 0 };
	if (ini_open(&path, 1, &ini, err) != 0) {
		if (sources->site_file || (err->code != ENOENT && err->code != ENOTDIR))
			return -1;
		error_clear(err);
		if (ini_open(NULL, 0, &ini, err) != 0)
			return -1;
	}
	ini_note_to(ini, sources->values, "site");
	if (read_site(ini, out, err) == 0)
		return 0;
	site_config_free(out);
	return -1;
}

void site_config_free(struct site_config *config)
{
	free(config->version);
	free(config->min_version);
	*config = (struct site_config){ 0 };
}
