/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/storage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

#define WORDS_MAX 7 /* one more than any line has, so that a longer one is seen to be none */
#define MONITORS_MAX 64

/* Each reads the words of one kind of line; false: that is no such line, and nothing is read after it. */
struct line {
	char *word[WORDS_MAX]; /* the first is its kind */
	size_t n;
	const char *text; /* all behind the first */
};
struct reading {
	struct storage_answer *answer;
	size_t capmonitor, capentry, caposd;
	bool ended;
	/* of the disk whose lines come; it counts when its own line does */
	struct storage_disk open;
	size_t open_index, capwatcher, caplock;
	struct storage_watcher *watcher;
	struct storage_lock *lock;
	bool *told; /* each disk's lines end once */
};

/* ---- words */

static bool read_count(const char *word, uint64_t max, uint64_t *out)
{
	return storage_number_parse(word, strlen(word), max, out);
}

static bool split_line(struct arena *arena, const char *s, size_t n, struct line *out)
{
	char *copy = arena_dupn(arena, s, n), *save = NULL;
	const char *blank = memchr(s, ' ', n);

	out->n = 0;
	if (memchr(s, '\0', n))
		return false;
	out->text = blank ? arena_dupn(arena, blank + 1, n - (size_t)(blank + 1 - s)) : "";
	for (char *word = strtok_r(copy, " ", &save); word && out->n < WORDS_MAX; word = strtok_r(NULL, " ", &save))
		out->word[out->n++] = word;
	return out->n > 0;
}

/* The lines of one disk stand together, and each disk's once. */
static bool enter_disk(struct reading *r, const char *word)
{
	uint64_t index;

	if (r->answer->ndisk == 0 || !read_count(word, r->answer->ndisk - 1, &index) || r->told[index])
		return false;
	if ((r->open.nwatcher || r->open.nlock) && index != r->open_index)
		return false;
	r->open_index = index;
	return true;
}

/* ---- what a disk is */

static bool read_watch(struct reading *r, const struct line *line)
{
	struct storage_watcher w;
	uint64_t client;

	if (line->n != 5 || !enter_disk(r, line->word[1]) || !storage_address_parse(line->word[2], &w.address) ||
	    !read_count(line->word[3], INT64_MAX, &client) || !read_count(line->word[4], UINT64_MAX, &w.cookie))
		return false;
	w.client = (int64_t)client;
	r->watcher = vec_grow(r->watcher, r->open.nwatcher, &r->capwatcher, sizeof *r->watcher);
	r->watcher[r->open.nwatcher++] = w;
	return true;
}

static bool read_lock(struct reading *r, const struct line *line)
{
	struct storage_lock l;
	uint64_t client;

	l.cookie = 0;
	if (line->n < 5 || line->n > 6 || !enter_disk(r, line->word[1]) || !storage_address_parse(line->word[2], &l.address) ||
	    !read_count(line->word[3], INT64_MAX, &client) ||
	    (line->n == 6 && !read_count(line->word[5], UINT64_MAX, &l.cookie)))
		return false;
	l.client = (int64_t)client;
	l.automatic = strcmp(line->word[4], "auto") == 0;
	if (!l.automatic && (strcmp(line->word[4], "hand") != 0 || line->n == 6))
		return false;
	r->lock = vec_grow(r->lock, r->open.nlock, &r->caplock, sizeof *r->lock);
	r->lock[r->open.nlock++] = l;
	return true;
}

/* The sentence for an errno of the child's: a number of this machine's. */
static const char *say_trouble(struct arena *arena, int code, const char *doing)
{
	if (strcmp(doing, "pool") == 0)
		return arena_printf(arena, _("the pool cannot be opened: %s"), strerror(code));
	if (code == ETIMEDOUT)
		return _("no OSD answered in time");
	if (code == EPERM || code == EACCES)
		return _("this key may not read the image");
	return arena_printf(arena, _("the image cannot be read: %s"), strerror(code));
}

