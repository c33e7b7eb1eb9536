/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/disks.h"
#include "internal.h"
#include "model/nova/connection.h"
#include "util/clock.h"
#include "util/lang.h"

/* Checks whose statement names disks on Ceph, and whose findings are what Ceph says of them. The columns of a row that the
 * statement leaves NULL are filled in here; how its disk is reached may hold a key, and goes no further. */

#define SOON_S INT64_C(86400)

struct asked_disk {
	struct audit_row row;
	const char **value; /* the row's */
	struct rbd_connection rbd;
	size_t cluster;
};
struct asked_cluster {
	struct storage_access access;
	struct storage_image *image;
	size_t n, cap;
	struct storage_look look;
	struct storage_answer answer;
};
struct ceph_check {
	const struct audit_check *check;
	found_fn *found;
	void *ctx;
	struct site_config site;
	const struct cinder_config *cinder; /* NULL: not configured */
	const char **name;                  /* of all rows' columns */
	struct asked_disk *disk;
	size_t n, cap;
	struct asked_cluster *cluster;
	size_t ncluster, capcluster;
	struct arena arena;
	size_t unknown;
	bool failed;     /* one of them is to be asked from here */
	const char *why; /* of one of them, the first that failed if one did */
	bool entries;    /* it is about the blocklists alone: one disk stands for its cluster */
};

/* ---- which disks */

/* Which backend has a volume nova does not say: where cinder.conf names one of Ceph alone, that. */
static struct storage_access access_of(const struct ceph_check *c, const struct rbd_connection *rbd)
{
	const struct rbd_backend *backend = c->cinder && c->cinder->nrbd == 1 ? c->cinder->rbd : NULL;

	return rbd_access(&c->site.storage, backend, rbd);
}

static size_t asked_cluster_of(struct ceph_check *c, const struct storage_access *access)
{
	for (size_t i = 0; i < c->ncluster; i++)
		if (storage_access_same(&c->cluster[i].access, access))
			return i;
	c->cluster = vec_grow(c->cluster, c->ncluster, &c->capcluster, sizeof *c->cluster);
	c->cluster[c->ncluster] = (struct asked_cluster){ .access = *access };
	return c->ncluster++;
}

static const char **copy_names(struct ceph_check *c, const struct audit_row *row)
{
	const char **name = arena_alloc(&c->arena, row->n * sizeof *name);

	for (size_t i = 0; i < row->n; i++)
		name[i] = arena_dup(&c->arena, row->name[i]);
	return name;
}

/* A copy of the row, which lives as long as the check; its connection is not in it. */
static void copy_row(struct ceph_check *c, const struct audit_row *row, struct asked_disk *out)
{
	const char **value = arena_alloc(&c->arena, row->n * sizeof *value);

	if (!c->name)
		c->name = copy_names(c, row);
	for (size_t i = 0; i < row->n; i++)
		value[i] = strcmp(row->name[i], "info") == 0 ? NULL : arena_dup(&c->arena, row->value[i]);
	out->row = *row;
	out->row.name = c->name;
	out->row.value = out->value = value;
	out->row.key = "";
}

/* nova virt/libvirt/imagebackend.py: Rbd, "UUID_disk". No database tells whether an image-backed instance has one; Ceph does.
 */
static bool made_disk(struct ceph_check *c, const struct audit_row *row, struct rbd_connection *out)
{
	const char *uuid = str_or(row_value(row, "instance"), row_value(row, "subject"));

	if (row_value(row, "volume") || !c->site.storage.pool || !uuid)
		return false;
	*out = (struct rbd_connection){ .pool = c->site.storage.pool, .image = arena_printf(&c->arena, "%s_disk", uuid) };
	return true;
}

