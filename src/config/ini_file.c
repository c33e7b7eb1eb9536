/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/file.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/str.h"

#define FILE_MAX ((size_t)1024 * 1024)

/* The length of the blank that ${s} begins with, 0 when it begins with none. Python strips what Unicode calls white space:
 * a no-break space out of a web page is the one that people meet. */
static size_t blank_at(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n >= 1 && ((u[0] >= 0x09 && u[0] <= 0x0d) || (u[0] >= 0x1c && u[0] <= 0x20)))
		return 1;
	if (n >= 2 && u[0] == 0xc2 && (u[1] == 0x85 || u[1] == 0xa0))
		return 2;
	if (n < 3)
		return 0;
	if (u[0] == 0xe2 && u[1] == 0x80 && ((u[2] >= 0x80 && u[2] <= 0x8a) || u[2] == 0xa8 || u[2] == 0xa9 || u[2] == 0xaf))
		return 3;
	return memcmp(s, "\xe1\x9a\x80", 3) == 0 || memcmp(s, "\xe2\x81\x9f", 3) == 0 || memcmp(s, "\xe3\x80\x80", 3) == 0 ? 3 :
															     0;
}

struct span span_trim_left(struct span span)
{
	size_t n;

	while ((n = blank_at(span.s, span.n)))
		span = (struct span){ span.s + n, span.n - n };
	return span;
}

struct span span_trim_right(struct span span)
{
	size_t n = 1;

	while (n <= 3 && n <= span.n) {
		if (blank_at(span.s + span.n - n, n) == n) {
			span.n -= n;
			n = 1;
		} else {
			n++;
		}
	}
	return span;
}

struct span span_trim(struct span span)
{
	return span_trim_left(span_trim_right(span));
}

bool span_next_line(struct span *text, struct span *line)
{
	size_t n = 0, end;

	if (text->n == 0)
		return false;
	while (n < text->n && text->s[n] != '\n' && text->s[n] != '\r')
		n++;
	*line = (struct span){ text->s, n };
	end = n + 1 < text->n && text->s[n] == '\r' && text->s[n + 1] == '\n' ? n + 2 : n < text->n ? n + 1 : n;
	*text = (struct span){ text->s + end, text->n - end };
	return true;
}

/* A file in a directory that others may not enter is not theirs to read, whatever its own mode says. */
static bool is_readable_by_all(const char *path)
{
	auto_free char *real = realpath(path, NULL);
	struct stat st;
	char *slash;

	if (!real || stat(real, &st) != 0 || !(st.st_mode & S_IROTH))
		return false;
	while ((slash = strrchr(real, '/')) && slash != real) {
		*slash = '\0';
		if (stat(real, &st) != 0 || !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

int ini_read_file(struct ini *ini, const char *path, struct str *text, struct error *err)
{
	const char *nul;
	unsigned line = 1;

	ini->file = vec_grow(ini->file, ini->nfile, &ini->file_cap, sizeof *ini->file);
	ini->file[ini->nfile++] = (struct ini_file){ xstrdup(path), is_readable_by_all(path) };
	if (file_read(path, FILE_MAX, ERROR_CONFIG, text, err) != 0)
		return -1;
	nul = text->n ? memchr(text->s, '\0', text->n) : NULL;
	if (!nul)
		return 0;
	for (const char *p = text->s; p < nul; p++)
		line += *p == '\n';
	return ini_line_error(ini, line, N_("the line has a NUL byte"), err);
}

void ini_text_free(struct str *text)
{
	if (text->s)
		explicit_bzero(text->s, text->n);
	str_free(text);
}

void ini_add_entry(struct ini *ini, struct ini_entry entry)
{
	entry.file = ini->nfile - 1;
	ini->entry = vec_grow(ini->entry, ini->nentry, &ini->entry_cap, sizeof *ini->entry);
	ini->entry[ini->nentry++] = entry;
}

int ini_line_error(const struct ini *ini, unsigned line, const char *what, struct error *err)
{
	return error_set(err, ERROR_CONFIG, "%s:%u: %s", ini->file[ini->nfile - 1].path, line, _(what));
}

int ini_parse_file(struct ini_parser *p, const char *path, int (*parse_line)(struct ini_parser *p, struct span line))
{
	struct str text = { 0 };
	struct span rest, one;
	int rc = ini_read_file(p->ini, path, &text, p->err);

	rest = (struct span){ text.s, text.n };
	while (rc == 0 && span_next_line(&rest, &one)) {
		p->line++;
		rc = parse_line(p, one);
	}
	ini_text_free(&text);
	return rc;
}

int ini_wrong(const struct ini_parser *p, const char *what)
{
	return ini_line_error(p->ini, p->line, what, p->err);
}

void ini_close(struct ini **ini)
{
	struct ini *i = *ini;

	*ini = NULL;
	if (!i)
		return;
	for (size_t n = 0; n < i->nentry; n++) {
		free(i->entry[n].group);
		free(i->entry[n].key);
		free_secret(i->entry[n].value);
		free_secret(i->entry[n].expanded);
		free(i->entry[n].origin);
	}
	for (size_t n = 0; n < i->nfile; n++)
		free(i->file[n].path);
	free(i->entry);
	free(i->file);
	free(i);
}

void ini_add_paths(const struct ini *ini, struct str *out)
{
	for (size_t i = 0; i < ini->nfile; i++)
		str_addf(out, "%s%s", i ? ", " : "", ini->file[i].path);
}

bool ini_is_secret_key(const char *key)
{
	return strstr(key, "password") || strstr(key, "secret");
}

static bool is_url_key(const char *key)
{
	return strstr(key, "connection") || strstr(key, "url");
}

bool ini_may_be_login(const char *key, const char *value, size_t offset)
{
	const char *start = strstr(value, "://"), *at = strrchr(value, '@');

	if (start && at > start)
		return value + offset < at;
	return at || strstr(value, "//") || is_url_key(key); /* a URL that is broken: whatever is in it */
}

static bool holds_password(const struct ini_entry *e)
{
	const char *start = strstr(e->value, "://");
	const char *colon = start ? strchr(start + 3, ':') : NULL;

	return *e->value && (ini_is_secret_key(e->key) || (colon && strchr(colon, '@')));
}

static bool file_holds_password(const struct ini *ini, size_t file)
{
	for (size_t i = 0; i < ini->nentry; i++)
		if (ini->entry[i].file == file && holds_password(&ini->entry[i]))
			return true;
	return false;
}

char *ini_readable_by_all(const struct ini *ini)
{
	auto_str struct str files = { 0 };

	for (size_t i = 0; i < ini->nfile; i++)
		if (ini->file[i].readable_by_all && file_holds_password(ini, i)) {
			str_add(&files, files.n ? " " : "");
			shell_add_word(&files, ini->file[i].path);
		}
	return files.n ? str_take(&files) : NULL;
}
