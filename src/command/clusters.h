/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_CLUSTERS_H
#define COMMAND_CLUSTERS_H

#include "find/scene.h"

const struct cluster *clusters_find(const struct scene *scene, const char *name, const char *binary); /* NULL: there is none */
int clusters_unknown(const struct scene *scene, const char *name, const char *binary, struct error *err); /* binary NULL: any */

#endif
