/* SPDX-License-Identifier: Apache-2.0 */
#include "fence/fence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/secret.h"
#include "util/shell.h"
#include "util/signals.h"

#define PASSWORD_MAX ((size_t)1024)
#define AGAIN_MS 1000 /* after a switch-off that has not shown yet */
#define EXIT_ON 0
#define EXIT_OFF 2
#define EXIT_NOT_STARTED 127

const char *const fence_state_name[] = { "unknown", "on", "off" };

const char *fence_agent_name(const struct fence_agent *agent)
{
	const char *slash = strrchr(agent->program, '/');

	return slash ? slash + 1 : agent->program;
}

/* ---- the password */

/* Who may read it may switch off hosts. */
static int check_private(const char *path, struct error *err)
{
	auto_str struct str word = { 0 };
	struct stat st;

	if (stat(path, &st) != 0)
		return error_errno(err, ERROR_CONFIG, errno, "cannot open '%s'", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err, ERROR_CONFIG, "'%s' is another user's, and must be root's", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	error_set(err, ERROR_CONFIG, "others than its owner may read or write '%s' (mode %04o)", path,
	    (unsigned)st.st_mode & 07777);
	shell_add_word(&word, path);
	return error_hint(err, "chmod 600 %s", word.s);
}

static int read_password(const char *path, struct str *out, struct error *err)
{
	size_t n;

	str_reserve(out, PASSWORD_MAX + 1);
	if (check_private(path, err) != 0 || file_read(path, PASSWORD_MAX, ERROR_CONFIG, out, err) != 0)
		return -1;
	n = out->n ? strcspn(out->s, "\r\n") : 0;
	if (n == 0 || out->s[n + strspn(out->s + n, "\r\n")])
		return error_set(err, ERROR_CONFIG, "'%s' holds no password: one line is expected", path);
	out->s[n] = '\0';
	out->n = n;
	secret_keep(out->s);
	return 0;
}

/* ---- other secrets */

#define SECRETS_MAX ((size_t)4096)
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static int check_secret_line(const char *path, const char *line, size_t n, size_t number, struct error *err)
{
	const size_t name = strspn(line, NAME_LETTERS);

	if (name == 0 || name + 1 >= n || line[name] != '=' ||
	    (name == strlen("action") && strncasecmp(line, "action", name) == 0) ||
	    (name == strlen("option") && strncasecmp(line, "option", name) == 0))
		return error_set(err, ERROR_CONFIG, "'%s', line %zu: it is no NAME=VALUE of an option", path, number);
	if (fence_option_aims(line, name)) /* it would come after the options, and count */
		return error_set(err, ERROR_CONFIG,
		    "'%s', line %zu: '%.*s' says which machine is meant, and stands among the options", path, number, (int)name,
		    line);
	return 0;
}

/* fencing.py cuts one pair of quotes off a value before it uses it. */
static void cut_quotes(const char **value, size_t *n)
{
	if (*n < 3 || (*value)[0] != '"' || (*value)[*n - 1] != '"')
		return;
	(*value)++;
	*n -= 2;
}

/* From here on no message of ours has it: with its quotes it is masked between them. */
static void keep_secret_value(const char *value, size_t n)
{
	auto_secret_str struct str text = { 0 };

	cut_quotes(&value, &n);
	str_reserve(&text, n + 1);
	str_addn(&text, value, n);
	secret_keep(text.s);
}

/* Lines NAME=VALUE, as the agent gets them; empty ones and those with '#' are left out. */
static int read_secrets(const char *path, struct str *out, struct error *err)
{
	auto_secret_str struct str text = { 0 };
	size_t number = 0;

	str_reserve(&text, SECRETS_MAX + 1);
	str_reserve(out, SECRETS_MAX + 2);
	if (check_private(path, err) != 0 || file_read(path, SECRETS_MAX, ERROR_CONFIG, &text, err) != 0)
		return -1;
	for (const char *p = str_or(text.s, ""); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\r\n");

		number++;
		while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t')) /* as the agent does */
			n--;
		if (n == 0 || *p == '#')
			continue;
		if (check_secret_line(path, p, n, number, err) != 0)
			return -1;
		str_addn(out, p, n);
		str_addc(out, '\n');
		keep_secret_value(p + strcspn(p, "=") + 1, n - strcspn(p, "=") - 1);
	}
	return 0;
}

/* What an agent is told and nobody else. */
struct told {
	struct str password, secrets; /* secrets: lines NAME=VALUE */
};

static void free_told(struct told *told)
{
	str_free_secret(&told->password);
	str_free_secret(&told->secrets);
}

#define TOLD __attribute__((cleanup(free_told)))

static int read_told(const struct fence_agent *agent, struct told *out, struct error *err)
{
	if (agent->password_file && read_password(agent->password_file, &out->password, err) != 0)
		return -1;
	return agent->secrets_file ? read_secrets(agent->secrets_file, &out->secrets, err) : 0;
}

/* How many letters of ${text} are, from here, a secret; 0: it begins with none. */
static size_t told_secret_at(const struct told *told, const char *text)
{
	size_t longest = told->password.n && strncmp(text, told->password.s, told->password.n) == 0 ? told->password.n : 0;

	for (const char *p = str_or(told->secrets.s, ""); *p; p += strcspn(p, "\n") + 1) {
		const char *value = p + strcspn(p, "=") + 1;
		size_t n = strcspn(value, "\n");

		cut_quotes(&value, &n); /* with them it is masked between them */
		if (n > longest && strncmp(text, value, n) == 0)
			longest = n;
	}
	return longest;
}

/* ---- what it says */

/* One line without a secret, which an agent may repeat in a complaint (fencing.py: "Ignoring unknown option 'passwd=…'",
 * fencing_snmp.py: "Cannot run command snmpget … -c '…'"). */
static void keep_words(const struct str *said, const struct told *told, char out[FENCE_WORDS_SIZE])
{
	auto_secret_str struct str line = { 0 };
	auto_str struct str public = { 0 }, letters = { 0 };
	size_t n;

	str_reserve(&line, 4 * CHILD_OUTPUT_MAX);
	for (const char *p = str_or(said->s, ""); *p;) {
		if ((n = told_secret_at(told, p)) > 0) {
			str_add(&line, "***");
			p += n;
		} else if ((unsigned char)*p <= ' ') {
			p += strspn(p, " \t\r\n\v\f");
			p += (unsigned char)*p > 0 && (unsigned char)*p < ' ';
			if (line.n && *p)
				str_addc(&line, ' ');
		} else {
			str_addc(&line, *p++);
		}
	}
	str_add(&public, "");
	str_add_foreign(&public, str_or(line.s, ""));
	str_add(&letters, "");
	str_add_letters(&letters, public.s, FENCE_WORDS_SIZE - 1);
	snprintf(out, FENCE_WORDS_SIZE, "%s", letters.s);
}

/* Is ${word} in it by itself? An interpreter that does not find its program ends with 2, too. */
static bool says(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strcasestr(words, word); p; p = strcasestr(p + 1, word))
		if ((p == words || strchr(" :=\"'(", p[-1])) && (!p[n] || strchr(" .,;\"')", p[n])))
			return true;
	return false;
}

