/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_ACCEPT_H
#define RUN_ACCEPT_H

#include "find/finding.h"
#include "plan/plan.h"
#include "find/scene.h"
#include "util/error.h"

/* Each --accept CODE:ID is about something of this run, or ID is mistyped: ERROR_NOT_FOUND with the nearest. That a code is one
 * is checked when the words are read. */
int accept_check(const struct scene *scene, const struct plan *plan, const struct findings *findings, struct error *err);

#endif
