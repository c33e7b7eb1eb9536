/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_KEYSTONE_TOKEN_H
#define MODEL_KEYSTONE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "config/config.h"
#include "util/error.h"
#include "util/str.h"

/* Tokens of keystone's Identity API v3: what is asked and answered, as values. Nobody is asked here. */

/* What keystone says about a token. */
struct token_facts {
	char *user, *project, *project_id; /* project NULL: it is of no project */
	bool is_admin;                     /* "admin" is among its roles */
	int64_t ends_s;                    /* seconds since 1970; 0: not said */
	json_object *catalog;              /* as nova's context has it, below; NULL: not said */
};
void token_facts_free(struct token_facts *facts);

/* A token that may stand in a header and in a message: printable ASCII without blanks, quotes and backslashes. */
bool token_is_text(const char *text);

/* The body of POST …/v3/auth/tokens (password) with nova's own login. It holds the password. */
void token_request_body(const struct keystone_config *login, struct str *out);
/* The address below which v3 is: an auth_url with or without its version. The caller frees it. */
char *token_service_url(const char *auth_url);
/* The answer to that, and to GET …/v3/auth/tokens. Errors: ERROR_ERROR, it is not such an answer. */
int token_read(const char *answer, struct token_facts *out, struct error *err);

/* A v3 catalog in the shape of v2 that nova's context has (keystonemiddleware auth_token/__init__.py: _v3_to_v2_catalog), and
 * of it what nova keeps (nova context.py: RequestContext; the union of 17 to 34). */
json_object *catalog_of_context(json_object *v3);
/* The same of what a configuration says. Its endpoints have no region: nova finds them where it has no region_name. Either may
 * be NULL. */
json_object *catalog_of_addresses(const char *glance, const char *neutron);
bool catalog_has(json_object *catalog, const char *type);

#endif
