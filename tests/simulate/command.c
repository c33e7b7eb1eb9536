/* SPDX-License-Identifier: Apache-2.0 */
/* Commands, each of them the whole program in a child of its own; and the second operator, who comes while one stands still. */
#include "operator.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64

int evac_main(int argc, char **argv); /* src/main.c: main */

const char *state_directory, *server_directory;

static unsigned ncommand; /* of this night */

void commands_begin(void)
{
	ncommand = 0;
}

static void say_into(const char *name, int fd)
{
	char path[LINE_MAX_BYTES];
	int file;

	snprintf(path, sizeof path, "%s/%s.%u", state_directory, name, world->command);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || dup2(file, fd) < 0)
		abort();
	close(file);
}

static size_t read_back(const char *name, char *out, size_t size)
{
	char path[LINE_MAX_BYTES];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s.%u", state_directory, name, world->command);
	f = fopen(path, "r");
	n = f ? fread(out, 1, size - 1, f) : 0;
	if (f)
		fclose(f);
	out[n] = '\0';
	return n;
}

/* The shell's words of a line: blanks, '…' and \x. */
static int split(char *line, char **word)
{
	int n = 0;
	char *to;

	while (*line && n < WORDS_MAX - 1) {
		while (*line == ' ')
			line++;
		if (!*line)
			break;
		word[n++] = to = line;
		for (bool quoted = false; *line && (quoted || *line != ' '); line++) {
			if (*line == '\'')
				quoted = !quoted;
			else
				*to++ = *line == '\\' && !quoted ? *++line : *line;
		}
		if (*line)
			line++;
		*to = '\0';
	}
	word[n] = NULL;
	return n;
}

/* Where the configuration is. */
void add_places(char *line, size_t size)
{
	size_t n = strlen(line);

	snprintf(line + n, size - n,
	    " --state-dir %s --config %s/%s.conf --nova-config-file %s/nova.conf --cinder-config-file %s/cinder.conf --neutron-config-file %s/neutron.conf",
	    state_directory, server_directory, world->has_agent ? "agent" : "site", server_directory, server_directory, server_directory);
}

/* Of each eight families of nights: in one nobody has looked whether the host is off before the program asks; in one he types the same again after a
 * death, as if there were no journal; in one he sends again at once what may not have been sent; and in one he applies a plan that he made before he slept. The program is to refuse. */
bool tonight(unsigned habit)
{
	return world->family % 8 == habit;
}

/* What keeps the old guests off: an agent's doing, or a person's word. */
const char *fence_words(void)
{
	static char words[200];
	const char *storage = world->has_ceph ? " --fence storage" : "";

	if (world->has_agent)
		snprintf(words, sizeof words, "--fence power%s", storage);
	else if (world->is_pair)
		snprintf(words, sizeof words, "--fenced 'Ann pulled the plugs of %s and %s'%s", host_name[0], host_name[1], storage);
	else
		snprintf(words, sizeof words, "--fenced 'Ann pulled both plugs'%s", storage);
	return words;
}

const char *dead_hosts(void)
{
	static char both[160];

	snprintf(both, sizeof both, "%s %s", host_name[0], host_name[1]);
	return world->is_pair ? both : host_name[0];
}

void rescue_line(char *line, size_t size)
{
	snprintf(line, size, "evac-manage host rescue %s --to %s %s --yes --timeout " PATIENCE_S, dead_hosts(),
	    host_name[world->is_pair ? 2 : 1], tonight(HABIT_NO_FENCE) && !world->is_asked ? "" : fence_words());
	world->is_asked = true;
	add_places(line, size);
}

static int is_journal(const struct dirent *e)
{
	return strstr(e->d_name, ".jsonl") && e->d_name[0] != '.';
}

/* The newest run of this machine; where there is none, one that nobody knows. */
static void newest_run(char run[128])
{
	char directory[LINE_MAX_BYTES];
	struct dirent **name = NULL;
	int n;

	snprintf(run, 128, "20261130T000000Z-host-rescue-00000000");

	snprintf(directory, sizeof directory, "%s/journal", state_directory);
	n = scandir(directory, &name, is_journal, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(run, 128, "%.*s", (int)(strstr(name[i]->d_name, ".jsonl") - name[i]->d_name), name[i]->d_name);
		free(name[i]);
	}
	free(name);
}

/* As 'journal resume' leaves it. */
void pause_is_lifted(void)
{
	unlink(world->paused_path);
	world->paused = 0;
	world_tell("the pause is lifted");
}

