/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "internal.h"
#include "util/clock.h"

/* A comparison whose statement joins tables of millions of rows costs several times what reading its keys in order does, and
 * mostly finds nothing. So the keys are compared first, by statements that read one table in its order; the few that the rule
 * finds are then looked at with the whole statements. */

#define KEYS_MAX 1000 /* more than that, and everything is read at once */

struct keys {
	const char **v;
	size_t n, cap;
	struct arena arena;
};

static void keep_key(void *ctx, const struct audit_check *check, const struct audit_row *left, const struct audit_row *right)
{
	struct keys *keys = ctx;

	(void)check;
	(void)right;
	if (keys->n > KEYS_MAX || (keys->n > 0 && key_compare(keys->v[keys->n - 1], left->key) == 0))
		return;
	keys->v = vec_grow(keys->v, keys->n, &keys->cap, sizeof *keys->v);
	keys->v[keys->n++] = arena_dup(&keys->arena, left->key);
}

/* Where the keys have no index every look reads the whole table: as soon as one pass over the rest promises to be quicker, it
 * is made. */
static int look_at_keys(struct audit_places *places, const struct audit_check *check, const struct request *request,
    const struct keys *keys, int64_t pass_ms, int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows,
    struct error *err)
{
	int64_t began = clock_monotonic_ms();
	uint64_t n;

	for (size_t i = 0; i < keys->n; i++) {
		bool slow = i > 0 && (clock_monotonic_ms() - began) / (int64_t)i * (int64_t)(keys->n - i) > 2 * pass_ms;
		const struct audit_range range = { keys->v[i], slow ? audit_all.to : keys->v[i] };

		if (check_run(places, check, request, &range, deadline_ms, found, ctx, &n, err) != 0)
			return -1;
		*rows += n;
		if (slow)
			break;
	}
	return 0;
}

int check_look(struct audit_places *places, const struct audit_check *check, const struct request *request, int64_t deadline_ms,
    found_fn *found, void *ctx, uint64_t *rows, struct error *err)
{
	struct audit_check narrow = *check;
	int64_t began = clock_monotonic_ms();
	struct keys keys = { 0 };
	int rc;

	if (!check->first.sql && !check->first_with.sql)
		return check_run(places, check, request, &audit_all, deadline_ms, found, ctx, rows, err);
	narrow.left = check->first.sql ? check->first : check->left;
	narrow.right = check->first_with.sql ? check->first_with : check->right;
	rc = check_run(places, &narrow, request, &audit_all, deadline_ms, keep_key, &keys, rows, err);
	if (rc == 0 && keys.n > KEYS_MAX)
		rc = check_run(places, check, request, &audit_all, deadline_ms, found, ctx, rows, err);
	else if (rc == 0)
		rc = look_at_keys(places, check, request, &keys, clock_monotonic_ms() - began, deadline_ms, found, ctx, rows,
		    err);
	free(keys.v);
	arena_free(&keys.arena);
	return rc;
}
