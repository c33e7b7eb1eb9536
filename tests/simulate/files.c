/* SPDX-License-Identifier: Apache-2.0 */
/* The disk under the operator's state directory: what a write gets, and what a machine's death leaves of it. */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *data, size_t n);
ssize_t __wrap_write(int fd, const void *data, size_t n);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

#define FILES_MAX 64
#define TORN INT64_MAX /* no sync makes it whole */
static struct durable {
	ino_t inode;
	off_t size;
	off_t announced, message; /* up to where the last record is that announces rows, and the last of a message */
	unsigned command;         /* that wrote last */
} * durable; /* shared, as the world is */
static size_t *ndurable;

static struct durable *durable_of(int fd)
{
	struct stat st;
	size_t i = 0;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	while (i < *ndurable && durable[i].inode != st.st_ino)
		i++;
	if (i == *ndurable && i < FILES_MAX)
		durable[(*ndurable)++] = (struct durable){ .inode = st.st_ino };
	return i < FILES_MAX ? &durable[i] : NULL;
}

void files_forget(void)
{
	static struct {
		size_t n;
		struct durable file[FILES_MAX];
	} * all;

	if (!all)
		all = world_share(sizeof *all);
	all->n = 0;
	durable = all->file;
	ndurable = &all->n;
}

static bool is_record(const void *data, size_t n)
{
	return n > 7 && memcmp(data, "{\"seq\":", 7) == 0;
}

static bool has_type(const char *type, const void *data, size_t n)
{
	char text[64];

	return memmem(data, n, text, (size_t)snprintf(text, sizeof text, "\"type\":\"%s\"", type));
}

/* Records that something waits for end there, or nowhere on this disk. */
static void note_end(struct durable *d, const void *data, size_t n, off_t end)
{
	if (has_type("intent", data, n))
		d->announced = d->announced == TORN ? TORN : end;
	if (has_type("publish_intent", data, n))
		d->message = d->message == TORN ? TORN : end;
}

static struct durable *written_by_command(int fd, const void *data, size_t n)
{
	struct durable *d = is_record(data, n) ? durable_of(fd) : NULL;

	if (!d)
		return NULL;
	if (d->command != world->command) /* what its predecessor left unsynced or torn its machine still has, or was cut off */
		d->announced = d->message = 0;
	d->command = world->command;
	return d;
}

static void note_record(int fd, const void *data, size_t n)
{
	struct durable *d = written_by_command(fd, data, n);
	struct stat st;

	if (!d || fstat(fd, &st) != 0)
		return;
	note_end(d, data, n, st.st_size);
	if (world->doubtful == world->command && memmem(data, n, "\"type\":\"outcome\"", 16)) {
		if (!memmem(data, n, "\"state\":\"unknown\"", 17))
			world_wrong("I4: a COMMIT got no answer, and its outcome is recorded as known");
		world->doubtful = 0;
	}
}

static void note_torn(int fd, const void *data, size_t n)
{
	struct durable *d = written_by_command(fd, data, n);

	if (!d)
		return;
	note_end(d, data, n, TORN);
	d->message = TORN; /* whatever was torn: no message goes behind it */
}

bool files_unsynced_message(void)
{
	for (size_t i = 0; i < *ndurable; i++)
		if (durable[i].command == world->command && durable[i].message > durable[i].size)
			return true;
	return false;
}

bool files_unsynced_intent(void)
{
	for (size_t i = 0; i < *ndurable; i++)
		if (durable[i].command == world->command && durable[i].announced > durable[i].size)
			return true;
	return false;
}

static bool is_in_state(int fd)
{
	struct stat st;

	return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t __wrap_write(int fd, const void *data, size_t n)
{
	struct fault *f;
	ssize_t done;

	if (!is_in_state(fd))
		return __real_write(fd, data, n);
	f = world_call(BOTTOM_WRITE, "write");
	if (f && f->kind == FAULT_DISK_FULL) {
		world->full_us = world->now_us + 60 * SECOND_US;
		if (n > 1 && f->by % 2 && __real_write(fd, data, n / 2) > 0) { /* what there was room for */
			note_torn(fd, data, n);
			return (ssize_t)(n / 2);
		}
	}
	if (world->full_us > world->now_us) {
		errno = ENOSPC;
		return -1;
	}
	done = __real_write(fd, data, n);
	note_record(fd, data, n);
	return done;
}

static int sync_file(int fd)
{
	struct durable *d = durable_of(fd);
	struct fault *f;
	struct stat st;

	if (d && fstat(fd, &st) == 0 && st.st_size == d->size) /* nothing goes to the disk: it takes no time and cannot fail */
		return 0;
	f = world_call(BOTTOM_SYNC, "sync");
	if (f && f->kind == FAULT_SYNC_FAILS) {
		errno = EIO;
		return -1;
	}
	if (f && f->kind == FAULT_SLOW)
		world_wait((int64_t)(1 + f->by % 60) * SECOND_US);
	if (d && fstat(fd, &st) == 0)
		d->size = st.st_size;
	return 0;
}

int __wrap_fsync(int fd)
{
	return sync_file(fd);
}

int __wrap_fdatasync(int fd)
{
	return sync_file(fd);
}

int __wrap_rename(const char *from, const char *to)
{
	world_call(BOTTOM_ANY, "rename");
	return __real_rename(from, to);
}

int __wrap_link(const char *from, const char *to)
{
	world_call(BOTTOM_ANY, "link");
	return __real_link(from, to);
}

/* Of what was not synced the disk has nothing, a part, or all, as it had time to write it. */
static off_t left_of(const struct durable *d, off_t size, uint64_t by)
{
	return by % 4 == 3 ? size : by % 4 == 2 ? d->size + (size - d->size) / 2 : d->size;
}

static void lose_in(const char *directory, uint64_t by)
{
	char path[4096 + 256];
	DIR *dir = opendir(directory);
	struct dirent *e;
	struct durable *d;
	off_t size;
	int fd;

	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
		fd = e->d_type == DT_REG ? open(path, O_RDWR | O_CLOEXEC) : -1;
		d = fd >= 0 ? durable_of(fd) : NULL;
		size = d ? lseek(fd, 0, SEEK_END) : 0;
		if (d && size > d->size && ftruncate(fd, left_of(d, size, by)) != 0)
			world_wrong("a file cannot be cut: %s", strerror(errno));
		if (d && size > d->size) /* what there is now is there */
			d->size = left_of(d, size, by);
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
}

/* A name that was made stays: tmpfs, and what the journal does about it (fsync of its directory) is tests/crash's. */
void files_lose_power(uint64_t by)
{
	char directory[4096];

	snprintf(directory, sizeof directory, "%s/journal", state_directory);
	lose_in(directory, by);
}
