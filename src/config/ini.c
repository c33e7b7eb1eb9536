/* SPDX-License-Identifier: Apache-2.0 */
#include "config/ini.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"

/* oslo.config's iniparser.py, one line at a time. An assignment is only known to be whole when the line after it is seen. */
static void close_assignment(struct ini_parser *p)
{
	if (!p->key)
		return;
	ini_add_entry(p->ini,
	    (struct ini_entry){ .group = xstrdup(p->group),
		.key = take(p->key),
		.value = str_take(&p->value),
		.line = p->key_line });
}

static int parse_continuation(struct ini_parser *p, struct span line)
{
	line = span_trim_left(line);
	if (!p->key) {
		ini_wrong(p, N_("the line begins with a blank but continues no value"));
		return error_hint(p->err,
		    "remove the blanks at the start of the line (a comment or an empty line ends a value)");
	}
	str_addc(&p->value, '\n');
	str_addn(&p->value, line.s, line.n);
	return 0;
}

static int parse_group(struct ini_parser *p, struct span line)
{
	if (line.s[line.n - 1] != ']')
		return ini_wrong(p, N_("a line that begins with '[' must end with ']'"));
	if (line.n <= 2)
		return ini_wrong(p, N_("the group has no name"));
	free(p->group);
	p->group = xstrndup(line.s + 1, line.n - 2);
	return 0;
}

static size_t separator_of(struct span line)
{
	size_t i = 0;

	while (i < line.n && line.s[i] != '=' && line.s[i] != ':')
		i++;
	return i;
}

static struct span without_quotes(struct span value)
{
	if (value.n == 0 || (*value.s != '"' && *value.s != '\'') || *value.s != value.s[value.n - 1])
		return value;
	return value.n == 1 ? (struct span){ value.s, 0 } : (struct span){ value.s + 1, value.n - 2 };
}

static int parse_assignment(struct ini_parser *p, struct span line)
{
	size_t separator = separator_of(line);
	struct span key = span_trim((struct span){ line.s, separator }), value;

	if (separator == line.n)
		return ini_wrong(p, N_("the line has neither '=' nor ':'"));
	if (key.n == 0)
		return ini_wrong(p, N_("the line has no name before '=' or ':'"));
	if (!p->group)
		return ini_wrong(p, N_("an option stands before the first [group]"));
	value = without_quotes(span_trim((struct span){ line.s + separator + 1, line.n - separator - 1 }));
	p->key = xstrndup(key.s, key.n);
	p->key_line = p->line;
	str_addn(&p->value, value.s, value.n);
	return 0;
}

/* oslo takes the mark for a part of the first word and refuses the file, and so must we: the service cannot be running on
 * it. */
static int refuse_byte_order_mark(struct ini_parser *p)
{
	ini_wrong(p, N_("the file begins with a byte order mark, and oslo.config does not read such a file"));
	return error_hint(p->err, "sed -i '1s/^\\xef\\xbb\\xbf//' %s", p->ini->file[p->ini->nfile - 1].path);
}

static int parse_line(struct ini_parser *p, struct span line)
{
	if (p->line == 1 && str_starts(line.s, "\xef\xbb\xbf"))
		return refuse_byte_order_mark(p);
	line = span_trim_right(line);
	if (line.n && (*line.s == ' ' || *line.s == '\t'))
		return parse_continuation(p, line);
	close_assignment(p);
	if (line.n == 0 || *line.s == '#' || *line.s == ';')
		return 0;
	return *line.s == '[' ? parse_group(p, line) : parse_assignment(p, line);
}

static int open_file(struct ini *ini, const char *path, struct error *err)
{
	struct ini_parser p = { .ini = ini, .err = err };
	int rc = ini_parse_file(&p, path, parse_line);

	if (rc == 0)
		close_assignment(&p);
	free(p.group);
	free(p.key);
	ini_text_free(&p.value);
	return rc;
}

int ini_open(const char *const *paths, size_t n, struct ini **out, struct error *err)
{
	auto_ini struct ini *ini = xcalloc(1, sizeof *ini);

	*out = NULL;
	for (size_t i = 0; i < n; i++)
		if (open_file(ini, paths[i], err) != 0)
			return -1;
	*out = take(ini);
	return 0;
}

/* ---- asking */

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static struct ini_entry *find_first(const struct ini *ini, const struct ini_name *names)
{
	struct ini_entry *e;

	for (size_t file = ini->nfile; file > 0; file--)
		for (const struct ini_name *name = names; name->group; name++)
			if ((e = ini_find(ini, file - 1, span_of(name->group), span_of(name->key))))
				return e;
	return NULL;
}

int ini_get_first(struct ini *ini, const struct ini_name *names, const char **out, const char **origin, struct error *err)
{
	struct ini_entry *e = find_first(ini, names);

	*out = NULL;
	if (origin)
		*origin = e ? ini_origin(ini, e) : NULL;
	if (!e)
		return 0;
	if (ini_expand(ini, e, err) != 0)
		return -1;
	*out = e->expanded;
	return 0;
}

int ini_get(struct ini *ini, const char *group, const char *key, const char **out, const char **origin, struct error *err)
{
	return ini_get_first(ini, (const struct ini_name[]){ { group, key }, { NULL, NULL } }, out, origin, err);
}

bool ini_has_group(const struct ini *ini, const char *group)
{
	for (size_t i = 0; i < ini->nentry; i++)
		if (ini_is_group(ini->entry[i].group, span_of(group)))
			return true;
	return false;
}

static bool is_known_key(const char *key, const char *const *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(known[i], key) == 0)
			return true;
	return false;
}

int ini_check_keys(const struct ini *ini, const char *group, const char *const *known, size_t n, struct error *err)
{
	auto_str struct str near = { 0 };
	struct ini_entry *e;

	for (size_t i = 0; i < ini->nentry; i++) {
		e = &ini->entry[i];
		if (!ini_is_group(e->group, span_of(group)) || is_known_key(e->key, known, n))
			continue;
		str_nearest(e->key, known, n, &near);
		error_set(err, ERROR_CONFIG, "%s: unknown option", ini_origin(ini, e));
		return near.n ? error_hint(err, "did you mean %s?", near.s) : -1;
	}
	return 0;
}
