/* SPDX-License-Identifier: Apache-2.0 */
/* librados.so.2 and librbd.so.1 for tests, both of this one source: a cluster that is a file, $FAKE_CEPH, a line a fact. It is read
 * at every call, so that a test changes the cluster while it is looked at. What writes is appended to it.
 *
 *	connect -13 | connect abort | connect hang     what rados_connect() does
 *	user NAME may -13 TEXT...                      the monitors' answer to this user's blocklist; none: all may
 *	image POOL/NAME FEATURES                       all others are missing
 *	error POOL/NAME -110                           its opening fails so
 *	watch POOL/NAME ADDRESS CLIENT COOKIE
 *	lock POOL/NAME ADDRESS CLIENT auto|hand
 *	entry ADDRESS UNTIL
 *	after N LINE...                                the line counts from the N-th connection on
 *	connected                                      one more: written by rados_connect()
 *	monitor ADDRESS                                192.0.2.1:6789/0
 *	osd ADDRESS
 *	dump -13                                       the map of the OSDs cannot be read
 *	refuse ADDRESS -22 TEXT...                     the monitors' answer to every order about this one
 *	blacklist                                      it is older than Ceph 16: its monitors know no 'osd blocklist'
 *	refuse-rm -13 TEXT...                          the same to every order to take one off
 *	added ADDRESS SECONDS                          what was blocklisted: it is listed, and is no watcher from then on. Who is
 *	                                               listed keeps that entry, and nothing is added, as with Ceph itself
 *	removed ADDRESS                                what was taken off it again
 *	then ADDRESS LINE...                           the cluster has this line from the order about that address on */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct watcher {
	char *addr;
	int64_t id;
	uint64_t cookie;
};
static char user[64], pool_name[64];
struct image {
	char name[256];
};

static int connections(void)
{
	FILE *f = fopen(getenv("FAKE_CEPH") ? getenv("FAKE_CEPH") : "/dev/null", "r");
	char line[512];
	int n = 0;

	while (f && fgets(line, sizeof line, f))
		n += strcmp(line, "connected\n") == 0;
	if (f)
		fclose(f);
	return n;
}

/* NULL: the line does not count yet. */
static const char *line_now(const char *line)
{
	int from, at = 0;

	if (sscanf(line, "after %d %n", &from, &at) != 1)
		return line;
	return connections() >= from ? line + at : NULL;
}

/* Calls for every line whose first words are these, until it says that this is enough. */
static int each_line(bool (*take)(const char *rest, void *data), const char *words, void *data)
{
	FILE *f = fopen(getenv("FAKE_CEPH") ? getenv("FAKE_CEPH") : "/dev/null", "r");
	char line[512];
	const char *s;
	int n = 0;
	bool taken = false;

	if (!f)
		return 0;
	while (!taken && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		s = line_now(line);
		if (!s || strncmp(s, words, strlen(words)) != 0 || (s[strlen(words)] && s[strlen(words)] != ' '))
			continue;
		n++;
		taken = take && take(s[strlen(words)] ? s + strlen(words) + 1 : "", data);
	}
	fclose(f);
	return n;
}

static void append(const char *line)
{
	FILE *f = fopen(getenv("FAKE_CEPH"), "a");

	fprintf(f, "%s\n", line);
	fclose(f);
}

static bool copy(const char *rest, void *data)
{
	snprintf(data, 256, "%s", rest);
	return true;
}

/* ---- librados */

int rados_create2(void **out, const char *cluster, const char *name, uint64_t flags);
int rados_create2(void **out, const char *cluster, const char *name, uint64_t flags)
{
	(void)cluster;
	(void)flags;
	snprintf(user, sizeof user, "%s", name);
	*out = user;
	return 0;
}

int rados_conf_read_file(void *cluster, const char *path);
int rados_conf_read_file(void *cluster, const char *path)
{
	(void)cluster;
	return access(path, R_OK) == 0 ? 0 : -ENOENT;
}

int rados_conf_set(void *cluster, const char *option, const char *value);
int rados_conf_set(void *cluster, const char *option, const char *value)
{
	(void)cluster;
	(void)option;
	(void)value;
	return 0;
}

int rados_connect(void *cluster);
int rados_connect(void *cluster)
{
	char rest[256] = "0";

	(void)cluster;
	each_line(copy, "connect", rest);
	if (strcmp(rest, "abort") == 0)
		abort();
	while (strcmp(rest, "hang") == 0)
		pause();
	append("connected");
	return atoi(rest);
}

int rados_cluster_fsid(void *cluster, char *buffer, size_t size);
int rados_cluster_fsid(void *cluster, char *buffer, size_t size)
{
	(void)cluster;
	return snprintf(buffer, size, "7db2ac12-76f5-4c1d-9729-3271ab723376");
}

static bool count_if(const char *rest, void *data)
{
	(void)rest;
	++*(int *)data;
	return false;
}

