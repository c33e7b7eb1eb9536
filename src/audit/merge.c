/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/aside.h"

#define GROUP_MAX 10000 /* rows of one key that are held at once */

/* The rows of one key, copied: they are gone from the stream when the next one is read. */
struct group {
	struct audit_row *v;
	size_t n, cap;
	struct arena arena;
};
struct side {
	struct audit_stream *stream;
	struct audit_row row; /* the next one */
	int state;            /* of stream_next(): 1 there is one, 0 the end */
};

static void group_clear(struct group *g)
{
	arena_free(&g->arena);
	g->n = 0;
}

static void group_free(struct group *g)
{
	group_clear(g);
	free(g->v);
}

static void group_add(struct group *g, const struct audit_row *row)
{
	const char **value = arena_alloc(&g->arena, row->n * sizeof *value);

	for (size_t i = 0; i < row->n; i++)
		value[i] = arena_dup(&g->arena, row->value[i]);
	g->v = vec_grow(g->v, g->n, &g->cap, sizeof *g->v);
	g->v[g->n] = *row;
	g->v[g->n].value = value;
	g->v[g->n++].key = arena_dup(&g->arena, row->key);
}

static int side_next(struct side *s, struct error *err)
{
	s->state = stream_next(s->stream, &s->row, err);
	return s->state < 0 ? -1 : 0;
}

/* All rows of the side's next key. */
static int group_take(struct side *s, struct group *g, struct error *err)
{
	group_clear(g);
	do {
		group_add(g, &s->row);
		if (g->n > GROUP_MAX)
			return error_set(err, ERROR_ERROR, "more than %d rows share the key '%.40s'", GROUP_MAX, g->v[0].key);
		if (side_next(s, err) != 0)
			return -1;
	} while (s->state == 1 && key_compare(s->row.key, g->v[0].key) == 0);
	return 0;
}

static bool condition_holds(const struct audit_condition *c, const struct audit_row *left, const struct audit_row *right)
{
	const char *a = strcmp(c->left, "cell") == 0 ? left->cell : row_value(left, c->left);
	const char *b = strcmp(c->right, "cell") == 0 ? right->cell : row_value(right, c->right);

	return c->differs ? !str_equal(a, b) : a && b && strcmp(a, b) == 0;
}

static bool all_hold(const struct audit_condition *c, const struct audit_row *left, const struct audit_row *right)
{
	for (; c->left; c++)
		if (!condition_holds(c, left, right))
			return false;
	return true;
}

static bool one_holds(const struct audit_condition *c, const struct audit_row *left, const struct audit_row *right)
{
	if (!c->left)
		return true;
	for (; c->left; c++)
		if (condition_holds(c, left, right))
			return true;
	return false;
}

struct merge {
	const struct audit_check *check;
	found_fn *found;
	void *ctx;
	struct side left, right;
	struct group lefts, rights;
};

/* The other side's rows of this key; no rows when it has none. */
static int take_right(struct merge *m, const char *key, struct error *err)
{
	int d;

	group_clear(&m->rights);
	while (m->right.state == 1 && (d = key_compare(m->right.row.key, key)) <= 0) {
		if (d == 0)
			return group_take(&m->right, &m->rights, err);
		if (side_next(&m->right, err) != 0)
			return -1;
	}
	return 0;
}

static void match_left(struct merge *m, const struct audit_row *left)
{
	bool there = false;

	for (size_t i = 0; i < m->rights.n; i++) {
		if (m->check->rule == AUDIT_PAIR && all_hold(m->check->conditions, left, &m->rights.v[i]))
			m->found(m->ctx, m->check, left, &m->rights.v[i]);
		there = there || one_holds(m->check->conditions, left, &m->rights.v[i]);
	}
	if (m->check->rule == AUDIT_ABSENT && !there)
		m->found(m->ctx, m->check, left, NULL);
}

static int merge_groups(struct merge *m, struct error *err)
{
	bool right = m->check->right.sql;

	while (m->left.state == 1) {
		if (group_take(&m->left, &m->lefts, err) != 0 || (right && take_right(m, m->lefts.v[0].key, err) != 0))
			return -1;
		if (m->check->rule != AUDIT_SEVERAL) {
			for (size_t i = 0; i < m->lefts.n; i++)
				match_left(m, &m->lefts.v[i]);
		} else if (m->lefts.n > 1 && (!right || m->rights.n > 0)) {
			m->found(m->ctx, m->check, &m->lefts.v[0], &m->lefts.v[1]);
		}
	}
	return 0;
}

static int run_each(struct audit_places *places, const struct audit_check *check, const struct request *request,
    int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows, struct error *err)
{
	struct side left = { 0 };
	int rc = stream_open(places, &check->left, request, &audit_all, false, deadline_ms, &left.stream, err);

	while (rc == 0 && (rc = side_next(&left, err)) == 0 && left.state == 1)
		found(ctx, check, &left.row, NULL);
	if (left.stream)
		*rows = stream_rows(left.stream);
	stream_close(&left.stream);
	return rc;
}

