/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* Memory that is there or ends the program: a command-line tool cannot go on without it, and
 * the journal covers a death at any point. x* never return NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0))); /* takes ${fmt} as it is: lang_vformat() */

/* Room for one more in a growing array: v = vec_grow(v, n, &cap, sizeof *v). */
void *vec_grow(void *v, size_t n, size_t *cap, size_t size);
/* qsort() and bsearch() that take an array of nothing, NULL, too. */
void vec_sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b));
const void *vec_search(const void *key, const void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b));

/* Overwrites before it frees; for secrets. NULL is fine. */
void free_secret(char *s);

/* A pile of bytes that ends as a whole: result sets keep their strings in one. */
struct arena {
	struct arena_block *block;
};
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for anything */
char *arena_dup(struct arena *arena, const char *s); /* NULL stays NULL */
char *arena_dupn(struct arena *arena, const char *s, size_t n);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_join(struct arena *arena, struct arena *more); /* what ${more} has ends with ${arena}; ${more} is empty then */
void arena_free(struct arena *arena);

void auto_free_(void *p);
#define auto_free __attribute__((cleanup(auto_free_)))
#define auto_arena __attribute__((cleanup(arena_free)))

/* Gives an auto_free local away. */
#define take(p) \
	__extension__({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

#endif
