/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "journal/pause.h"
#include "journal/trail.h"
#include "util/who.h"
#include "util/aside.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/file.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#define STATE_DIR "/var/lib/evac-manage"
#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define ROWS_A_WRITE ((size_t)256 * 1024) /* bytes */

struct journal {
	int fd;
	char *path;
	int64_t seq;
	char prev[65];
	struct str lines; /* that are not written yet: rows */
	int failed;       /* errno of a failed write; nothing is written after one */
	bool unsynced;
	struct aside *aside; /* where it is synced meanwhile; NULL: it was not yet */
	bool syncing;
	int sync_errno;
	struct trail *trail; /* NULL: none is kept */
	bool ours;           /* made by us, under its name: so is what stands beside it */
};

bool state_dir_is_named(const struct request *request)
{
	return request->where.state_dir || !str_equal(state_dir(request), STATE_DIR);
}

const char *state_dir(const struct request *request)
{
	const char *from_environment = getenv("EVAC_MANAGE_STATE_DIR");

	if (request->where.state_dir)
		return request->where.state_dir;
	return from_environment && *from_environment ? from_environment : STATE_DIR;
}

static int sync_directory(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) != 0)
		rc = error_errno(err, ERROR_ERROR, errno, "cannot sync '%s' to disk", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

static json_object *list_of(const char *const *words, size_t n)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(words[i]));
	return list;
}

void journal_who(json_object *record)
{
	struct who who;

	who_am_i(&who);
	put_text(record, "user", who.user);
	put_text(record, "sudo_user", who.sudo_user[0] ? who.sudo_user : NULL);
	put_text(record, "on", who.on);
	put_int(record, "pid", getpid());
}

void journal_operator(const struct request *request, json_object *record)
{
	journal_who(record);
	put_text(record, "operator", who_operator(request->how.operator_name));
}

static json_object *first_record(const struct request *request, const char *run, const char *host)
{
	json_object *record = json_object_new_object();
	const struct words *hosts = &request->what.hosts;
	const size_t done = hosts->n - request->what.hosts_left;

	put_int(record, "version", hosts->n > 0 ? JOURNAL_VERSION_HOSTS : JOURNAL_VERSION);
	put_text(record, "tool", EVAC_MANAGE_VERSION);
	put_text(record, "run", run);
	put_text(record, "command", request->command);
	put(record, "argv", list_of(request->argv, (size_t)request->argc));
	put_text(record, "host", host);
	if (hosts->n > 0) {
		put(record, "hosts", list_of(hosts->v, done));
		put(record, "hosts_left_out", list_of(hosts->v + done, request->what.hosts_left));
	}
	put_text(record, "fenced", request->how.fenced);
	put(record, "fence", list_of(request->how.fence.v, request->how.fence.n));
	put_text(record, "to", request->what.to);
	put_text(record, "cinder_host", request->what.cinder_host);
	put_text(record, "target_host", request->what.target_host);
	put(record, "spread", list_of(request->what.spread.v, request->what.spread.n));
	put_text(record, "target_state", request->how.target_state);
	put_bool(record, "force", request->what.force);
	put(record, "accept", list_of(request->how.accept.v, request->how.accept.n));
	put(record, "order", list_of(request->how.order.v, request->how.order.n));
	put_bool(record, "part", request_takes_part(request));
	put_text(record, "resumes", request->what.resume);
	journal_operator(request, record);
	return record;
}

