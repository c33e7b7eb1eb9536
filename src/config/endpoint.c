/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/http.h"
#include "util/mem.h"

/* Where nova.conf says that nova finds other services. Names are newest first; an older one counts where it stands alone. */

const char *const peer_name[PEERS] = { "placement", "neutron-server", "cinder-api", "keystone", "nova-api" };

static const struct {
	const struct ini_name *url, *region, *interfaces, *ca_file, *insecure;
} endpoint_names[PEERS] = {
	[PEER_PLACEMENT] = { NAMES({ "placement", "endpoint_override" }),
	    NAMES({ "placement", "region_name" }, { "placement", "os_region_name" }),
	    NAMES({ "placement", "valid_interfaces" }, { "placement", "os_interface" }), NAMES({ "placement", "cafile" }),
	    NAMES({ "placement", "insecure" }) },
	[PEER_NEUTRON] = { NAMES({ "neutron", "endpoint_override" }, { "neutron", "url" }), NAMES({ "neutron", "region_name" }),
	    NAMES({ "neutron", "valid_interfaces" }), NAMES({ "neutron", "cafile" }), NAMES({ "neutron", "insecure" }) },
	[PEER_CINDER] = { NAMES({ "cinder", "endpoint_template" }, { "cinder", "endpoint_override" }),
	    NAMES({ "cinder", "os_region_name" }), NAMES({ "cinder", "catalog_info" }), NAMES({ "cinder", "cafile" }),
	    NAMES({ "cinder", "insecure" }) },
};

/* Each group has a login of its own (keystoneauth1 loading/identity.py); it is the same keystone in all of them. */
static const char *const login_groups[] = { "placement", "neutron", "cinder", "service_user", "keystone_authtoken" };

/* What refers to an option whose default only the host knows is not known here, and is no error: a run can go on without. */
static int read_known(struct ini *ini, const struct ini_name *names, char **what, char **origin, struct error *err)
{
	const char *value, *from;

	if (ini_get_first(ini, names, &value, &from, err) != 0) {
		if (err->code != INI_UNKNOWN_REFERENCE)
			return -1;
		error_clear(err);
		value = NULL;
	}
	if (value && *value) {
		*what = xstrdup(value);
		if (origin)
			*origin = xstrdup(from);
	}
	return 0;
}

/* The root alone is shown: a URL may have a login in it. */
static void note_url(struct ini *ini, const struct ini_name *names, const struct endpoint_config *endpoint)
{
	auto_free char *root = endpoint->url ? http_root(endpoint->url) : NULL;

	ini_note(ini, names, root, endpoint->origin);
}

/* [cinder] catalog_info: type:name:interface, the last with "URL" behind it (nova volume/cinder.py: _get_cinderclient_parts).
 */
static void take_interface(struct endpoint_config *endpoint)
{
	char *last = endpoint->interfaces ? strrchr(endpoint->interfaces, ':') : NULL, *url;

	if (!last)
		return;
	memmove(endpoint->interfaces, last + 1, strlen(last + 1) + 1);
	url = strstr(endpoint->interfaces, "URL");
	if (url)
		*url = '\0';
}

static int read_endpoint(struct ini *ini, enum peer peer, struct endpoint_config *out, struct error *err)
{
	if (read_known(ini, endpoint_names[peer].url, &out->url, &out->origin, err) != 0 ||
	    read_known(ini, endpoint_names[peer].region, &out->region, NULL, err) != 0 ||
	    read_known(ini, endpoint_names[peer].interfaces, &out->interfaces, NULL, err) != 0 ||
	    read_known(ini, endpoint_names[peer].ca_file, &out->ca_file, NULL, err) != 0)
		return -1;
	note_url(ini, endpoint_names[peer].url, out);
	if (peer == PEER_CINDER)
		take_interface(out);
	if (!out->interfaces)
		out->interfaces = xstrdup(peer == PEER_CINDER ? "public" : "internal,public");
	return read_bool(ini, endpoint_names[peer].insecure, &out->insecure, err);
}

static int read_keystone(struct ini *ini, struct endpoint_config *out, struct error *err)
{
	for (size_t i = 0; i < sizeof login_groups / sizeof *login_groups && !out->url; i++) {
		const char *group = login_groups[i];

		if (read_known(ini, NAMES({ group, "auth_url" }), &out->url, &out->origin, err) != 0)
			return -1;
		if (!out->url)
			continue;
		note_url(ini, NAMES({ group, "auth_url" }), out);
		if (read_known(ini, NAMES({ group, "cafile" }), &out->ca_file, NULL, err) != 0 ||
		    read_bool(ini, NAMES({ group, "insecure" }), &out->insecure, err) != 0)
			return -1;
	}
	return 0;
}

int endpoints_read(struct ini *ini, struct nova_config *out, struct error *err)
{
	for (int peer = 0; peer < PEERS; peer++)
		if (endpoint_names[peer].url && read_endpoint(ini, (enum peer)peer, &out->endpoint[peer], err) != 0)
			return -1;
	if (read_keystone(ini, &out->endpoint[PEER_KEYSTONE], err) != 0)
		return -1;
	return read_bool(ini, NAMES({ "service_user", "send_service_user_token" }), &out->sends_service_token, err);
}

int notifier_read(struct ini *ini, struct neutron_config *out, struct error *err)
{
	if (read_known(ini, NAMES({ "nova", "region_name" }), &out->nova.region, NULL, err) != 0 ||
	    read_known(ini, NAMES({ "nova", "endpoint_type" }), &out->nova.interfaces, NULL, err) != 0 ||
	    read_known(ini, NAMES({ "nova", "cafile" }), &out->nova.ca_file, NULL, err) != 0 ||
	    read_bool(ini, NAMES({ "nova", "insecure" }), &out->nova.insecure, err) != 0)
		return -1;
	if (!out->nova.interfaces)
		out->nova.interfaces = xstrdup("public");
	return read_bool(ini, NAMES({ "DEFAULT", "notify_nova_on_port_status_changes" }), &out->tells_nova, err);
}

void endpoint_free(struct endpoint_config *endpoint)
{
	free_secret(endpoint->url); /* it may have a login in it */
	free(endpoint->origin);
	free(endpoint->region);
	free(endpoint->interfaces);
	free(endpoint->ca_file);
}

void endpoints_free(struct nova_config *config)
{
	for (struct endpoint_config *e = config->endpoint; e < config->endpoint + PEERS; e++)
		endpoint_free(e);
}