static void keep_row(struct ceph_check *c, const struct audit_row *row)
{
	struct asked_disk d = { .cluster = 0 };
	const bool made = made_disk(c, row, &d.rbd);
	struct asked_cluster *cluster;
	struct storage_access access;

	if (!made && !rbd_connection_read(row_value(row, "info"), &c->arena, &d.rbd))
		return;
	if (d.rbd.multiattach && !c->entries)
		return;
	access = made ? rbd_access(&c->site.storage, NULL, &d.rbd) : access_of(c, &d.rbd);
	d.cluster = asked_cluster_of(c, &access);
	cluster = &c->cluster[d.cluster];
	if (c->entries && cluster->n > 0)
		return;
	copy_row(c, row, &d);
	c->disk = vec_grow(c->disk, c->n, &c->cap, sizeof *c->disk);
	c->disk[c->n++] = d;
	cluster->image = vec_grow(cluster->image, cluster->n, &cluster->cap, sizeof *cluster->image);
	cluster->image[cluster->n++] = (struct storage_image){ d.rbd.pool, d.rbd.image };
}

static int keep_rows(struct audit_places *places, const struct request *request, int64_t deadline_ms, struct ceph_check *c,
    uint64_t *rows, struct error *err)
{
	struct audit_stream *stream = NULL;
	struct audit_row row;
	int rc = stream_open(places, &c->check->left, request, &audit_all, false, deadline_ms, &stream, err), state = 0;

	while (rc == 0 && (state = stream_next(stream, &row, err)) == 1)
		keep_row(c, &row);
	if (stream)
		*rows = stream_rows(stream);
	stream_close(&stream);
	return rc == 0 && state == 0 ? 0 : -1;
}

/* A cluster that is silent costs no more than it must; one with very many disks no more than the check may take. */
static int time_to_ask(size_t ndisk, int64_t deadline_ms)
{
	const int64_t left = deadline_ms - clock_monotonic_ms(), whole = STORAGE_DEADLINE_MS + (int64_t)ndisk * STORAGE_DISK_MS;

	return left < 1 ? 1 : (int)(left < whole ? left : whole);
}

static void ask_all_clusters(struct ceph_check *c, int64_t deadline_ms)
{
	for (struct asked_cluster *k = c->cluster; k < c->cluster + c->ncluster; k++) {
		const struct storage_ask ask = { .access = k->access,
			.image = k->image,
			.n = k->n,
			.deadline_ms = time_to_ask(k->n, deadline_ms) };

		storage_begin(&ask, &k->look);
	}
	for (struct asked_cluster *k = c->cluster; k < c->cluster + c->ncluster; k++)
		storage_take(&k->look, &k->answer);
}

/* ---- what is found */

static void put_value(struct asked_disk *d, const char *name, const char *value)
{
	for (size_t i = 0; i < d->row.n; i++)
		if (strcmp(d->row.name[i], name) == 0)
			d->value[i] = value;
}

static const char *client_text(struct ceph_check *c, const struct storage_address *address)
{
	char text[STORAGE_ADDRESS_SIZE];

	return arena_dup(&c->arena, storage_address_text(address, text));
}

static void judge_lock(struct ceph_check *c, struct asked_disk *d, const struct storage_disk *now)
{
	const struct storage_lock *lock = disk_lock(now);

	if (!lock || now->nwatcher == 0 || !disk_lock_is_stale(now))
		return;
	put_value(d, "client", client_text(c, &lock->address));
	put_value(d, "locker", arena_printf(&c->arena, "client.%lld", (long long)lock->client));
	if (lock->cookie)
		put_value(d, "lock_name", arena_printf(&c->arena, "auto %llu", (unsigned long long)lock->cookie));
	c->found(c->ctx, c->check, &d->row, NULL);
}

static void judge_watchers(struct ceph_check *c, struct asked_disk *d, const struct storage_disk *now)
{
	for (size_t i = 1; i < now->nwatcher; i++)
		if (!storage_address_same_host(&now->watcher[0].address, &now->watcher[i].address)) {
			put_value(d, "client", client_text(c, &now->watcher[0].address));
			put_value(d, "other", client_text(c, &now->watcher[i].address));
			c->found(c->ctx, c->check, &d->row, NULL);
			return;
		}
}

/* The same cluster, asked as another user, has the same blocklist. */
static bool is_asked_before(const struct ceph_check *c, size_t cluster)
{
	for (size_t i = 0; i < cluster; i++)
		if (c->cluster[i].answer.entries_known && str_equal(c->cluster[i].answer.fsid, c->cluster[cluster].answer.fsid))
			return true;
	return false;
}

