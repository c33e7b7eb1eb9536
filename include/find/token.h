/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_TOKEN_H
#define FIND_TOKEN_H

#include "cli/request.h"
#include "config/config.h"
#include "model/keystone/token.h"
#include "util/str.h"

/* The token that nova gets for the instances that need one, and what is known about it. */

enum token_state {
	TOKEN_ABSENT,    /* none was given */
	TOKEN_GIVEN,     /* keystone was not asked: no instance needs it */
	TOKEN_GOOD,      /* keystone knows it */
	TOKEN_UNCHECKED, /* keystone did not answer */
	TOKEN_REFUSED,   /* keystone does not know it, or gave none */
};
struct token {
	enum token_state state;
	const char *source; /* for programs: "file", "environment", "nova-conf" */
	char *origin;       /* for people: "'/root/token'", "$OS_TOKEN", "[service_user]" */
	char *text;         /* a secret; NULL: keystone is to give one */
	struct token_facts facts;
	char *why; /* unchecked or refused: a phrase for people; NULL else */
};

/* --os-token-file, --os-token-from or, where ${environment}, $OS_TOKEN: read, and nobody asked. ERROR_CONFIG: the file cannot
 * be read, others may read it, or it holds no token. */
int token_take(const struct request *request, bool environment, struct token *out, struct error *err);
/* Asks keystone: what it knows about a token that was given, or for one with nova's login. What cannot be known is a state, not
 * an error. At most some seconds. */
void token_ask(struct token *token, const struct nova_config *nova);
void token_drop(struct token *token);
/* The options that gave it, for a command that goes on with the run; nothing where the environment or nobody did. */
void token_add_options(const struct request *request, struct str *out);

/* What nova would ask for in the caller's name if it evacuated this instance; bits. */
enum {
	TOKEN_FOR_IMAGE = 1,  /* its root disk is made anew out of glance's image */
	TOKEN_FOR_KERNEL = 2, /* its kernel and ramdisk are files beside its disks */
	TOKEN_FOR_KEY = 4,    /* of an encrypted volume, in barbican; or of a vTPM */
	TOKEN_FOR_DEVICE = 8, /* of cyborg */
};
struct scene;
struct candidate;
struct volume_fact;
bool token_is_for_volume(const struct volume_fact *volume); /* its key is in barbican */
unsigned token_needs(const struct scene *scene, const struct candidate *candidate);
/* Of any instance that this run is about. */
bool token_is_needed(const struct scene *scene);
/* Would the token that there is serve for ${needs}? ${why}: why not, a phrase without a full stop; nothing where none was
 * given. */
bool token_serves(const struct scene *scene, const struct candidate *candidate, unsigned needs, struct str *why);
/* It goes with the instance's message: it is needed and serves, be it without what a person has accepted to do without (a key,
 * a kernel). With the others it never goes: nova uses it instead of its own login. */
bool token_goes(const struct scene *scene, const struct candidate *candidate);

#endif
