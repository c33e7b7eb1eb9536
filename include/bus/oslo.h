/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_OSLO_H
#define BUS_OSLO_H

#include <json-c/json.h>

#include "util/error.h"
#include "util/str.h"

/* oslo.messaging 2.0 on the wire: values in, bytes out, nothing sent. */

/* Who asks, as nova's RequestContext reads it. No token: the services then use their own credentials for neutron and cinder,
 * and ask glance, barbican and cyborg in vain. With one they ask all of these with it, and find them in ${catalog} (nova 26
 * network/neutron.py: _get_auth_plugin, volume/cinder.py: _get_auth, service_auth.py: get_auth_plugin, context.py:
 * _ContextAuthPlugin; the same from 17 to 34): neutron for what it reads (ports are bound with nova's own), cinder for
 * everything. So a catalog without network, or without block-storage where there are volumes, ends in ERROR, and the token must
 * be one that sees what the instance's project has. placement, the scheduler and keystone's own users are not touched. user_id,
 * project_id and request_id must be those of the instance action, or the conductor drops the message, whoever the token is of:
 * nothing of nova compares the two ([cinder] endpoint_template puts project_id into its URL).
 * Without a user and a project it is what nova's own services ask with (nova context.py: get_admin_context()): no address and
 * no catalog. */
struct oslo_context {
	const char *user_id, *project_id, *request_id;
	const char *token;    /* a secret; NULL: none */
	json_object *catalog; /* borrowed: with a token, the services of it in the shape of v2; NULL: the one entry below */
	/* The catalog's one entry: computes build an image URL for every evacuation and never contact it. A region_name in the
	 * computes' [glance] must be among ${regions}; n 0: one endpoint that fits those without. */
	const char *const *regions;
	size_t nregions;
};

struct oslo_cast {
	const char *method, *version;
	const char *namespace; /* NULL: the target has none, and no key says so */
	json_object *args;     /* given away to oslo_cast_text() */
	const char *unique_id; /* 32 hex digits */
};

/* The envelope with the message inside, as text. */
void oslo_cast_text(const struct oslo_cast *cast, const struct oslo_context *context, struct str *out);

#endif
