/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_FIND_NAMES_INTERNAL_H
#define OP_FIND_NAMES_INTERNAL_H

#include "find/scene.h"

/* scene_names.c: is it known? ERROR_NOT_FOUND with the nearest names, or 0. */
int scene_check_backend(const struct scene *scene, const char *backend_host, struct error *err);
/* ${anywhere}: a pool of a new owner is believed, too, when something lives in it on the backend of the same name elsewhere. */
int scene_check_pool(const struct scene *scene, const struct host_name *host, bool anywhere, struct error *err);

#endif
