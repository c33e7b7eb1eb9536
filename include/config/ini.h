/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include <stddef.h>

#include "util/error.h"

/* Files in oslo.config's dialect: [group], key = value or key : value, continuation lines that start with a blank, whole-line
 * comments with # or ;, matching quotes around a value stripped, a key given again makes a list, $name, ${name}, $group.name
 * and $$ substituted when a value is asked for. */
struct ini;

/* Several files in order, as one: the later wins. Errors: ERROR_CONFIG with file:line. */
int ini_open(const char *const *paths, size_t n, struct ini **out, struct error *err);
void ini_close(struct ini **ini);

/* The last value of group.key with substitutions made; NULL in ${out} when absent. A reference to nothing or in a circle is
 * an error. The value lives as long as ${ini}; ${origin} (may be NULL) gets "path:line [group] key", living as long. */
int ini_get(struct ini *ini, const char *group, const char *key, const char **out, const char **origin, struct error *err);

#endif
