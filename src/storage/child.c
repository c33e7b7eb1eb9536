/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceph.h"
#include "util/json.h"
#include "util/str.h"

#define MON_TIMEOUT "4" /* seconds; Ceph's own are 300 and none */
#define OSD_TIMEOUT "3"
#define SILENT_MAX 2 /* after so many images that timed out no more are asked: each costs a timeout */
#define WATCHERS_MAX 64
#define LOCKERS_SIZE 4096

struct child {
	const struct storage_ask *ask;
	struct ceph ceph;
	ceph_cluster cluster;
	int fd;
	struct str out;
	int silent;
	ceph_pool pool; /* of ${pool_name}; one is kept open, images come pool by pool */
	const char *pool_name;
	int pool_rc;
	struct storage_address *server; /* monitors and OSDs, as far as they were said */
	size_t nserver, capserver, nmonitor;
	bool osds_known;
	bool old_name; /* the monitors know the blocklist's commands as those of the blacklist alone */
};

/* ---- saying */

/* Whoever reads has the lines that were whole when the end came. */
static void flush_lines(struct child *c)
{
	for (size_t done = 0; done < c->out.n;) {
		ssize_t n = write(c->fd, c->out.s + done, c->out.n - done);

		if (n < 0 && errno != EINTR)
			_exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	str_clear(&c->out);
}

static void say_text(struct child *c, const char *what, const char *text, size_t size)
{
	str_addf(&c->out, "%s ", what);
	for (size_t i = 0; i < size && i < STORAGE_TEXT_MAX; i++)
		str_addc(&c->out, text[i] >= ' ' && text[i] <= '~' ? text[i] : ' ');
	str_addc(&c->out, '\n');
}

static void say_absent(struct child *c, const char *text)
{
	say_text(c, "absent", text, strlen(text));
	flush_lines(c);
}

static void say_unable(struct child *c, const char *text)
{
	say_text(c, "unable", text, strlen(text));
	flush_lines(c);
}

/* ---- the monitors */

struct mon_answer {
	int rc;
	char *out, *status; /* neither ends with NUL */
	size_t n, nstatus;
};

static struct mon_answer ask_mon(struct child *c, const char *json)
{
	struct mon_answer a = { .rc = 0 };

	a.rc = c->ceph.rados_mon_command(c->cluster, &json, 1, "", 0, &a.out, &a.n, &a.status, &a.nstatus);
	return a;
}

static bool status_has(const struct mon_answer *a, const char *words)
{
	return a->status && memmem(a->status, a->nstatus, words, strlen(words));
}

static void free_mon_answer(struct child *c, struct mon_answer *a)
{
	if (a->out)
		c->ceph.rados_buffer_free(a->out);
	if (a->status)
		c->ceph.rados_buffer_free(a->status);
	*a = (struct mon_answer){ .rc = 0 };
}

static json_object *parse_answer(const struct mon_answer *a)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object = a->rc == 0 && a->n > 0 && a->n < INT32_MAX ? json_tokener_parse_ex(tokener, a->out, (int)a->n) :
									   NULL;

	json_tokener_free(tokener);
	return object;
}

/* "add" and "rm" of an address, NULL: the list. Ceph 16 gave the command its new name; one before it does not know that, and
 * one of today may forget the old one. */
static struct mon_answer ask_blocklist(struct child *c, const char *order, const char *address, unsigned seconds)
{
	static const char *const names[] = { "blocklist", "blacklist" };
	struct mon_answer a = { .rc = 0 };
	char json[256], expire[32] = "";

	if (seconds > 0)
		snprintf(expire, sizeof expire, ",\"expire\":%u.0", seconds);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		free_mon_answer(c, &a);
		if (order)
			snprintf(json, sizeof json, "{\"prefix\":\"osd %s\",\"%sop\":\"%s\",\"addr\":\"%s\"%s}", names[i],
			    names[i], order, address, expire);
		else
			snprintf(json, sizeof json, "{\"prefix\":\"osd %s ls\",\"format\":\"json\"}", names[i]);
		a = ask_mon(c, json);
		if (a.rc != -EINVAL || !status_has(&a, "command not known"))
			break;
		c->old_name = i == 0;
	}
	return a;
}

