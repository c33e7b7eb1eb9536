/* SPDX-License-Identifier: Apache-2.0 */
#include "config/fencing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Which machine the options of a fence agent are about: in one order and one writing, so that two hosts can be compared. */

/* fencing.py takes '-' for '_', and knows ip and plug by older names, too. */
void fence_option_name(const char *name, size_t n, struct str *out)
{
	static const char *const older[][2] = { { "ipaddr", "ip" }, { "port", "plug" }, { "nodename", "plug" } };
	auto_free char *word = xstrndup(name, n);

	for (char *p = word; *p; p++)
		*p = *p == '-' ? '_' : (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < sizeof older / sizeof *older; i++)
		if (strcmp(word, older[i][0]) == 0) {
			str_add(out, older[i][1]);
			return;
		}
	str_add(out, word);
}

/* How an agent logs in, what it runs and writes, and how long it waits tells no machine from another. */
static bool tells_a_machine(const char *name)
{
	static const char *const not_these[] = { "username", "login", "auth", "cipher", "privlvl", "lanplus", "method",
		"verbose", "verbose_level", "quiet", "debug", "debug_file", "delay", "ssl", "ssl_secure", "ssl_insecure",
		"insecure", "notls", "tls1.0", "secure", "ssh", "ssh_options", "identity_file", "inet4_only", "inet6_only",
		"cmd_prompt", "command_prompt", "power_wait", "retry_on", "missing_as_off", "separator", "plug_separator",
		"sudo", "use_sudo" };
	const size_t n = strlen(name), path = strlen("_path");

	for (size_t i = 0; i < sizeof not_these / sizeof *not_these; i++)
		if (strcmp(name, not_these[i]) == 0)
			return false;
	return !strstr(name, "timeout") && !str_starts(name, "snmp_") && !str_starts(name, "disable_") &&
	    !(n > path && strcmp(name + n - path, "_path") == 0 && strcmp(name, "api_path") != 0);
}

bool fence_option_aims(const char *name, size_t n)
{
	static const char *const aims[] = { "ip", "plug", "ipport", "port_as_ip", "switch", "systems_uri", "target" };
	auto_str struct str plain = { 0 };

	fence_option_name(name, n, &plain);
	for (size_t i = 0; i < sizeof aims / sizeof *aims; i++)
		if (strcmp(plain.s, aims[i]) == 0)
			return true;
	return false;
}

/* NULL: the line says how, not which. */
static char *machine_line(const char *line, size_t n)
{
	const char *sign = memchr(line, '=', n);
	auto_str struct str name = { 0 };
	char *whole;

	fence_option_name(line, sign ? (size_t)(sign - line) : n, &name);
	if (!*name.s || !tells_a_machine(name.s))
		return NULL;
	whole = sign ? xasprintf("%s%.*s", name.s, (int)(line + n - sign), sign) : xstrdup(name.s);
	for (char *p = whole; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return whole;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *fence_agent_machine(const struct fence_agent *agent)
{
	auto_str struct str out = { 0 };
	char **line = NULL;
	size_t n = 0, cap = 0;
	bool has_address = false;

	for (const char *p = agent->options; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		char *one = machine_line(p, strcspn(p, "\n"));

		if (!one)
			continue;
		has_address |= str_starts(one, "ip=");
		line = vec_grow(line, n, &cap, sizeof *line);
		line[n++] = one;
	}
	vec_sort(line, n, sizeof *line, by_text);
	if (!has_address) /* an address is one machine's whichever program goes there */
		str_addf(&out, "%s\n", agent->program);
	for (size_t i = 0; i < n; i++) {
		str_addf(&out, "%s\n", line[i]);
		free(line[i]);
	}
	free(line);
	str_add(&out, "");
	return str_take(&out);
}

bool fence_agent_same_machine(const struct fence_agent *a, const struct fence_agent *b)
{
	auto_free char *one = a->program ? fence_agent_machine(a) : NULL;
	auto_free char *other = b->program ? fence_agent_machine(b) : NULL;

	return one && other && strcmp(one, other) == 0;
}
