/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/scene.h"
#include "find/token.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

#define LEAST_S 300 /* so long a compute may fetch an image with it */

/* Who needs a token, and whether the one that there is serves. */

/* cinder writes zeros for the fixed key of conf_key_manager, which needs nobody's token. */
bool token_is_for_volume(const struct volume_fact *v)
{
	return v->owner.known && v->owner.encryption_key_id &&
	    strspn(v->owner.encryption_key_id, "0-") < strlen(v->owner.encryption_key_id);
}

/* The same in every release, 17 to 34: virt/libvirt/driver.py: _create_and_inject_local_root() fetches the image where neither
 * the disk nor the host's cache has it, and 17 and 18 read it before (compute/manager.py: _do_rebuild_instance, "not
 * on_shared_storage"). _create_image() fetches kernel and ramdisk into the instance's directory, which images_type = rbd does
 * not share. Signatures and trusted certificates are looked at when an image is fetched. */
unsigned token_needs(const struct scene *scene, const struct candidate *c)
{
	bool shared = site_shares_disks(&scene->world->site, c->instance->host);
	unsigned needs = !shared && !instance_boots_from_volume(c->instance) ? TOKEN_FOR_IMAGE : 0;

	if (c->needs.kernel_id && !(needs & TOKEN_FOR_IMAGE))
		needs |= TOKEN_FOR_KERNEL;
	for (size_t i = 0; i < c->nvolume; i++)
		if (token_is_for_volume(&c->volume[i]))
			needs |= TOKEN_FOR_KEY;
	if (c->needs.vtpm)
		needs |= TOKEN_FOR_KEY;
	return needs | (c->needs.device_profile ? TOKEN_FOR_DEVICE : 0);
}

bool token_is_needed(const struct scene *scene)
{
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (scene->subject.candidate[i].wanted && token_needs(scene, &scene->subject.candidate[i]))
			return true;
	return false;
}

/* nova asks with the token wherever it would have asked with its own login: what it does not find there is an ERROR. */
static const char *missing_service(const struct scene *scene, const struct candidate *c)
{
	json_object *catalog = scene->world->token.facts.catalog;

	if (!catalog_has(catalog, "image"))
		return "image";
	if (!catalog_has(catalog, "network"))
		return "network";
	if (c->nvolume > 0 && !scene->world->nova.endpoint[PEER_CINDER].url && !catalog_has(catalog, "volumev3") &&
	    !catalog_has(catalog, "block-storage"))
		return "block-storage";
	return c->needs.device_profile && !catalog_has(catalog, "accelerator") ? "accelerator" : NULL;
}

/* barbican gives a key to its project alone; glance, neutron and cinder give all to an administrator. */
static bool sees_project(const struct token *token, const struct candidate *c, unsigned needs)
{
	if (token->state != TOKEN_GOOD || str_equal(token->facts.project_id, c->instance->project_id))
		return true;
	return token->facts.is_admin && !(needs & TOKEN_FOR_KEY);
}

bool token_serves(const struct scene *scene, const struct candidate *c, unsigned needs, struct str *why)
{
	const struct token *token = &scene->world->token;
	int64_t left_s = token->facts.ends_s - clock_wall_s();
	const char *missing;

	if (token->state == TOKEN_ABSENT)
		return false;
	if (token->state == TOKEN_REFUSED || !token->text) {
		str_add(why, str_or(token->why, _("keystone was not asked for it")));
		return false;
	}
	if (token->facts.ends_s > 0 && left_s < LEAST_S) {
		str_addf(why, _("it ends in %lld s, and nova may need it for %d s"), (long long)(left_s > 0 ? left_s : 0),
		    LEAST_S);
		return false;
	}
	if (!sees_project(token, c, needs)) {
		str_addf(why, _("it is of project %s, and the instance is of project %s"),
		    str_or(token->facts.project, str_or(token->facts.project_id, "?")), str_or(c->instance->project_id, "?"));
		return false;
	}
	if ((missing = missing_service(scene, c))) {
		if (token->state == TOKEN_UNCHECKED)
			str_addf(why, _("%s, and nova's configuration does not say where the service '%s' is"), token->why,
			    missing);
		else
			str_addf(why, _("its catalog has no service '%s'"), missing);
		return false;
	}
	return true;
}

bool token_goes(const struct scene *scene, const struct candidate *c)
{
	unsigned needs = token_needs(scene, c), most = needs & (TOKEN_FOR_IMAGE | TOKEN_FOR_DEVICE);
	auto_str struct str why = { 0 };

	return (needs && token_serves(scene, c, needs, &why)) || (most && token_serves(scene, c, most, &why));
}
