/* SPDX-License-Identifier: Apache-2.0 */
#include "util/crash.h"

#ifdef CRASH_POINTS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* The linker's own names for the two ends of a section. */
extern const char *const __start_crash_points[];
extern const char *const __stop_crash_points[];

#define NAMES_MAX 256
static struct {
	const char *name;
	unsigned hits;
} seen[NAMES_MAX];

static unsigned count_point(const char *name)
{
	size_t i = 0;

	while (i < NAMES_MAX - 1 && seen[i].name && strcmp(seen[i].name, name) != 0)
		i++;
	seen[i].name = name;
	return ++seen[i].hits;
}

static void note(const char *name, unsigned hit)
{
	const char *path = getenv("EVAC_MANAGE_CRASH_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s:%u\n", name, hit);
	close(fd);
}

bool crash_is_turn(const char *name)
{
	const char *at = getenv("EVAC_MANAGE_CRASH_AT");
	unsigned hit = count_point(name);
	size_t n = strlen(name);

	note(name, hit);
	if (!at || strncmp(at, name, n) != 0)
		return false;
	if (at[n] == '\0')
		return true;
	return at[n] == ':' && strtoul(at + n + 1, NULL, 10) == hit;
}

static int durable_fd = -1;
static off_t durable;

/* One of our own: a file may have its name, and be closed, before its bytes are on disk. */
void crash_durable(int fd)
{
	if (durable_fd >= 0)
		close(durable_fd);
	durable_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	durable = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
}

/* The machine's death takes along what was not made durable. */
void crash_now(void)
{
	if (getenv("EVAC_MANAGE_CRASH_POWER") && durable_fd >= 0 && ftruncate(durable_fd, durable) != 0)
		abort();
	kill(getpid(), SIGKILL);
	abort();
}

void crash_here(const char *name)
{
	if (crash_is_turn(name))
		crash_now();
}

static int compare_points(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int crash_list(void)
{
	size_t n = (size_t)(__stop_crash_points - __start_crash_points);
	const char **name = calloc(n + 1, sizeof *name);

	for (size_t i = 0; name && i < n; i++)
		name[i] = __start_crash_points[i];
	if (name)
		qsort(name, n, sizeof *name, compare_points);
	for (size_t i = 0; name && i < n; i++)
		if (i == 0 || strcmp(name[i - 1], name[i]) != 0)
			puts(name[i]);
	free(name);
	return 0;
}
#else
typedef int not_in_this_build; /* ISO C wants something in a file */
#endif
