/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "find/words.h"
#include "util/str.h"

/* What speaks for and against each instance. A kind of row is asked for all of them at once: asked one after the other, a host
 * of five thousand would take as many round trips for each kind. */

#define EACH_CANDIDATE(c, scene) \
	for (struct candidate *c = (scene)->subject.candidate; c < (scene)->subject.candidate + (scene)->subject.ncandidate; \
	     c++)

/* The candidates for whom ${has}, or all (NULL), and their instances. */
struct chosen {
	struct candidate **c;
	struct words uuids;
};

static void choose(struct scene *scene, bool (*has)(const struct candidate *c), struct chosen *out)
{
	size_t n = scene->subject.ncandidate;

	*out = (struct chosen){ .c = xcalloc(n, sizeof *out->c), .uuids.v = xcalloc(n, sizeof *out->uuids.v) };
	EACH_CANDIDATE(c, scene)
	{
		if (has && !has(c))
			continue;
		out->c[out->uuids.n] = c;
		out->uuids.v[out->uuids.n++] = c->instance->uuid;
	}
}

static void chosen_free(struct chosen *chosen)
{
	free(chosen->c);
	free(chosen->uuids.v);
}

/* ---- nova's API database */

static int find_mappings(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free struct instance_mapping *found = xcalloc(all->uuids.n, sizeof *found);

	if (instance_mappings_get(scene->world->api_db, &scene->nova.api_columns, &all->uuids, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->mapping = found[i];
	return 0;
}

static int find_specs(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free struct request_spec *found = xcalloc(all->uuids.n, sizeof *found);

	if (request_specs_get(scene->world->api_db, &all->uuids, &scene->arena, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->spec = found[i];
	return 0;
}

static int compare_keys_of_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The groups that candidates are members of, each once. */
static void note_groups(const struct scene *scene, struct words *out)
{
	size_t kept = 0;

	*out = (struct words){ .v = xcalloc(scene->subject.ncandidate, sizeof *out->v) };
	EACH_CANDIDATE(c, scene)
	{
		if (c->group.exists)
			out->v[out->n++] = c->group.uuid;
	}
	vec_sort(out->v, out->n, sizeof *out->v, compare_keys_of_words);
	for (size_t i = 0; i < out->n; i++)
		if (kept == 0 || strcmp(out->v[kept - 1], out->v[i]) != 0)
			out->v[kept++] = out->v[i];
	out->n = kept;
}

/* A cell is asked for those that no cell before it has on a host. */
static int find_hosts_in(struct scene *scene, struct db *cell, const struct group_members *members, const char **host,
    struct error *err)
{
	struct words asked = { .v = xcalloc(members->n, sizeof *asked.v) };
	auto_free size_t *index = xcalloc(members->n, sizeof *index);
	auto_free const char **found = xcalloc(members->n, sizeof *found);
	int rc;

	for (size_t i = 0; i < members->n; i++)
		if (!host[i]) {
			index[asked.n] = i;
			asked.v[asked.n++] = members->v[i].instance_uuid;
		}
	rc = instances_get_hosts(cell, &asked, &scene->arena, found, err);
	for (size_t i = 0; i < asked.n && rc == 0; i++)
		host[index[i]] = found[i];
	free(asked.v);
	return rc;
}

/* Who the members of each group are, and where, in whichever cell. */
static int find_member_hosts(struct scene *scene, const struct group_members *members, struct error *err)
{
	const char **host = arena_alloc(&scene->arena, members->n * sizeof *host);
	const char **uuid = arena_alloc(&scene->arena, members->n * sizeof *uuid);
	const struct group_member *first;

	for (size_t i = 0; i < members->n; i++)
		uuid[i] = arena_dup(&scene->arena, members->v[i].instance_uuid);
	for (size_t i = 0; i < scene->nova.ncell; i++)
		if (find_hosts_in(scene, scene->nova.cell[i].cell->db, members, host, err) != 0)
			return -1;
	EACH_CANDIDATE(c, scene)
	{
		if (!c->group.exists || !(first = group_members_find(members, c->group.uuid, &c->ngroup_host)))
			continue;
		c->group_host = host + (first - members->v);
		c->group_member = uuid + (first - members->v);
	}
	return 0;
}

static int find_server_groups(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free struct server_group *found = xcalloc(all->uuids.n, sizeof *found);
	struct group_members members;
	struct words groups;
	int rc;

	if (server_groups_of(scene->world->api_db, &scene->nova.api_columns, &all->uuids, &scene->arena, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->group = found[i];
	note_groups(scene, &groups);
	rc = group_members_list(scene->world->api_db, &groups, &members, err);
	free(groups.v);
	if (rc == 0)
		rc = find_member_hosts(scene, &members, err);
	group_members_free(&members);
	return rc;
}

/* ---- its cell's */

/* A spec is a long text, read once for all that it says. */
static void read_spec(struct candidate *c, struct arena *arena)
{
	json_object *spec = request_spec_open(&c->spec);

	request_spec_facts(spec, arena, &c->spec_facts);
	needs_of_request(spec, arena, &c->needs);
	json_object_put(spec);
}

static int find_needs(struct scene *scene, struct error *err)
{
	auto_free struct needs *found = xcalloc(scene->subject.ncandidate, sizeof *found);
	auto_free struct vifs *vifs = xcalloc(scene->subject.ncandidate, sizeof *vifs);
	size_t i = 0;

	if (needs_read(scene->nova.home->cell->db, &scene->nova.columns, scene->subject.instances.v, scene->subject.ncandidate,
		&scene->arena, found, vifs, err) != 0)
		return -1;
	EACH_CANDIDATE(c, scene)
	{
		c->needs = found[i];
		c->vifs = vifs[i++];
		read_spec(c, &scene->arena);
	}
	return 0;
}

static int find_open(struct scene *scene, const struct chosen *all, struct error *err)
{
	const struct migration *open;
	size_t n;

	if (migrations_open(scene->nova.home->cell->db, &all->uuids, &scene->subject.migrations, err) != 0)
		return -1;
	EACH_CANDIDATE(c, scene)
	{
		open = migrations_find(&scene->subject.migrations, c->instance->uuid, &n);
		c->open = open ? &open[n - 1] : NULL;
	}
	return 0;
}

static int find_accepted(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free struct migrations *found = xcalloc(all->uuids.n, sizeof *found);

	if (migrations_accepted(scene->nova.home->cell->db, &all->uuids, &scene->arena, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->accepted = found[i];
	return 0;
}

/* Nobody else asks for them: without [order] nothing is read. */
static int find_labels(struct scene *scene, const struct chosen *all, struct error *err)
{
	const struct order_config *order = &scene->world->site.order;
	auto_free struct labels *found = NULL;

	if (!order_config_is_used(order))
		return 0;
	found = xcalloc(all->uuids.n, sizeof *found);
	if (labels_get(scene->nova.home->cell->db, &all->uuids, &scene->arena, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->labels = found[i];
	return 0;
}

static bool has_attempts(const struct candidate *c)
{
	return c->attempts.n > 0;
}

static int find_guests_alive(struct scene *scene, struct error *err)
{
	auto_free struct maybe_int *age_s = xcalloc(scene->subject.ncandidate, sizeof *age_s);
	struct chosen some;
	int rc;

	choose(scene, has_attempts, &some);
	rc = faults_guest_alive(scene->nova.home->cell->db, &some.uuids, age_s, err);
	for (size_t i = 0; i < some.uuids.n && rc == 0; i++)
		some.c[i]->guest_alive_s = age_s[i];
	chosen_free(&some);
	return rc;
}

static int find_attempts(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free struct attempts *found = xcalloc(all->uuids.n, sizeof *found);

	if (attempts_unfinished_of(scene->nova.home->cell->db, &all->uuids, &scene->arena, found, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++)
		all->c[i]->attempts = found[i];
	return find_guests_alive(scene, err);
}

/* Of the others vm_state says it. */
static bool is_in_error(const struct candidate *c)
{
	return str_equal(c->instance->vm_state, "error");
}

static bool has_power_history(const struct candidate *c)
{
	return is_in_error(c) || str_equal(c->instance->vm_state, "stopped");
}

static int find_power(struct scene *scene, struct error *err)
{
	auto_free struct power_history *found = xcalloc(scene->subject.ncandidate, sizeof *found);
	struct chosen some;
	int rc;

	choose(scene, has_power_history, &some);
	rc = power_histories_get(scene->nova.home->cell->db, &some.uuids, &scene->arena, found, err);
	for (size_t i = 0; i < some.uuids.n && rc == 0; i++) {
		some.c[i]->power = found[i];
		some.c[i]->was_stopped = is_in_error(some.c[i]) && power_was_stopped(&found[i]);
	}
	chosen_free(&some);
	return rc;
}

/* ---- placement's */

static bool has_several_providers(const struct candidate *c)
{
	return c->providers.v > 1;
}

static int find_unexplained(struct scene *scene, struct db *placement, struct error *err)
{
	auto_free struct unexplained *found = xcalloc(scene->subject.ncandidate, sizeof *found);
	auto_free const char **node = xcalloc(scene->subject.ncandidate, sizeof *node);
	struct chosen some;
	int rc;

	choose(scene, has_several_providers, &some);
	for (size_t i = 0; i < some.uuids.n; i++)
		node[i] = some.c[i]->instance->node;
	rc = allocations_unexplained(placement, scene->nova.home->cell->db, &some.uuids, node, &scene->arena, found, err);
	for (size_t i = 0; i < some.uuids.n && rc == 0; i++)
		some.c[i]->unexplained = found[i];
	chosen_free(&some);
	return rc;
}

static int find_allocations(struct scene *scene, const struct chosen *all, struct error *err)
{
	auto_free size_t *providers = xcalloc(all->uuids.n, sizeof *providers);
	struct db *placement = scene_placement_db(scene);

	if (!placement)
		return 0;
	if (providers_of_instances(placement, &all->uuids, providers, err) != 0)
		return -1;
	for (size_t i = 0; i < all->uuids.n; i++) {
		all->c[i]->providers = (struct maybe_int){ true, (int64_t)providers[i] };
		if (scene_find_traits(scene, all->c[i], err) != 0)
			return -1;
	}
	return find_unexplained(scene, placement, err);
}

/* ---- cinder's */

/* The volumes of all moves, sorted. */
static void note_moved(const struct scene *scene, struct words *out)
{
	size_t n = 0;

	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		n += m->rows[OWNED_VOLUME].n;
	*out = (struct words){ .v = xcalloc(n, sizeof *out->v) };
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		for (size_t i = 0; i < m->rows[OWNED_VOLUME].n; i++)
			out->v[out->n++] = m->rows[OWNED_VOLUME].v[i].id;
	vec_sort(out->v, out->n, sizeof *out->v, compare_keys_of_words);
}

/* Of one host most volumes are of few backends: who serves the last one is asked first. */
static const struct cinder_service *server_of_owner(const struct scene *scene, const struct volume_owner *owner,
    const struct cinder_service *last)
{
	struct host_name name;

	if (!owner->host || !host_name_parse(owner->host, &name))
		return NULL;
	if (last && strcmp(last->host, name.backend_host) == 0)
		return last;
	return cinder_service_find(&scene->cinder.services, "cinder-volume", name.backend_host);
}

void scene_note_moved(struct scene *scene, const struct scene *moves)
{
	struct words moved;

	note_moved(moves, &moved);
	EACH_CANDIDATE(c, scene)
	for (struct volume_fact *f = c->volume; f < c->volume + c->nvolume; f++)
		f->moves_first = vec_search(&f->bdm->volume_id, moved.v, moved.n, sizeof *moved.v, compare_keys_of_words) !=
		    NULL;
	free(moved.v);
}

static int find_owners(struct scene *scene, const struct words *ids, struct error *err)
{
	auto_free struct volume_owner *owner = xcalloc(ids->n, sizeof *owner);
	const struct cinder_service *last = NULL;
	size_t i = 0;

	if (volume_owners_get(scene->world->cinder_db, ids, &scene->arena, owner, err) != 0)
		return -1;
	EACH_CANDIDATE(c, scene)
	for (struct volume_fact *f = c->volume; f < c->volume + c->nvolume; f++) {
		f->owner = owner[i++];
		f->service = server_of_owner(scene, &f->owner, last);
		last = f->service ? f->service : last;
	}
	scene_note_moved(scene, scene);
	return 0;
}

static int find_volumes(struct scene *scene, const struct chosen *all, struct error *err)
{
	struct words ids = { .n = 0 };
	const struct bdm *bdm;
	int rc = 0;

	if (bdms_of_instances(scene->nova.home->cell->db, &all->uuids, &scene->subject.bdms, err) != 0)
		return -1;
	ids.v = xcalloc(scene->subject.bdms.n, sizeof *ids.v);
	EACH_CANDIDATE(c, scene)
	{
		bdm = bdms_find(&scene->subject.bdms, c->instance->uuid, &c->nvolume);
		c->volume = arena_alloc(&scene->arena, c->nvolume * sizeof *c->volume);
		for (size_t i = 0; i < c->nvolume; i++) {
			c->volume[i].bdm = &bdm[i];
			ids.v[ids.n++] = bdm[i].volume_id;
		}
	}
	if (scene->world->cinder_db)
		rc = find_owners(scene, &ids, err);
	free(ids.v);
	return rc;
}

/* Of all that is asked for below, and for the disks and the network after it, what needs nothing more than the instances: each
 * database is asked in the order in which its answers are read, and works while another one's are. */
static void ask_for_candidates(struct scene *scene, const struct chosen *all)
{
	struct db *api = scene->world->api_db, *cell = scene->nova.home->cell->db;

	scene_ask_network(scene);
	instance_mappings_ahead(api, &scene->nova.api_columns, &all->uuids);
	request_specs_ahead(api, &all->uuids);
	server_groups_ahead(api, &scene->nova.api_columns, &all->uuids);
	migrations_open_ahead(cell, &all->uuids);
	needs_ahead(cell, &all->uuids);
	migrations_accepted_ahead(cell, &all->uuids);
	attempts_ahead(cell, &all->uuids);
	bdms_ahead(cell, &all->uuids);
	scene_ask_disks(scene);
}

int scene_find_candidates(struct scene *scene, struct error *err)
{
	const struct instance *instance = scene->subject.instances.v;
	struct chosen all;
	int rc;

	scene->subject.candidate = arena_alloc(&scene->arena, scene->subject.instances.n * sizeof *scene->subject.candidate);
	scene->subject.ncandidate = scene->subject.instances.n;
	EACH_CANDIDATE(c, scene)
	{
		c->instance = instance++;
		c->wanted = request_wants(scene->request, c->instance->uuid, c->instance->name);
	}
	choose(scene, NULL, &all);
	ask_for_candidates(scene, &all);
	rc = find_open(scene, &all, err) != 0 || find_mappings(scene, &all, err) != 0 || find_specs(scene, &all, err) != 0 ||
		find_needs(scene, err) != 0 || find_accepted(scene, &all, err) != 0 || find_attempts(scene, &all, err) != 0 ||
		find_allocations(scene, &all, err) != 0 || find_server_groups(scene, &all, err) != 0 ||
		find_power(scene, err) != 0 || find_volumes(scene, &all, err) != 0 || find_labels(scene, &all, err) != 0 ?
	    -1 :
	    0;
	chosen_free(&all);
	return rc;
}
