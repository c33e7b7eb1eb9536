/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stdbool.h>

#include "util/str.h"

/* Passwords are values, and hidden where values are: url_*_show() and config_values write '***' for them, our own sentences
 * never hold one. What is left are the words of others. A password may be a word ("cinder"), so its text is not hidden wherever
 * it stands: an option or a command that is to be pasted would be lost, and the reader would learn the password from the
 * hole. */

/* Remembers a password that was read from a configuration. Copied; shorter than three bytes it is none. */
void secret_keep(const char *secret);
void secrets_forget(void);

/* The words of others (a server, a driver, a row, a value of a file): '***' for the login of every URL in it and for every
 * password that we know; one that could be a name or a word only where it is called a password. */
void str_add_foreign(struct str *out, const char *text);
struct arena;
const char *arena_foreign(struct arena *arena, const char *text); /* the same in an arena; NULL stays NULL */

/* ${text} with ${secret} in the place of ${mark}, which stands in it once: in one piece of memory that str_free_secret()
 * overwrites, where a library that frees its texts as they are has made the rest. */
void secret_put_in(struct str *out, const char *text, const char *mark, const char *secret);

/* The second wall, for whatever a person reads: ${text} without the passwords that cannot be a name or a word. */
void str_add_public(struct str *out, const char *text);
/* Would that leave anything out? */
bool secret_is_in(const char *text);

#endif
