/* SPDX-License-Identifier: Apache-2.0 */
/* What a test needs of Ceph, without its headers and its Python: a command to the monitors, an image, and a guest's disk as qemu
 * has it.
 *
 *	rbd USER mon JSON                              the answer on stdout
 *	rbd USER create POOL IMAGE MIB [FEATURES]      61 is what Ceph makes by itself; 1 has no exclusive lock
 *	rbd USER unlock POOL IMAGE                     as 'rbd lock rm': the owner is put on the blocklist
 *	rbd USER read POOL IMAGE                       the first block's text
 *	rbd USER guest POOL IMAGE TAG [MS [on]]        opens it, and writes "TAG N" every so often; 0: opens it only. A line a change.
 *	                                               on: N goes on from what the disk has. SIGTERM closes the disk, as qemu does
 *
 * CEPH_CONF: the cluster's. SLOT: the block that a guest writes, 0 unless it says another. SRCIP: the address that this process
 * has, "its host": its own connect() stands before libc's.
 * WIRE: the port of a wire.py on 127.0.0.1, through which it goes: who stops that one has pulled this host's cable. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* rados/librados.h, rbd/librbd.h */
typedef void *cluster_t, *pool_t, *image_t, *options_t;
extern int rados_create2(cluster_t *, const char *, const char *, uint64_t);
extern int rados_conf_read_file(cluster_t, const char *);
extern int rados_conf_set(cluster_t, const char *, const char *);
extern int rados_connect(cluster_t);
extern void rados_shutdown(cluster_t);
extern int rados_mon_command(cluster_t, const char **, size_t, const char *, size_t, char **, size_t *, char **, size_t *);
extern int rados_ioctx_create(cluster_t, const char *, pool_t *);
extern int rbd_create2(pool_t, const char *, uint64_t, uint64_t, int *);
extern int rbd_open(pool_t, const char *, image_t *, const char *);
extern int rbd_close(image_t);
extern ssize_t rbd_write(image_t, uint64_t, size_t, const char *);
extern ssize_t rbd_read(image_t, uint64_t, size_t, char *);
extern ssize_t rbd_list_lockers(image_t, int *, char *, size_t *, char *, size_t *, char *, size_t *, char *, size_t *);
extern int rbd_lock_break(image_t, int, const char *);
extern int rbd_break_lock(image_t, const char *, const char *);
extern int rbd_open_read_only(pool_t, const char *, image_t *, const char *);

/* To the wire, which is told first where this goes. Ceph's messenger asks again whether it is connected. */
static int through(const char *wire, int fd, const struct sockaddr_in *to)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(wire)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct pollfd made = { .fd = fd, .events = POLLOUT };
	struct sockaddr_in peer;
	socklen_t size = sizeof peer;
	unsigned char where[6];

	if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
		return 0;
	memcpy(where, &to->sin_addr, 4);
	memcpy(where + 4, &to->sin_port, 2);
	if (syscall(SYS_connect, fd, &at, sizeof at) != 0 && (errno != EINPROGRESS || poll(&made, 1, 1000) != 1))
		return -1;
	return send(fd, where, sizeof where, MSG_NOSIGNAL) == sizeof where ? 0 : -1;
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
	const char *ip = getenv("SRCIP"), *wire = getenv("WIRE");
	struct sockaddr_in from = { .sin_family = AF_INET };
	int one = 1;

	if (wire && to->sa_family == AF_INET)
		return through(wire, fd, (const struct sockaddr_in *)to);
	if (ip && to->sa_family == AF_INET && inet_pton(AF_INET, ip, &from.sin_addr) == 1) {
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
		(void)!bind(fd, (struct sockaddr *)&from, sizeof from); /* asked again whether it is connected, it is bound */
	}
	return (int)syscall(SYS_connect, fd, to, size);
}

static int fail(const char *what, int rc)
{
	fprintf(stderr, "rbd: %s: %s (%d)\n", what, strerror(-rc), rc);
	return 1;
}