static void judge_entries(struct ceph_check *c, struct asked_disk *d)
{
	const struct storage_answer *answer = &c->cluster[d->cluster].answer;
	const int64_t now_s = clock_wall_s();

	for (size_t i = 0; i < answer->nentry && !is_asked_before(c, d->cluster); i++) {
		const struct storage_address *client = &answer->entry[i].address;
		const int64_t left = ceph_entry_left_s(answer, client, now_s);

		if (left < 0 || left >= SOON_S)
			continue;
		put_value(d, "client", client_text(c, client));
		put_value(d, "subject", client_text(c, client));
		put_value(d, "until", answer->entry[i].until);
		put_value(d, "blocklist", storage_blocklist_word(answer->blacklist));
		c->found(c->ctx, c->check, &d->row, NULL);
	}
}

/* Where nobody said that Ceph is to be asked from here, and nobody can, the check is not for here. Silence is another matter.
 */
static void add_unknown(struct ceph_check *c, const struct asked_cluster *cluster, const char *why)
{
	const struct storage_config *own = &c->site.storage;
	const bool fails = !cluster->answer.unable || own->conf || own->keyring || own->user;

	if (!c->why || (fails && !c->failed))
		c->why = why;
	c->failed = c->failed || fails;
	c->unknown++;
}

static void judge_disk(struct ceph_check *c, struct asked_disk *d, size_t index)
{
	const struct asked_cluster *cluster = &c->cluster[d->cluster];
	const struct storage_disk *now = &cluster->answer.disk[index];

	put_value(d, "image", arena_printf(&c->arena, "%s/%s", d->rbd.pool, d->rbd.image));
	if (c->entries && !cluster->answer.entries_known)
		add_unknown(c, cluster, str_or(cluster->answer.absent, _("its blocklist could not be read")));
	else if (c->entries)
		judge_entries(c, d);
	else if (now->seen == STORAGE_UNKNOWN)
		add_unknown(c, cluster, str_or(cluster->answer.absent, now->why));
	else if (now->seen == STORAGE_SEEN && strcmp(c->check->name, "disk-open-twice") == 0)
		judge_watchers(c, d, now);
	else if (now->seen == STORAGE_SEEN)
		judge_lock(c, d, now);
}

static void judge_all(struct ceph_check *c)
{
	size_t *next = xcalloc(c->ncluster + 1, sizeof *next);

	for (size_t i = 0; i < c->n; i++) {
		const size_t cluster = c->disk[i].cluster;

		judge_disk(c, &c->disk[i], next[cluster]++);
	}
	free(next);
}

/* Never the same as "nothing was found". */
static int say_unknown(const struct ceph_check *c, struct error *err)
{
	if (c->n == 0)
		return error_set(err, ERROR_NOT_FOUND, "storage: not asked: nova records no disk on Ceph");
	if (c->unknown == 0)
		return 0;
	if (c->unknown == c->n && !c->failed)
		return error_set(err, ERROR_NOT_FOUND, "storage: not asked: %s", str_or(c->why, "?"));
	return error_set(err, ERROR_ERROR, "storage: not asked of %zu of %zu disks: %s", c->unknown, c->n, str_or(c->why, "?"));
}

static void ceph_check_free(struct ceph_check *c)
{
	for (struct asked_cluster *k = c->cluster; k < c->cluster + c->ncluster; k++) {
		storage_answer_free(&k->answer);
		free(k->image);
	}
	free(c->cluster);
	free(c->disk);
	site_config_free(&c->site);
	arena_free(&c->arena);
}

int ceph_check_run(struct audit_places *places, const struct audit_check *check, const struct request *request,
    int64_t deadline_ms, found_fn *found, void *ctx, uint64_t *rows, struct error *err)
{
	struct ceph_check c = { .check = check,
		.found = found,
		.ctx = ctx,
		.cinder = places->has_cinder ? &places->cinder : NULL,
		.entries = strcmp(check->name, "old-client-expires") == 0 };
	int rc = places_load_site(request, &c.site, err);

	if (rc == 0)
		rc = keep_rows(places, request, deadline_ms, &c, rows, err);
	if (rc == 0) {
		ask_all_clusters(&c, deadline_ms);
		judge_all(&c);
		rc = say_unknown(&c, err);
	}
	ceph_check_free(&c);
	return rc;
}