/* The monitor looks at the caps first and at the address then, which none can parse (ceph 16 mon/OSDMonitor.cc: "unable to
 * parse address"; mon/Monitor.cc: "access denied"). */
static void probe_caps(struct child *c)
{
	struct mon_answer a = ask_blocklist(c, "add", "nobody/0", 1);

	if (a.rc == -EACCES || a.rc == -EPERM)
		str_add(&c->out, "may no\n");
	else if (a.rc == -EINVAL && status_has(&a, "parse"))
		str_add(&c->out, "may yes\n");
	free_mon_answer(c, &a);
}

/* An OSD's host once in a row: it has several addresses there. */
static void say_server(struct child *c, const char *kind, const char *text)
{
	struct storage_address address;
	char line[STORAGE_ADDRESS_SIZE];

	if (!text || !storage_address_parse(text, &address))
		return;
	if (c->nmonitor > 0 && c->nserver > c->nmonitor && storage_address_same_host(&c->server[c->nserver - 1], &address))
		return;
	c->server = vec_grow(c->server, c->nserver, &c->capserver, sizeof *c->server);
	c->server[c->nserver++] = address;
	str_addf(&c->out, "%s %s\n", kind, storage_address_text(&address, line));
}

static void say_monitors(struct child *c)
{
	struct mon_answer a = ask_mon(c, "{\"prefix\":\"mon dump\",\"format\":\"json\"}");
	json_object *dump = parse_answer(&a), *mons = json_object_object_get(dump, "mons");

	for (size_t i = 0; json_object_is_type(mons, json_type_array) && i < json_object_array_length(mons); i++)
		say_server(c, "monitor", get_text(json_object_array_get_idx(mons, i), "addr"));
	c->nmonitor = c->nserver;
	json_object_put(dump);
	free_mon_answer(c, &a);
}

/* ceph 14 to 20 osd/OSDMap.cc: dump(). One that is down has no address, "-" or ":/0". */
static void say_osds(struct child *c)
{
	static const char *const keys[] = { "public_addr", "cluster_addr" };
	struct mon_answer a = ask_mon(c, "{\"prefix\":\"osd dump\",\"format\":\"json\"}");
	json_object *dump = parse_answer(&a), *osds = json_object_object_get(dump, "osds");

	for (size_t i = 0; json_object_is_type(osds, json_type_array) && i < json_object_array_length(osds); i++)
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			say_server(c, "osd", get_text(json_object_array_get_idx(osds, i), keys[k]));
	c->osds_known = c->nmonitor > 0 && json_object_is_type(osds, json_type_array);
	if (c->osds_known)
		str_add(&c->out, "osds\n");
	json_object_put(dump);
	free_mon_answer(c, &a);
}

/* A range of addresses (Ceph 17 and later) is none of a client. */
static void say_entries(struct child *c)
{
	struct mon_answer a = ask_blocklist(c, NULL, NULL, 0);
	json_object *list = parse_answer(&a);

	if (c->old_name)
		str_add(&c->out, "blacklist\n");
	for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
		json_object *entry = json_object_array_get_idx(list, i);
		const char *text = get_text(entry, "addr"), *until = get_text(entry, "until");
		struct storage_address address;
		char line[STORAGE_ADDRESS_SIZE];

		if (text && until && !strpbrk(until, " \n") && storage_address_parse(text, &address))
			str_addf(&c->out, "entry %s %.40s\n", storage_address_text(&address, line), until);
	}
	if (json_object_is_type(list, json_type_array))
		str_add(&c->out, "entries\n");
	json_object_put(list);
	free_mon_answer(c, &a);
}