/* Its last word, of those who add and remove. */
static bool was_added(const char *address)
{
	char words[160];
	int added = 0, removed = 0;

	snprintf(words, sizeof words, "added %s", address);
	each_line(count_if, words, &added);
	snprintf(words, sizeof words, "removed %s", address);
	each_line(count_if, words, &removed);
	snprintf(words, sizeof words, "entry %s", address);
	return added > 0 && added + each_line(NULL, words, NULL) > removed;
}

static bool is_on_list(const char *address)
{
	char words[160], removed[160];

	snprintf(words, sizeof words, "entry %s", address);
	snprintf(removed, sizeof removed, "removed %s", address);
	return was_added(address) || (each_line(NULL, words, NULL) && !each_line(NULL, removed, NULL));
}

static bool is_kept_out(const char *address)
{
	char host[160];

	snprintf(host, sizeof host, "%.*s/0", (int)strcspn(address, "/"), address);
	return was_added(address) || was_added(host);
}

static bool add_entry(const char *rest, void *data)
{
	char address[128], words[160], until[64] = "2099-01-01T00:00:00.000000+0000";
	FILE *f = data;
	long before = ftell(f);

	if (sscanf(rest, "%127s %63s", address, until) < 1)
		return false;
	snprintf(words, sizeof words, "removed %s", address);
	if (each_line(NULL, words, NULL) && (strchr(until, '-') || !was_added(address)))
		return false;
	if (!strchr(until, '-'))
		snprintf(until, sizeof until, "2099-01-01T00:00:00.000000+0000");
	fprintf(f, "%s{\"addr\":\"%s\",\"until\":\"%s\"}", before > 1 ? "," : "", address, until);
	return false;
}

static bool add_osd(const char *rest, void *data)
{
	fprintf(data, "{\"public_addr\":\"%s\",\"cluster_addr\":\"%s\"},", rest, rest);
	return false;
}

static int refuse(char **status, size_t *nstatus, int rc, const char *text)
{
	*status = strdup(text);
	*nstatus = strlen(text);
	return rc;
}

int rados_mon_command(void *cluster, const char **command, size_t n, const char *in, size_t in_size, char **out, size_t *out_size,
    char **status, size_t *nstatus);
int rados_mon_command(void *cluster, const char **command, size_t n, const char *in, size_t in_size, char **out, size_t *out_size,
    char **status, size_t *nstatus)
{
	char words[128], rest[256], address[128], line[256];
	const char *addr = strstr(*command, "\"addr\":\""), *expire = strstr(*command, "\"expire\":");
	FILE *f;
	int rc;

	(void)cluster;
	(void)n;
	(void)in;
	(void)in_size;
	if (strstr(*command, "mon dump")) {
		snprintf(rest, sizeof rest, "192.0.2.1:6789/0");
		each_line(copy, "monitor", rest);
		f = open_memstream(out, out_size);
		fprintf(f, "{\"mons\":[{\"addr\":\"%s\"}]}", rest);
		fclose(f);
		return 0;
	}
	if (strstr(*command, "osd dump") && each_line(copy, "dump", rest))
		return refuse(status, nstatus, atoi(rest), "access denied");
	if (strstr(*command, "osd dump")) {
		f = open_memstream(out, out_size);
		fputs("{\"osds\":[", f);
		each_line(add_osd, "osd", f);
		fputs("{\"public_addr\":\":/0\",\"cluster_addr\":\":/0\"}]}", f);
		fclose(f);
		return 0;
	}
	if (strstr(*command, "osd blocklist") && each_line(NULL, "blacklist", NULL))
		return refuse(status, nstatus, -EINVAL, "command not known");
	if (strstr(*command, " ls\"")) {
		f = open_memstream(out, out_size);
		fputc('[', f);
		each_line(add_entry, "entry", f);
		each_line(add_entry, "added", f);
		fputc(']', f);
		fclose(f);
		return 0;
	}
	snprintf(words, sizeof words, "user %s may", user);
	if (each_line(copy, words, rest)) {
		rc = atoi(rest);
		return refuse(status, nstatus, rc, strchr(rest, ' ') ? strchr(rest, ' ') + 1 : "access denied");
	}
	if (!addr || sscanf(addr, "\"addr\":\"%127[^\"]", address) != 1 || !strchr(address, ':'))
		return refuse(status, nstatus, -EINVAL, "unable to parse address nobody/0");
	snprintf(words, sizeof words, "refuse %.100s", address);
	if (each_line(copy, words, rest))
		return refuse(status, nstatus, atoi(rest), strchr(rest, ' ') ? strchr(rest, ' ') + 1 : "refused");
	if (strstr(*command, "op\":\"rm\"") && each_line(copy, "refuse-rm", rest))
		return refuse(status, nstatus, atoi(rest), strchr(rest, ' ') ? strchr(rest, ' ') + 1 : "refused");
	if (strstr(*command, "op\":\"add\"") && is_on_list(address))
		return 0;
	if (strstr(*command, "op\":\"rm\""))
		snprintf(line, sizeof line, "removed %.127s", address);
	else
		snprintf(line, sizeof line, "added %.127s %d", address, expire ? atoi(expire + strlen("\"expire\":")) : 3600);
	append(line);
	snprintf(words, sizeof words, "then %.100s", address);
	if (each_line(copy, words, rest))
		append(rest);
	return 0;
}

