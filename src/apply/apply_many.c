/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "util/log.h"
#include "util/str.h"

/* Rows of one kind, DB_LIST in a statement: those that share their values before and after. The statement compares each of them
 * with the plan, so that its count of matched rows is as good as one of each; and finds them by their ids, so that nobody
 * else's row is locked or waited for. */

#define BATCHES 16 /* a backend has few pools, and its volumes few owners before: more take turns */

struct batch {
	const struct step *like; /* NULL: empty */
	const char *id[DB_LIST];
	size_t n;
};

struct many {
	struct db *db;
	const struct step_kind *kind;
	struct batch *batch;
	size_t last, turn; /* the batch of the row before; the one that gives way next */
	char name[2 * STEP_COLUMNS][40];
	uint64_t matched;
};

static bool shares_values(const struct step *a, const struct step *b)
{
	return step_equal(a->kind, a->after, b->after) && step_equal(a->kind, a->before, b->before);
}

static void name_columns(struct many *m)
{
	for (size_t i = 0; m->kind->column[i]; i++) {
		snprintf(m->name[2 * i], sizeof m->name[0], "old_%s", m->kind->column[i]);
		snprintf(m->name[2 * i + 1], sizeof m->name[0], "new_%s", m->kind->column[i]);
	}
}

static int write_batch(struct many *m, struct batch *batch, struct error *err)
{
	struct db_param params[2 * STEP_COLUMNS + 2] = { p_list("ids", batch->id, batch->n) };
	size_t n = 1;
	uint64_t matched;

	for (size_t i = 0; m->kind->column[i]; i++) {
		params[n++] = p_str(m->name[2 * i], batch->like->before[i]);
		params[n++] = p_str(m->name[2 * i + 1], batch->like->after[i]);
	}
	params[n] = p_end;
	if (db_write(m->db, m->kind->write_many, params, &matched, err) != 0)
		return -1;
	m->matched += matched;
	batch->n = 0;
	batch->like = NULL;
	return 0;
}

/* The batch that the row belongs to, or one that takes it. */
static struct batch *batch_for(struct many *m, const struct step *step, struct error *err)
{
	struct batch *b = &m->batch[m->last];

	if (b->like && shares_values(b->like, step))
		return b;
	for (m->last = 0; m->last < BATCHES; m->last++) {
		b = &m->batch[m->last];
		if (!b->like || shares_values(b->like, step))
			return b;
	}
	m->last = m->turn++ % BATCHES;
	b = &m->batch[m->last];
	return write_batch(m, b, err) == 0 ? b : NULL;
}

static int take_row(struct many *m, const struct step *step, struct error *err)
{
	struct batch *b = batch_for(m, step, err);

	if (!b)
		return -1;
	b->like = b->like ? b->like : step;
	b->id[b->n++] = step->id;
	return b->n == DB_LIST ? write_batch(m, b, err) : 0;
}

int apply_many(struct db *db, const struct step *step, size_t n, uint64_t *matched, struct error *err)
{
	auto_free struct batch *batch = xcalloc(BATCHES, sizeof *batch);
	struct many m = { .db = db, .kind = step->kind, .batch = batch };
	int rc = 0;

	name_columns(&m);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = take_row(&m, &step[i], err);
	for (size_t i = 0; i < BATCHES && rc == 0; i++)
		rc = m.batch[i].like ? write_batch(&m, &m.batch[i], err) : 0;
	*matched = m.matched;
	return rc;
}
