/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "config/ini.h"

/* A file in oslo's dialect, and the same bytes in MariaDB's: opened or refused, and every name asked for. */

static const char *const groups[] = { "DEFAULT", "database", "g" };
static const char *const keys[] = { "connection", "transport_url", "a", "b", "c" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void ask(struct ini *ini)
{
	auto_str struct str paths = { 0 };

	for (size_t i = 0; i < COUNT(groups); i++) {
		for (size_t k = 0; k < COUNT(keys); k++) {
			const char *value = NULL, *origin = NULL;
			struct error err = { 0 };

			if (ini_get(ini, groups[i], keys[k], &value, &origin, &err) == 0)
				MUST(!value || (origin && *origin));
			else
				MUST(err.text[0]);
		}
		ini_check_keys(ini, groups[i], keys, COUNT(keys), &(struct error){ 0 });
	}
	ini_add_paths(ini, &paths);
	MUST(paths.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file(bytes, n);
	struct ini *ini = NULL;
	struct error err = { 0 };

	if (ini_open(&path, 1, &ini, &err) == 0)
		ask(ini);
	else
		MUST(err.kind == ERROR_CONFIG && err.text[0]);
	ini_close(&ini);
	err = (struct error){ 0 };
	if (ini_open_options(path, OPTIONS_OF_MARIADB, &ini, &err) == 0)
		ask(ini);
	else
		MUST(err.kind == ERROR_CONFIG && err.text[0]);
	ini_close(&ini);
	return 0;
}