static bool close_disk(struct reading *r, struct storage_disk disk)
{
	struct arena *arena = &r->answer->arena;

	disk.nwatcher = r->open.nwatcher;
	disk.nlock = r->open.nlock;
	disk.watcher = arena_alloc(arena, disk.nwatcher * sizeof *disk.watcher + 1);
	disk.lock = arena_alloc(arena, disk.nlock * sizeof *disk.lock + 1);
	if (disk.nwatcher)
		memcpy(disk.watcher, r->watcher, disk.nwatcher * sizeof *disk.watcher);
	if (disk.nlock)
		memcpy(disk.lock, r->lock, disk.nlock * sizeof *disk.lock);
	r->answer->disk[r->open_index] = disk;
	r->told[r->open_index] = true;
	r->open = (struct storage_disk){ .nwatcher = 0 };
	return true;
}

static bool read_disk(struct reading *r, const struct line *line)
{
	const bool bare = r->open.nwatcher + r->open.nlock == 0;
	struct storage_disk disk = { .seen = STORAGE_SEEN };
	uint64_t code;

	if (line->n < 3 || !enter_disk(r, line->word[1]))
		return false;
	if (line->n == 4 && strcmp(line->word[2], "seen") == 0)
		return read_count(line->word[3], UINT64_MAX, &disk.features) && close_disk(r, disk);
	disk.seen = STORAGE_MISSING;
	if (line->n == 3 && bare && strcmp(line->word[2], "missing") == 0)
		return close_disk(r, disk);
	disk.seen = STORAGE_UNKNOWN;
	if (line->n != 5 || !bare || strcmp(line->word[2], "error") != 0 || !read_count(line->word[3], 4095, &code))
		return false;
	disk.why = say_trouble(&r->answer->arena, (int)code, line->word[4]);
	return close_disk(r, disk);
}

/* ---- what a cluster is */

static bool read_monitor(struct reading *r, const struct line *line)
{
	struct storage_answer *a = r->answer;
	struct storage_address address;

	if (line->n != 2 || a->nmonitor == MONITORS_MAX || !storage_address_parse(line->word[1], &address))
		return false;
	a->monitor = a->monitor ? a->monitor : arena_alloc(&a->arena, MONITORS_MAX * sizeof *a->monitor);
	a->monitor[a->nmonitor++] = address;
	return true;
}

static bool read_osd(struct reading *r, const struct line *line)
{
	struct storage_answer *a = r->answer;
	struct storage_address address;

	if (line->n != 2 || a->osds_known || !storage_address_parse(line->word[1], &address))
		return false;
	a->osd = vec_grow(a->osd, a->nosd, &r->caposd, sizeof *a->osd);
	a->osd[a->nosd++] = address;
	return true;
}

static bool read_osds(struct reading *r, const struct line *line)
{
	r->answer->osds_known = line->n == 1;
	return line->n == 1;
}

static bool read_blacklist(struct reading *r, const struct line *line)
{
	r->answer->blacklist = line->n == 1;
	return line->n == 1;
}

static bool read_entry(struct reading *r, const struct line *line)
{
	struct storage_answer *a = r->answer;
	struct storage_entry entry;

	if (line->n != 3 || a->entries_known || !storage_address_parse(line->word[1], &entry.address))
		return false;
	entry.until = line->word[2];
	a->entry = vec_grow(a->entry, a->nentry, &r->capentry, sizeof *a->entry);
	a->entry[a->nentry++] = entry;
	return true;
}

static bool read_entries(struct reading *r, const struct line *line)
{
	r->answer->entries_known = line->n == 1;
	return line->n == 1;
}

static bool read_fsid(struct reading *r, const struct line *line)
{
	if (line->n != 2 || strlen(line->word[1]) != 36 || strspn(line->word[1], "0123456789abcdef-") != 36)
		return false;
	r->answer->fsid = line->word[1];
	return true;
}

