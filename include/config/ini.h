/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* Files in oslo.config's dialect: [group], key = value or key : value, continuation lines that start with a blank (joined by a
 * line break), whole-line comments with # or ;, matching quotes around a value stripped, a key given again makes a list, $name
 * and $group.name (in braces, too), $$ and \$ substituted when a value is asked for. Keys keep their case; groups but DEFAULT
 * do not. */
struct ini;

/* Several files in order, as one: the later wins. Errors: ERROR_CONFIG with file:line, never with the line's text, which may
 * be a part of a password. */
int ini_open(const char *const *paths, size_t n, struct ini **out, struct error *err);
/* One option file as MariaDB's own programs read it: key=value, # and ; comments, quotes, backslash escapes, '-' and '_' the
 * same in a key, nothing substituted, includes refused; or as PyMySQL does (optionfile.py, Python's RawConfigParser): key=value
 * or key: value, the case of a key does not count, comments on lines of their own alone, no escapes, an include is nothing. */
enum option_dialect { OPTIONS_OF_MARIADB, OPTIONS_OF_PYMYSQL };
int ini_open_options(const char *path, enum option_dialect dialect, struct ini **out, struct error *err);
void ini_close(struct ini **ini);

/* The code of an error about a reference to an option that no file sets: it may have a default that is not known here. */
#define INI_UNKNOWN_REFERENCE (-1)
/* The last value of group.key with substitutions made; NULL in ${out} when absent. A reference to nothing or in a circle is
 * an error. The value lives as long as ${ini}; ${origin} (may be NULL) gets "path:line [group] key", living as long. */
int ini_get(struct ini *ini, const char *group, const char *key, const char **out, const char **origin, struct error *err);

/* An option and its older names, as oslo's deprecated_opts: in the last file that has any of them the first of them wins. */
struct ini_name {
	const char *group, *key; /* group NULL ends the list */
};
int ini_get_first(struct ini *ini, const struct ini_name *names, const char **out, const char **origin, struct error *err);

bool ini_has_group(const struct ini *ini, const char *group);
/* For files of our own, where a name that nobody reads is a typing error. */
int ini_check_keys(const struct ini *ini, const char *group, const char *const *known, size_t n, struct error *err);
void ini_add_paths(const struct ini *ini, struct str *out); /* "a, b" */
/* The files that hold a password and that everybody may read, as words for a shell; NULL: none. The caller frees it. */
char *ini_readable_by_all(const struct ini *ini);

#endif
