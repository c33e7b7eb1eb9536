/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "../../src/run/plan_file_internal.h"
#include "util/file.h"
#include "util/str.h"

/* A plan file without its end: the right sum is put in here, as nothing would be read of what lacks it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	auto_str struct str all = { 0 };
	struct plan_file file;
	struct error err = { 0 };
	char sum[65];

	str_addn(&all, (const char *)bytes, n);
	sha256_hex(str_or(all.s, ""), all.n, sum);
	str_addf(&all, PLAN_SUM "%s\"}\n", sum);
	if (plan_file_read(fuzz_file(all.s, all.n), &file, &err) == 0) {
		MUST(file.run && file.command && file.expires_at);
		for (size_t i = 0; i < file.plan.nunit; i++)
			MUST(file.plan.unit[i].sentence);
	} else {
		MUST(err.kind == ERROR_REFUSED && err.text[0]);
	}
	plan_file_free(&file);
	return 0;
}
