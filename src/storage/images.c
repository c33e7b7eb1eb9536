/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MAX 2 /* after so many images that timed out no more are asked: each costs a timeout */
#define WATCHERS_MAX 64
#define LOCKERS_SIZE 4096

static void say_disk_error(struct child *c, size_t i, int rc, const char *doing)
{
	if (rc == -ENOENT)
		str_addf(&c->out, "disk %zu missing\n", i);
	else
		str_addf(&c->out, "disk %zu error %d %s\n", i, -rc, doing);
	if (rc == -ETIMEDOUT)
		c->silent++;
}

static int say_watchers(struct child *c, size_t i, ceph_image image)
{
	struct ceph_watcher watcher[WATCHERS_MAX];
	size_t n = WATCHERS_MAX;
	int rc = c->ceph.rbd_watchers_list(image, watcher, &n);
	struct storage_address address;
	char line[STORAGE_ADDRESS_SIZE];

	if (rc < 0)
		return rc;
	for (size_t k = 0; k < n; k++) {
		if (storage_address_parse(watcher[k].addr, &address))
			str_addf(&c->out, "watch %zu %s %" PRId64 " %" PRIu64 "\n", i, storage_address_text(&address, line),
			    watcher[k].id, watcher[k].cookie);
		else
			rc = -EBADMSG;
	}
	c->ceph.rbd_watchers_list_cleanup(watcher, n);
	return rc;
}

/* "client.4253" */
static int64_t client_number(const char *text)
{
	return str_starts(text, "client.") ? strtoll(text + strlen("client."), NULL, 10) : 0;
}

static int say_locks(struct child *c, size_t i, ceph_image image)
{
	char tag[256], clients[LOCKERS_SIZE], cookies[LOCKERS_SIZE], addresses[LOCKERS_SIZE], line[STORAGE_ADDRESS_SIZE];
	size_t ntag = sizeof tag, nclients = sizeof clients, ncookies = sizeof cookies, naddresses = sizeof addresses;
	const char *client = clients, *cookie = cookies, *text = addresses;
	struct storage_address address;
	int exclusive;
	ssize_t n = c->ceph.rbd_list_lockers(image, &exclusive, tag, &ntag, clients, &nclients, cookies, &ncookies, addresses,
	    &naddresses);

	if (n == -ENOENT)
		return 0;
	for (ssize_t k = 0; k < n; k++) {
		if (!storage_address_parse(text, &address))
			return -EBADMSG;
		str_addf(&c->out, "lock %zu %s %" PRId64 " ", i, storage_address_text(&address, line), client_number(client));
		if (str_starts(cookie, "auto "))
			str_addf(&c->out, "auto %llu\n", strtoull(cookie + strlen("auto "), NULL, 10));
		else
			str_add(&c->out, "hand\n");
		client += strlen(client) + 1;
		cookie += strlen(cookie) + 1;
		text += strlen(text) + 1;
	}
	return n < 0 ? (int)n : 0;
}

/* Half of what is known of a disk is not said: its lines begin anew as an error. */
static void say_opened(struct child *c, size_t i, ceph_image image)
{
	const size_t before = c->out.n;
	const char *doing = "features";
	uint64_t features = 0;
	int rc = c->ceph.rbd_get_features(image, &features);

	if (rc == 0) {
		doing = "watchers";
		rc = say_watchers(c, i, image);
	}
	if (rc == 0) {
		doing = "lock";
		rc = say_locks(c, i, image);
	}
	if (rc == 0) {
		str_addf(&c->out, "disk %zu seen %" PRIu64 "\n", i, features);
		return;
	}
	c->out.n = before;
	str_addf(&c->out, "disk %zu error %d %s\n", i, -rc, doing); /* it was opened: ENOENT is no missing image */
	c->silent += rc == -ETIMEDOUT;
}

static void use_pool(struct child *c, const char *name)
{
	if (c->pool_name && strcmp(c->pool_name, name) == 0)
		return;
	if (c->pool_name && c->pool_rc == 0)
		c->ceph.rados_ioctx_destroy(c->pool);
	c->pool_name = name;
	c->pool_rc = c->ceph.rados_ioctx_create(c->cluster, name, &c->pool);
}

static void say_image(struct child *c, size_t i)
{
	const struct storage_image *asked = &c->ask->image[i];
	ceph_image image;
	int rc;

	use_pool(c, asked->pool);
	if (c->pool_rc != 0) {
		say_disk_error(c, i, c->pool_rc, "pool");
		return;
	}
	rc = c->ceph.rbd_open_read_only(c->pool, asked->name, &image, NULL);
	if (rc != 0) {
		say_disk_error(c, i, rc, "open");
		return;
	}
	say_opened(c, i, image);
	c->ceph.rbd_close(image);
}

void images_say(struct child *c)
{
	for (size_t i = 0; i < c->ask->n; i++) {
		if (c->silent >= SILENT_MAX)
			str_addf(&c->out, "disk %zu error %d osd\n", i, ETIMEDOUT);
		else
			say_image(c, i);
		lines_flush(c);
	}
}
