/* SPDX-License-Identifier: Apache-2.0 */
#include "room_internal.h"

#include <stdlib.h>
#include <string.h>

#include "find/reserve.h"
#include "util/lang.h"

/* The books and the aggregates of a cloud have rows for all of its hosts; each room takes its own, found by halving. */
struct books {
	const struct inventory **by_root;
	const struct scene *scene;
};

static int compare_roots(const void *one, const void *other)
{
	const struct inventory *const *a = one, *const *b = other;

	return strcmp(str_or((*a)->root, ""), str_or((*b)->root, ""));
}

static void books_open(struct books *books, const struct scene *scene)
{
	const struct inventories *all = &scene->placing.inventories;

	*books = (struct books){ .scene = scene, .by_root = xcalloc(all->n + 1, sizeof *books->by_root) };
	for (size_t i = 0; i < all->n; i++)
		books->by_root[i] = &all->v[i];
	vec_sort(books->by_root, all->n, sizeof *books->by_root, compare_roots);
}

/* The first of this root's; ${end}: behind the last. */
static const struct inventory *const *books_of(const struct books *books, const char *root, const struct inventory *const **end)
{
	const struct inventory key = { .root = root }, *k = &key;
	const struct inventory **all = books->by_root, *const * first, *const * last;
	size_t n = books->scene->placing.inventories.n;

	first = vec_search(&k, all, n, sizeof *all, compare_roots);
	for (last = first; last && last < all + n && compare_roots(last, &k) == 0; last++)
		;
	while (first && first > all && compare_roots(first - 1, &k) == 0)
		first--;
	*end = last;
	return first;
}

static bool shares_with(const struct scene *scene, const struct inventory *i, const char *root)
{
	for (size_t k = 0; k < scene->placing.sharing.n; k++)
		if (str_equal(scene->placing.sharing.v[k].uuid, i->uuid) && str_equal(scene->placing.sharing.v[k].root, root))
			return true;
	return false;
}

/* Its own provider's before another's of its tree, and that before one that is shared. */
static int nearness(const struct room *room, const struct inventory *i)
{
	return str_equal(i->uuid, room->provider) ? 2 : str_equal(i->root, room->provider) ? 1 : 0;
}

static void add_book(struct room *room, const struct inventory *i)
{
	room->book = xreallocarray(room->book, room->nbook + 1, sizeof *room->book);
	room->book[room->nbook++] = i;
	if (i->class < 0 || i->class >= CLASSES ||
	    (room->base[i->class] && nearness(room, room->base[i->class]) >= nearness(room, i)))
		return;
	room->base[i->class] = i;
	room->limit[i->class] = i->capacity;
	room->used[i->class] = i->used;
}

/* By uuid: a compute that was installed anew has another one, and placement keeps the old provider under the same name (nova
 * scheduler/client/report.py: _create_resource_provider fails then, and nothing is scheduled there). */
static void size_from_books(struct room *room, const struct scene *scene, const struct books *books,
    const struct compute_node *node)
{
	const struct inventories *all = &scene->placing.inventories;
	const struct inventory *const *end = NULL, *const * i;
	bool own = false, twin = false;

	room->provider = node->uuid;
	if (node->uuid)
		for (i = books_of(books, node->uuid, &end); i && i < end; i++) {
			own |= str_equal((*i)->uuid, node->uuid);
			add_book(room, *i);
		}
	for (size_t k = 0; k < all->n && node->uuid && scene->placing.sharing.n > 0; k++)
		if (!str_equal(all->v[k].root, node->uuid) && shares_with(scene, &all->v[k], node->uuid))
			add_book(room, &all->v[k]);
	for (size_t k = 0; k < all->n && !own; k++) {
		own |= str_equal(all->v[k].uuid, node->uuid); /* of another root */
		twin |= str_equal(all->v[k].name, node->hypervisor_hostname) && !str_equal(all->v[k].uuid, node->uuid);
	}
	if (!own)
		room->absent = twin ? ROOM_OTHER_UUID : ROOM_NO_INVENTORY;
}

static int compare_rooms(const void *one, const void *other)
{
	const struct room *const *a = one, *const *b = other;

	return strcmp((*a)->host, (*b)->host);
}

static void give_metadata(struct room *room, const struct host_metadata *m)
{
	room->metadata = xreallocarray(room->metadata, room->nmetadata + 1, sizeof *room->metadata);
	room->metadata[room->nmetadata++] = m;
	if (!room->zone && str_equal(m->name, "availability_zone"))
		room->zone = m->value;
}

