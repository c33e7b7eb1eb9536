/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "inventory/inventory.h"
#include "util/file.h"
#include "util/str.h"

/* Lines of a saved inventory. The last line is put in here with the right digest, as little is read of what lacks it; without a key its
 * signature counts for nothing. */

static int look(void *ctx, const char *kind, json_object *record, struct error *err)
{
	size_t *n = ctx;

	(void)err;
	MUST(kind && json_object_is_type(record, json_type_object));
	(*n)++;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
	auto_str struct str all = { 0 };
	struct inventory_facts facts;
	struct error err = { 0 };
	size_t records = 0;
	char sha256[65];

	str_addn(&all, (const char *)bytes, n);
	if (n > 0 && bytes[n - 1] == '\n') {
		sha256_hex(all.s, all.n, sha256);
		str_addf(&all, "{\"record\":\"signature\",\"sha256\":\"%s\",\"key\":\"%s\",\"ed25519\":\"%s%s\"}\n", sha256, zeros, zeros, zeros);
	}
	if (inventory_read(fuzz_file(str_or(all.s, ""), all.n), NULL, look, &records, &facts, &err) == 0)
		MUST(facts.is_ended && facts.version == INVENTORY_VERSION && records >= 2);
	else
		MUST(err.text[0]);
	return 0;
}
