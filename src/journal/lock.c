/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/lock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock_internal.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define PREFIX "evac-manage:"
enum { CINDERS, CELLS, SERVERS };

/* A session of ours that ended, as far as we know; the server may not have noticed, and holds the lock for it still. */
struct past_session {
	char server[sizeof((struct db_server *)0)->text];
	uint64_t connection_id;
};

struct lock {
	struct lock *next;         /* of the next host of the run, in the order of their names; NULL: it is the last */
	const struct scene *scene; /* of the host that it is about */
	int fd;
	char name[LOCK_NAME_SIZE];
	struct db *db[SERVERS]; /* connections of their own, which do nothing else; NULL: none of this server's is ours alone */
	bool lost;              /* a server was away and somebody may have come in between */
	struct past_session *past;
	size_t npast, cap;
};

void lock_name(const char *host, char out[LOCK_NAME_SIZE])
{
	auto_str struct str name = { 0 };
	char hash[65];

	str_add(&name, PREFIX);
	for (const char *p = host; *p; p++) {
		if (islower((unsigned char)*p) || isdigit((unsigned char)*p) || strchr("._-", *p))
			str_addc(&name, *p);
		else
			str_addf(&name, "%%%02X", (unsigned)(unsigned char)*p);
	}
	if (name.n >= LOCK_NAME_SIZE) {
		sha256_hex(host, strlen(host), hash);
		str_clear(&name);
		str_addf(&name, PREFIX "#%.50s", hash);
	}
	memcpy(out, name.s, name.n + 1);
}

static bool writes_cinder(const struct scene *scene)
{
	return (scene->subject.moves_things || scene->subject.past) && scene->world->cinder_db;
}

static bool writes_cell(const struct scene *scene)
{
	return scene->nova.home &&
	    (scene->subject.evacuates || scene->subject.marks || scene->subject.closes || scene->subject.past);
}

static int busy_on_server(const struct scene *scene, const struct db *db, const struct db_holder *holder, struct error *err)
{
	auto_str struct str who = { 0 };

	if (holder->account[0])
		str_addf(&who, _(" of account '%s' from %s"), holder->account, holder->client);
	if (holder->held_s.set)
		str_addf(&who, _(", for %lld s"), (long long)holder->held_s.v);
	if (scene->nova.compute && scene->nova.compute->disabled_reason &&
	    str_starts(scene->nova.compute->disabled_reason, "evac-manage"))
		str_addf(&who, _("; disabled_reason of nova-compute is '%s'"), scene->nova.compute->disabled_reason);
	error_set(err, ERROR_BUSY, "another run works on '%s': session %llu%s, on %s; nothing was written", scene->subject.host,
	    (unsigned long long)holder->connection_id, str_or(who.s, ""), db_label(db));
	return error_hint(err,
	    "wait until it has ended, or ask its operator; the journal is on the machine of that run. A connection pool in between (mysql-router) keeps the session of a run that was killed for some seconds more: then run the same command again");
}

/* Recovery settles such a run, and closing an evacuation is how one that nobody can decide about is given up. */
static int check_unfinished(const struct scene *scene, const char *except, struct error *err)
{
	struct db *cell = scene->subject.evacuates && scene->nova.home ? scene->nova.home->cell->db : NULL;

	return scene->subject.recovers || scene->subject.closes ?
	    0 :
	    unfinished_check(scene->request, scene->subject.host, cell, except, err);
}

static int look_at_server(const struct scene *scene, struct db *db, struct error *err)
{
	char name[LOCK_NAME_SIZE];
	struct db_holder holder;

	lock_name(scene->subject.host, name);
	if (db_lock_look(db, name, &holder, err) != 0)
		return -1;
	return holder.held ? busy_on_server(scene, db, &holder, err) : 0;
}

static int look_at_lock_of(const struct scene *scene, struct error *err)
{
	if (!scene->subject.host)
		return 0;
	if (lock_file_look(scene->request, scene->subject.host, err) != 0 || check_unfinished(scene, NULL, err) != 0)
		return -1;
	if (writes_cinder(scene) && look_at_server(scene, scene->world->cinder_db, err) != 0)
		return -1;
	return writes_cell(scene) ? look_at_server(scene, scene->nova.home->cell->db, err) : 0;
}

int lock_look(const struct scene *scene, struct error *err)
{
	EACH_HOST_OF(h, scene)
	if (look_at_lock_of(h, err) != 0)
		return -1;
	return 0;
}

/* Both schemas may live on one server, or a session of ours not be gone yet: then the lock is already ours. */
static bool is_ours(const struct lock *lock, const struct db *db, const struct db_holder *holder)
{
	for (size_t i = 0; i < SERVERS; i++)
		if (lock->db[i] && strcmp(db_server(lock->db[i])->text, db_server(db)->text) == 0 &&
		    db_server(lock->db[i])->connection_id == holder->connection_id)
			return true;
	for (size_t i = 0; i < lock->npast; i++)
		if (strcmp(lock->past[i].server, db_server(db)->text) == 0 &&
		    lock->past[i].connection_id == holder->connection_id)
			return true;
	return false;
}

/* Takes ${db} over. A server that knows no such locks (some clusters forbid them) has none: the rows' compare-and-set
 * stands. */
static int take_server(const struct scene *scene, struct lock *lock, size_t server, struct db *db, struct error *err)
{
	struct db_holder holder;
	bool got;
	int rc;

	rc = db_lock(db, lock->name, &got, err);
	if (rc == 0 && got) {
		lock->db[server] = db;
		return 0;
	}
	if (rc != 0 && err->kind != ERROR_DB_UNREACHABLE) {
		log_warn("%s: no named lock (%s); a run on another machine is noticed only by the rows that it changes",
		    db_label(db), err->text);
		error_clear(err);
		rc = 0;
	} else if (rc == 0 && (rc = db_lock_look(db, lock->name, &holder, err)) == 0 && !is_ours(lock, db, &holder)) {
		rc = busy_on_server(scene, db, &holder, err);
	}
	db_close(&db);
	return rc;
}

