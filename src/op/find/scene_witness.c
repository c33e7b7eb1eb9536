/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/scene.h"
#include "util/http.h"
#include "util/log.h"
#include "util/str.h"

#define API_TIMEOUT_MS 2000

static void not_asked(const struct error *err)
{
	log_info("not asked: %s", err->text);
}

static void add_sessions(struct scene *scene, struct db *db, unsigned down_s)
{
	struct session_fact *fact = &scene->session[scene->nsession];
	struct error err = { 0 };

	if (!db || scene->nsession == sizeof scene->session / sizeof *scene->session)
		return;
	*fact = (struct session_fact){ .server = db_label(db), .down_s = down_s };
	if (sessions_list(db, &fact->sessions, &err) != 0)
		not_asked(&err);
	else
		scene->nsession++;
}

static void find_nova_api(struct scene *scene)
{
	const struct nova_config *nova = &scene->world->nova;

	if (nova->api_listen && http_answers(nova->api_listen, nova->api_port, API_TIMEOUT_MS))
		scene->nova_api = arena_printf(&scene->arena, "http://%s:%u/", nova->api_listen, nova->api_port);
}

void scene_find_witnesses(struct scene *scene)
{
	scene_find_queues(scene);
	add_sessions(scene, scene->home->cell->db, scene->nova_down_s);
	add_sessions(scene, scene->world->api_db, scene->nova_down_s);
	add_sessions(scene, scene->world->cinder_db, scene->cinder_down_s);
	find_nova_api(scene);
}
