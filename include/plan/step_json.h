/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_STEP_JSON_H
#define PLAN_STEP_JSON_H

#include <json-c/json.h>

#include "plan/plan.h"

/* A step as the journal, plan files and reports have it: kind, id, name, before and after by column. */
void step_add_json(const struct step *step, json_object *row);
/* The same members, without the braces, as json-c would write them: of a hundred thousand rows json-c's objects take seconds.
 */
struct str;
void step_add_text(const struct step *step, struct str *out);
/* Adds it to ${unit}, its texts in ${arena}. NULL: of a kind that this version does not know, or without an id. */
struct step *unit_step_json(struct unit *unit, json_object *row, struct arena *arena);

#endif
