/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_OWNED_H
#define COMMAND_OWNED_H

#include "find/scene.h"
#include "out/table.h"

/* The listings of volumes, backups and instances: what one host owns, by exact name. An unknown host is an error, as an empty
 * answer to a mistyped name is what one hopes for. */

/* Whoever asks for the FQDN of what cinder knows by its short name gets an empty answer: a warning names ${node}'s other
 * names. */
void owned_say_twins(struct scene *scene, const char *node, const char *noun);

#endif
