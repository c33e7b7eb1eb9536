/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_FENCING_H
#define CONFIG_FENCING_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* [fencing] of our own configuration: which fence agent knows a host's power, and what it is told. */

#define FENCING_GROUP "fencing"

/* [fencing], or [fencing PATTERN]: a host's name, or a shell's pattern of it. What a rule does not say is [fencing]'s. */
struct fencing_rule {
	char *pattern; /* NULL: of [fencing] */
	char *agent, *options, *bmc, *password_file, *secrets_file;
	unsigned timeout_s, off_timeout_s; /* 0: not given */
};
struct fencing_config {
	struct fencing_rule *v; /* the one of [fencing] first, the others as they stand in the file */
	size_t n, cap;
};
void fencing_config_free(struct fencing_config *config);

#define FENCE_TIMEOUT_S 20
#define FENCE_OFF_TIMEOUT_S 90
#define FENCE_TIMEOUT_MAX_S 600

/* What counts for one host, with its name and its BMC's filled in. */
struct fence_agent {
	char *program;       /* "fence_ipmilan", or a whole path */
	char *options;       /* a line each, "ip=192.0.2.9\nusername=admin\n"; no password */
	char *password_file; /* NULL: it needs none */
	char *secrets_file;  /* lines NAME=VALUE that are secrets, too; NULL: none */
	unsigned timeout_s, off_timeout_s;
};
/* 1: ${out} is filled; 0: no agent is configured for ${host}. -1, ERROR_CONFIG: one is, and something of it is missing, or the
 * name cannot be filled in: it would be another option. */
int fencing_find(const struct fencing_config *config, const char *host, struct fence_agent *out, struct error *err);
void fence_agent_free(struct fence_agent *agent);
/* machine.c: what of its options tells one machine from another, in one order and one writing ("ipaddr" and "port" as "ip" and
 * "plug"); not how it logs in and how long it waits. With its program where no "ip" is among them. The caller frees it. */
char *fence_agent_machine(const struct fence_agent *agent);
/* Is that the same of both, and has neither no program? */
bool fence_agent_same_machine(const struct fence_agent *a, const struct fence_agent *b);
/* Adds an option's name as fencing.py (fence-agents 4.12) understands it, ${n} letters of ${name}: newer names, '_' for '-'. */
void fence_option_name(const char *name, size_t n, struct str *out);
/* Does an option of that name say which machine is meant? */
bool fence_option_aims(const char *name, size_t n);
/* Would another host that ${host}'s group, or [fencing], speaks of get another machine? false: nothing of it names the host, so
 * that its "off" is no word about this one. True without an agent. */
bool fencing_is_of_one_host(const struct fencing_config *config, const char *host);

#endif
