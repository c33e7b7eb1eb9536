/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "util/crash.h"
#include "util/file.h"
#include "util/log.h"
#include "util/mem.h"

#define PIECE ((size_t)64 * 1024)
#define LOCK_NAME ".inventory.lock"
#define DRAFT_NAME ".inventory.new"

static void fail_errno(struct place *p, int number, const char *what)
{
	error_errno(&p->trouble, ERROR_ERROR, number, "cannot write '%s' in '%s'", what, p->dir);
	error_hint(&p->trouble, "free some space there or name another directory; the files that are there stay as they are");
}

static bool is_private(struct place *p)
{
	struct stat st;

	if (directory_ensure(p->dir, &p->trouble) != 0)
		return false;
	if (stat(p->dir, &st) == 0 && !(st.st_mode & (S_IRWXG | S_IRWXO)))
		return true;
	error_set(&p->trouble, ERROR_ERROR, "others may look into '%s' (mode %04o)", p->dir, (unsigned)st.st_mode & 07777);
	error_hint(&p->trouble, "chmod 700 %s: the files name instances, disks and addresses of every project", p->dir);
	return false;
}

/* Held until the end of the process, however that comes: one file at a time in a directory, or two would have one number. */
static bool lock_place(struct place *p)
{
	auto_free char *path = xasprintf("%s/" LOCK_NAME, p->dir);

	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock < 0) {
		fail_errno(p, errno, LOCK_NAME);
		return false;
	}
	if (flock(p->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		fail_errno(p, errno, LOCK_NAME);
	else
		error_set(&p->trouble, ERROR_BUSY, "another 'inventory save' is writing to '%s'", p->dir);
	return false;
}

/* The newest file, whatever it is worth, is the one before; the last whole one is one that can be read and is signed. */
static void look_back(struct place *p, const struct sign_key *key)
{
	struct inventory_facts facts;
	struct error err = { 0 };

	for (size_t i = p->files.n; i-- > 0 && p->whole.serial == 0;) {
		auto_free char *path = xasprintf("%s/%s", p->dir, p->files.v[i].name);
		bool right = inventory_read(path, key, NULL, NULL, &facts, &err) == 0;

		if (!right)
			log_warn("%s", err.text);
		error_clear(&err);
		facts.serial = p->files.v[i].serial;
		if (i + 1 == p->files.n)
			p->before = facts;
		if (right && facts.whole)
			p->whole = facts;
	}
}

static bool open_draft(struct place *p)
{
	unlink(p->draft); /* what one left that was killed; we have the lock */
	p->fd = open(p->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd >= 0) {
		crash_durable(p->fd);
		CRASH_POINT("inventory_draft");
		return true;
	}
	fail_errno(p, errno, p->name);
	return false;
}

/* 2026-11-30T01:02:03.000Z as it stands in a name: 20261130T010203Z */
static char *stamp(const char *now)
{
	struct str out = { 0 };

	for (const char *c = now; *c && *c != '.'; c++)
		if (*c != '-' && *c != ':')
			str_addc(&out, *c);
	str_addc(&out, 'Z');
	return str_take(&out);
}

void place_begin(struct place *p, const char *dir, const struct sign_key *key, const char *now)
{
	auto_free char *when = stamp(now);

	*p = (struct place){ .dir = dir, .lock = -1, .fd = -1, .digest = EVP_MD_CTX_new() };
	EVP_DigestInit_ex(p->digest, EVP_sha256(), NULL);
	if (!is_private(p) || !lock_place(p) || inventory_files_list(dir, &p->files, &p->trouble) != 0)
		return;
	look_back(p, key);
	p->serial = p->before.serial + 1;
	p->name = xasprintf("inventory-%06lld-%s.jsonl", (long long)p->serial, when);
	p->path = xasprintf("%s/%s", dir, p->name);
	p->draft = xasprintf("%s/" DRAFT_NAME, dir);
	open_draft(p);
}

static void write_waiting(struct place *p)
{
	size_t done = 0;
	ssize_t n;

	if (CRASH_TURN("inventory_torn")) {
		n = write(p->fd, p->waiting.s, p->waiting.n / 2);
		crash_now();
	}
	while (done < p->waiting.n) {
		n = write(p->fd, p->waiting.s + done, p->waiting.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fail_errno(p, n < 0 ? errno : ENOSPC, p->name);
			return;
		}
		done += (size_t)n;
	}
	str_clear(&p->waiting);
}

void place_write(struct place *p, const char *line)
{
	size_t n = strlen(line);

	if (p->trouble.kind)
		return;
	EVP_DigestUpdate(p->digest, line, n);
	EVP_DigestUpdate(p->digest, "\n", 1);
	str_addn(&p->waiting, line, n);
	str_addc(&p->waiting, '\n');
	if (p->waiting.n >= PIECE)
		write_waiting(p);
}

static void add_signature(struct place *p, const struct sign_key *key)
{
	unsigned char digest[EVP_MAX_MD_SIZE], signature[SIGNATURE_BYTES];
	auto_str struct str text = { 0 };
	char sha256[65];

	EVP_DigestFinal_ex(p->digest, digest, NULL);
	hex_of(digest, 32, sha256);
	inventory_signed_text(sha256, &text);
	sign_bytes(key, text.s, text.n, signature);
	inventory_signature_line(sha256, sign_key_name(key), signature, &text);
	str_addn(&p->waiting, text.s, text.n);
	write_waiting(p);
}

static int sync_names(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* Its bytes are on disk before it has its name, and its name before we say so. */
static void name_draft(struct place *p)
{
	int rc;

	CRASH_POINT("inventory_written");
	rc = fsync(p->fd);
	if (rc == 0)
		crash_durable(p->fd);
	if (close(p->fd) != 0)
		rc = -1;
	p->fd = -1;
	CRASH_POINT("inventory_synced");
	if (rc == 0)
		rc = rename(p->draft, p->path);
	CRASH_POINT("inventory_named");
	if (rc == 0 && sync_names(p->dir) == 0)
		p->written = true;
	else
		fail_errno(p, errno, p->name);
	crash_durable(-1);
}

static void remove_old(struct place *p, unsigned keep)
{
	size_t n = p->files.n + 1;

	for (size_t i = 0; i < p->files.n && n > keep; i++) {
		auto_free char *path = xasprintf("%s/%s", p->dir, p->files.v[i].name);

		if (p->files.v[i].serial == p->whole.serial)
			continue;
		CRASH_POINT("inventory_before_removal");
		if (unlink(path) != 0)
			log_warn("cannot remove the old '%s': %s", path, strerror(errno));
		n--;
	}
}

void place_finish(struct place *p, const struct sign_key *key, const struct inventory_facts *facts, unsigned keep)
{
	if (!p->trouble.kind)
		add_signature(p, key);
	if (!p->trouble.kind)
		name_draft(p);
	if (!p->written)
		return;
	if (facts->whole) {
		p->whole = *facts;
		p->whole.serial = p->serial;
	}
	remove_old(p, keep);
}

void place_close(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->draft && p->lock >= 0 && !p->written)
		unlink(p->draft);
	if (p->lock >= 0)
		close(p->lock);
	inventory_files_free(&p->files);
	EVP_MD_CTX_free(p->digest);
	str_free(&p->waiting);
	free(p->name);
	free(p->path);
	free(p->draft);
}
