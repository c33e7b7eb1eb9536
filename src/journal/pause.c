/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/json.h"
#include "util/log.h"
#include "util/str.h"
#include "util/who.h"

#define PAUSE_MAX 1024
#define SUFFIX ".jsonl"

static char *pause_path(const char *journal)
{
	return xasprintf("%.*s.pause", (int)(strlen(journal) - strlen(SUFFIX)), journal);
}

/* Whoever made it some other way wants the same. */
static void parse_pause(const char *text, struct pause *out)
{
	json_object *o = json_tokener_parse(text);

	snprintf(out->by, sizeof out->by, "%s", str_or(get_text(o, "by"), "?"));
	snprintf(out->since, sizeof out->since, "%s", str_or(get_text(o, "since"), "?"));
	json_object_put(o);
}

/* False: there is no such file. */
static bool read_pause(const char *path, struct pause *out)
{
	char text[PAUSE_MAX + 1] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return false;
	n = fd < 0 ? 0 : read(fd, text, PAUSE_MAX);
	text[n > 0 ? n : 0] = '\0';
	parse_pause(text, out);
	if (fd >= 0)
		close(fd);
	return true;
}

bool pause_is_there(const char *journal, struct pause *pause)
{
	auto_free char *path = pause_path(journal);

	return read_pause(path, pause);
}

bool pause_is_asked(const struct journal *journal, struct pause *pause)
{
	return journal && pause_is_there(journal_path(journal), pause);
}

static void add_content(const struct pause *pause, struct str *out)
{
	json_object *o = json_object_new_object();

	put_text(o, "by", pause->by);
	put_text(o, "since", pause->since);
	put_int(o, "pid", getpid());
	str_addf(out, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

/* Linked under its name when it is whole: the run may look at any time. */
static int write_pause(const char *path, const struct pause *pause)
{
	const char *name = strrchr(path, '/') + 1;
	auto_free char *draft = xasprintf("%.*s.%s.%d", (int)(name - path), path, name, (int)getpid());
	auto_str struct str text = { 0 };
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), rc = -1, why;

	if (fd < 0)
		return -1;
	add_content(pause, &text);
	errno = ENOSPC; /* of a short write */
	if (write(fd, text.s, text.n) == (ssize_t)text.n)
		rc = link(draft, path);
	why = errno;
	close(fd);
	unlink(draft);
	errno = why;
	return rc;
}

int pause_ask(const char *journal_path, struct pause *pause, bool *asked, struct error *err)
{
	auto_free char *path = pause_path(journal_path);
	struct who who;

	who_am_i(&who);
	snprintf(pause->by, sizeof pause->by, "%s on %s", who_name(&who), who.on);
	clock_now(pause->since);
	*asked = write_pause(path, pause) == 0;
	if (*asked || (errno == EEXIST && read_pause(path, pause)))
		return 0;
	return error_errno(err, ERROR_ERROR, errno, "cannot write '%s'", path);
}

int pause_lift(const char *journal_path, bool *lifted, struct error *err)
{
	auto_free char *path = pause_path(journal_path);

	*lifted = unlink(path) == 0;
	if (*lifted || errno == ENOENT)
		return 0;
	return error_errno(err, ERROR_ERROR, errno, "cannot remove '%s'", path);
}

void pause_end(const char *journal_path)
{
	struct error ignored = { 0 };
	bool lifted;

	if (pause_lift(journal_path, &lifted, &ignored) != 0)
		log_warn("%s", ignored.text);
}
