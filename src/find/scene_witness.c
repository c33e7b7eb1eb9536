/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "util/log.h"
#include "util/str.h"

static void say_not_asked(const struct error *err)
{
	log_info("not asked: %s", err->text);
}

static void add_server_sessions(struct scene *scene, struct db *db, unsigned down_s)
{
	struct session_fact *fact = &scene->witness.session[scene->witness.nsession];
	struct error err = { 0 };

	if (!db || scene->witness.nsession == sizeof scene->witness.session / sizeof *scene->witness.session)
		return;
	*fact = (struct session_fact){ .server = db_label(db), .down_s = down_s };
	if (sessions_list(db, &fact->sessions, &err) != 0)
		say_not_asked(&err);
	else
		scene->witness.nsession++;
}

void scene_find_sessions(struct scene *scene)
{
	for (size_t i = 0; i < scene->nova.ncell; i++)
		if (!scene->nova.home || scene->nova.home == &scene->nova.cell[i])
			add_server_sessions(scene, scene->nova.cell[i].cell->db, scene->nova.down_s);
	add_server_sessions(scene, scene->world->api_db, scene->nova.down_s);
	add_server_sessions(scene, scene->world->cinder_db, scene->cinder.down_s);
}

/* A node in the order in which they were read. */
struct placed {
	const struct compute_node *node;
	size_t cell, at;
};

static int by_node_host(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int d = strcmp(a->node->host, b->node->host);

	return d ? d : (a->at > b->at) - (a->at < b->at);
}

static int by_node_address(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int d = (a->node->host_ip != NULL) - (b->node->host_ip != NULL);

	d = d ? d : strcmp(str_or(a->node->host_ip, ""), str_or(b->node->host_ip, ""));
	return d ? d : by_node_host(x, y);
}

static int by_address_host(const void *x, const void *y)
{
	const struct own_address *a = x, *b = y;

	return strcmp(a->host, b->host);
}

/* The first node of each cell tells, the first cell's that tells anything before the others'. ${p}: of one host. */
static const char *told_address(const struct placed *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || p[i].cell != p[i - 1].cell) && p[i].node->host_ip)
			return address_is_loopback(p[i].node->host_ip) ? NULL : p[i].node->host_ip;
	return NULL;
}

/* Takes away what another host's node tells, too. ${p}: by address, so that the hosts of one lie together. */
static void forget_shared(struct scene *scene, const struct placed *p, size_t n)
{
	struct own_address *a;
	size_t i, k, end;

	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && str_equal(p[end].node->host_ip, p[i].node->host_ip); end++)
			;
		for (k = i; strcmp(p[i].node->host, p[end - 1].node->host) != 0 && k < end; k++) {
			a = bsearch(&(struct own_address){ .host = p[k].node->host }, scene->nova.address, scene->nova.naddress,
			    sizeof *scene->nova.address, by_address_host);
			if (str_equal(a->address, p[i].node->host_ip))
				a->address = NULL;
		}
	}
}

void scene_index_addresses(struct scene *scene)
{
	struct placed *p = NULL;
	size_t n = 0, cap = 0, i, end;

	for (i = 0; i < scene->nova.ncell; i++)
		for (size_t k = 0; k < scene->nova.cell[i].nodes.n; k++) {
			p = vec_grow(p, n, &cap, sizeof *p);
			p[n] = (struct placed){ .node = &scene->nova.cell[i].nodes.v[k], .cell = i, .at = n };
			n++;
		}
	vec_sort(p, n, sizeof *p, by_node_host);
	scene->nova.address = arena_alloc(&scene->arena, (n + 1) * sizeof *scene->nova.address);
	scene->nova.naddress = 0;
	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(p[end].node->host, p[i].node->host) == 0; end++)
			;
		scene->nova.address[scene->nova.naddress++] = (struct own_address){ .host = p[i].node->host,
			.address = told_address(p + i, end - i) };
	}
	vec_sort(p, n, sizeof *p, by_node_address);
	forget_shared(scene, p, n);
	free(p);
}

const char *scene_address_of(const struct scene *scene, const char *host)
{
	const struct own_address *known;
	const char *address = NULL;

	if (scene->nova.address) {
		known = vec_search(&(struct own_address){ .host = host }, scene->nova.address, scene->nova.naddress,
		    sizeof *scene->nova.address, by_address_host);
		return known ? known->address : NULL;
	}
	for (size_t i = 0; i < scene->nova.ncell && !address; i++) {
		const struct compute_node *own = compute_node_of(&scene->nova.cell[i].nodes, host);

		address = own ? own->host_ip : NULL;
	}
	if (!address || address_is_loopback(address))
		return NULL;
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (size_t k = 0; k < scene->nova.cell[i].nodes.n; k++)
			if (strcmp(scene->nova.cell[i].nodes.v[k].host, host) != 0 &&
			    str_equal(scene->nova.cell[i].nodes.v[k].host_ip, address))
				return NULL;
	return address;
}

/* The same session is seen through every schema of one server. */
static bool was_seen(const struct scene *scene, size_t fact, const struct session *session)
{
	for (size_t i = 0; i < fact; i++)
		for (size_t k = 0; k < scene->witness.session[i].sessions.n; k++)
			if (scene->witness.session[i].sessions.v[k].id == session->id &&
			    str_equal(scene->witness.session[i].sessions.v[k].address, session->address))
				return true;
	return false;
}

static bool speaks_from(const struct scene *scene, size_t fact, const struct session *session, const char *address,
    const char *host)
{
	const char *name = address_is_loopback(host) ? NULL : host; /* who is called localhost may be anywhere */

	return session->idle_s.set && session->idle_s.v < (int64_t)scene->witness.session[fact].down_s &&
	    session_is_from(session, address, name) && !was_seen(scene, fact, session);
}

bool scene_session_speaks(const struct scene *scene, size_t fact, const struct session *session, const char *host)
{
	return speaks_from(scene, fact, session, scene_address_of(scene, host), host);
}

size_t scene_sessions_of(const struct scene *scene, const char *host)
{
	const char *address = scene_address_of(scene, host);
	size_t n = 0;

	for (size_t i = 0; i < scene->witness.nsession; i++)
		for (size_t k = 0; k < scene->witness.session[i].sessions.n; k++)
			n += speaks_from(scene, i, &scene->witness.session[i].sessions.v[k], address, host);
	return n;
}

void scene_find_witnesses(struct scene *scene)
{
	scene_find_queues(scene);
	scene_find_sessions(scene);
	scene_find_agents(scene);
}