static void heed(const struct child_end *end, const struct fence_agent *agent, struct fence_answer *out)
{
	struct error err = { 0 };

	out->exit_code = end->exit_code;
	out->timed_out = end->timed_out;
	if (end->timed_out)
		error_set(&err, ERROR_ERROR, "no answer in %lld s", (long long)(out->took_ms / 1000));
	else if (end->interrupted)
		error_set(&err, ERROR_ERROR, "interrupted");
	else if (end->signal)
		error_set(&err, ERROR_ERROR, "killed by signal %d", end->signal);
	else if (end->exit_code == EXIT_NOT_STARTED && !out->words[0])
		error_set(&err, ERROR_ERROR, "'%s' cannot be started", agent->program);
	else if (end->exit_code == EXIT_ON)
		out->state = FENCE_ON;
	else if (end->exit_code == EXIT_OFF && says(out->words, "off"))
		out->state = FENCE_OFF;
	else if (end->exit_code == EXIT_OFF)
		error_set(&err, ERROR_ERROR, "ended with 2 and did not say OFF");
	else
		error_set(&err, ERROR_ERROR, "cannot say");
	snprintf(out->trouble, sizeof out->trouble, "%s", err.text);
}

/* ---- asking */

/* Never in a directory that $PATH names: it runs as we do. */
static int find_program(const struct fence_agent *agent, struct str *out, struct error *err)
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin", "/usr/local/bin" };

	if (agent->program[0] == '/') {
		str_add(out, agent->program);
		return access(out->s, X_OK) == 0 ? 0 : error_errno(err, ERROR_CONFIG, errno, "cannot run '%s'", out->s);
	}
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		str_clear(out);
		str_addf(out, "%s/%s", dirs[i], agent->program);
		if (access(out->s, X_OK) == 0)
			return 0;
	}
	return error_set(err, ERROR_CONFIG, "'%s' is not installed", agent->program);
}

/* fence_ipmilan and its other names put a password into the argv of ipmitool ("-P"), where ps shows it until ipmitool has
 * overwritten it, and where an audit of execve() keeps it. What they are told as ipmitool_timeout stands behind that, as it is
 * (fence-agents 4.4 and later): so ipmitool reads the file itself. An older agent does not log in: no answer. */
