/* SPDX-License-Identifier: Apache-2.0 */
#include "util/html.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "util/visible.h"

void html_add(const char *text, struct str *out)
{
	auto_str struct str visible = { 0 };

	str_add_visible(&visible, text);
	for (const char *c = str_or(visible.s, ""); *c; c++) {
		switch (*c) {
		case '<':
			str_add(out, "&lt;");
			break;
		case '>':
			str_add(out, "&gt;");
			break;
		case '&':
			str_add(out, "&amp;");
			break;
		case '"':
			str_add(out, "&quot;");
			break;
		case '\'':
			str_add(out, "&#39;");
			break;
		default:
			str_addc(out, *c);
			break;
		}
	}
}

void html_add_hash(const char *text, struct str *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE], base64[EVP_MAX_MD_SIZE * 2];
	unsigned n;

	if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha256(), NULL) != 1)
		abort();
	EVP_EncodeBlock(base64, digest, (int)n);
	str_addf(out, "'sha256-%s'", (const char *)base64);
}
