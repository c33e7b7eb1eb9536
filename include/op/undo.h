/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_UNDO_H
#define OP_UNDO_H

#include "op/past.h"

/* guard/undo.c. Of a step that the run wrote: would taking it back end forced_down while evacuations away from the host are not cleaned up? Then
 * it stays. */
bool undo_keeps_forced_down(const struct scene *scene, const struct step *step);

/* undo_moves.c: what goes back as moves of the scene, and the instances elsewhere that use it. */
int undo_find_moves(struct scene *scene, struct error *err);
/* guard/undo.c: does the undo enable the nova-compute that the run has disabled? */
bool undo_enables_compute(const struct scene *scene);

/* undo_sql.c: the same as plain SQL on stdout, from the journal alone: each statement as the program would send it, its values set as
 * variables before it. Whoever runs it compares the matched rows. */
enum error_kind undo_print_sql(const struct request *request, const struct past *past, struct error *err);

#endif
