/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_JOURNAL_LINES_H
#define COMMAND_JOURNAL_LINES_H

#include <json-c/json.h>

#include "out/shown.h"
#include "util/error.h"
#include "util/mem.h"

/* A journal's records as they are written: for people a line for each change, for programs each record on a line. Begins with
 * ${shown} alone. */
struct journal_lines {
	const struct shown *shown;
	const char **unit; /* each by its number: the instance, or what the plan said of it */
	size_t nunit, cap;
	struct arena arena;
	bool ended;           /* the run, or the recovery that came after it */
	struct error trouble; /* of the writing; nothing is read after one */
};
int journal_line(void *lines, json_object *record);
void journal_lines_free(struct journal_lines *lines);

#endif
