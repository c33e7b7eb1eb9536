/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>
#include <strings.h>

#include "util/mem.h"

static bool is_key(const char *s, struct span key)
{
	return strlen(s) == key.n && memcmp(s, key.s, key.n) == 0;
}

/* [Database] is [database], but [default] is not [DEFAULT]. */
bool ini_is_group(const char *s, struct span group)
{
	if (strcmp(s, "DEFAULT") == 0 || is_key("DEFAULT", group))
		return is_key(s, group);
	return strlen(s) == group.n && strncasecmp(s, group.s, group.n) == 0;
}

struct ini_entry *ini_find(const struct ini *ini, size_t file, struct span group, struct span key)
{
	struct ini_entry *e;

	for (size_t i = ini->nentry; i > 0; i--) {
		e = &ini->entry[i - 1];
		if ((file == INI_ANY_FILE || file == e->file) && is_key(e->key, key) && ini_is_group(e->group, group))
			return e;
	}
	return NULL;
}

const char *ini_origin(const struct ini *ini, struct ini_entry *e)
{
	if (!e->origin)
		e->origin = xasprintf("%s:%u [%s] %s", ini->file[e->file].path, e->line, e->group, e->key);
	return e->origin;
}
