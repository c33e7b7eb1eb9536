/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/log.h"

/* Where an answer has a time of its own, it would run while nobody waits for it. */
static bool may_ask(const struct db *db)
{
	return db->in_read && !db->answer_ms && !deadline_answer_ms() && !deadline_is_over();
}

/* It is in the log where it is asked: its thread tells nothing. */
static void log_question(const struct db *db, const struct db_question *q)
{
	for (size_t i = 0; i < (q->key ? q->keys.n : 1); i += DB_LIST)
		log_sql("%s: %s", db->label, q->sql->name);
}

static const struct db_param *copy_params(const struct db_param *params, struct arena *texts)
{
	struct db_param *copy;
	size_t n = 0;

	if (!params)
		return NULL;
	while (params[n].name)
		n++;
	copy = arena_alloc(texts, (n + 1) * sizeof *copy);
	for (size_t i = 0; i < n; i++) {
		copy[i] = params[i];
		copy[i].text = arena_dup(texts, params[i].text);
	}
	return copy;
}

static void check_no_list(const struct sql *sql, const struct db_param *params)
{
	for (const struct db_param *p = params; p && p->name; p++)
		if (p->type == DB_PARAM_LIST)
			db_bug(sql, "is not asked ahead as a set, and has the list", p->name);
}

void db_ask_ahead(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape)
{
	struct db_question *q;

	check_no_list(sql, params);
	if (!may_ask(db))
		return;
	q = xcalloc(1, sizeof *q);
	q->sql = sql;
	q->shape = shape;
	q->params = copy_params(params, &q->texts);
	log_question(db, q);
	db_question_ask(db, q);
}

void db_ask_set_ahead(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape,
    const char *key)
{
	struct db_question *q;

	if (keys->n == 0 || !may_ask(db))
		return;
	q = xcalloc(1, sizeof *q);
	q->sql = sql;
	q->shape = shape;
	q->key = key;
	q->keys = (struct words){ .v = xcalloc(keys->n, sizeof *q->keys.v), .n = keys->n };
	for (size_t i = 0; i < keys->n; i++)
		q->keys.v[i] = arena_dup(&q->texts, keys->v[i]);
	log_question(db, q);
	db_question_ask(db, q);
}

static bool is_same_param(const struct db_param *a, const struct db_param *b)
{
	return strcmp(a->name, b->name) == 0 && a->type == b->type &&
	    (a->type == DB_PARAM_NULL || (a->type == DB_PARAM_INT && a->number == b->number) ||
		(a->type == DB_PARAM_TEXT && strcmp(a->text, b->text) == 0));
}

static bool are_same_params(const struct db_param *a, const struct db_param *b)
{
	if (!a || !b)
		return a == b;
	while (a->name && b->name && is_same_param(a, b)) {
		a++;
		b++;
	}
	return !a->name && !b->name;
}

static bool are_same_keys(const struct words *a, const struct words *b)
{
	size_t i = 0;

	while (a->n == b->n && i < a->n && strcmp(a->v[i], b->v[i]) == 0)
		i++;
	return a->n == b->n && i == a->n;
}

bool db_question_is(const struct db_question *q, const struct db_question *like)
{
	return q->sql == like->sql && (q->keys.n > 0) == (like->keys.n > 0) && are_same_params(q->params, like->params) &&
	    are_same_keys(&q->keys, &like->keys);
}

bool db_take_ahead(struct db *db, const struct db_question *like, struct db_rows *out, int *rc, struct error *err)
{
	struct db_question *q = db_question_wait(db, like);

	if (!q)
		return false;
	*rc = q->rc;
	*out = q->rows;
	q->rows = (struct db_rows){ 0 };
	if (q->rc != 0)
		*err = q->err;
	db_question_free(q);
	return true;
}
