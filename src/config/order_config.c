/* SPDX-License-Identifier: Apache-2.0 */
#include "config/order_config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"

#define TIMEOUT_MAX_S 86400
#define BLANKS " \t\r\n"

const char *const order_key_name[ORDER_KEYS] = { "phases", "phase_timeout", "priority_keys", "group_keys", "ha_keys",
	"respect_ha_tags" };
static const char *const standard_keys[ORDER_RESPECT_HA_TAGS] = {
	[ORDER_PRIORITY_KEYS] = "restart_priority, instanceha:restart_priority",
	[ORDER_GROUP_KEYS] = "restart_group, instanceha:restart_group",
	[ORDER_HA_KEYS] = "HA_Enabled, evacuable"
};

static const struct {
	const char *word;
	enum phase_by by;
	bool takes_value, is_last_resort; /* of those that no other rule fits */
} terms[] = {
	{ "tag", PHASE_BY_TAG, true, false },
	{ "metadata", PHASE_BY_METADATA, true, false },
	{ "project", PHASE_BY_PROJECT, true, false },
	{ "flavor", PHASE_BY_FLAVOR, true, false },
	{ "ha", PHASE_BY_HA, false, false },
	{ "priority", PHASE_BY_PRIORITY, false, true },
	{ "rest", PHASE_BY_REST, false, true },
};
#define TERMS "tag NAME, metadata KEY=VALUE, project ID, flavor NAME, ha, priority, rest"

static int reject_phase(const char *origin, const char *text, const char *why, struct error *err)
{
	error_set(err, ERROR_CONFIG, "%s: '%.128s' %s", origin, text, why);
	return error_hint(err, "write phases with commas between, each of %s; 'or' joins several in one phase", TERMS);
}

/* A copy without the blanks around it. */
static char *trimmed(struct order_config *c, const char *s, size_t n)
{
	while (n > 0 && strchr(BLANKS, s[n - 1]))
		n--;
	while (n > 0 && strchr(BLANKS, *s))
		s++, n--;
	return arena_dupn(&c->arena, s, n);
}

static int read_term(struct order_config *c, const char *text, struct phase_term *out, const char *origin, struct error *err)
{
	size_t n = strcspn(text, BLANKS), i = 0;
	char *value = trimmed(c, text + n, strlen(text + n)), *equals;

	while (i < sizeof terms / sizeof *terms && (strlen(terms[i].word) != n || strncmp(terms[i].word, text, n) != 0))
		i++;
	if (i == sizeof terms / sizeof *terms)
		return reject_phase(origin, text, _("is no rule for a phase"), err);
	if (terms[i].takes_value != (*value != '\0'))
		return reject_phase(origin, text, *value ? _("has a word too many") : _("lacks what it is about"), err);
	*out = (struct phase_term){ .by = terms[i].by, .pattern = *value ? value : NULL };
	if (out->by != PHASE_BY_METADATA)
		return 0;
	equals = strchr(value, '=');
	if (equals)
		*equals = '\0';
	out->key = trimmed(c, value, strlen(value));
	out->pattern = equals ? trimmed(c, equals + 1, strlen(equals + 1)) : NULL;
	return *out->key ? 0 : reject_phase(origin, text, _("has no key before its '='"), err);
}

static bool is_last_resort(const struct phase_term *term)
{
	return term->by == PHASE_BY_PRIORITY || term->by == PHASE_BY_REST;
}

/* The next " or " with blanks of any kind around it; the end where there is none. */
static const char *next_or(const char *s)
{
	for (; *s; s++)
		if (strchr(BLANKS, *s) && s[1] == 'o' && s[2] == 'r' && strchr(BLANKS, s[3])) /* its NUL, too */
			return s;
	return s;
}

static int add_rule(struct order_config *c, const char *text, const char *origin, struct error *err)
{
	struct phase_rule *r;
	const char *end;

	c->rule = vec_grow(c->rule, c->nrule, &c->cap, sizeof *c->rule);
	r = &c->rule[c->nrule++];
	*r = (struct phase_rule){ .text = text, .term = arena_alloc(&c->arena, (strlen(text) + 1) * sizeof *r->term) };
	for (const char *at = text;; at = end + 3) {
		end = next_or(at);
		if (read_term(c, trimmed(c, at, (size_t)(end - at)), &r->term[r->nterm++], origin, err) != 0)
			return -1;
		if (!*end)
			break;
	}
	for (size_t i = 0; i < r->nterm; i++) {
		if (!is_last_resort(&r->term[i]))
			continue;
		if (r->nterm > 1)
			return reject_phase(origin, text, _("joins with 'or' what is for those that no other rule fits"), err);
		if (c->rest != SIZE_MAX)
			return reject_phase(origin, text, _("is the second rule for those that no other rule fits"), err);
		c->rest = c->nrule - 1;
	}
	return 0;
}

/* Commas and line breaks part them. */
static const char *next_item(struct order_config *c, const char **at)
{
	while (**at) {
		size_t n = strcspn(*at, ",\r\n");
		char *item = trimmed(c, *at, n);

		*at += n + ((*at)[n] != '\0');
		if (*item)
			return item;
	}
	return NULL;
}

