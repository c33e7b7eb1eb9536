/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/visible.h"

void html_add(const char *text, struct str *out)
{
	auto_str struct str visible = { 0 };

	str_add_visible(&visible, text);
	for (const char *c = str_or(visible.s, ""); *c; c++) {
		switch (*c) {
		case '<': str_add(out, "&lt;"); break;
		case '>': str_add(out, "&gt;"); break;
		case '&': str_add(out, "&amp;"); break;
		case '"': str_add(out, "&quot;"); break;
		case '\'': str_add(out, "&#39;"); break;
		default: str_addc(out, *c); break;
		}
	}
}

/* 10,333 */
void number_add(uint64_t n, struct str *out)
{
	if (n >= 1000) {
		number_add(n / 1000, out);
		str_addf(out, ",%03u", (unsigned)(n % 1000));
	} else {
		str_addf(out, "%u", (unsigned)n);
	}
}

/* 2026-01-31T03:04:05.678Z as people read it: 2026-01-31 03:04 */
void minute_add(const char *at, struct str *out)
{
	auto_free char *text = xstrndup(at, strlen("2026-01-31T03:04"));
	char *t = strchr(text, 'T');

	if (t)
		*t = ' ';
	html_add(text, out);
}
