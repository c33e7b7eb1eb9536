/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_RUNS_H
#define JOURNAL_RUNS_H

#include <stddef.h>

#include "cli/request.h"
#include "util/error.h"

/* The runs that a state directory has journals of, by name, oldest first. */
struct runs {
	char *dir; /* STATE/journal */
	char **v;
	size_t n;
};
/* No such directory: no run yet, as long as nobody has named it (then it is ERROR_CONFIG). One that cannot be read is
 * ERROR_ERROR. */
int runs_list(const struct request *request, struct runs *out, struct error *err);
void runs_free(struct runs *runs);
char *runs_path(const struct runs *runs, const char *run); /* of its journal; the caller frees it */

/* STATE/journal/RUN.jsonl of the run that the request names; ERROR_NOT_FOUND with the nearest ones. The caller frees it. */
int journal_find(const struct request *request, const char *run, char **path, struct error *err);

#endif