/* One side's statement, and what its opening, which lasts until the first row, needs and gives. */
struct opening {
	struct audit_places *places;
	const struct audit_source *source;
	const struct request *request;
	const struct audit_range *range;
	int64_t deadline_ms;
	struct audit_stream **out;
	int rc;
	struct error err;
};

static void open_side(void *ctx)
{
	struct opening *o = ctx;

	o->rc = stream_open(o->places, o->source, o->request, o->range, true, o->deadline_ms, o->out, &o->err);
}

/* A connection takes one thing at a time. */
static bool have_a_place_in_common(const struct audit_places *places, enum audit_database a, enum audit_database b)
{
	for (const struct audit_place *p = places->v; p < places->v + places->n; p++)
		if (p->db && place_runs(p, a) && place_runs(p, b))
			return true;
	return false;
}

/* Where both servers must sort before their first row they do so at the same time. */
static int open_both(struct opening *left, struct opening *right, struct error *err)
{
	struct audit_places *places = left->places;
	const bool apart = !have_a_place_in_common(places, left->source->database, right->source->database);

	if (apart)
		aside_begin(&places->aside, open_side, left);
	else
		open_side(left);
	if (apart || left->rc == 0)
		open_side(right);
	if (apart)
		aside_end(places->aside);
	if (left->rc == 0 && right->rc == 0)
		return 0;
	*err = left->rc != 0 ? left->err : right->err;
	return -1;
}

int check_run(struct audit_places *places, const struct audit_check *check, const struct request *request,
    const struct audit_range *range, int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows, struct error *err)
{
	struct merge m = { .check = check, .found = found, .ctx = ctx };
	struct opening left, right;
	int rc;

	*rows = 0;
	if (check->rule == AUDIT_CEPH)
		return ceph_check_run(places, check, request, deadline_ms, found, ctx, rows, err);
	if (check->rule == AUDIT_EACH)
		return run_each(places, check, request, deadline_ms, found, ctx, rows, err);
	left = (struct opening){ places, &check->left, request, range, deadline_ms, &m.left.stream, 0, { 0 } };
	right = (struct opening){ places, &check->right, request, range, deadline_ms, &m.right.stream, 0, { 0 } };
	rc = check->right.sql ? open_both(&left, &right, err) :
				stream_open(places, &check->left, request, range, true, deadline_ms, &m.left.stream, err);
	if (rc == 0)
		rc = side_next(&m.left, err);
	if (rc == 0 && m.right.stream)
		rc = side_next(&m.right, err);
	if (rc == 0)
		rc = merge_groups(&m, err);
	*rows = (m.left.stream ? stream_rows(m.left.stream) : 0) + (m.right.stream ? stream_rows(m.right.stream) : 0);
	stream_close(&m.left.stream);
	stream_close(&m.right.stream);
	group_free(&m.lefts);
	group_free(&m.rights);
	return rc;
}

/* ---- may it be run here? */

static const char *lacking_column(const struct audit_place *place, const struct audit_source *source)
{
	for (const char *const *n = source->needs; *n; n++)
		if (!place_has(place, *n))
			return *n;
	return NULL;
}

static const char *unwanted_column(const struct audit_place *place, const struct audit_source *source)
{
	for (const char *const *n = source->lacks; *n; n++)
		if (place_has(place, *n))
			return *n;
	return NULL;
}

/* ${whole}: without one of them the answer would be another one. */
static enum audit_reach source_reach(const struct audit_places *places, const struct audit_source *source, bool whole,
    struct str *why)
{
	size_t n = 0, lost = 0;

	for (const struct audit_place *p = places->v; p < places->v + places->n; p++) {
		if (!place_runs(p, source->database))
			continue;
		n++;
		if (!p->db)
			str_addf(why, "%s%s", lost++ ? "; " : "", p->why_not);
	}
	if (n > 0 && (lost == n || (lost > 0 && whole)))
		return REACHES_NOTHING;
	for (const struct audit_place *p = places->v; p < places->v + places->n; p++) {
		const char *lacking, *unwanted;

		if (!p->db || !place_runs(p, source->database))
			continue;
		lacking = lacking_column(p, source);
		unwanted = unwanted_column(p, source);
		if (!lacking && !unwanted)
			continue;
		str_clear(why);
		str_addf(why, "%s has %s column %s", p->label, lacking ? "no" : "the", lacking ? lacking : unwanted);
		return NOT_FOR_HERE;
	}
	if (n == 0)
		str_addf(why, "%s: not configured", audit_database_name[source->database]);
	return n == 0 ? NOT_FOR_HERE : lost > 0 ? REACHES_SOME : REACHES_ALL;
}

/* What a lost database has is absent from nothing: only what is compared with must be whole, and only for that rule. */
enum audit_reach check_reach(const struct audit_places *places, const struct audit_check *check, struct str *why)
{
	enum audit_reach left = source_reach(places, &check->left, false, why), right = REACHES_ALL;
	auto_str struct str other = { 0 };

	if (check->right.sql)
		right = source_reach(places, &check->right, check->rule == AUDIT_ABSENT, &other);
	if (left >= right)
		return left;
	str_clear(why);
	str_add(why, str_or(other.s, ""));
	return right;
}