/* A host may have several nodes: each of its rooms gets them. */
static void read_aggregates(const struct scene *scene, struct rooms *rooms)
{
	const struct aggregates *all = &scene->placing.aggregates;
	struct room **by_host = xcalloc(rooms->n + 1, sizeof *by_host);

	for (size_t i = 0; i < rooms->n; i++)
		by_host[i] = &rooms->v[i];
	vec_sort(by_host, rooms->n, sizeof *by_host, compare_rooms);
	for (const struct host_metadata *m = all->v; m < all->v + all->n; m++) {
		const struct room key = { .host = m->host }, *k = &key;
		struct room *const *found = vec_search(&k, by_host, rooms->n, sizeof *by_host, compare_rooms);
		struct room *const *r;

		for (r = found; r && r > by_host && compare_rooms(r - 1, &k) == 0; r--)
			;
		for (; r && r < by_host + rooms->n && compare_rooms(r, &k) == 0; r++)
			give_metadata(*r, m);
	}
	free(by_host);
}

static void size_from_node(struct room *room, const struct compute_node *node)
{
	room->limit[CLASS_VCPU] = node->vcpus_limit;
	room->used[CLASS_VCPU] = node->vcpus_used;
	room->limit[CLASS_MEMORY_MB] = node->memory_mb_limit;
	room->used[CLASS_MEMORY_MB] = node->memory_mb_used;
	room->limit[CLASS_DISK_GB] = node->local_gb_limit;
	room->used[CLASS_DISK_GB] = node->local_gb_used;
}

static bool has_trait(const struct scene *scene, const char *provider, const char *root, const char *trait)
{
	const struct trait_fact *f = scene->placing.trait;

	while (f < scene->placing.trait + scene->placing.ntrait && strcmp(f->name, trait) != 0)
		f++;
	for (size_t i = 0; f < scene->placing.trait + scene->placing.ntrait && i < f->providers.n; i++)
		if ((provider && str_equal(f->providers.v[i].uuid, provider)) ||
		    (root && str_equal(f->providers.v[i].root, root)))
			return true;
	return false;
}

bool scene_is_marked(const struct scene *scene, const char *host)
{
	const struct compute_nodes *nodes = &scene->nova.home->nodes;

	for (const struct compute_node *n = nodes->v; n < nodes->v + nodes->n; n++)
		if (str_equal(n->host, host) && has_trait(scene, n->uuid, NULL, TRAIT_DISABLED))
			return true;
	return false;
}

static enum room_closed why_closed(const struct scene *scene, const struct nova_service *s)
{
	if (!s)
		return ROOM_NO_COMPUTE;
	if (!nova_service_is_up(s, scene->nova.down_s))
		return ROOM_DOWN;
	return s->disabled && !reserve_is_opened(scene, s->host) ? ROOM_DISABLED : ROOM_OPEN;
}

void room_add_closed(const struct room *room, struct str *out)
{
	if (room->closed == ROOM_NO_COMPUTE)
		str_addf(out, _("'%s' has no nova-compute"), room->host);
	else if (room->closed == ROOM_DOWN)
		str_addf(out, _("nova-compute on '%s' is down"), room->host);
	else if (room->closed == ROOM_DISABLED)
		str_addf(out, _("nova-compute on '%s' is disabled"), room->host);
}

void room_add_absent(const struct room *room, struct str *out)
{
	if (room->absent == ROOM_OTHER_UUID)
		str_addf(out,
		    _("'%s' is known to placement under another uuid (nova-compute was installed anew): the scheduler sends nothing there"),
		    room->host);
	else if (room->absent == ROOM_NO_INVENTORY)
		str_addf(out, _("'%s' has no inventory in placement: the scheduler sends nothing there"), room->host);
	else if (room->absent == ROOM_NO_EVACUATION)
		str_addf(out, _("the hypervisor of '%s' does not support evacuation"), room->host);
	else if (room->absent == ROOM_MARKED_DISABLED)
		str_addf(out,
		    _("placement still has '%s' as disabled (COMPUTE_STATUS_DISABLED), though its service is enabled: the scheduler sends nothing there until its nova-compute reports its resources (a minute)"),
		    room->host);
}

static bool has_failed(const struct scene *scene, const struct words *failed, const char *host)
{
	for (size_t i = 0; failed && i < failed->n; i++)
		if (strcmp(failed->v[i], host) == 0)
			return true;
	return scene_has_failed(scene, host);
}

/* The nova-compute of each host, in their order. */
struct computes {
	const struct nova_service **v;
	size_t n;
};

/* Of two of one name the first that was read comes first, as nova_service_find() finds it. */
static int compare_computes(const void *one, const void *other)
{
	const struct nova_service *const *a = one, *const *b = other;
	int d = strcmp((*a)->host, (*b)->host);

	return d ? d : (*a > *b) - (*a < *b);
}

static void computes_open(struct computes *computes, const struct nova_services *all)
{
	*computes = (struct computes){ .v = xcalloc(all->n + 1, sizeof *computes->v) };
	for (const struct nova_service *s = all->v; s < all->v + all->n; s++)
		if (strcmp(s->binary, "nova-compute") == 0)
			computes->v[computes->n++] = s;
	vec_sort(computes->v, computes->n, sizeof *computes->v, compare_computes);
}

