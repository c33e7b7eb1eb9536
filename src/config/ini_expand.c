/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <ctype.h>
#include <string.h>

#include "util/mem.h"

#define DEPTH_MAX 8
#define REFERENCES_MAX 256
#define LENGTH_MAX ((size_t)1024 * 1024)

/* One question for a value: what it refers to is expanded first, and so on. */
struct expansion {
	struct ini *ini;
	unsigned depth, references;
	struct error *err;
};

static int expand_entry(struct expansion *x, struct ini_entry *e, bool is_secret);

static bool is_name_start(char c)
{
	return c == '_' || isalpha((unsigned char)c);
}

/* The reference that begins at the '$' ${s}; its length with '$' and braces, or 0 when this '$' stands for itself. */
static size_t reference_at(const char *s, struct span *name)
{
	bool braced = s[1] == '{';
	const char *p = s + 1 + braced;

	*name = (struct span){ p, 0 };
	if (!is_name_start(*p))
		return 0;
	while (is_name_start(p[name->n]) || isdigit((unsigned char)p[name->n]) || p[name->n] == '.')
		name->n++;
	if (braced && p[name->n] != '}')
		return 0;
	return name->n + 1 + 2 * (size_t)braced;
}

/* $name is an option of the same group, or else of DEFAULT; $group.name one of that group. */
static struct ini_entry *referred_to(const struct ini *ini, const struct ini_entry *from, struct span name)
{
	const struct span root = { "DEFAULT", strlen("DEFAULT") };
	const char *dot = memchr(name.s, '.', name.n);
	struct span group = { from->group, strlen(from->group) }, key = name;
	struct ini_entry *e;

	if (dot) {
		group = (struct span){ name.s, (size_t)(dot - name.s) };
		key = (struct span){ dot + 1, name.n - group.n - 1 };
	}
	e = ini_find(ini, INI_ANY_FILE, group, key);
	return e ? e : ini_find(ini, INI_ANY_FILE, root, name);
}

/* An unquoted '$' in a password looks like a reference: then its name is a piece of the password and stays unsaid. */
static int unknown_reference(struct expansion *x, struct ini_entry *from, struct span name, bool is_secret)
{
	if (is_secret)
		error_set(x->err, ERROR_CONFIG, "%s: a '$' in the user or password refers to an option that no file sets",
		    ini_origin(x->ini, from));
	else
		error_set(x->err, ERROR_CONFIG, "%s: '$%.*s' refers to an option that no file sets", ini_origin(x->ini, from),
		    name.n > 128 ? 128 : (int)name.n, name.s);
	x->err->code = INI_UNKNOWN_REFERENCE;
	return error_hint(x->err,
	    "write a plain '$' as '$$'; options without a value in the files have no default here: set the option in the file");
}

static int add_reference(struct expansion *x, struct ini_entry *from, struct span name, bool is_secret, struct str *out)
{
	struct ini_entry *to = referred_to(x->ini, from, name);

	if (!to)
		return unknown_reference(x, from, name, is_secret);
	if (to->expanding)
		return error_set(x->err, ERROR_CONFIG, "%s refers to itself, through its '$' references",
		    ini_origin(x->ini, to));
	if (++x->references > REFERENCES_MAX)
		return error_set(x->err, ERROR_CONFIG, "%s: more than %d '$' references", ini_origin(x->ini, from),
		    REFERENCES_MAX);
	if (expand_entry(x, to, is_secret) != 0)
		return -1;
	str_add(out, to->expanded);
	return 0;
}

/* oslo writes \$ as $$ before it looks for references, so that "$\$" is "$$". */
static char *with_dollars_doubled(const char *value)
{
	struct str out = { 0 };

	for (; *value; value++)
		str_addc(&out, value[0] == '\\' && value[1] == '$' ? '$' : *value);
	return str_take(&out);
}

static int expand_text(struct expansion *x, struct ini_entry *e, const char *text, bool is_secret, struct str *out)
{
	struct span name = { 0 };
	bool is_escaped;
	size_t n;

	for (const char *s = text; *s; s += n) {
		n = strcspn(s, "$");
		str_addn(out, s, n);
		s += n;
		if (!*s)
			break;
		is_escaped = s[1] == '$';
		n = is_escaped ? 2 : reference_at(s, &name);
		if (n == 0 || is_escaped) {
			str_addc(out, '$');
			n = n ? n : 1;
		} else if (add_reference(x, e, name, is_secret || ini_may_be_login(e->key, text, (size_t)(s - text)), out) !=
		    0) {
			return -1;
		}
		if (out->n > LENGTH_MAX)
			return error_set(x->err, ERROR_CONFIG, "%s: longer than %zu bytes with its '$' references filled in",
			    ini_origin(x->ini, e), LENGTH_MAX);
	}
	return 0;
}

static int expand_entry(struct expansion *x, struct ini_entry *e, bool is_secret)
{
	struct str out = { 0 };
	char *text;
	int rc;

	if (e->expanded)
		return 0;
	if (x->depth > DEPTH_MAX)
		return error_set(x->err, ERROR_CONFIG, "%s: '$' references more than %d deep", ini_origin(x->ini, e),
		    DEPTH_MAX);
	text = with_dollars_doubled(e->value);
	e->expanding = true;
	x->depth++;
	rc = expand_text(x, e, text, is_secret || ini_is_secret_key(e->key), &out);
	x->depth--;
	e->expanding = false;
	free_secret(text);
	if (rc == 0)
		e->expanded = str_take(&out);
	else
		ini_text_free(&out);
	return rc;
}

int ini_expand(struct ini *ini, struct ini_entry *entry, struct error *err)
{
	struct expansion x = { .ini = ini, .err = err };

	return expand_entry(&x, entry, false);
}
