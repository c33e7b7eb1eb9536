/* SPDX-License-Identifier: Apache-2.0 */
/* LD_PRELOAD of tests: the sync behind the first write that has $SLOW_RECORD in it takes $SLOW_S seconds. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_due, was_slow;

ssize_t write(int fd, const void *buffer, size_t n)
{
	const char *record = getenv("SLOW_RECORD");

	is_due |= record && !was_slow && memmem(buffer, n, record, strlen(record));
	return syscall(SYS_write, fd, buffer, n);
}

int fdatasync(int fd)
{
	const char *seconds = getenv("SLOW_S");

	if (is_due && seconds) {
		is_due = false;
		was_slow = true;
		sleep((unsigned)atoi(seconds));
	}
	return (int)syscall(SYS_fdatasync, fd);
}