static const struct nova_service *compute_of(const struct computes *computes, const char *host)
{
	size_t low = 0, high = computes->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(computes->v[middle]->host, host) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < computes->n && strcmp(computes->v[low]->host, host) == 0 ? computes->v[low] : NULL;
}

static bool is_chosen(const struct scene *scene, const char *host)
{
	const struct words *spread = &scene->request->what.spread;

	return spread->n == 0 || words_list(spread, host);
}

static void make_rooms(const struct scene *scene, const char *target, const struct words *failed, struct rooms *out)
{
	const struct compute_nodes *nodes = &scene->nova.home->nodes;
	const struct nova_service *service;
	struct computes computes;
	struct books books;
	struct room *room;

	computes_open(&computes, &scene->nova.home->services);
	books_open(&books, scene);
	*out = (struct rooms){ .v = xcalloc(nodes->n + 1, sizeof *out->v),
		.from_placement = scene->placing.inventories.n > 0,
		.now = xcalloc(scene->placing.inventories.n + 1, sizeof *out->now) };
	for (size_t i = 0; i < scene->placing.inventories.n; i++)
		out->now[i] = scene->placing.inventories.v[i].used;
	for (size_t i = 0; i < nodes->n; i++) {
		const struct compute_node *n = &nodes->v[i];

		if (has_failed(scene, failed, n->host) || (target && strcmp(n->host, target) != 0) ||
		    !is_chosen(scene, n->host))
			continue;
		room = &out->v[out->n++];
		room->host = n->host;
		room->node = n->hypervisor_hostname;
		room->unmirrored = scene_unmirrored(scene, n->uuid);
		room->now = out->now;
		service = compute_of(&computes, n->host);
		room->closed = why_closed(scene, service);
		room->reserve = reserve_is_opened(scene, n->host);
		if (!hypervisor_evacuates(n->hypervisor_type))
			room->absent = ROOM_NO_EVACUATION;
		else if (!room->closed && !service->disabled && !scene->request->what.force &&
		    has_trait(scene, n->uuid, NULL, TRAIT_DISABLED))
			room->absent = ROOM_MARKED_DISABLED;
		if (out->from_placement)
			size_from_books(room, scene, &books, n);
		else
			size_from_node(room, n);
	}
	free(computes.v);
	free(books.by_root);
	read_aggregates(scene, out);
}

void rooms_make_for(const struct scene *scene, const char *target, struct rooms *out)
{
	make_rooms(scene, target, NULL, out);
}

void rooms_make(const struct scene *scene, struct rooms *out)
{
	make_rooms(scene, scene->request->what.target_host, NULL, out);
}

void rooms_make_without(const struct scene *scene, const struct words *failed, struct rooms *out)
{
	make_rooms(scene, scene->request->what.target_host, failed, out);
}

/* Asked before each message: the first host that could take one is enough. */
const char *rooms_all_marked(const struct scene *scene)
{
	const char *target = scene->request->what.target_host, *marked = NULL;
	const struct compute_nodes *nodes = &scene->nova.home->nodes;

	for (const struct compute_node *n = nodes->v; !scene->request->what.force && n < nodes->v + nodes->n; n++) {
		if (scene_has_failed(scene, n->host) || (target && !str_equal(n->host, target)) || !is_chosen(scene, n->host) ||
		    !hypervisor_evacuates(n->hypervisor_type) ||
		    why_closed(scene, nova_service_find(&scene->nova.home->services, "nova-compute", n->host)) != ROOM_OPEN)
			continue;
		if (!has_trait(scene, n->uuid, NULL, TRAIT_DISABLED))
			return NULL;
		marked = n->host;
	}
	return marked;
}

void rooms_free(struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++) {
		free(rooms->v[i].taken);
		free(rooms->v[i].book);
		free(rooms->v[i].metadata);
	}
	rooms_unrank(rooms);
	free(rooms->now);
	free(rooms->v);
	*rooms = (struct rooms){ 0 };
}

int64_t room_need(const struct candidate *c, int class)
{
	if (c->needs.asked[class].set)
		return c->needs.asked[class].v;
	/* pinned CPUs are counted in a class of their own, which not every release has */
	if (class == CLASS_VCPU)
		return c->needs.pinned ? 0 : c->needs.vcpus;
	return class == CLASS_MEMORY_MB ? c->needs.memory_mb : c->needs.disk_gb;
}

/* Each inventory of placement is one number, whoever's room it is in. */
static int64_t *now(const struct scene *scene, const struct room *room, const struct inventory *i)
{
	return &room->now[i - scene->placing.inventories.v];
}