/* ---- images */

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

static void say_images(struct child *c)
{
	for (size_t i = 0; i < c->ask->n; i++) {
		if (c->silent >= SILENT_MAX)
			str_addf(&c->out, "disk %zu error %d osd\n", i, ETIMEDOUT);
		else
			say_image(c, i);
		flush_lines(c);
	}
}

/* ---- the fence */

static void say_no(struct child *c, const char *what, const struct mon_answer *a)
{
	if (a->nstatus > 0)
		say_text(c, what, a->status, a->nstatus);
	else
		say_text(c, what, strerror(-a->rc), strlen(strerror(-a->rc)));
}

static bool is_server(const struct child *c, const struct storage_address *address)
{
	for (size_t i = 0; i < c->nserver; i++)
		if (storage_address_same_host(&c->server[i], address))
			return true;
	return false;
}

/* A nonce of 0 is all clients of the address: whoever asks for it without saying so is wrong, and so is who asks for the host
 * of an OSD or a monitor, which would be clients of their own cluster no more. NULL: there is nothing against it. */
static const char *wrong_with(const struct child *c, const struct storage_address *address)
{
	if (address->nonce != 0)
		return NULL;
	if (!c->ask->whole_hosts || address->port != 0)
		return "a client without a nonce is all clients of its host";
	if (!c->osds_known)
		return "whether an OSD or a monitor has this address is not known";
	return is_server(c, address) ? "an OSD or a monitor has this address" : NULL;
}

/* ENOENT: it was not on the list. */
static bool obeys(struct child *c, const char *order, const struct storage_address *client, const char *refused)
{
	char text[STORAGE_ADDRESS_SIZE];
	const bool adds = order[0] == 'a';
	struct mon_answer a = ask_blocklist(c, order, storage_address_text(client, text), adds ? c->ask->fence_s : 0);
	const bool obeyed = a.rc == 0 || (a.rc == -ENOENT && !adds);

	if (!obeyed && a.rc != -ETIMEDOUT) /* who says nothing may still obey */
		say_no(c, refused, &a);
	free_mon_answer(c, &a);
	return obeyed;
}

static bool is_listed_in(json_object *list, const struct storage_address *client)
{
	struct storage_address address;

	for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
		const char *text = get_text(json_object_array_get_idx(list, i), "addr");

		if (text && storage_address_parse(text, &address) && storage_address_same_client(&address, client))
			return true;
	}
	return false;
}

/* An entry that exists keeps its end, though the monitors answer with the new one (measured on 16.2.15; ceph osd/OSDMap.cc
 * apply_incremental() inserts, before and after it was renamed): it is taken off first. Until it is there again nothing keeps
 * the client out; nobody else has been given its disk by then. */
static bool makes_room(struct child *c, json_object *list, const struct storage_address *client, const char *refused)
{
	return !is_listed_in(list, client) || obeys(c, "rm", client, refused);
}

/* How many were obeyed, from the first. One that is wrong among them, and none is begun. */
static size_t order_all(struct child *c, const char *order, const struct storage_address *client, size_t n)
{
	const bool adds = order[0] == 'a';
	const char *refused = adds ? "unfenced" : "unlifted", *wrong;
	struct mon_answer entries = { .rc = 0 };
	json_object *list = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if ((wrong = wrong_with(c, &client[i]))) {
			say_text(c, refused, wrong, strlen(wrong));
			return 0;
		}
	if (adds && n > 0) {
		entries = ask_blocklist(c, NULL, NULL, 0);
		list = parse_answer(&entries);
	}
	for (i = 0; i < n && makes_room(c, list, &client[i], refused) && obeys(c, order, &client[i], refused); i++)
		;
	json_object_put(list);
	free_mon_answer(c, &entries);
	return i;
}

