/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define MON_TIMEOUT "4" /* seconds; Ceph's own are 300 and none */
#define OSD_TIMEOUT "3"

/* ---- saying */

void lines_flush(struct child *c)
{
	for (size_t done = 0; done < c->out.n;) {
		ssize_t n = write(c->fd, c->out.s + done, c->out.n - done);

		if (n < 0 && errno != EINTR)
			_exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	str_clear(&c->out);
}

void lines_add_text(struct child *c, const char *what, const char *text, size_t size)
{
	str_addf(&c->out, "%s ", what);
	for (size_t i = 0; i < size && i < STORAGE_TEXT_MAX; i++)
		str_addc(&c->out, text[i] >= ' ' && text[i] <= '~' ? text[i] : ' ');
	str_addc(&c->out, '\n');
}

/* The last line: why nothing was asked. */
static void say_last(struct child *c, const char *what, const char *text)
{
	lines_add_text(c, what, text, strlen(text));
	lines_flush(c);
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

		say_last(c, "unable", text);
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
		say_last(c, rc == -ENOENT ? "unable" : "absent", text);
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
		say_last(&c, "unable", why.s);
		return;
	}
	if (connect_cluster(&c) != 0)
		return;
	lines_flush(&c);
	if (ask->probe)
		blocklist_probe(&c);
	monitors_say(&c);
	if (ask->servers || ask->whole_hosts)
		osds_say(&c);
	lines_flush(&c);
	blocklist_change(&c);
	blocklist_say(&c);
	lines_flush(&c);
	images_say(&c);
	str_add(&c.out, "end\n");
	lines_flush(&c);
	str_free(&c.out);
	free(c.server);
	/* no rados_shutdown(): it may wait for an OSD that is silent, and the process ends here */
}
