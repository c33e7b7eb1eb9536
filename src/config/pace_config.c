/* SPDX-License-Identifier: Apache-2.0 */
#include "config/pace_config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

const char *const pace_key_name[PACE_KEYS] = { "max_in_flight", "max_per_target", "conductor_queue", "database_ms",
	"patience" };

/* What it is without configuration, and at most. */
static const struct {
	int64_t standard, most;
} pace_keys[PACE_KEYS] = { { 0, 10000 }, { 0, 10000 }, { 100, 1000000 }, { 1000, 60000 }, { 300, 86400 } };

static int64_t *pace_member(struct pace_config *config, enum pace_key key)
{
	switch (key) {
	case PACE_MAX_IN_FLIGHT:
		return &config->max_in_flight;
	case PACE_MAX_PER_TARGET:
		return &config->max_per_target;
	case PACE_QUEUE:
		return &config->queue;
	case PACE_DATABASE_MS:
		return &config->database_ms;
	default:
		return &config->patience_s;
	}
}

void pace_config_init(struct pace_config *config)
{
	for (int key = 0; key < PACE_KEYS; key++)
		*pace_member(config, (enum pace_key)key) = pace_keys[key].standard;
}

int pace_config_set(struct pace_config *config, enum pace_key key, const char *value, const char *origin, struct error *err)
{
	int64_t number;
	char *end;

	if (!value || !*value)
		return 0;
	errno = 0;
	number = strtoll(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno || number < 1 || number > pace_keys[key].most) {
		error_set(err, ERROR_CONFIG, "%s: '%.64s' is no number from 1 to %lld", origin, value,
		    (long long)pace_keys[key].most);
		return error_hint(err, "write a number, or leave %s out", pace_key_name[key]);
	}
	*pace_member(config, key) = number;
	return 0;
}