static bool read_may(struct reading *r, const struct line *line)
{
	if (line->n != 2 || (strcmp(line->word[1], "yes") != 0 && strcmp(line->word[1], "no") != 0))
		return false;
	r->answer->may_blocklist = line->word[1][0] == 'y' ? STORAGE_MAY : STORAGE_MAY_NOT;
	return true;
}

static bool read_absent(struct reading *r, const struct line *line)
{
	r->answer->absent = line->text;
	return line->text[0];
}

static bool read_unable(struct reading *r, const struct line *line)
{
	r->answer->unable = true;
	return read_absent(r, line);
}

static bool read_fenced(struct reading *r, const struct line *line)
{
	uint64_t n;

	if (line->n != 2 || !read_count(line->word[1], SIZE_MAX, &n))
		return false;
	r->answer->nfenced = n;
	return true;
}

static bool read_unfenced(struct reading *r, const struct line *line)
{
	r->answer->fence_why = line->text;
	return true;
}

static bool read_lifted(struct reading *r, const struct line *line)
{
	uint64_t n;

	if (line->n != 2 || !read_count(line->word[1], SIZE_MAX, &n))
		return false;
	r->answer->nlifted = n;
	return true;
}

static bool read_unlifted(struct reading *r, const struct line *line)
{
	r->answer->lift_why = line->text;
	return true;
}

static bool read_end(struct reading *r, const struct line *line)
{
	r->ended = true;
	return line->n == 1;
}

static bool read_fact(struct reading *r, const struct line *line)
{
	static const struct {
		const char *kind;
		bool (*read)(struct reading *r, const struct line *line);
	} kinds[] = { { "absent", read_absent }, { "unable", read_unable }, { "fsid", read_fsid }, { "monitor", read_monitor },
		{ "osd", read_osd }, { "osds", read_osds }, { "may", read_may }, { "blacklist", read_blacklist },
		{ "entry", read_entry }, { "entries", read_entries }, { "fenced", read_fenced }, { "unfenced", read_unfenced },
		{ "lifted", read_lifted }, { "unlifted", read_unlifted }, { "watch", read_watch }, { "lock", read_lock },
		{ "disk", read_disk }, { "end", read_end } };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(line->word[0], kinds[i].kind) == 0)
			return kinds[i].read(r, line);
	return false;
}

void storage_answer_read(const char *text, size_t size, struct storage_answer *answer, const char *why)
{
	struct reading r = { .answer = answer };
	struct line line;
	const char *s = text, *end = size ? memchr(text, '\n', size) : NULL;
	const size_t n = sizeof STORAGE_PROTOCOL - 1;
	bool good = end && (size_t)(end - s) == n && memcmp(s, STORAGE_PROTOCOL, n) == 0;

	r.told = arena_alloc(&answer->arena, answer->ndisk + 1);
	for (size_t i = 0; i < answer->ndisk; i++)
		answer->disk[i] = (struct storage_disk){ .seen = STORAGE_UNKNOWN, .why = why };
	while (good && !r.ended && !answer->absent) {
		s = end + 1;
		end = memchr(s, '\n', size - (size_t)(s - text));
		good = end && split_line(&answer->arena, s, (size_t)(end - s), &line) && read_fact(&r, &line);
	}
	if (!answer->absent && !answer->fsid)
		answer->absent = why;
	for (size_t i = 0; answer->absent && i < answer->ndisk; i++)
		answer->disk[i].why = answer->absent;
	free(r.watcher);
	free(r.lock);
}

const char *storage_blocklist_word(bool blacklist)
{
	return blacklist ? "blacklist" : "blocklist";
}

void storage_answer_free(struct storage_answer *answer)
{
	free(answer->entry);
	free(answer->osd);
	arena_free(&answer->arena);
	*answer = (struct storage_answer){ .absent = NULL };
}