static int set_phases(struct order_config *c, const char *value, const char *origin, struct error *err)
{
	const char *item;

	c->nrule = 0;
	c->rest = SIZE_MAX;
	while ((item = next_item(c, &value)))
		if (add_rule(c, item, origin, err) != 0)
			return -1;
	if (c->rest == SIZE_MAX)
		c->rest = c->nrule;
	return 0;
}

static void set_keys(struct order_config *c, enum order_key key, const char *value)
{
	struct words *w = &c->key[key];
	const char *item;

	w->v = arena_alloc(&c->arena, (strlen(value) + 1) * sizeof *w->v);
	w->n = 0;
	while ((item = next_item(c, &value)))
		w->v[w->n++] = item;
}

static int set_timeout(struct order_config *c, const char *value, const char *origin, struct error *err)
{
	char *end;

	errno = 0;
	c->phase_timeout_s = strtoll(value, &end, 10);
	if (isdigit((unsigned char)*value) && !*end && !errno && c->phase_timeout_s >= 1 && c->phase_timeout_s <= TIMEOUT_MAX_S)
		return 0;
	error_set(err, ERROR_CONFIG, "%s: '%.64s' is no number of seconds from 1 to %d", origin, value, TIMEOUT_MAX_S);
	return error_hint(err, "write the seconds that the next phase waits at most after the last message or end of this one");
}

void order_config_init(struct order_config *c)
{
	*c = (struct order_config){ .phase_timeout_s = 600 };
	for (int key = 0; key < ORDER_RESPECT_HA_TAGS; key++)
		if (standard_keys[key])
			set_keys(c, (enum order_key)key, standard_keys[key]);
}

int order_config_set(struct order_config *c, enum order_key key, const char *value, const char *origin, struct error *err)
{
	if (!value || !*value)
		return 0;
	c->text[key] = arena_dup(&c->arena, value);
	switch (key) {
	case ORDER_PHASES:
		return set_phases(c, value, origin, err);
	case ORDER_PHASE_TIMEOUT:
		return set_timeout(c, value, origin, err);
	case ORDER_RESPECT_HA_TAGS:
		return parse_bool(value, origin, &c->respect_ha_tags, err);
	default:
		set_keys(c, key, value);
		return 0;
	}
}

bool order_config_is_used(const struct order_config *c)
{
	return c->nrule > 0 || c->respect_ha_tags;
}

struct words order_config_words(struct order_config *c)
{
	struct words words = { .v = xcalloc(ORDER_KEYS, sizeof *words.v) };

	for (int key = 0; key < ORDER_KEYS; key++)
		if (c->text[key])
			words.v[words.n++] = arena_printf(&c->arena, "%s = %s", order_key_name[key], c->text[key]);
	return words;
}

static int find_key(const char *word, size_t n)
{
	int key = 0;

	while (key < ORDER_KEYS && (strlen(order_key_name[key]) != n || strncmp(order_key_name[key], word, n) != 0))
		key++;
	return key;
}

int order_config_of_words(const struct words *words, struct order_config *out, struct error *err)
{
	order_config_init(out);
	for (size_t i = 0; i < words->n; i++) {
		const char *equals = strstr(words->v[i], " = ");
		int key = equals ? find_key(words->v[i], (size_t)(equals - words->v[i])) : ORDER_KEYS;

		if (key == ORDER_KEYS)
			return error_set(err, ERROR_REFUSED, "the order '%.128s' is of another version", words->v[i]);
		if (order_config_set(out, (enum order_key)key, equals + 3, "the order of the run", err) != 0)
			return -1;
	}
	return 0;
}

void order_config_free(struct order_config *c)
{
	free(c->rule);
	arena_free(&c->arena);
	*c = (struct order_config){ 0 };
}

static int read_order_file(struct ini *ini, const char *path, struct order_config *out, struct error *err)
{
	const char *value, *origin;

	if (ini_check_keys(ini, ORDER_GROUP, order_key_name, ORDER_KEYS, err) != 0)
		return -1;
	for (size_t i = 0; i < ini->nentry; i++)
		if (!ini_is_group(ini->entry[i].group, (struct span){ ORDER_GROUP, strlen(ORDER_GROUP) }))
			return error_set(err, ERROR_CONFIG, "%s: the group [%s] has no place in a file of --order, only [%s]",
			    ini_origin(ini, &ini->entry[i]), ini->entry[i].group, ORDER_GROUP);
	for (int key = 0; key < ORDER_KEYS; key++)
		if (ini_get(ini, ORDER_GROUP, order_key_name[key], &value, &origin, err) != 0 ||
		    order_config_set(out, (enum order_key)key, value, origin, err) != 0)
			return -1;
	if (order_config_is_used(out))
		return 0;
	error_set(err, ERROR_CONFIG, "'%s' says nothing of an order", path);
	return error_hint(err, "it needs a line [%s], and below it phases = RULES", ORDER_GROUP);
}

int order_config_load(const char *path, struct order_config *out, struct error *err)
{
	auto_ini struct ini *ini = NULL;
	int rc;

	order_config_init(out);
	rc = ini_open(&path, 1, &ini, err) != 0 || read_order_file(ini, path, out, err) != 0 ? -1 : 0;
	if (rc != 0)
		order_config_free(out);
	return rc;
}
