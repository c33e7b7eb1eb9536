/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "util/mo.h"

/* A compiled catalogue: what is given of it lies in it, and ends there. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct mo_text original, translation;
	struct mo mo;

	if (!mo_open(&mo, bytes, n))
		return 0;
	for (size_t i = 0; i < mo.n; i++) {
		if (!mo_entry(&mo, i, &original, &translation))
			continue;
		MUST(original.s >= (const char *)bytes && original.s + original.n < (const char *)bytes + n && !original.s[original.n]);
		MUST(strlen(translation.s) <= translation.n);
	}
	return 0;
}
