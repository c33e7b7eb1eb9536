/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <string.h>

#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

/* Another compute host that the same options would reach: what is said of one of them is no word about the other. NULL: none.
 */
static const char *shares_machine_with(const struct scene *scene, const struct fencing_config *config)
{
	const char *host = scene->subject.host;

	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (size_t k = 0; k < scene->nova.cell[i].services.n; k++) {
			const struct nova_service *s = &scene->nova.cell[i].services.v[k];
			struct fence_agent other = { 0 };
			struct error ignored = { 0 };
			bool same = str_equal(s->binary, "nova-compute") && !str_equal(s->host, host) &&
			    fencing_find(config, s->host, &other, &ignored) > 0 &&
			    fence_agent_same_machine(&scene->power.agent, &other);

			fence_agent_free(&other);
			if (same)
				return s->host;
		}
	return NULL;
}

/* Then it is not asked: its "off" would be that of any host. */
static const char *why_not_its_own(struct scene *scene, const struct fencing_config *config)
{
	const char *other = shares_machine_with(scene, config);

	if (other)
		return arena_printf(&scene->arena,
		    _("[fencing] has one machine for '%s' and '%s': the options of their agent are the same"),
		    scene->subject.host, other);
	if (!fencing_is_of_one_host(config, scene->subject.host))
		return arena_printf(&scene->arena,
		    _("[fencing] has one machine for all its hosts: no option of the agent of '%s' names it"),
		    scene->subject.host);
	return NULL;
}

void scene_find_power(struct scene *scene)
{
	struct power_facts *power = &scene->power;
	struct error err = { 0 };
	int rc;

	if (!scene->subject.host)
		return;
	fence_agent_free(&power->agent);
	*power = (struct power_facts){ 0 };
	rc = fencing_find(&scene->world->site.fencing, scene->subject.host, &power->agent, &err);
	if (rc < 0)
		power->absent = arena_dup(&scene->arena, err.text);
	if (rc > 0)
		power->absent = power->shared = why_not_its_own(scene, &scene->world->site.fencing);
	if (rc <= 0 || power->shared)
		return;
	power->asked = true;
	scene_ask_power(scene);
}

void scene_ask_power(struct scene *scene)
{
	fence_ask(&scene->power.agent, &scene->power.answer);
	scene->power.asked_ms = clock_monotonic_ms();
}

bool scene_is_off(const struct scene *scene)
{
	return scene->power.asked && scene->power.answer.state == FENCE_OFF;
}

bool scene_fences(const struct request *request, const char *way)
{
	for (size_t i = 0; i < request->how.fence.n; i++)
		if (strcmp(request->how.fence.v[i], way) == 0)
			return true;
	return false;
}

void scene_say_power(const struct scene *scene, struct str *out)
{
	if (scene->power.asked)
		fence_answer_say(&scene->power.agent, &scene->power.answer, out);
	else if (scene->power.absent)
		str_addf(out, _("the fence agent cannot be asked: %s"), scene->power.absent);
}

json_object *scene_power_json(const struct scene *scene)
{
	json_object *object;

	if (!scene->power.asked && !scene->power.absent)
		return NULL;
	object = json_object_new_object();
	if (scene->power.asked) {
		fence_answer_put(&scene->power.agent, &scene->power.answer, object);
		return object;
	}
	put(object, "agent", NULL);
	put_text(object, "state", fence_state_name[FENCE_UNKNOWN]);
	put_text(object, "trouble", scene->power.absent);
	return object;
}
