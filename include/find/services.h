/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_SERVICES_H
#define FIND_SERVICES_H

#include "util/error.h"

struct scene;

/* cinder's services alone, for who needs no owner: those stand in every row of its volumes, which have no index for them. What
 * scene_find_cinder() finds beside stays empty. */
int scene_find_cinder_services(struct scene *scene, struct error *err);

#endif
