/* SPDX-License-Identifier: Apache-2.0 */
#include "util/mem.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/lang.h"

/* An arena's blocks double from the least: most arenas hold one row, some hold a hundred thousand. */
#define ARENA_BLOCK_LEAST ((size_t)256)
#define ARENA_BLOCK_MOST ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used, size, usual; /* usual: without what was too large for it */
	alignas(max_align_t) char bytes[];
};

static _Noreturn void out_of_memory(void)
{
	fputs("evac-manage: out of memory\n", stderr);
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n ? n : 1, size ? size : 1);

	if (!q)
		out_of_memory();
	return q;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = lang_vformat(fmt, ap);
	va_end(ap);
	return s;
}

void *vec_grow(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 8;
	return xreallocarray(v, *cap, size);
}

void vec_sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	if (n > 0)
		qsort(v, n, size, compare);
}

const void *vec_search(const void *key, const void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	return n > 0 ? bsearch(key, v, n, size, compare) : NULL;
}

void free_secret(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *b = arena->block;
	size_t usual, room;
	void *p;

	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!b || b->size - b->used < size) {
		usual = !b ? ARENA_BLOCK_LEAST : b->usual < ARENA_BLOCK_MOST ? b->usual * 2 : ARENA_BLOCK_MOST;
		room = size > usual ? size : usual;
		b = xcalloc(1, sizeof *b + room);
		b->usual = room > usual ? usual / 2 : usual;
		b->size = room;
		b->next = arena->block;
		arena->block = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

char *arena_dupn(struct arena *arena, const char *s, size_t n)
{
	char *p = arena_alloc(arena, n + 1);

	memcpy(p, s, n);
	return p;
}

char *arena_dup(struct arena *arena, const char *s)
{
	return s ? arena_dupn(arena, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	auto_free char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = lang_vformat(fmt, ap);
	va_end(ap);
	return arena_dup(arena, s);
}

/* Behind the block that is being filled. */
void arena_join(struct arena *arena, struct arena *more)
{
	struct arena_block **end = arena->block ? &arena->block->next : &arena->block, *rest = *end;

	*end = more->block;
	while (*end)
		end = &(*end)->next;
	*end = rest;
	more->block = NULL;
}

void arena_free(struct arena *arena)
{
	struct arena_block *b = arena->block, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	arena->block = NULL;
}

void auto_free_(void *p)
{
	free(*(void **)p);
}
