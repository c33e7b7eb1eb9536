/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stddef.h>

/* How many bytes the character at ${s} has, 1 to 4; 0: these bytes are none (cut off, overlong, a surrogate, beyond U+10FFFF).
 * The terminating NUL counts as a character of one byte. */
size_t utf8_length(const char *s);

#endif
