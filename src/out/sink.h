/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_SINK_H
#define OUT_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* Bytes on their way to stdout: added to .text, offered when a row is whole. Start with { 0 }. */
struct sink {
	struct str text;
	size_t written; /* of .text */
	bool waits;     /* for a reader that is slower than we are; else what it does not take stays here */
	bool begun;     /* something is on stdout */
	int trouble;    /* errno: stdout takes nothing more, and all that is added is dropped */
};

/* Writes what has come together, from 64 KiB on. */
void sink_offer(struct sink *sink);
/* Writes all of it and waits until it is taken. ERROR_ERROR: a full or closed stdout, at any time. */
int sink_end(struct sink *sink, struct error *err);
void sink_free(struct sink *sink);
#define auto_sink __attribute__((cleanup(sink_free)))

#endif
