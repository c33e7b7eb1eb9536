/* SPDX-License-Identifier: Apache-2.0 */
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

const char *scene_address_of(const struct scene *scene, const char *host)
{
	const char *address = NULL;

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

bool scene_session_speaks(const struct scene *scene, size_t fact, const struct session *session, const char *host)
{
	const char *name = address_is_loopback(host) ? NULL : host; /* who is called localhost may be anywhere */

	return session->idle_s.set && session->idle_s.v < (int64_t)scene->witness.session[fact].down_s &&
	    session_is_from(session, scene_address_of(scene, host), name) && !was_seen(scene, fact, session);
}

size_t scene_sessions_of(const struct scene *scene, const char *host)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->witness.nsession; i++)
		for (size_t k = 0; k < scene->witness.session[i].sessions.n; k++)
			n += scene_session_speaks(scene, i, &scene->witness.session[i].sessions.v[k], host);
	return n;
}

void scene_find_witnesses(struct scene *scene)
{
	scene_find_queues(scene);
	scene_find_sessions(scene);
	scene_find_agents(scene);
}