static int mon(cluster_t cluster, const char *json)
{
	char *out = NULL, *status = NULL;
	size_t n = 0, nstatus = 0;
	int rc = rados_mon_command(cluster, &json, 1, "", 0, &out, &n, &status, &nstatus);

	if (out)
		fwrite(out, 1, n, stdout);
	if (status && nstatus)
		fprintf(stderr, "%.*s\n", (int)nstatus, status);
	return rc ? fail(json, rc) : 0;
}

static int create(pool_t pool, const char *name, const char *mib, const char *features)
{
	int order = 0, rc;

	rc = rbd_create2(pool, name, strtoull(mib, NULL, 10) << 20, features ? strtoull(features, NULL, 10) : 61, &order);
	return rc ? fail("create", rc) : 0;
}

static int break_lock(image_t image)
{
	char tag[256], clients[4096], cookies[4096], addresses[4096];
	size_t a = sizeof tag, b = sizeof clients, c = sizeof cookies, d = sizeof addresses;
	int exclusive, rc;
	ssize_t n = rbd_list_lockers(image, &exclusive, tag, &a, clients, &b, cookies, &c, addresses, &d);

	if (n <= 0)
		return fail("no lock", (int)n);
	rc = rbd_break_lock(image, clients, cookies);
	return rc ? fail("break", rc) : 0;
}

static int read_block(image_t image)
{
	char block[512] = "";
	ssize_t n = rbd_read(image, 0, sizeof block - 1, block);

	if (n < 0)
		return fail("read", (int)n);
	puts(block);
	return 0;
}

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

/* The number that "TAG N" on the disk ends with. */
static unsigned long last_number(image_t image, uint64_t at)
{
	char block[512] = "";
	const char *space;

	if (rbd_read(image, at, sizeof block - 1, block) < 0)
		return 0;
	space = strrchr(block, ' ');
	return space ? strtoul(space, NULL, 10) : 0;
}

static int guest(image_t image, const char *tag, unsigned ms, bool on)
{
	static char block[4096];
	const char *slot = getenv("SLOT");
	const uint64_t at = slot ? strtoull(slot, NULL, 10) * sizeof block : 0;
	ssize_t last = 1;

	signal(SIGTERM, end);
	puts("open");
	for (unsigned long n = on ? last_number(image, at) + 1 : 1; !ended; n++) {
		ssize_t rc;

		if (ms == 0) {
			pause();
			continue;
		}
		snprintf(block, sizeof block, "%s %lu", tag, n);
		rc = rbd_write(image, at, sizeof block, block);
		if (rc != last)
			printf("write %lu %s\n", n, rc < 0 ? strerror((int)-rc) : "ok");
		last = rc;
		usleep(ms * 1000);
	}
	return rbd_close(image);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	cluster_t cluster;
	pool_t pool;
	image_t image;
	bool writes;
	int rc;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4)
		return 2;
	rc = rados_create2(&cluster, "ceph", argv[1], 0);
	if (rc == 0)
		rc = rados_conf_read_file(cluster, getenv("CEPH_CONF"));
	rados_conf_set(cluster, "client_mount_timeout", "30");
	rados_conf_set(cluster, "rbd_cache", "false");
	if (rc == 0)
		rc = rados_connect(cluster);
	if (rc != 0)
		return fail("connect", rc);
	if (strcmp(what, "mon") == 0)
		return mon(cluster, argv[3]);
	if (argc < 5)
		return 2;
	rc = rados_ioctx_create(cluster, argv[3], &pool);
	if (rc != 0)
		return fail(argv[3], rc);
	if (strcmp(what, "create") == 0 && argc > 5)
		return create(pool, argv[4], argv[5], argv[6]);
	writes = strcmp(what, "guest") == 0 || strcmp(what, "unlock") == 0;
	rc = (writes ? rbd_open : rbd_open_read_only)(pool, argv[4], &image, NULL);
	if (rc != 0)
		return fail(argv[4], rc);
	if (strcmp(what, "unlock") == 0)
		return break_lock(image);
	if (strcmp(what, "read") == 0)
		return read_block(image);
	if (strcmp(what, "guest") != 0 || argc < 6)
		return 2;
	rc = guest(image, argv[5], argc > 6 ? (unsigned)atoi(argv[6]) : 200, argc > 7);
	rados_shutdown(cluster);
	return rc != 0;
}
