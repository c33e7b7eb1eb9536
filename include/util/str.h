/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte string, always ended by NUL. Start with { 0 }; s is NULL until something is added. */
struct str {
	char *s;
	size_t n, cap;
};

void str_add(struct str *str, const char *s);
void str_addn(struct str *str, const char *s, size_t n);
void str_addc(struct str *str, char c);
void str_addf(struct str *str, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* At most ${max} bytes of ${s}, whole letters only. What is no UTF-8, or a letter of four bytes (the utf8 of nova's and
 * cinder's tables has none), becomes '?'. */
void str_add_letters(struct str *str, const char *s, size_t max);
/* The words of ${text} up to ${n} bytes, for people: broken at blanks, and between Chinese letters, before column 80, and a
 * line end; new lines begin at ${indent}, ${column} is where we are. */
#define STR_NO_BREAK '\a' /* a blank where no line may end; nobody writes one */
void str_add_wrapped(struct str *str, const char *text, size_t n, size_t indent, size_t column);
/* May a line end between these two letters, where no blank is? Beside a Chinese one, but not before what closes nor behind what
 * opens. */
bool str_may_break(uint32_t code, uint32_t next);
char *str_take(struct str *str); /* the caller frees the bytes; never NULL */
void str_clear(struct str *str); /* empty, keeps the room */
void str_free(struct str *str);
#define auto_str __attribute__((cleanup(str_free)))
/* For secrets: room for ${size} bytes at once, so that growing leaves no copy behind, and an end that overwrites. */
void str_reserve(struct str *str, size_t size);
void str_free_secret(struct str *str);
#define auto_secret_str __attribute__((cleanup(str_free_secret)))

bool str_equal(const char *a, const char *b); /* byte for byte; NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
const char *str_or(const char *s, const char *otherwise); /* s, or the other when s is NULL */
/* true, yes, on, 1, in any case: what oslo.config and the drivers take for true. NULL is not. */
bool str_is_true(const char *s);

/* Two names of one host, as far as a name can tell: equal up to the first dot, which one of them has ("a" and "a.example.org",
 * "a@b" and "a.example.org@b"). Numbers are addresses, and no twins. */
bool str_is_twin(const char *a, const char *b);
/* The words of ${known} nearest to ${word} as "'a', 'b'", best first, at most three and only
 * plausible ones; "" when nothing is near. For "did you mean". */
void str_nearest(const char *word, const char *const *known, size_t n, struct str *out);

#endif
