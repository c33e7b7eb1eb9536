/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "config/config.h"
#include "util/mem.h"
#include "util/secret.h"

/* A template of nova_api.cell_mappings in the first line, nova's own URL in the second. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	auto_free char *text = fuzz_text(bytes, n), *url = NULL;
	char *base = strchr(text, '\n');

	if (base)
		*base++ = '\0';
	url = config_expand_cell_url(text, base);
	MUST(url && (strpbrk(text, "{}") || strcmp(url, text) == 0));
	secrets_forget();
	return 0;
}
