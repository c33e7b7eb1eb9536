/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "out/table.h"

void html_add(const char *text, struct str *out)
{
	auto_str struct str visible = { 0 };

	out_add_visible(text, &visible);
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
