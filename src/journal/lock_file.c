/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <json-c/json.h>

#include "lock_internal.h"
#include "journal/journal.h"
#include "util/json.h"
#include "util/who.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/url.h"

#define NAME_MAX_BYTES 200
#define CONTENT_MAX 4096
#define TRIES 10
#define TRY_MS 50

/* STATE/lock/HOST: what a file name cannot have is written %XX, a long name becomes its hash. */
static char *path_of(const struct request *request, const char *host)
{
	auto_str struct str name = { 0 };
	char hash[65];

	percent_encode(host, "@", &name);
	if (name.n > NAME_MAX_BYTES || name.s[0] == '.') {
		sha256_hex(host, strlen(host), hash);
		str_clear(&name);
		str_add(&name, hash);
	}
	return xasprintf("%s/lock/%s", state_dir(request), name.s);
}

static const char *lock_word(json_object *o, const char *key)
{
	return str_or(json_object_get_string(json_object_object_get(o, key)), "?");
}

static int busy_here(int fd, const char *host, struct error *err)
{
	char text[CONTENT_MAX + 1] = "";
	json_object *o;

	if (pread(fd, text, CONTENT_MAX, 0) < 0)
		text[0] = '\0';
	o = json_tokener_parse(text);
	if (json_object_is_type(o, json_type_object))
		error_set(err, ERROR_BUSY,
		    "another run works on '%s': %s (%s), by %s on %s, since %s, pid %s; nothing was written", host,
		    lock_word(o, "run"), lock_word(o, "command"), lock_word(o, "user"), lock_word(o, "on"),
		    lock_word(o, "since"), lock_word(o, "pid"));
	else
		error_set(err, ERROR_BUSY,
		    "another run works on '%s' and has not yet written its name into the lock; nothing was written", host);
	json_object_put(o);
	return error_hint(err, "wait until it has ended, or ask its operator; 'evac-manage journal list' shows the runs");
}

int lock_file_look(const struct request *request, const char *host, struct error *err)
{
	auto_free char *path = path_of(request, host);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;

	if (fd < 0)
		return 0; /* nobody has locked it here; what else is wrong with the directory shows when it is needed */
	if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		rc = busy_here(fd, host, err);
	close(fd);
	return rc;
}

static int write_content(int fd, const char *path, const struct scene *scene, struct error *err)
{
	json_object *o = json_object_new_object();
	auto_str struct str text = { 0 };
	char now[CLOCK_TEXT_SIZE];
	struct who who;
	ssize_t n;

	who_am_i(&who);
	clock_now(now);
	put_text(o, "run", str_or(scene->run, "?"));
	put_text(o, "command", str_or(scene->request->command, "?"));
	put_text(o, "host", scene->subject.host);
	put_int(o, "pid", getpid());
	put_text(o, "user", str_or(who_operator(scene->request->how.operator_name), who_name(&who)));
	put_text(o, "since", now);
	put_text(o, "on", who.on);
	str_addf(&text, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	n = ftruncate(fd, 0) == 0 ? pwrite(fd, text.s, text.n, 0) : -1;
	if (n >= 0 && n < (ssize_t)text.n) /* the second try says why */
		n = pwrite(fd, text.s + n, text.n - (size_t)n, n) < 0 ? -1 : n;
	if (n == (ssize_t)text.n)
		return 0;
	error_errno(err, ERROR_ERROR, n < 0 ? errno : ENOSPC, "cannot write the lock '%s'", path);
	return error_hint(err, "free some space there, or choose another directory with --state-dir; nothing was changed");
}

/* Somebody who only looks holds it for a moment. */
static int lock_fd(int fd)
{
	for (int i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		clock_sleep_ms(TRY_MS);
	}
	errno = EWOULDBLOCK;
	return -1;
}

int lock_file_take(const struct scene *scene, int *out, struct error *err)
{
	auto_free char *dir = xasprintf("%s/lock", state_dir(scene->request)),
		       *path = path_of(scene->request, scene->subject.host);
	int fd, rc;

	*out = -1;
	if (directory_ensure(dir, err) != 0)
		return error_hint(err,
		    "choose the directory of journals and locks with --state-dir DIR or $EVAC_MANAGE_STATE_DIR; nothing was changed");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		error_errno(err, ERROR_ERROR, errno, "cannot create the lock '%s'", path);
		return error_hint(err,
		    "choose the directory of journals and locks with --state-dir DIR or $EVAC_MANAGE_STATE_DIR; nothing was changed");
	}
	if (lock_fd(fd) == 0)
		rc = write_content(fd, path, scene, err);
	else if (errno == EWOULDBLOCK)
		rc = busy_here(fd, scene->subject.host, err);
	else
		rc = error_errno(err, ERROR_ERROR, errno, "cannot lock '%s'", path);
	if (rc != 0)
		close(fd);
	else
		*out = fd;
	return rc;
}

/* The file stays, empty: to remove it would let two runs hold two files of one name. */
void lock_file_release(int fd)
{
	if (fd < 0)
		return;
	if (ftruncate(fd, 0) != 0)
		errno = 0; /* what it says is of no use any more, that is all */
	close(fd);
}
