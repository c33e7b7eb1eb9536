/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_OSLO_H
#define BUS_OSLO_H

#include <json-c/json.h>

#include "util/error.h"
#include "util/str.h"

/* oslo.messaging 2.0 on the wire: values in, bytes out, nothing sent. */

/* Who asks, as nova's RequestContext reads it. No token: the services then use their own credentials for neutron and cinder.
 * user_id, project_id and request_id must be those of the instance action, or the conductor drops the message. Without a user
 * and a project it is what nova's own services ask with (nova context.py: get_admin_context()): no address and no catalog. */
struct oslo_context {
	const char *user_id, *project_id, *request_id;
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
