/* SPDX-License-Identifier: Apache-2.0 */
#include "model/keystone/catalog.h"

#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape endpoint_shape = DB_SHAPE(struct endpoint, DB_COLUMNS(struct endpoint, type, interface, url),
    DB_NULLABLES(struct endpoint, region));

int endpoints_list(struct db *keystone, struct endpoints *out, struct error *err)
{
	return db_read(keystone, &SQL_KEYSTONE_ENDPOINT_LIST, NULL, &endpoint_shape, &out->rows, err);
}

/* "publicURL" and "public" are the same interface (keystoneauth1 access/service_catalog.py: _normalize_interface). */
static bool is_interface(const char *name, const char *word, size_t n)
{
	if (n > 3 && strncmp(word + n - 3, "URL", 3) == 0)
		n -= 3;
	return strlen(name) == n && strncmp(name, word, n) == 0;
}

static enum endpoint_choice choose_of_interface(const struct endpoints *all, const char *type, const char *region,
    const char *word, size_t n, const struct endpoint **out)
{
	*out = NULL;
	for (const struct endpoint *e = all->v; e < all->v + all->n; e++) {
		if (strcmp(e->type, type) != 0 || !is_interface(e->interface, word, n) ||
		    (region && e->region && strcmp(e->region, region) != 0))
			continue;
		if (*out && strcmp((*out)->url, e->url) != 0)
			return ENDPOINT_UNCLEAR;
		*out = e;
	}
	return *out ? ENDPOINT_FOUND : ENDPOINT_NONE;
}

static enum endpoint_choice choose_of_type(const struct endpoints *all, const char *type, const char *region,
    const char *interfaces, const struct endpoint **out)
{
	enum endpoint_choice choice = ENDPOINT_NONE;
	size_t n;

	for (const char *word = interfaces; *word && choice == ENDPOINT_NONE; word += n) {
		word += strspn(word, ", \t\n[]'\"");
		n = strcspn(word, ", \t\n[]'\"");
		if (n > 0)
			choice = choose_of_interface(all, type, region, word, n, out);
	}
	return choice;
}

enum endpoint_choice endpoint_choose(const struct endpoints *all, const char *const *types, const char *region,
    const char *interfaces, const struct endpoint **out)
{
	enum endpoint_choice choice = ENDPOINT_NONE;

	*out = NULL;
	for (; *types && choice == ENDPOINT_NONE; types++)
		choice = choose_of_type(all, *types, region, interfaces, out);
	return choice;
}
