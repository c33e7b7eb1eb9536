/* SPDX-License-Identifier: Apache-2.0 */
#include "util/mo.h"

#include <string.h>

#define MAGIC 0x950412deu
#define HEAD_SIZE ((size_t)20)
#define ROW_SIZE ((size_t)8) /* of both tables: a length and an offset */

/* msgfmt --endianness=little writes it, whatever machine reads it. */
static uint32_t number_at(const struct mo *mo, size_t at)
{
	const unsigned char *b = mo->bytes + at;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool is_inside(const struct mo *mo, size_t at, size_t n)
{
	return at <= mo->size && n <= mo->size - at;
}

bool mo_open(struct mo *mo, const unsigned char *bytes, size_t size)
{
	*mo = (struct mo){ .bytes = bytes, .size = size };
	if (size < HEAD_SIZE || number_at(mo, 0) != MAGIC ||
	    number_at(mo, 4) >> 16 != 0) /* a major revision that is not ours */
		return false;
	mo->n = number_at(mo, 8);
	mo->originals = number_at(mo, 12);
	mo->translations = number_at(mo, 16);
	return mo->n <= size / ROW_SIZE && is_inside(mo, mo->originals, mo->n * ROW_SIZE) &&
	    is_inside(mo, mo->translations, mo->n * ROW_SIZE);
}

static bool text_at(const struct mo *mo, size_t row, struct mo_text *out)
{
	const size_t n = number_at(mo, row), at = number_at(mo, row + 4);

	if (!is_inside(mo, at, n) || !is_inside(mo, at + n, 1) || mo->bytes[at + n] != '\0')
		return false;
	*out = (struct mo_text){ (const char *)mo->bytes + at, n };
	return true;
}

bool mo_entry(const struct mo *mo, size_t i, struct mo_text *original, struct mo_text *translation)
{
	return i < mo->n && text_at(mo, mo->originals + i * ROW_SIZE, original) &&
	    text_at(mo, mo->translations + i * ROW_SIZE, translation);
}