/* Only what stands in the OSDs' map counts. */
static void change_blocklist(struct child *c)
{
	size_t fenced = order_all(c, "add", c->ask->fence, c->ask->nfence);
	size_t lifted = order_all(c, "rm", c->ask->lift, c->ask->nlift);
	int rc = fenced + lifted > 0 ? c->ceph.rados_wait_for_latest_osdmap(c->cluster) : 0;

	if (rc == 0) {
		if (c->ask->nfence)
			str_addf(&c->out, "fenced %zu\n", fenced);
		if (c->ask->nlift)
			str_addf(&c->out, "lifted %zu\n", lifted);
	}
	flush_lines(c);
}

/* ---- the connection */

static int set_option(struct child *c, const char *option, const char *value)
{
	return c->ceph.rados_conf_set(c->cluster, option, value);
}

/* A named file must be there; the standard one need not where the monitors are known. */
static int configure(struct child *c)
{
	const struct storage_access *access = &c->ask->access;
	auto_free char *conf = access->conf ? xstrdup(access->conf) :
					      xasprintf("/etc/ceph/%s.conf", str_or(access->cluster, "ceph"));
	int rc = c->ceph.rados_conf_read_file(c->cluster, conf);

	if (rc < 0 && (access->conf || !access->monitors)) {
		auto_free char *text = xasprintf("%s: %s", conf, strerror(-rc));

		say_unable(c, text);
		return -1;
	}
	if (rc < 0)
		set_option(c, "mon_host", access->monitors);
	if (access->keyring)
		set_option(c, "keyring", access->keyring);
	/* the child has no terminal and no log: what Ceph would say goes to nobody */
	set_option(c, "log_to_stderr", "false");
	set_option(c, "err_to_stderr", "false");
	set_option(c, "log_file", "");
	set_option(c, "admin_socket", "");
	set_option(c, "client_mount_timeout", MON_TIMEOUT);
	set_option(c, "rados_mon_op_timeout", MON_TIMEOUT);
	set_option(c, "rados_osd_op_timeout", OSD_TIMEOUT);
	return 0;
}

static int connect_cluster(struct child *c)
{
	auto_free char *name = xasprintf("client.%s", str_or(c->ask->access.user, "admin")), *text = NULL;
	char fsid[64] = "";
	int rc = c->ceph.rados_create2(&c->cluster, str_or(c->ask->access.cluster, "ceph"), name, 0);

	if (rc == 0 && configure(c) != 0)
		return -1;
	if (rc == 0)
		rc = c->ceph.rados_connect(c->cluster);
	if (rc < 0) {
		text = xasprintf("%s: %s", name, rc == -ENOENT ? "no key of this user was found" : strerror(-rc));
		if (rc == -ENOENT)
			say_unable(c, text);
		else
			say_absent(c, text);
		return -1;
	}
	if (c->ceph.rados_cluster_fsid(c->cluster, fsid, sizeof fsid) > 0)
		str_addf(&c->out, "fsid %s\n", fsid);
	return 0;
}

void storage_serve(const struct storage_ask *ask, int fd)
{
	struct child c = { .ask = ask, .fd = fd };
	auto_str struct str why = { 0 };

	str_add(&c.out, STORAGE_PROTOCOL "\n");
	if (!ceph_load(&c.ceph, &why)) {
		say_unable(&c, why.s);
		return;
	}
	if (connect_cluster(&c) != 0)
		return;
	flush_lines(&c);
	if (ask->probe)
		probe_caps(&c);
	say_monitors(&c);
	if (ask->servers || ask->whole_hosts)
		say_osds(&c);
	flush_lines(&c);
	change_blocklist(&c);
	say_entries(&c);
	flush_lines(&c);
	say_images(&c);
	str_add(&c.out, "end\n");
	flush_lines(&c);
	str_free(&c.out);
	free(c.server);
	/* no rados_shutdown(): it may wait for an OSD that is silent, and the process ends here */
}
