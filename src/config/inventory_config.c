/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define KEEP_LEAST 2 /* one, and the one before it while it is written */
#define KEEP_MOST 10000

static int read_directories(const char *value, const char *origin, struct inventory_config *out, struct error *err)
{
	for (const char *p = value, *end; *p; p = end + (*end == ',')) {
		struct span one = { p, strcspn(p, ",") };

		end = p + one.n;
		one = span_trim(one);
		if (one.n == 0)
			continue;
		if (one.s[0] != '/' || out->ndirectory == INVENTORY_DIRECTORIES_MAX) {
			error_set(err, ERROR_CONFIG, "%s: '%.256s' is no list of at most %d directories", origin, value,
			    INVENTORY_DIRECTORIES_MAX);
			return error_hint(err, "write whole paths with commas between, as %s", INVENTORY_DIRECTORY);
		}
		out->directory[out->ndirectory++] = xstrndup(one.s, one.n);
	}
	return 0;
}

static int read_keep(const char *value, const char *origin, struct inventory_config *out, struct error *err)
{
	char *end;
	unsigned long keep;

	errno = 0;
	keep = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno || keep < KEEP_LEAST || keep > KEEP_MOST)
		return error_set(err, ERROR_CONFIG, "%s: '%.64s' is no number from %d to %d", origin, value, KEEP_LEAST,
		    KEEP_MOST);
	out->keep = (unsigned)keep;
	return 0;
}

int read_inventory(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	if (!value || !*value)
		value = option->standard, origin = NULL;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, value, origin);
	if (strcmp(option->key, "directories") == 0)
		return read_directories(value, origin, &out->inventory, err);
	if (strcmp(option->key, "keep") == 0)
		return read_keep(value, origin, &out->inventory, err);
	out->inventory.key = xstrdup(value);
	return 0;
}

void inventory_config_free(struct inventory_config *config)
{
	free(config->key);
	for (size_t i = 0; i < config->ndirectory; i++)
		free(config->directory[i]);
	*config = (struct inventory_config){ .key = NULL };
}
