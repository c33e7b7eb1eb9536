/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_CHILD_H
#define STORAGE_CHILD_H

#include "ceph.h"
#include "storage/storage.h"
#include "util/json.h"
#include "util/str.h"

/* What the files of the child share: it is asked once, says lines (internal.h: storage_serve()) and ends. */
struct child {
	const struct storage_ask *ask;
	struct ceph ceph;
	ceph_cluster cluster;
	int fd;
	struct str out; /* lines that were not written yet */
	int silent;     /* images that timed out */
	ceph_pool pool; /* of ${pool_name}; one is kept open, images come pool by pool */
	const char *pool_name;
	int pool_rc;
	struct storage_address *server; /* monitors and OSDs, as far as they were said */
	size_t nserver, capserver, nmonitor;
	bool osds_known;
	bool old_name; /* the monitors know the blocklist's commands as those of the blacklist alone */
};

/* child.c. Whoever reads has the lines that were whole when the end came. */
void lines_flush(struct child *c);
/* A line of ${what} and ${size} bytes of a text that is not ours: at most STORAGE_TEXT_MAX, what cannot be printed is a blank.
 */
void lines_add_text(struct child *c, const char *what, const char *text, size_t size);

/* monitors.c: a command for the monitors in JSON, and their answer. */
struct mon_answer {
	int rc;             /* 0, or a negative errno */
	char *out, *status; /* the library's, until mon_answer_free(); neither ends with NUL */
	size_t n, nstatus;
};
struct mon_answer mon_ask(struct child *c, const char *json);
/* The caller's; NULL: it is an error, or no JSON. */
json_object *mon_answer_json(const struct mon_answer *a);
void mon_answer_free(struct child *c, struct mon_answer *a);
/* Lines of monitors and OSDs; their addresses are kept as servers. Monitors first. */
void monitors_say(struct child *c);
void osds_say(struct child *c);

/* blocklist.c. May this user change it? Its line is "may", none where that is not known. */
void blocklist_probe(struct child *c);
/* Who is to be fenced is put on it, who is to be freed is taken off: what of it stands in the OSDs' map is said. */
void blocklist_change(struct child *c);
void blocklist_say(struct child *c);

/* images.c: each image's watchers, locks and features, or why not. */
void images_say(struct child *c);

#endif
