/* SPDX-License-Identifier: Apache-2.0 */
#include "util/uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "util/file.h"
#include "util/str.h"

#define UUID_BYTES 16

static bool is_dash_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool uuid_parse(const char *text, struct uuid *out)
{
	size_t i;

	if (strlen(text) != 36)
		return false;
	for (i = 0; i < 36; i++) {
		if (is_dash_place(i) ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
		out->text[i] = (char)tolower((unsigned char)text[i]);
	}
	out->text[36] = '\0';
	return true;
}

static void from_bytes(unsigned char b[UUID_BYTES], unsigned version, struct uuid *out)
{
	char *p = out->text;

	b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < UUID_BYTES; i++) {
		if (is_dash_place((size_t)(p - out->text)))
			*p++ = '-';
		p += sprintf(p, "%02x", b[i]);
	}
}

void uuid_random(struct uuid *out)
{
	unsigned char b[UUID_BYTES];

	random_bytes(b, sizeof b);
	from_bytes(b, 4, out);
}

void uuid_from_name(const struct uuid *space, const char *name, struct uuid *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	auto_str struct str text = { 0 };
	char hex[33], pair[3] = { 0 };

	uuid_hex(space, hex);
	for (size_t i = 0; i < UUID_BYTES; i++) {
		memcpy(pair, hex + 2 * i, 2);
		str_addc(&text, (char)strtoul(pair, NULL, 16));
	}
	str_add(&text, name);
	if (EVP_Digest(text.s, text.n, digest, NULL, EVP_sha1(), NULL) != 1)
		abort();
	from_bytes(digest, 5, out);
}

void uuid_hex(const struct uuid *uuid, char out[33])
{
	for (const char *p = uuid->text; *p; p++)
		if (*p != '-')
			*out++ = *p;
	*out = '\0';
}