/* Those that are not held yet. */
static int take_servers(const struct scene *scene, struct lock *lock, struct error *err)
{
	struct db *db;

	if (writes_cinder(scene) && !lock->db[CINDERS] &&
	    (world_connect_cinder(scene->world, &db, err) != 0 || take_server(scene, lock, CINDERS, db, err) != 0))
		return -1;
	if (writes_cell(scene) && !lock->db[CELLS] &&
	    (world_connect_cell(scene->world, scene->nova.home->cell, &db, err) != 0 ||
		take_server(scene, lock, CELLS, db, err) != 0))
		return -1;
	return 0;
}

static void release_one(struct lock *l)
{
	for (size_t i = 0; i < SERVERS; i++) {
		if (l->db[i])
			db_unlock(l->db[i], l->name);
		db_close(&l->db[i]);
	}
	lock_file_release(l->fd);
	free(l->past);
	free(l);
}

/* NULL and no error: it is about no host. */
static int take_one(const struct scene *scene, const char *except, struct lock **out, struct error *err)
{
	struct lock *lock;

	*out = NULL;
	if (!scene->subject.host)
		return 0;
	lock = xcalloc(1, sizeof *lock);
	lock->fd = -1;
	lock->scene = scene;
	lock_name(scene->subject.host, lock->name);
	if (lock_file_take(scene, &lock->fd, err) != 0 || check_unfinished(scene, except, err) != 0 ||
	    take_servers(scene, lock, err) != 0) {
		release_one(lock);
		return -1;
	}
	*out = lock;
	return 0;
}

static int by_host(const void *a, const void *b)
{
	const struct scene *const *x = a, *const *y = b;

	return strcmp(str_or((*x)->subject.host, ""), str_or((*y)->subject.host, ""));
}

/* In the order of their names: of two runs that share hosts one is refused, whichever hosts either names first. */
int lock_take(const struct scene *scene, const char *except, struct lock **out, struct error *err)
{
	const size_t n = scene->each ? scene->neach : 1;
	const struct scene **host = xcalloc(n + 1, sizeof *host);
	struct lock **next = out;
	size_t taken = 0;
	int rc = 0;

	*out = NULL;
	EACH_HOST_OF(h, scene)
	host[taken++] = h;
	vec_sort(host, n, sizeof *host, by_host);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = take_one(host[i], except, next, err);
		next = *next ? &(*next)->next : next;
	}
	free(host);
	if (rc != 0)
		lock_release(out);
	return rc;
}

static void note_past(struct lock *lock, const struct db *db)
{
	struct past_session *p;

	lock->past = vec_grow(lock->past, lock->npast, &lock->cap, sizeof *lock->past);
	p = &lock->past[lock->npast++];
	memcpy(p->server, db_server(db)->text, sizeof p->server);
	p->connection_id = db_server(db)->connection_id;
}

/* What is still held is kept: to let it go for a moment would let another run in. */
static int renew_one(struct lock *lock, struct error *err)
{
	struct db_lock_owner owner;

	for (size_t i = 0; i < SERVERS; i++) {
		if (!lock->db[i] || (db_lock_own(lock->db[i], lock->name, &owner, err) == 0 && owner.ours))
			continue;
		note_past(lock, lock->db[i]);
		db_close(&lock->db[i]);
	}
	error_clear(err);
	lock->lost = take_servers(lock->scene, lock, err) != 0;
	return lock->lost ? -1 : 0;
}

int lock_renew(struct lock *lock, struct error *err)
{
	for (struct lock *l = lock; l; l = l->next)
		if (renew_one(l, err) != 0)
			return -1;
	return 0;
}

static int lost_to(const struct lock *lock, const struct db *db, const struct db_lock_owner *owner, struct error *err)
{
	auto_free char *now = owner->holder ? xasprintf(_("session %llu has it"), (unsigned long long)owner->holder) :
					      xasprintf("%s", _("no session has it"));

	error_set(err, ERROR_BUSY,
	    "the named lock of '%s' on %s was lost: %s, and this run's connection is session %llu; nothing more is written",
	    lock->scene->subject.host, db_label(db), now, (unsigned long long)owner->connection_id);
	return error_hint(err,
	    "a proxy that shares sessions among connections loses it: give the address of the server itself, or a proxy that keeps one session for one connection");
}

static int check_one_lock(struct lock *lock, struct error *err)
{
	struct db_lock_owner owner;

	for (size_t i = 0; i < SERVERS; i++) {
		if (!lock->db[i])
			continue;
		if (db_lock_own(lock->db[i], lock->name, &owner, err) != 0) {
			error_clear(err);
			return renew_one(lock, err);
		}
		if (!owner.ours) {
			lock->lost = true;
			return lost_to(lock, lock->db[i], &owner, err);
		}
	}
	return 0;
}

int lock_check(struct lock *lock, struct error *err)
{
	for (struct lock *l = lock; l; l = l->next)
		if (check_one_lock(l, err) != 0)
			return -1;
	return 0;
}

bool lock_is_lost(const struct lock *lock)
{
	for (const struct lock *l = lock; l; l = l->next)
		if (l->lost)
			return true;
	return false;
}

void lock_release(struct lock **lock)
{
	struct lock *next;

	for (struct lock *l = *lock; l; l = next) {
		next = l->next;
		release_one(l);
	}
	*lock = NULL;
}
