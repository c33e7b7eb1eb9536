/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/scene.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/str.h"

#define LOOK_MS 2000

unsigned scene_needed_peers(const struct scene *scene)
{
	unsigned needed = 1u << PEER_PLACEMENT | 1u << PEER_NEUTRON | 1u << PEER_KEYSTONE | 1u << PEER_NOVA;

	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (scene->subject.candidate[i].wanted && scene->subject.candidate[i].nvolume > 0)
			needed |= 1u << PEER_CINDER;
	return needed;
}

void scene_look_at_peers(struct scene *scene, unsigned peers)
{
	struct http_look look[PEERS];
	struct peer_fact *of[PEERS];
	size_t n = 0;

	for (int peer = 0; peer < PEERS; peer++)
		if (peers & 1u << peer && scene->peers.v[peer].look.url) {
			of[n] = &scene->peers.v[peer];
			look[n] = of[n]->look;
			n++;
		}
	http_look_all(look, n, LOOK_MS);
	for (size_t i = 0; i < n; i++) {
		of[i]->look = look[i];
		of[i]->looked = true;
	}
	scene->peers.looked_ms = clock_monotonic_ms();
	scene->witness.nova_api = peer_state(&scene->peers.v[PEER_NOVA]) == PEER_ANSWERS ? scene->peers.v[PEER_NOVA].look.url :
											   NULL;
}

bool scene_neutron_tells(const struct scene *scene)
{
	return scene->witness.nova_api && (!scene->world->has_neutron_config || scene->world->neutron.tells_nova);
}

bool scene_ask_neutron_tells(struct scene *scene)
{
	int64_t looked_ms = scene->peers.looked_ms;

	scene_look_at_peers(scene, 1u << PEER_NOVA);
	scene->peers.looked_ms = looked_ms; /* at the others no one has looked */
	return scene_neutron_tells(scene);
}

/* Of nova-api's own address that does not answer nothing follows: neutron may ask another one. */
enum peer_state peer_state(const struct peer_fact *fact)
{
	if (!fact->looked || fact->look.answer == HTTP_UNTRUSTED)
		return PEER_UNKNOWN;
	if (http_is_alive(&fact->look))
		return PEER_ANSWERS;
	return fact->own ? PEER_UNKNOWN : PEER_DOWN;
}

void peer_say(enum peer peer, const struct peer_fact *fact, struct str *out)
{
	auto_str struct str said = { 0 };

	if (!fact->look.url) {
		str_add(out, fact->unknown);
		return;
	}
	http_say(&fact->look, &said);
	str_addf(out, _("%s at %s %s"), peer_name[peer], fact->look.url, said.s);
}
