/* SPDX-License-Identifier: Apache-2.0 */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "util/crash.h"
#include "util/mem.h"

static int read_fd(int fd, const char *path, size_t max, enum error_kind kind, struct str *out, struct error *err)
{
	char piece[8192];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, kind, errno, "'%s'", path);
		if (out->n + (size_t)n > max)
			return error_set(err, kind, "'%s' is larger than %zu bytes", path, max);
		str_addn(out, piece, (size_t)n);
	}
	explicit_bzero(piece, sizeof piece); /* it may have held a password */
	return 0;
}

int file_read(const char *path, size_t max, enum error_kind kind, struct str *out, struct error *err)
{
	return file_read_from(path, 0, max, kind, out, err);
}

int file_read_from(const char *path, size_t offset, size_t max, enum error_kind kind, struct str *out, struct error *err)
{
	struct stat st;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_errno(err, kind, errno, "cannot open '%s'", path);
	if (fstat(fd, &st) != 0)
		rc = error_errno(err, kind, errno, "'%s'", path);
	else if (!S_ISREG(st.st_mode))
		rc = error_set(err, kind, "'%s' is not a regular file", path);
	else if (offset > 0 && lseek(fd, (off_t)offset, SEEK_SET) < 0)
		rc = error_errno(err, kind, errno, "'%s'", path);
	else
		rc = read_fd(fd, path, max, kind, out, err);
	close(fd);
	return rc;
}

bool file_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int directory_check(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_errno(err, ERROR_ERROR, errno, "'%s'", path);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_ERROR, "'%s' is not a directory", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH) && !(st.st_mode & S_ISVTX))
		return error_set(err, ERROR_ERROR, "'%s' may be written to by others (mode %04o)", path,
		    (unsigned)st.st_mode & 07777);
	return 0;
}

int directory_ensure(const char *path, struct error *err)
{
	auto_free char *part = xstrdup(path);
	char *slash = part;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return error_errno(err, ERROR_ERROR, errno, "cannot create '%s'", part);
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return error_errno(err, ERROR_ERROR, errno, "cannot create '%s'", path);
	return directory_check(path, err);
}

const char *file_system_unsafe_kind(unsigned long magic)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} unsafe[] = {
		{ 0x01021994, "tmpfs" },
		{ 0x858458f6, "ramfs" },
		{ 0x6969, "nfs" },
		{ 0xff534d42, "cifs" },
		{ 0xfe534d42, "smb" },
		{ 0x517b, "smbfs" },
		{ 0x65735546, "fuse" },
		{ 0x00c36400, "ceph" },
		{ 0x01161970, "gfs2" },
		{ 0x6b414653, "afs" },
		{ 0x01021997, "9p" },
	};

	for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
		if (unsafe[i].magic == (magic & 0xffffffff))
			return unsafe[i].name;
	return NULL;
}

const char *file_system_unsafe(const char *path)
{
	auto_free char *part = xstrdup(path);
	struct statfs fs;
	char *slash;

	while (statfs(part, &fs) != 0) {
		if (errno != ENOENT || !(slash = strrchr(part, '/')))
			return NULL;
		if (slash == part)
			slash++;
		if (*slash == '\0')
			return NULL;
		*slash = '\0';
	}
	return file_system_unsafe_kind((unsigned long)fs.f_type);
}

void random_bytes(void *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n) {
		fputs("evac-manage: the system gives no random bytes\n", stderr);
		abort();
	}
}

void hex_of(const unsigned char *bytes, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digit[bytes[i] >> 4];
		out[2 * i + 1] = digit[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

void sha256_hex(const void *bytes, size_t n, char out[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL) != 1)
		abort();
	hex_of(digest, 32, out);
}

static int write_whole(int fd, const struct str *text)
{
	size_t done = 0;
	ssize_t n;

	while (done < text->n) {
		n = write(fd, text->s + done, text->n - done);
		if (n < 0 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd);
}

static int write_and_rename(const char *path, const struct str *text, unsigned mode, struct error *err)
{
	auto_free char *temporary = xasprintf("%s.XXXXXX", path);
	struct stat old;
	int fd = mkostemp(temporary, O_CLOEXEC), rc;

	if (fd < 0)
		return error_errno(err, ERROR_ERROR, errno, "cannot write beside '%s'", path);
	/* a collector of metrics runs as another user: what it may read stays what it may read */
	rc = fchmod(fd, stat(path, &old) == 0 ? old.st_mode & 0666 : mode);
	if (rc == 0)
		rc = write_whole(fd, text);
	if (close(fd) != 0)
		rc = -1;
	CRASH_POINT("file_before_rename");
	if (rc == 0)
		rc = rename(temporary, path);
	if (rc == 0)
		return 0;
	error_errno(err, ERROR_ERROR, errno, "cannot write '%s'", path);
	unlink(temporary);
	return -1;
}

int file_write(const char *path, const struct str *text, unsigned mode, struct error *err)
{
	sigset_t wait, before;
	int rc;

	sigemptyset(&wait);
	sigaddset(&wait, SIGINT);
	sigaddset(&wait, SIGTERM);
	sigprocmask(SIG_BLOCK, &wait, &before);
	rc = write_and_rename(path, text, mode, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
