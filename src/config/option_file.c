/* SPDX-License-Identifier: Apache-2.0 */
#include "config/ini.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"

/* MariaDB's option files, after mysys/my_default.c: what its own programs read from the same file is what we read. libmariadb's
 * own reading (MYSQL_READ_DEFAULT_FILE) is another, without comments behind a value, and it has the last word over what
 * connect.c sets: [client], always read, could end TLS, load a plugin or lead elsewhere; and a file that is missing or wrong
 * goes unsaid. */

/* A '#' ends the line anywhere but between quotes; a ';' only at its start. */
static struct span without_comment(struct span line)
{
	char quote = '\0';
	size_t i;

	for (i = 0; i < line.n; i++) {
		if (quote ? line.s[i] == quote : line.s[i] == '"' || line.s[i] == '\'')
			quote = quote ? '\0' : line.s[i];
		else if (quote && line.s[i] == '\\' && i + 1 < line.n && line.s[i + 1] == quote)
			i++;
		else if (!quote && line.s[i] == '#')
			break;
	}
	return (struct span){ line.s, i };
}

static char *unescaped(struct span value)
{
	static const char letters[] = "ntrbs\"'\\", meant[] = "\n\t\r\b \"'\\";
	const char *letter;
	struct str out = { 0 };

	for (size_t i = 0; i < value.n; i++) {
		letter = value.s[i] == '\\' && i + 1 < value.n ? strchr(letters, value.s[i + 1]) : NULL;
		if (letter)
			i++;
		str_addc(&out, letter ? meant[letter - letters] : value.s[i]);
	}
	return str_take(&out);
}

static int parse_option_group(struct ini_parser *p, struct span line)
{
	const char *close = memchr(line.s, ']', line.n);
	struct span name;

	if (!close)
		return ini_wrong(p, N_("a line that begins with '[' must have a ']'"));
	name = span_trim((struct span){ line.s + 1, (size_t)(close - line.s) - 1 });
	free(p->group);
	p->group = xstrndup(name.s, name.n);
	return 0;
}

static char *key_of(struct span span)
{
	char *key = xstrndup(span.s, span.n);

	for (char *c = key; *c; c++)
		if (*c == '_')
			*c = '-';
	return key;
}

static struct span unquoted(struct span value)
{
	if (value.n > 1 && (*value.s == '"' || *value.s == '\'') && *value.s == value.s[value.n - 1])
		return (struct span){ value.s + 1, value.n - 2 };
	return value;
}

static int parse_option_assignment(struct ini_parser *p, struct span line)
{
	const char *equals;
	struct span key, value;

	line = span_trim_right(without_comment(line));
	equals = memchr(line.s, '=', line.n);
	if (!p->group)
		return ini_wrong(p, N_("an option stands before the first [group]"));
	key = span_trim((struct span){ line.s, equals ? (size_t)(equals - line.s) : line.n });
	value = equals ? span_trim((struct span){ equals + 1, line.n - (size_t)(equals - line.s) - 1 }) :
			 (struct span){ "", 0 };
	value = unquoted(value);
	ini_add_entry(p->ini,
	    (struct ini_entry){ .group = xstrdup(p->group),
		.key = key_of(key),
		.value = unescaped(value),
		.expanded = unescaped(value),
		.line = p->line }); /* a '$' is a '$' here */
	return 0;
}

static int parse_option_line(struct ini_parser *p, struct span line)
{
	line = span_trim(line);
	if (line.n == 0 || *line.s == '#' || *line.s == ';')
		return 0;
	if (*line.s == '!')
		return ini_wrong(p, N_("includes are not read: name the included file itself"));
	return *line.s == '[' ? parse_option_group(p, line) : parse_option_assignment(p, line);
}

/* "ssl" alone on a line has no value, and so has an include. */
static int parse_pymysql_assignment(struct ini_parser *p, struct span line)
{
	size_t n = 0;
	struct span key, value;
	char *name;

	while (n < line.n && line.s[n] != '=' && line.s[n] != ':')
		n++;
	if (!p->group)
		return ini_wrong(p, N_("an option stands before the first [group]"));
	key = span_trim((struct span){ line.s, n });
	value = n < line.n ? unquoted(span_trim((struct span){ line.s + n + 1, line.n - n - 1 })) : (struct span){ "", 0 };
	name = xstrndup(key.s, key.n);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	ini_add_entry(p->ini,
	    (struct ini_entry){ .group = xstrdup(p->group),
		.key = name,
		.value = xstrndup(value.s, value.n),
		.expanded = xstrndup(value.s, value.n),
		.line = p->line });
	return 0;
}

static int parse_pymysql_line(struct ini_parser *p, struct span line)
{
	line = span_trim(line);
	if (line.n == 0 || *line.s == '#' || *line.s == ';')
		return 0;
	return *line.s == '[' ? parse_option_group(p, line) : parse_pymysql_assignment(p, line);
}

int ini_open_options(const char *path, enum option_dialect dialect, struct ini **out, struct error *err)
{
	auto_ini struct ini *ini = xcalloc(1, sizeof *ini);
	struct ini_parser p = { .ini = ini, .err = err };
	int rc = ini_parse_file(&p, path, dialect == OPTIONS_OF_PYMYSQL ? parse_pymysql_line : parse_option_line);

	free(p.group);
	*out = rc == 0 ? take(ini) : NULL;
	return rc;
}
