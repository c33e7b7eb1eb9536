/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "cli/fenced.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	auto_free char *text = fuzz_text(bytes, n);
	struct error err = { 0 };

	MUST((fenced_check("--fenced", text, &err) != 0) == (fenced_fault(text) != NULL));
	MUST(!fenced_fault(text) || err.kind == ERROR_USAGE);
	return 0;
}