void rados_buffer_free(char *buffer);
void rados_buffer_free(char *buffer)
{
	free(buffer);
}

int rados_wait_for_latest_osdmap(void *cluster);
int rados_wait_for_latest_osdmap(void *cluster)
{
	(void)cluster;
	return 0;
}

int rados_ioctx_create(void *cluster, const char *pool, void **out);
int rados_ioctx_create(void *cluster, const char *pool, void **out)
{
	(void)cluster;
	snprintf(pool_name, sizeof pool_name, "%s", pool);
	*out = pool_name;
	return 0;
}

void rados_ioctx_destroy(void *pool);
void rados_ioctx_destroy(void *pool)
{
	(void)pool;
}

/* ---- librbd */

int rbd_open_read_only(void *pool, const char *name, void **out, const char *snapshot);
int rbd_open_read_only(void *pool, const char *name, void **out, const char *snapshot)
{
	struct image *image = calloc(1, sizeof *image);
	char words[320], rest[256];
	int rc = 0;

	(void)snapshot;
	snprintf(image->name, sizeof image->name, "%s/%s", (char *)pool, name);
	snprintf(words, sizeof words, "error %s", image->name);
	if (each_line(copy, words, rest))
		rc = atoi(rest);
	snprintf(words, sizeof words, "image %s", image->name);
	if (rc == 0 && !each_line(NULL, words, NULL))
		rc = -ENOENT;
	*out = image;
	if (rc != 0)
		free(image);
	return rc;
}

int rbd_close(void *image);
int rbd_close(void *image)
{
	free(image);
	return 0;
}

int rbd_get_features(void *image, uint64_t *features);
int rbd_get_features(void *image, uint64_t *features)
{
	char words[320], rest[256] = "";

	snprintf(words, sizeof words, "image %s", ((struct image *)image)->name);
	each_line(copy, words, rest);
	*features = strtoull(rest, NULL, 10);
	return 0;
}

struct lockers {
	ssize_t n;
	char *client, *cookie, *address;
};
static bool add_locker(const char *rest, void *data)
{
	struct lockers *l = data;
	char address[128], kind[16];
	int64_t client;

	if (sscanf(rest, "%127s %" SCNd64 " %15s", address, &client, kind) != 3)
		return false;
	l->client += sprintf(l->client, "client.%" PRId64, client) + 1;
	l->cookie += sprintf(l->cookie, strcmp(kind, "auto") == 0 ? "auto 1" : "mine") + 1;
	l->address += sprintf(l->address, "%s", address) + 1;
	l->n++;
	return false;
}

ssize_t rbd_list_lockers(void *image, int *exclusive, char *tag, size_t *ntag, char *clients, size_t *nclients, char *cookies,
    size_t *ncookies, char *addresses, size_t *naddresses);
ssize_t rbd_list_lockers(void *image, int *exclusive, char *tag, size_t *ntag, char *clients, size_t *nclients, char *cookies,
    size_t *ncookies, char *addresses, size_t *naddresses)
{
	struct lockers l = { 0, clients, cookies, addresses };
	char words[320];

	(void)tag;
	(void)ntag;
	(void)nclients;
	(void)ncookies;
	(void)naddresses;
	*exclusive = 1;
	snprintf(words, sizeof words, "lock %s", ((struct image *)image)->name);
	each_line(add_locker, words, &l);
	return l.n;
}

struct watchers {
	struct watcher *v;
	size_t n, max;
};
static bool add_watcher(const char *rest, void *data)
{
	struct watchers *w = data;
	char address[128];
	int64_t client;
	uint64_t cookie;

	if (sscanf(rest, "%127s %" SCNd64 " %" SCNu64, address, &client, &cookie) != 3 || w->n == w->max)
		return false;
	if (!is_kept_out(address))
		w->v[w->n++] = (struct watcher){ strdup(address), client, cookie };
	return false;
}

int rbd_watchers_list(void *image, struct watcher *watchers, size_t *n);
int rbd_watchers_list(void *image, struct watcher *watchers, size_t *n)
{
	struct watchers w = { watchers, 0, *n };
	char words[320];

	snprintf(words, sizeof words, "watch %s", ((struct image *)image)->name);
	each_line(add_watcher, words, &w);
	*n = w.n;
	return 0;
}

int rbd_watchers_list_cleanup(struct watcher *watchers, size_t n);
int rbd_watchers_list_cleanup(struct watcher *watchers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(watchers[i].addr);
	return 0;
}
