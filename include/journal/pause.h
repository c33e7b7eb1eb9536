/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_PAUSE_H
#define JOURNAL_PAUSE_H

#include <stdbool.h>

#include "journal/journal.h"
#include "util/clock.h"
#include "util/error.h"

/* A run is asked to begin no more instances by a file beside its journal, STATE/journal/RUN.pause, which says by whom and since
 * when. The run looks before each message. The file goes when somebody lifts it, or with journal_close(); what a dead run has
 * left goes with its recovery. */

struct pause {
	char by[200], since[CLOCK_TEXT_SIZE + 8]; /* "NAME on MACHINE"; "?" where the file does not say */
};

/* For the run itself. Of NULL: false. */
bool pause_is_asked(const struct journal *journal, struct pause *pause);

/* For somebody else, by the path of the journal. pause_ask(): ${pause} says who asked, us or one before us (${asked}: false).
 * pause_lift(): false when nobody had asked. */
int pause_ask(const char *journal_path, struct pause *pause, bool *asked, struct error *err);
int pause_lift(const char *journal_path, bool *lifted, struct error *err);
bool pause_is_there(const char *journal_path, struct pause *pause);
void pause_end(const char *journal_path); /* with its run; one that was left behind goes, too */

#endif
