/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LANG_H
#define UTIL_LANG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The language in which people are told: English, as it stands in the sources, or its translation. Codes, commands, keys, SQL,
 * JSON and what a journal holds are not translated.
 *
 * One sentence goes to both: a unit's "why" is read on the screen and in the journal. So a text that is translated carries its
 * English along, in one string, and whoever writes it takes the one that he needs: str_add_visible() the reader's, jv_text()
 * and what prints for programs the English. In between it is handed on, put together and copied like any text; only its length
 * and its letters say nothing. In a run in English no text carries anything, and each is what it looks like.
 *
 * The translations are compiled in: see src/util/lang.c for why, docs/translation.md for how they are made. */

/* The language of this run: ${word} is "en" or "zh"; NULL: what the environment says, by gettext's rules (LANGUAGE, LC_ALL,
 * LC_MESSAGES, LANG; English where the locale is C, POSIX or C.UTF-8). Once, before anything is said. */
void lang_open(const char *word);
void lang_close(void);
bool lang_is_english(void);

/* ${english} for people, with itself for machines; itself where nothing translates it. It stays. */
const char *lang_text(const char *english) __attribute__((format_arg(1)));

#define _(english) lang_text(english)
#define N_(english) (english) /* a sentence of a table: whoever prints it says _() */

/* printf: a ${fmt} that carries both languages gives a text that does. The caller frees it. What a person reads and formats by
 * itself goes through here: str_addf(), arena_printf(), xasprintf() do. */
char *lang_vformat(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
/* The same into ${out}, cut to ${size}, each language at a letter. */
void lang_vformat_into(char *out, size_t size, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
void lang_copy(char *out, size_t size, const char *text);

bool lang_is_both(const char *text); /* is there a translation in it? */
/* ${text} in one language, in its own place; it never grows. They return ${text}. */
char *lang_for_people(char *text);
char *lang_for_machines(char *text);

#endif