static bool hands_it_to_ipmitool(const struct fence_agent *agent)
{
	static const char *const names[] = { "fence_ipmilan", "fence_ipmilanplus", "fence_ilo3", "fence_ilo4", "fence_ilo5",
		"fence_imm", "fence_idrac" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(fence_agent_name(agent), names[i]) == 0)
			return true;
	return false;
}

#define IPMITOOL_TIMEOUT "ipmitool_timeout="
#define IPMITOOL_TIMEOUT_S "2" /* the agent's own default */

/* The last line of a name counts. */
static int add_password_file(const struct fence_agent *agent, struct str *input, struct error *err)
{
	const char *own = strstr(agent->options, "\n" IPMITOOL_TIMEOUT), *file = agent->password_file;

	if (file[strspn(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-")])
		return error_set(err, ERROR_CONFIG,
		    "the name of '%s' cannot be given to ipmitool: it has more than letters, digits and . _ : / @ + -", file);
	own = str_starts(agent->options, IPMITOOL_TIMEOUT) ? agent->options : own ? own + 1 : NULL;
	own = own ? own + strlen(IPMITOOL_TIMEOUT) : IPMITOOL_TIMEOUT_S;
	str_addf(input, IPMITOOL_TIMEOUT "%.*s -f %s\n", (int)strcspn(own, "\n"), own, file);
	return 0;
}

/* fencing.py cuts blanks off a line, then one pair of quotes off a value. */
static void add_password(const char *password, struct str *input)
{
	bool quoted = password[0] == '"' || password[0] == ' ' || password[strlen(password) - 1] == ' ';

	str_add(input, quoted ? "passwd=\"" : "passwd="); /* the name that every version of fencing.py knows */
	str_add(input, password);
	str_add(input, quoted ? "\"\n" : "\n");
}

static int give_secrets(const struct fence_agent *agent, const struct told *told, struct str *input, struct error *err)
{
	str_add(input, str_or(told->secrets.s, ""));
	if (!told->password.s)
		return 0;
	if (hands_it_to_ipmitool(agent))
		return add_password_file(agent, input, err);
	add_password(told->password.s, input);
	return 0;
}

int fence_check(const struct fence_agent *agent, struct error *err)
{
	TOLD struct told told = { .password = { 0 } };
	auto_secret_str struct str input = { 0 };
	auto_str struct str program = { 0 };

	if (find_program(agent, &program, err) != 0 || read_told(agent, &told, err) != 0)
		return -1;
	return give_secrets(agent, &told, &input, err);
}

static int ask_agent(const struct fence_agent *agent, const char *action, int64_t timeout_ms, struct fence_answer *out,
    struct error *err)
{
	TOLD struct told told = { .password = { 0 } };
	auto_secret_str struct str input = { 0 }, output = { 0 };
	auto_str struct str program = { 0 };
	struct child child = { .timeout_ms = timeout_ms, .ends_by_signal = strcmp(action, "status") == 0 };
	struct child_end end;
	int64_t began_ms = clock_monotonic_ms();

	if (find_program(agent, &program, err) != 0 || read_told(agent, &told, err) != 0)
		return -1;
	str_reserve(&input, CHILD_INPUT_MAX + PASSWORD_MAX + SECRETS_MAX);
	str_addf(&input, "action=%s\n%s", action, agent->options);
	if (give_secrets(agent, &told, &input, err) != 0)
		return -1;
	child.program = program.s;
	child.input = input.s;
	if (child_run(&child, &output, &end, err) != 0)
		return -1;
	out->took_ms = clock_monotonic_ms() - began_ms;
	keep_words(&output, &told, out->words);
	heed(&end, agent, out);
	return 0;
}

static void ask_once(const struct fence_agent *agent, const char *action, int64_t timeout_ms, struct fence_answer *out)
{
	struct error err = { 0 };

	*out = (struct fence_answer){ .exit_code = -1 };
	clock_now(out->at);
	if (ask_agent(agent, action, timeout_ms, out, &err) != 0)
		snprintf(out->trouble, sizeof out->trouble, "%s", err.text);
}

void fence_ask(const struct fence_agent *agent, struct fence_answer *out)
{
	ask_once(agent, "status", agent->timeout_s * INT64_C(1000), out);
}

void fence_off(const struct fence_agent *agent, struct fence_answer *said, struct fence_answer *out)
{
	int64_t deadline = clock_monotonic_ms() + agent->off_timeout_s * INT64_C(1000);

	ask_once(agent, "off", agent->off_timeout_s * INT64_C(1000), said);
	said->state = FENCE_UNKNOWN; /* 0 says that it was obeyed, not that the host is on */
	fence_ask(agent, out);
	while (out->state != FENCE_OFF && clock_monotonic_ms() < deadline && !signal_came()) {
		clock_sleep_ms(AGAIN_MS);
		fence_ask(agent, out);
	}
}
