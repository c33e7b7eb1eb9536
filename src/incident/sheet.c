/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "internal.h"

void sheet_add_cells(struct sheet *sheet, enum sheet_kind kind, size_t n, const char *const *cell)
{
	struct sheet_block *b;

	assert(n <= SHEET_CELLS);
	sheet->v = vec_grow(sheet->v, sheet->n, &sheet->cap, sizeof *sheet->v);
	b = &sheet->v[sheet->n++];
	*b = (struct sheet_block){ .kind = kind, .n = n };
	for (size_t i = 0; i < n; i++)
		b->cell[i] = arena_dup(&sheet->arena, str_or(cell[i], "-"));
}

bool sheet_ends(const struct sheet *sheet, size_t i, enum sheet_kind kind)
{
	return i + 1 >= sheet->n || sheet->v[i + 1].kind != kind;
}

void sheet_free(struct sheet *sheet)
{
	free(sheet->v);
	arena_free(&sheet->arena);
	*sheet = (struct sheet){ 0 };
}
