/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LANG_H
#define UTIL_LANG_H

/* The language in which people are told: English, as it stands in the sources, or its translation. Codes, commands, keys, SQL,
 * JSON and what a journal holds are not translated. */

/* ${english} in the language of this run; itself where nothing translates it. */
const char *lang_text(const char *english) __attribute__((format_arg(1)));

#define _(english) lang_text(english)
#define N_(english) (english) /* a sentence of a table: whoever prints it says _() */

#endif
