/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECOVER_UNDO_H
#define RECOVER_UNDO_H

#include "journal/past.h"

/* Takes back what the run request.what.id wrote, as far as that is still there: a run like any other. */
enum error_kind undo_run(const struct request *request, struct error *err);

/* undo_moves.c: what goes back as moves of the scene, and the instances elsewhere that use it. */
int undo_find_moves(struct scene *scene, struct error *err);

/* undo_sql.c: the same as plain SQL on stdout, from the journal alone: each statement as the program would send it, its values
 * set as variables before it. Whoever runs it compares the matched rows. */
enum error_kind undo_print_sql(const struct request *request, const struct past *past, struct error *err);

#endif
