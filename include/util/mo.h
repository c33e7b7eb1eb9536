/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_MO_H
#define UTIL_MO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A catalogue of translations as msgfmt writes it (GNU gettext's manual, "The Format of GNU MO Files"), in memory. Its entries
 * are sorted by strcmp(). Nothing is believed: what points out of it is no entry. */
struct mo {
	const unsigned char *bytes;
	size_t size;
	uint32_t n, originals, translations; /* how many, where their two tables begin */
};
struct mo_text {
	const char *s; /* ended by NUL, in the catalogue */
	size_t n;
};

bool mo_open(struct mo *mo, const unsigned char *bytes, size_t size); /* false: this is no catalogue */
bool mo_entry(const struct mo *mo, size_t i, struct mo_text *original, struct mo_text *translation);

/* src/po/zh_CN.po */
extern const unsigned char lang_zh_CN_mo[];
extern const size_t lang_zh_CN_mo_size;

#endif
