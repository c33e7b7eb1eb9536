/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_ORDER_CONFIG_H
#define CONFIG_ORDER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"
#include "util/mem.h"
#include "util/words.h"

/* [order] of our own configuration, or of the file of --order: which instances are evacuated before which. Nothing else in an
 * instance's metadata is obeyed: its project writes it. */

#define ORDER_GROUP "order"
#define PRIORITY_STANDARD 500 /* of an instance that has none, as InstanceHA has it; 1 to 1000, the highest first */
#define PRIORITY_MAX 1000

/* The keys of the group, in the order of own_options. */
enum order_key {
	ORDER_PHASES,
	ORDER_PHASE_TIMEOUT,
	ORDER_PRIORITY_KEYS,
	ORDER_GROUP_KEYS,
	ORDER_HA_KEYS,
	ORDER_RESPECT_HA_TAGS,
	ORDER_KEYS
};
extern const char *const order_key_name[ORDER_KEYS];

enum phase_by {
	PHASE_BY_TAG,      /* a tag of the instance */
	PHASE_BY_METADATA, /* one of its metadata, of any value where ${pattern} is NULL */
	PHASE_BY_PROJECT,
	PHASE_BY_FLAVOR,
	PHASE_BY_HA,       /* a key of ha_keys says yes */
	PHASE_BY_PRIORITY, /* whatever no other rule fits, a phase for each priority */
	PHASE_BY_REST      /* the same, all of it in one phase */
};
struct phase_term {
	enum phase_by by;
	const char *key, *pattern; /* a shell's pattern */
};
/* A phase: instances that fit one of its terms, and none of a rule before it. */
struct phase_rule {
	const char *text; /* as it was written */
	struct phase_term *term;
	size_t nterm;
};

struct order_config {
	const char *text[ORDER_KEYS]; /* as they were written; NULL: not given */
	struct phase_rule *rule;      /* none: there are no phases */
	size_t nrule, cap;
	size_t rest;                             /* the rule of those that no other fits; nrule where none is written */
	struct words key[ORDER_RESPECT_HA_TAGS]; /* of the keys that are lists of names */
	int64_t phase_timeout_s;
	bool respect_ha_tags;
	struct arena arena;
};

/* As it is without configuration; before order_config_set(). */
void order_config_init(struct order_config *config);
/* One key's value; ${origin} is where it stands, for the error. NULL or empty: as if it were not given. */
int order_config_set(struct order_config *config, enum order_key key, const char *value, const char *origin, struct error *err);
/* Does anything in it need to know an instance's metadata, tags and flavor? */
bool order_config_is_used(const struct order_config *config);
/* "phases = tag db, rest", of each key that was given: what makes the same order again. ${config} owns the texts, free() the
 * list. */
struct words order_config_words(struct order_config *config);
int order_config_of_words(const struct words *words, struct order_config *out, struct error *err);
void order_config_free(struct order_config *config);

/* The group of a file of its own; it must be there, with nothing beside it. */
int order_config_load(const char *path, struct order_config *out, struct error *err);

#endif