int64_t room_left(const struct scene *scene, const struct room *room, int class)
{
	if (room->base[class])
		return room->base[class]->capacity - *now(scene, room, room->base[class]);
	return room->limit[class] - room->used[class];
}

/* placement objects/allocation_candidate.py, resource_provider.py: _check_capacity_exceeded: what is left, and in which
 * portions. */
static bool takes(const struct scene *scene, const struct room *room, const struct inventory *i, int64_t amount)
{
	return i && amount <= i->capacity - *now(scene, room, i) && (i->min_unit == 0 || amount >= i->min_unit) &&
	    (i->max_unit == 0 || amount <= i->max_unit) && (i->step_size == 0 || amount % i->step_size == 0);
}

/* The class that is short, or CLASSES. A need of nothing always fits, however full the books say it is. */
int room_short_class(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	for (int class = 0; class < CLASSES; class += 1) {
		int64_t n = room_need(c, class);

		if (n > 0 &&
		    (room->base[class] ? !takes(scene, room, room->base[class], n) : n > room_left(scene, room, class)))
			return class;
	}
	return CLASSES;
}

/* What of the room gives this much of a class; ${provider} NULL: any of its providers. */
static const struct inventory *giver(const struct scene *scene, const struct room *room, const char *provider,
    const struct ask *a)
{
	for (size_t i = 0; i < room->nbook; i++)
		if (str_equal(room->book[i]->class_name, a->name) && (!provider || str_equal(room->book[i]->uuid, provider)) &&
		    takes(scene, room, room->book[i], a->amount))
			return room->book[i];
	return NULL;
}

/* An ask of no group may be met by any provider of the tree; what is forbidden must not be at its top, which always takes
 * part. */
static bool is_met(const struct scene *scene, const struct room *room, const struct ask *a)
{
	if (a->kind == ASK_TRAIT)
		return has_trait(scene, NULL, room->provider, a->name);
	if (a->kind == ASK_NO_TRAIT)
		return !has_trait(scene, room->provider, NULL, a->name);
	return giver(scene, room, NULL, a) || (a->or_vcpu && takes(scene, room, room->base[CLASS_VCPU], a->amount));
}

static bool provider_meets(const struct scene *scene, const struct room *room, const char *provider, const struct candidate *c,
    const char *group)
{
	for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++) {
		if (strcmp(a->group, group) != 0)
			continue;
		if (a->kind != ASK_RESOURCE && !scene->placing.columns.has_traits)
			continue;
		if (a->kind == ASK_RESOURCE ? !giver(scene, room, provider, a) :
					      has_trait(scene, provider, NULL, a->name) != (a->kind == ASK_TRAIT))
			return false;
	}
	return true;
}

/* The provider that meets a whole group; NULL: none. */
static const char *group_provider(const struct scene *scene, const struct room *room, const struct candidate *c,
    const char *group)
{
	for (size_t i = 0; i < room->nbook; i++)
		if (provider_meets(scene, room, room->book[i]->uuid, c, group))
			return room->book[i]->uuid;
	return NULL;
}

/* The first that the room lacks; NULL: none. Without placement nothing is known of them. A forced target is asked for no traits
 * (nova scheduler/utils.py: claim_resources_on_destination). */
const struct ask *room_lacking(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	if (scene->placing.inventories.n == 0)
		return NULL;
	for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++) {
		if (a->kind != ASK_RESOURCE && (scene->request->what.force || !scene->placing.columns.has_traits))
			continue;
		if (*a->group ? !group_provider(scene, room, c, a->group) : !is_met(scene, room, a))
			return a;
	}
	return NULL;
}

bool room_has_size(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	return room_short_class(scene, room, c) == CLASSES && !room_lacking(scene, room, c);
}

int64_t room_most_left(const struct scene *scene, const struct room *room, const char *name)
{
	int64_t most = 0, n;

	for (size_t i = 0; i < room->nbook; i++)
		if (str_equal(room->book[i]->class_name, name) &&
		    (n = room->book[i]->capacity - *now(scene, room, room->book[i])) > most)
			most = n;
	return most;
}

void room_charge(const struct scene *scene, struct room *room, const struct candidate *c)
{
	const struct inventory *i;

	for (int class = 0; class < CLASSES; class += 1) {
		room->used[class] += room_need(c, class);
		if (room->base[class])
			*now(scene, room, room->base[class]) += room_need(c, class);
	}
	for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++) {
		if (a->kind != ASK_RESOURCE)
			continue;
		i = giver(scene, room, *a->group ? group_provider(scene, room, c, a->group) : NULL, a);
		if (!i && a->or_vcpu)
			i = room->base[CLASS_VCPU];
		if (i)
			*now(scene, room, i) += a->amount;
	}
	room->taken = vec_grow(room->taken, room->ntaken, &room->cap, sizeof *room->taken);
	room->taken[room->ntaken++] = c;
}
