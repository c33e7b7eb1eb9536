/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/scene.h"
#include "model/keystone/catalog.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/str.h"

/* The types of keystone's catalog (nova conf/cinder.py: catalog_info; service-types-authority), the one that is asked for
 * first. */
static const char *const catalog_types[PEERS][4] = { [PEER_PLACEMENT] = { "placement" },
	[PEER_NEUTRON] = { "network" },
	[PEER_CINDER] = { "volumev3", "block-storage", "block-store" },
	[PEER_KEYSTONE] = { "identity" },
	[PEER_NOVA] = { "compute" } };
static const char *const site_key[PEERS] = { "placement_url", "neutron_url", "cinder_url", "keystone_url", "nova_url" };

/* ${url} is somebody's text: what cannot be asked is not known, and why is said without it, for it may hold a login. */
static void set_address(struct scene *scene, enum peer peer, const char *url, const char *origin)
{
	struct peer_fact *fact = &scene->peers.v[peer];
	auto_free char *root = http_root(url);

	fact->origin = arena_dup(&scene->arena, origin);
	fact->look.url = arena_dup(&scene->arena, root);
	fact->unknown = root ? NULL : arena_printf(&scene->arena, _("%s is no address that can be asked"), origin);
}

static bool take_configured(struct scene *scene, enum peer peer)
{
	const char *site = scene->world->site.url[peer];
	const struct endpoint_config *nova = &scene->world->nova.endpoint[peer];
	auto_free char *origin = xasprintf("[site] %s", site_key[peer]);

	if (site)
		set_address(scene, peer, site, origin);
	else if (nova->url)
		set_address(scene, peer, nova->url, nova->origin);
	return site || nova->url;
}

/* What the one who asks this peer has been told of it: nova, and of nova-api neutron, which asks the public interface unless
 * its configuration says another (neutron conf/common.py: [nova] endpoint_type). */
static const struct endpoint_config *asker_of(const struct scene *scene, enum peer peer)
{
	static char public[] = "public";
	static const struct endpoint_config shipped = { .interfaces = public };

	if (peer != PEER_NOVA)
		return &scene->world->nova.endpoint[peer];
	return scene->world->has_neutron_config ? &scene->world->neutron.nova : &shipped;
}

/* A region that one of nova's groups names is nova's. */
static const char *region_of(const struct scene *scene, enum peer peer)
{
	const struct endpoint_config *all = scene->world->nova.endpoint;
	const char *region = asker_of(scene, peer)->region;

	for (int other = 0; other < PEERS && !region; other++)
		region = all[other].region;
	return region;
}

static void take_cataloged(struct scene *scene, enum peer peer, const struct endpoints *all)
{
	struct peer_fact *fact = &scene->peers.v[peer];
	auto_free char *origin = NULL;
	/* keystone's own interfaces differ in nothing but who may be asked what */
	const char *interfaces = str_or(asker_of(scene, peer)->interfaces, "internal,public");
	const struct endpoint *found;

	switch (endpoint_choose(all, catalog_types[peer], region_of(scene, peer), interfaces, &found)) {
	case ENDPOINT_FOUND:
		origin = xasprintf(_("keystone's catalog (%s, %s)"), found->type, found->interface);
		set_address(scene, peer, found->url, origin);
		return;
	case ENDPOINT_UNCLEAR:
		fact->unknown = arena_printf(&scene->arena,
		    _("keystone's catalog has several addresses of it, and nova.conf names no region"));
		return;
	case ENDPOINT_NONE:
		fact->unknown = arena_printf(&scene->arena, _("neither nova.conf nor keystone's catalog has its address"));
		return;
	}
}

static void say_all_unknown(struct scene *scene, const char *why)
{
	for (struct peer_fact *fact = scene->peers.v; fact < scene->peers.v + PEERS; fact++)
		if (!fact->look.url && !fact->unknown)
			fact->unknown = arena_dup(&scene->arena, why);
}

/* Read at once and closed: nothing else is asked there. */
static int read_catalog(const struct scene *scene, struct endpoints *out, bool *configured, struct error *err)
{
	struct db *db;
	int rc = world_connect_catalog(scene->world, scene->request, &db, err);

	*configured = rc != 0 || db;
	if (rc == 0 && db)
		rc = endpoints_list(db, out, err);
	db_close(&db);
	return rc;
}

static void find_in_catalog(struct scene *scene)
{
	struct endpoints all = { 0 };
	struct error err = { 0 };
	bool configured;

	if (read_catalog(scene, &all, &configured, &err) != 0) {
		log_info("not asked: %s", err.text);
		absences_add(scene->world->absences, &err, NULL);
		say_all_unknown(scene, err.text);
	} else if (!configured) {
		say_all_unknown(scene,
		    _("nova.conf does not have its address, and keystone's database is not configured here"));
	} else {
		for (int peer = 0; peer < PEERS; peer++)
			if (!scene->peers.v[peer].look.url && !scene->peers.v[peer].unknown)
				take_cataloged(scene, (enum peer)peer, &all);
	}
	endpoints_list_free(&all);
}

/* Where nova-api of this configuration listens; NULL: not known. Better than nothing: it is most likely among those that
 * neutron asks. */
static char *own_nova_url(const struct nova_config *nova)
{
	return nova->api_listen ?
	    xasprintf(strchr(nova->api_listen, ':') ? "http://[%s]:%u/" : "http://%s:%u/", nova->api_listen, nova->api_port) :
	    NULL;
}

static void take_own_nova(struct scene *scene)
{
	struct peer_fact *fact = &scene->peers.v[PEER_NOVA];
	auto_free char *url = own_nova_url(&scene->world->nova);

	if (fact->look.url || !url)
		return;
	set_address(scene, PEER_NOVA, url, "osapi_compute_listen");
	fact->own = true;
}

void scene_find_peers(struct scene *scene)
{
	bool all = true;

	for (int peer = 0; peer < PEERS; peer++) {
		const struct endpoint_config *asker = asker_of(scene, (enum peer)peer);

		scene->peers.v[peer].look.ca_file = asker->ca_file;
		scene->peers.v[peer].look.insecure = asker->insecure;
		all &= take_configured(scene, (enum peer)peer);
	}
	if (!all)
		find_in_catalog(scene);
	take_own_nova(scene);
	scene->peers.known = true;
}
