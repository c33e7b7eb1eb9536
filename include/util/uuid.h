/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_UUID_H
#define UTIL_UUID_H

#include <stdbool.h>

/* Lower-case text with dashes, as OpenStack stores it. */
struct uuid {
	char text[37];
};

bool uuid_parse(const char *text, struct uuid *out); /* any case, dashes required; false: not a uuid */
void uuid_random(struct uuid *out);                  /* version 4, from getrandom */
/* Version 5: the same namespace and name give the same uuid for ever. */
void uuid_from_name(const struct uuid *space, const char *name, struct uuid *out);
void uuid_hex(const struct uuid *uuid, char out[33]); /* without dashes */

#endif