/* Ends with the process that holds it, however that ends. */
static int hold_alone(struct journal *j, struct error *err)
{
	if (flock(j->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return error_errno(err, ERROR_ERROR, errno, "cannot lock the journal '%s'", j->path);
	error_set(err, ERROR_BUSY, "the run of journal '%s' is still going on", j->path);
	return error_hint(err, "wait until it has ended, or stop it; its 'run' record has the machine and the process id");
}

static int cannot_create(const char *path, struct error *err)
{
	error_errno(err, ERROR_ERROR, errno, "cannot create the journal '%s'", path);
	return error_hint(err,
	    "choose the directory of journals and locks with --state-dir DIR or $EVAC_MANAGE_STATE_DIR; nothing was changed");
}

/* Under its name only with its first record on disk: there is no journal without one. */
static int link_draft(struct journal *j, const char *dir, const char *draft, struct error *err)
{
	if (link(draft, j->path) != 0)
		return cannot_create(j->path, err);
	j->ours = true;
	unlink(draft);
	CRASH_POINT("journal_linked");
	return sync_directory(dir, err);
}

/* What a run of this name left that died before it had a journal: a plan that is applied again has the same name. */
static void sweep_dead_draft(const char *draft)
{
	int fd = open(draft, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlink(draft);
	close(fd);
}

int journal_create(const struct request *request, const char *run, const char *host, struct journal **out, struct error *err)
{
	auto_free char *dir = xasprintf("%s/journal", state_dir(request)), *draft = xasprintf("%s/.%s.new", dir, run);
	struct journal *j;

	if (directory_ensure(dir, err) != 0)
		return error_hint(err,
		    "choose the directory of journals and locks with --state-dir DIR or $EVAC_MANAGE_STATE_DIR; nothing was changed");
	j = xcalloc(1, sizeof *j);
	j->path = xasprintf("%s/%s.jsonl", dir, run);
	memset(j->prev, '0', 64);
	sweep_dead_draft(draft);
	j->fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	CRASH_POINT("journal_created");
	if (j->fd < 0 ? cannot_create(j->path, err) != 0 :
			hold_alone(j, err) != 0 || journal_add(j, "run", first_record(request, run, host), true, err) != 0 ||
		    link_draft(j, dir, draft, err) != 0) {
		if (j->fd >= 0) {
			unlink(draft);
			error_hint(err,
			    "free some space there, or choose another directory with --state-dir; nothing was changed");
		}
		journal_close(&j);
		return -1;
	}
	*out = j;
	return 0;
}

/* What a write left half done goes; a whole record that lacks only its newline gets it. */
static int mend_end(struct journal *j, const struct journal_end *end, struct error *err)
{
	j->seq = end->seq;
	memcpy(j->prev, end->prev, sizeof j->prev);
	if (end->torn && ftruncate(j->fd, (off_t)end->offset) != 0)
		return error_errno(err, ERROR_ERROR, errno, "cannot cut off the incomplete last record of '%s'", j->path);
	if (end->no_newline && write(j->fd, "\n", 1) != 1)
		return error_errno(err, ERROR_ERROR, errno, "cannot write the journal '%s'", j->path);
	return 0;
}

int journal_reopen(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal **out,
    struct error *err)
{
	struct journal *j = xcalloc(1, sizeof *j);
	struct journal_end end;

	j->path = xstrdup(path);
	j->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (j->fd < 0)
		error_errno(err, ERROR_ERROR, errno, "cannot write to the journal '%s'", path);
	if (j->fd < 0 || hold_alone(j, err) != 0 || journal_read_to(path, fn, ctx, &end, err) != 0 ||
	    mend_end(j, &end, err) != 0) {
		journal_close(&j);
		return -1;
	}
	crash_durable(j->fd);
	*out = j;
	return 0;
}

int journal_make_durable(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fdatasync(fd) != 0) {
		error_errno(err, ERROR_ERROR, errno, "the journal '%s' of an earlier run may not be on the disk yet", path);
		rc = error_hint(err,
		    "see to the disk there first: a power cut would take back what this run goes by; nothing was written");
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

void journal_keep_trail(struct journal *journal, const char *facility, const struct trail_about *about)
{
	journal->trail = trail_open(facility, about);
}

const char *journal_last(const struct journal *journal)
{
	return journal->prev;
}

const char *journal_path(const struct journal *journal)
{
	return journal->path;
}

/* What was reserved and not needed goes back: the file's blocks end where it does. */
static void release(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && ftruncate(fd, st.st_size) != 0)
		errno = 0;
	close(fd);
}

void journal_close(struct journal **journal)
{
	struct journal *j = *journal;

	if (!j)
		return;
	aside_end(j->aside);
	aside_free(&j->aside);
	if (j->fd >= 0)
		release(j->fd);
	trail_close(&j->trail);
	crash_durable(-1);
	if (j->ours)
		pause_end(j->path); /* who asks for one now finds no run */
	str_free(&j->lines);
	free(j->path);
	free(j);
	*journal = NULL;
}

void journal_discard(struct journal **journal)
{
	if (*journal && unlink((*journal)->path) != 0)
		log_warn("cannot remove the journal '%s' of a run that began nothing: %s", (*journal)->path, strerror(errno));
	journal_close(journal);
}

/* A row is some 400 bytes and its values twice, an evacuation some 20 records; the rest is the ends of the run. */
static off_t room_for(const struct plan *plan)
{
	size_t bytes = 16384;

	for (size_t i = 0; i < plan->nunit; i++) {
		bytes += plan->unit[i].kind == UNIT_EVACUATION ? 16384 : 4096;
		for (const struct step *s = plan->unit[i].step; s < plan->unit[i].step + plan->unit[i].nstep; s++) {
			bytes += 512 + strlen(s->id);
			for (size_t k = 0; k < STEP_COLUMNS; k++)
				bytes += 2 * strlen(str_or(s->before[k], "")) + 2 * strlen(str_or(s->after[k], ""));
		}
	}
	return (off_t)bytes;
}

int journal_reserve(struct journal *j, const struct plan *plan, struct error *err)
{
	off_t room = room_for(plan);

	if (fallocate(j->fd, FALLOC_FL_KEEP_SIZE, lseek(j->fd, 0, SEEK_END), room) == 0 || errno == EOPNOTSUPP ||
	    errno == ENOSYS)
		return 0;
	error_errno(err, ERROR_ERROR, errno, "no space for the journal of this run, %lld kB, at '%s'",
	    (long long)(room + 1023) / 1024, j->path);
	return error_hint(err, "free some space there, or choose another directory with --state-dir; nothing was changed");
}

const char *journal_file_system(const struct request *request)
{
	auto_free char *dir = xasprintf("%s/journal", state_dir(request));

	return file_system_unsafe(dir);
}

static int cannot_write(struct journal *j, struct error *err)
{
	error_errno(err, ERROR_ERROR, j->failed, "cannot write the journal '%s'", j->path);
	return error_hint(err,
	    "free some space there, or choose another directory with --state-dir; no step was begun that is not in the journal");
}

static void sync_data(void *ctx)
{
	struct journal *j = ctx;

	j->sync_errno = fdatasync(j->fd) == 0 ? 0 : errno;
}

void journal_sync_begin(struct journal *j)
{
	if (!j || !j->unsynced || j->failed || j->syncing)
		return;
	j->syncing = true;
	aside_begin(&j->aside, sync_data, j);
}

int journal_sync(struct journal *j, struct error *err)
{
	if (!j || (!j->unsynced && !j->failed))
		return 0;
	if (j->syncing)
		aside_end(j->aside);
	else if (!j->failed)
		sync_data(j);
	j->failed = j->failed ? j->failed : j->sync_errno;
	j->syncing = j->unsynced = false;
	crash_durable(j->fd);
	return j->failed ? cannot_write(j, err) : 0;
}

int journal_still_writes(struct journal *j, struct error *err)
{
	return j && j->failed ? cannot_write(j, err) : 0;
}

/* One write for all lines that wait: a short one is a failure, and after a failure nothing more is tried (a second fsync may
 * lie). */
static int write_lines(struct journal *j, bool sync, struct error *err)
{
	ssize_t n;

	if (j->failed || (j->syncing && journal_sync(j, err) != 0))
		return cannot_write(j, err);
	CRASH_POINT("journal_before_write");
	if (CRASH_TURN("journal_torn")) {
		n = write(j->fd, j->lines.s, j->lines.n / 2);
		crash_now();
	}
	n = write(j->fd, j->lines.s, j->lines.n);
	if (n != (ssize_t)j->lines.n) {
		j->failed = n < 0 ? errno : ENOSPC;
		return cannot_write(j, err);
	}
	str_clear(&j->lines);
	j->unsynced = true;
	if (sync && journal_sync(j, err) != 0)
		return -1;
	CRASH_POINT("journal_after_write");
	return 0;
}

/* ${members}: what comes behind type, seq, time and prev, each with a comma in front. */
static void add_line(struct journal *j, const char *type, const char *now, const char *members, size_t n)
{
	size_t start = j->lines.n;
	char sum[65];

	str_addf(&j->lines, "{\"seq\":%lld,\"type\":\"%s\",\"time\":\"%s\",\"prev\":\"%s\"", (long long)j->seq, type, now,
	    j->prev);
	str_addn(&j->lines, members, n);
	sha256_hex(j->lines.s + start, j->lines.n - start, sum);
	str_add(&j->lines, JOURNAL_SUM);
	str_addn(&j->lines, sum, 64);
	str_add(&j->lines, "\"}");
	sha256_hex(j->lines.s + start, j->lines.n - start, j->prev); /* without the newline */
	str_addc(&j->lines, '\n');
	j->seq++;
}

int journal_add_row(struct journal *j, const char *now, const struct str *members, struct error *err)
{
	add_line(j, "row", now, members->s, members->n);
	return j->lines.n < ROWS_A_WRITE ? 0 : write_lines(j, false, err);
}

int journal_add(struct journal *j, const char *type, json_object *record, bool sync, struct error *err)
{
	const char *text = json_object_to_json_string_ext(record, PLAIN);
	auto_str struct str members = { 0 };
	char now[CLOCK_TEXT_SIZE];
	int rc;

	str_add(&members, ",");
	str_add(&members, text + 1);         /* without its braces */
	members.n -= members.n == 2 ? 2 : 1; /* of an empty one without the comma, too */
	clock_now(now);
	add_line(j, type, now, members.s, members.n);
	rc = write_lines(j, sync, err);
	if (rc == 0)
		trail_record(j->trail, type, record);
	json_object_put(record);
	return rc;
}