static void is_paused(const struct fault *f, unsigned number)
{
	char run[128];

	newest_run(run);
	snprintf(world->paused_path, sizeof world->paused_path, "%.300s/journal/%s.pause", state_directory, run);
	world->paused = number;
	world->paused_us = world->now_us;
	world_at((int64_t)(10 + f->by / 2 % 120) * SECOND_US, EVENT_LIFT, 0);
}

/* What the other one types. */
static void second_line(enum fault_kind kind, char *line, size_t size)
{
	char run[128];

	newest_run(run);
	if (kind == FAULT_SECOND) {
		rescue_line(line, size);
		return;
	}
	snprintf(line, size, kind == FAULT_UNDO ? "evac-manage journal undo %s --yes" : "evac-manage journal pause %s", run);
	add_places(line, size);
}

static pid_t begin(const char *line, unsigned number)
{
	char copy[LINE_MAX_BYTES], *word[WORDS_MAX];
	pid_t pid;
	int n;

	world->command = number;
	others_are_seen();
	world_tell("$ %s", line);
	snprintf(copy, sizeof copy, "%s", line);
	n = split(copy, word);
	world->is_fenced[0] |= strstr(line, " --fenced ") != NULL;
	world->is_fenced[1] |= strstr(line, " --fenced ") != NULL;
	world->closing = strstr(line, " migration close ") ? number : world->closing;
	world->is_to_be_off = strstr(line, " --fence power") != NULL;
	world->is_to_be_kept_out = strstr(line, " --fence storage") != NULL;
	world->is_about_both = world->is_pair && strstr(line, dead_hosts());
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		say_into("err", STDERR_FILENO);
		say_into("out", STDOUT_FILENO);
		n = evac_main(n, word);
		fflush(NULL);
		_exit(n);
	}
	if (pid < 0)
		abort();
	return pid;
}

static int wait_for_end(pid_t pid);

/* Another operator, on the same machine or on another one; what stands still keeps its sessions. */
static void second_operator(const struct fault *f)
{
	const char *const ours = state_directory;
	const unsigned number = world->command;
	const bool is_stale = world->is_stale, is_to_be_off = world->is_to_be_off, is_about_both = world->is_about_both,
		   is_to_be_kept_out = world->is_to_be_kept_out;
	char line[LINE_MAX_BYTES];
	unsigned own;
	int code;

	world->is_stale = false;
	if (f->by % 2 && f->kind != FAULT_PAUSE)
		state_directory = other_directory;
	world->is_beside = state_directory == ours;
	second_line(f->kind, line, sizeof line);
	own = ++ncommand; /* a third one may come, who stops this one */
	code = wait_for_end(begin(line, own));
	sessions_tend(own);
	world_tell("exit %d of the second operator", code);
	state_directory = ours;
	world->is_beside = false;
	world->is_stale = is_stale;
	world->is_to_be_off = is_to_be_off;
	world->is_about_both = is_about_both;
	world->is_to_be_kept_out = is_to_be_kept_out;
	world->command = number;
	if (f->kind == FAULT_PAUSE && code == 0)
		is_paused(f, number);
}

/* NULL: somebody outside of the world has stopped the command, and lets it go on. */
static const struct fault *second_of_now(void)
{
	for (size_t i = 0; i < world->nfault; i++)
		if (world_is_second(world->fault[i].kind) && world->fault[i].happened && !world->fault[i].served) {
			world->fault[i].served = true;
			return &world->fault[i];
		}
	return NULL;
}

/* The exit code; of a signal, and 128. */
static int wait_for_end(pid_t pid)
{
	const struct fault *second;
	int status;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) != pid)
			abort();
		if (!WIFSTOPPED(status))
			break;
		second = second_of_now();
		if (!second)
			continue;
		second_operator(second);
		world->thawed_us = world->now_us;
		kill(pid, SIGCONT);
	}
	if (!WIFEXITED(status) && !(world_has_met(FAULT_SIGNAL) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM)))
		world_wrong("the program ends with signal %d", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void type(const char *line, struct said *said)
{
	const unsigned number = ++ncommand;
	size_t at;

	said->code = wait_for_end(begin(line, number));
	sessions_tend(number);
	world->command = number;
	at = read_back("err", said->text, SAID_MAX);
	read_back("out", said->text + at, SAID_MAX - at);
	world_tell("exit %d", said->code);
	oracle_journals(state_directory, other_directory);
	oracle_step();
	witness_rows();
	if (strstr(line, " host rescue "))
		witness_verdict(said->code);
	if (said->code == 0 && strstr(line, " host rescue ") && strstr(line, dead_hosts()) && !strstr(line, " --dry-run") && !strstr(line, " --plan-out "))
		witness_ok();
}
