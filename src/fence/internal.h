/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FENCE_INTERNAL_H
#define FENCE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "fence/fence.h"

/* child.c: one program, from its start to its end. */
struct child {
	char *program;     /* a whole path */
	const char *input; /* all of its standard input; at most CHILD_INPUT_MAX bytes */
	int64_t timeout_ms;
	bool ends_by_signal; /* a signal to us ends it, too */
};
#define CHILD_INPUT_MAX 16384 /* fits into a pipe: who does not read it cannot make us wait */
#define CHILD_OUTPUT_MAX 8192 /* the rest is read and dropped */

struct child_end {
	int exit_code; /* -1: killed, by us or another */
	bool timed_out, interrupted;
	int signal; /* that killed it; 0: none */
};
/* -1: it could not be started. ${output}: standard output and error together. */
int child_run(const struct child *child, struct str *output, struct child_end *end, struct error *err);

#endif
