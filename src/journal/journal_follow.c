/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "journal/journal.h"
#include "util/clock.h"

#define LOOK_MS 500

bool journal_is_held(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return held;
}

/* First whether somebody writes, then what was written: so nothing that he wrote last is missed. */
int journal_follow(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, bool *torn, struct error *err)
{
	struct journal_end end = { 0 };
	bool held;

	memset(end.prev, '0', 64);
	for (;;) {
		held = journal_is_held(path);
		if (journal_read_on(path, fn, ctx, &end, err) != 0)
			return -1;
		*torn = end.torn;
		if (!held)
			return 0;
		clock_sleep_ms(LOOK_MS);
	}
}
