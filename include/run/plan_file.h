/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_PLAN_FILE_H
#define RUN_PLAN_FILE_H

#include <json-c/json.h>

#include "run/run.h"
#include "util/clock.h"

/* A plan on disk, to be read by others before it is applied: one line of JSON in a fixed order that ends with the SHA-256 of
 * all before it. It holds every row with its old and new value, so that applying it is comparing two plans: the file's and the
 * one that the same words make of the world as it is then. docs/plan.md has its fields. */

#define PLAN_LIFE_S 3600 /* how long it may be applied */

struct plan_file {
	const char *run, *command, *host, *expires_at, *sha256, *units_sha256;
	struct request request; /* the words that made it: what a command is about, and how it goes on */
	struct plan plan;
	json_object *document;
	struct arena arena;
};

/* Writes the plan of ${run}; the file must not exist. ${expires_at}: until when it may be applied. */
int plan_file_write(const struct run *run, const char *path, char expires_at[CLOCK_TEXT_SIZE], struct error *err);
/* "evac-manage plan apply FILE", in ${arena}. */
const char *plan_file_command(struct arena *arena, const char *path);

/* ERROR_NOT_FOUND: no such file; ERROR_REFUSED: one byte is not as it was written, or it is of another version. */
int plan_file_read(const char *path, struct plan_file *out, struct error *err);
void plan_file_free(struct plan_file *file);

/* plan_compare.c. Brings the run's plan to the file's: whatever is not the same is named, and ERROR_DRIFT unless it may be left
 * out
 * (--skip-drifted). Then the run's plan holds only what the file shows, with the file's values. */
int plan_compare(struct run *run, const struct plan_file *file, struct error *err);

#endif
