/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/attempt.h"

#include <string.h>

#include "sql_catalogue.h"
#include "util/secret.h"
#include "util/str.h"

static const struct db_shape attempt_shape = DB_SHAPE(struct attempt, DB_COLUMNS(struct attempt, instance_uuid, age_s),
    DB_NULLABLES(struct attempt, host, result, details, traceback));

void attempts_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_ATTEMPT_LIST_BY_INSTANCE, instance_uuids, &attempt_shape, "instance_uuid");
}

static int read_attempts(struct db *cell, const struct words *instance_uuids, struct attempts *out, struct error *err)
{
	if (db_read_set(cell, &SQL_NOVA_ATTEMPT_LIST_BY_INSTANCE, instance_uuids, &attempt_shape, "instance_uuid", &out->rows,
		err) != 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		out->v[i].details = arena_foreign(&out->arena, out->v[i].details);
	return 0;
}

int attempts_unfinished(struct db *cell, const char *instance_uuid, struct attempts *out, struct error *err)
{
	return read_attempts(cell, &(struct words){ .v = &instance_uuid, .n = 1 }, out, err);
}

int attempts_unfinished_of(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct attempts *out,
    struct error *err)
{
	struct attempts all;

	if (read_attempts(cell, instance_uuids, &all, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++)
		out[i].v = db_rows_find(&all.rows, &attempt_shape, "instance_uuid", instance_uuids->v[i], &out[i].n);
	arena_join(arena, &all.arena);
	return 0;
}

/* Where a trace ends, in the order of nova compute/manager.py: rebuild_instance(), _do_rebuild_instance(),
 * _rebuild_default_impl(). The first that fits says it; a place that is not here says nothing.
 * sql/audit/evacuation_guest_may_run.sql has the same places, and a test compares the two. */
static const struct {
	const char *text;
	enum guest guest;
} places[] = {
	{ "in _check_instance_exists\n", GUEST_THERE },

	/* after the spawn */
	{ "REBUILD_SPAWNING])", GUEST_UNKNOWN },
	{ "in stop_instance\n", GUEST_UNKNOWN },
	{ "in finish_evacuation\n", GUEST_UNKNOWN },

	/* before it */
	{ "/nova/compute/claims.py\"", GUEST_ABSENT },
	/* what the claim or the late check of the group has refused is raised anew, without its own trace */
	{ "raise error.inner_exception", GUEST_ABSENT },
	{ "in rebuild_claim\n", GUEST_ABSENT },
	{ "in _validate_instance_group_policy\n", GUEST_ABSENT },
	{ "raise exception.InvalidSharedStorage(", GUEST_ABSENT },
	{ "in _check_trusted_certs\n", GUEST_ABSENT },
	{ "in from_image_ref\n", GUEST_ABSENT }, /* 17 and 18: the image is asked of glance before all else */
	{ "in generate_image_url\n", GUEST_ABSENT },
	{ "expected_task_state=[task_states.REBUILDING])", GUEST_ABSENT },
	{ "in setup_networks_on_host\n", GUEST_ABSENT },
	{ "in setup_instance_network_on_host\n", GUEST_ABSENT },
	{ "in _get_instance_block_device_info\n", GUEST_ABSENT },
	{ "in _get_bound_arq_resources\n", GUEST_ABSENT },
	{ "in detach_block_devices\n", GUEST_ABSENT },
	{ "in _prep_block_device\n", GUEST_ABSENT },
	{ "in _rebuild_default_impl\n    instance.save(", GUEST_ABSENT },

	/* inside: disks, then a start that undoes itself (nova virt/libvirt/driver.py: spawn) */
	{ "in _create_image\n", GUEST_ABSENT },
	{ "in _get_guest_xml\n", GUEST_ABSENT },
	{ "in _create_domain_and_network\n", GUEST_ABSENT },
	{ "in _create_guest_with_network\n", GUEST_ABSENT },
};

enum guest attempt_guest(const struct attempt *attempt)
{
	if (!attempt->result || !attempt->traceback)
		return GUEST_UNKNOWN;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strstr(attempt->traceback, places[i].text))
			return places[i].guest;
	return GUEST_UNKNOWN;
}

bool attempt_speaks(const struct attempts *attempts, size_t i)
{
	const struct attempt *v = attempts->v;
	size_t worst = attempts->n;

	for (size_t k = 0; k < attempts->n; k++)
		if (str_equal(v[k].host, v[i].host) && attempt_guest(&v[k]) != GUEST_ABSENT &&
		    (worst == attempts->n || attempt_guest(&v[k]) >= attempt_guest(&v[worst])))
			worst = k;
	return worst == i;
}
