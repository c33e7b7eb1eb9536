/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "model/keystone/catalog.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct endpoint one[] = {
	{ "block-storage", "internal", "http://new/", "R1" },
	{ "network", "admin", "http://n-admin/", "R1" },
	{ "network", "internal", "http://n1/", "R1" },
	{ "network", "internal", "http://n2/", "R2" },
	{ "network", "public", "http://n-public/", "R1" },
	{ "network", "public", "http://n-public/", "R2" },
	{ "placement", "public", "http://p/", NULL },
	{ "volumev3", "public", "http://v3/", "R1" },
};
static const struct endpoints all = { .v = one, .n = COUNT(one) };

/* As keystoneauth1 chooses. */
static void the_one_that_nova_would_take(void **state)
{
	static const struct {
		const char *types[3], *region, *interfaces, *url; /* url NULL: none; "?": unclear */
	} row[] = {
		{ { "network" }, "R1", "internal,public", "http://n1/" },
		{ { "network" }, "R2", "internal,public", "http://n2/" },
		{ { "network" }, "R2", "internalURL", "http://n2/" },
		{ { "network" }, "R1", "public, internal", "http://n-public/" },
		{ { "network" }, "R1", "['public']", "http://n-public/" },
		{ { "network" }, NULL, "internal,public", "?" },
		{ { "network" }, NULL, "public", "http://n-public/" },
		{ { "network" }, "R3", "internal,public", NULL },
		{ { "network" }, "R2", "admin", NULL },
		{ { "network" }, "R1", "", NULL },
		{ { "network" }, "R1", " , ", NULL },
		{ { "placement" }, "R7", "internal,public", "http://p/" },
		{ { "volumev3", "block-storage" }, "R1", "public", "http://v3/" },
		{ { "volumev3", "block-storage" }, "R1", "internal", "http://new/" },
		{ { "volumev2" }, "R1", "public", NULL },
	};
	const struct endpoint *found;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		enum endpoint_choice choice = endpoint_choose(&all, row[i].types, row[i].region, row[i].interfaces, &found);
		const char *got = choice == ENDPOINT_FOUND ? found->url : choice == ENDPOINT_UNCLEAR ? "?" : NULL;

		if (!str_equal(got, row[i].url))
			fail_msg("%zu: %s, not %s", i, str_or(got, "none"), str_or(row[i].url, "none"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_one_that_nova_would_take) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
