/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/config.h"
#include "fence/fence.h"
#include "util/file.h"
#include "util/json.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/secret.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PASSWORD "s3cret-Of-the-bmc/{x}"

static char dir[] = "/tmp/fence-XXXXXX";
static char *agent_path;
static struct fence_agent agent;
static char file[64], password_file[64];

static void put_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static char *all_of(const char *suffix)
{
	auto_free char *path = xasprintf("%s%s", file, suffix);
	struct str text = { 0 };
	struct error err = { 0 };

	if (file_read(path, 100000, ERROR_ERROR, &text, &err) != 0)
		fail_msg("%s", err.text);
	return str_take(&text);
}

static int begin(void **state)
{
	(void)state;
	snprintf(file, sizeof file, "%s/c1", dir);
	snprintf(password_file, sizeof password_file, "%s/password", dir);
	fence_agent_free(&agent);
	agent = (struct fence_agent){ .program = xstrdup(agent_path), .options = xasprintf("file=%s\n", file), .timeout_s = 10,
		.off_timeout_s = 10 };
	return 0;
}

static struct fence_answer ask_about(const char *power)
{
	struct fence_answer a;

	put_file(file, power, 0600);
	fence_ask(&agent, &a);
	return a;
}

/* ---- what it says */

static const struct {
	const char *power;
	enum fence_state state;
	int exit_code;
	const char *words, *trouble;
} answers[] = {
	{ "on", FENCE_ON, 0, "Status: ON", "" },
	{ "off", FENCE_OFF, 2, "Status: OFF", "" },
	{ "cannot", FENCE_UNKNOWN, 1, "Failed: Unable to obtain correct plug status", "cannot say" },
	{ "silent", FENCE_UNKNOWN, 2, "", "ended with 2 and did not say OFF" },
};

static void an_answer_is_on_off_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct fence_answer a = ask_about(answers[i].power);

		assert_int_equal(a.state, answers[i].state);
		assert_int_equal(a.exit_code, answers[i].exit_code);
		assert_string_equal(a.words, answers[i].words);
		assert_string_equal(a.trouble, answers[i].trouble);
		assert_false(a.timed_out);
		assert_true(clock_parse(a.at) > 0);
	}
}

/* An interpreter ends with 2 when it does not find its program, and names a path with "off" in it. */
static void an_exit_code_alone_is_no_off(void **state)
{
	auto_free char *script = xasprintf("%s/agent", dir);
	struct fence_answer a;

	(void)state;
	put_file(script, "#!/bin/sh\necho \"python3: can't open file '/usr/sbin/fence_offsite'\"\nexit 2\n", 0700);
	free(agent.program);
	agent.program = xstrdup(script);
	fence_ask(&agent, &a);
	assert_int_equal(a.state, FENCE_UNKNOWN);
	assert_int_equal(a.exit_code, 2);
}

/* Its end is the machine's to see: whoever reaps it may be long in coming on a busy one. Left alone it sleeps for a minute, or writes for
 * good. */
static bool ends(const char *pid)
{
	int i;

	for (i = 0; i < 1500 && kill(atoi(pid), 0) == 0; i++)
		clock_sleep_ms(20);
	return i < 1500;
}

static void one_that_hangs_is_killed_with_its_children(void **state)
{
	auto_free char *child = NULL, *path = xasprintf("%s.child", file), *trouble = NULL;
	struct fence_answer a;
	int64_t began;

	(void)state;
	/* longer where the machine is busy: it must have come to start its child */
	for (agent.timeout_s = 1; agent.timeout_s < 64; agent.timeout_s *= 4) {
		began = clock_monotonic_ms();
		a = ask_about("hang");
		if (access(path, F_OK) == 0)
			break;
	}
	trouble = xasprintf("no answer in %lld s", (long long)agent.timeout_s);
	assert_int_equal(a.state, FENCE_UNKNOWN);
	assert_true(a.timed_out);
	assert_int_equal(a.exit_code, -1);
	assert_string_equal(a.trouble, trouble);
	assert_true(a.took_ms >= agent.timeout_s * 1000 && clock_monotonic_ms() - began >= a.took_ms);
	child = all_of(".child");
	assert_true(ends(child));
}

static void one_that_says_too_much_is_read_to_its_end(void **state)
{
	struct fence_answer a = ask_about("flood");

	(void)state;
	assert_int_equal(a.exit_code, 2);
	assert_true(strlen(a.words) < FENCE_WORDS_SIZE);
	assert_int_equal(a.state, FENCE_UNKNOWN); /* its word was not kept: never taken for off */
}

/* What it has started writes without end, and holds its output. */
static void one_that_leaves_a_child_that_talks_has_answered(void **state)
{
	auto_free char *script = xasprintf("%s/talks", dir), *path = xasprintf("%s.child", file), *child = NULL;
	auto_free char *text = xasprintf("#!/bin/sh\necho 'Status: OFF'\nyes 2>/dev/null & echo $! >%s\nexit 2\n", path);
	int64_t began = clock_monotonic_ms();
	struct fence_answer a;

	(void)state;
	put_file(script, text, 0700);
	free(agent.program);
	agent.program = xstrdup(script);
	fence_ask(&agent, &a);
	assert_int_equal(a.state, FENCE_OFF);
	assert_true(clock_monotonic_ms() - began < 9000);
	child = all_of(".child");
	assert_true(ends(child));
}

static void one_that_cannot_be_run_is_no_answer(void **state)
{
	static const char *const programs[] = { "/nowhere/fence_x", "fence_not_there", "/etc/passwd" };

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		struct fence_answer a;

		free(agent.program);
		agent.program = xstrdup(programs[i]);
		fence_ask(&agent, &a);
		assert_int_equal(a.state, FENCE_UNKNOWN);
		assert_int_equal(a.exit_code, -1);
		assert_true(a.trouble[0]);
	}
}

/* ---- secrets */

static void nothing_secret_is_in_argv_environment_or_words(void **state)
{
	auto_free char *seen = NULL;
	auto_str struct str said = { 0 };
	json_object *json = json_object_new_object();
	struct fence_answer a;
	int fd = open("/dev/null", O_RDONLY); /* as if somebody had forgotten to close it on exec */

	(void)state;
	setenv("OS_TOKEN", "gAAAA-token-of-the-cloud", 1);
	put_file(password_file, PASSWORD "\n", 0600);
	agent.password_file = xstrdup(password_file);
	a = ask_about("echo");
	close(fd);
	unsetenv("OS_TOKEN");
	seen = all_of(".seen");
	assert_null(strstr(seen, PASSWORD));
	assert_null(strstr(seen, "gAAAA"));
	assert_null(strstr(seen, "/dev/null"));
	assert_non_null(strstr(seen, "has a password of 21 letters"));
	assert_int_equal(a.state, FENCE_OFF);
	fence_answer_say(&agent, &a, &said);
	fence_answer_put(&agent, &a, json);
	assert_null(strstr(said.s, PASSWORD));
	assert_null(strstr(json_object_to_json_string(json), "s3cret"));
	assert_non_null(strstr(a.words, "'passwd=***' and ***"));
	json_object_put(json);
}

static void a_password_that_others_may_read_is_not_sent(void **state)
{
	struct fence_answer a;

	(void)state;
	put_file(password_file, PASSWORD "\n", 0640);
	agent.password_file = xstrdup(password_file);
	remove(file);
	put_file(file, "off", 0600);
	auto_free char *calls = xasprintf("%s.calls", file);
	remove(calls);
	fence_ask(&agent, &a);
	assert_int_equal(a.state, FENCE_UNKNOWN);
	assert_non_null(strstr(a.trouble, "others than its owner may read or write"));
	assert_int_equal(access(calls, F_OK), -1);
	chmod(password_file, 0600);
	put_file(password_file, "\n", 0600);
	fence_ask(&agent, &a);
	assert_non_null(strstr(a.trouble, "holds no password"));
	put_file(password_file, "a\nb\n", 0600);
	fence_ask(&agent, &a);
	assert_non_null(strstr(a.trouble, "holds no password"));
}

/* As fencing.py takes them: without blanks at the end, and without one pair of quotes. */
static void a_secret_of_a_file_is_in_no_words(void **state)
{
	auto_free char *path = xasprintf("%s/secrets", dir);
	struct fence_answer a;

	(void)state;
	agent.secrets_file = xstrdup(path);
	put_file(path, "# of the PDU\ncommunity=Comm-unity  \r\nhexadecimal_kg=\"q9\"\n", 0600);
	a = ask_about("told");
	assert_non_null(strstr(a.words, "community=*** hexadecimal_kg=***"));
}

static void a_file_of_secrets_names_no_machine(void **state)
{
	static const char *const lines[] = { "ip=192.0.2.9", "IPADDR=192.0.2.9", "plug=4", "port=4", "systems-uri=/x", "action=off",
		"secret", "secret=", "=secret" };
	auto_free char *path = xasprintf("%s/secrets", dir);

	(void)state;
	agent.secrets_file = xstrdup(path);
	for (size_t i = 0; i < COUNT(lines); i++) {
		auto_free char *text = xasprintf("community=x\n%s\n", lines[i]);
		struct fence_answer a;

		put_file(path, text, 0600);
		a = ask_about("on");
		assert_int_equal(a.state, FENCE_UNKNOWN);
		if (!strstr(a.trouble, "line 2: "))
			fail_msg("%s: %s", lines[i], a.trouble);
	}
}

/* Behind fence_ipmilan's -P stands what it was told as ipmitool_timeout. */
static void ipmitool_reads_the_password_itself(void **state)
{
	static const char *const names[] = { "fence_ipmilan", "fence_ipmilanplus", "fence_ilo3", "fence_ilo4", "fence_ilo5",
		"fence_imm", "fence_idrac" };
	auto_free char *told = NULL, *odd = xasprintf("%s/pass word", dir);

	(void)state;
	put_file(password_file, PASSWORD "\n", 0600);
	agent.password_file = xstrdup(password_file);
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_free char *program = xasprintf("%s/%s", dir, names[i]), *expected = NULL;

		assert_int_equal(symlink(agent_path, program), 0);
		free(agent.program);
		free(agent.options);
		free(told);
		agent.program = xstrdup(program);
		agent.options = xasprintf("file=%s\n%s", file, i % 2 ? "ipmitool_timeout=5\nlanplus=1\n" : "lanplus=1\n");
		expected = xasprintf("\ntold ipmitool_timeout=%s -f %s\n", i % 2 ? "5" : "2", password_file);
		assert_int_equal(ask_about("on").state, FENCE_ON);
		told = all_of(".seen");
		assert_non_null(strstr(told, expected));
		assert_null(strstr(told, "has a password"));
	}
	free(agent.password_file);
	agent.password_file = xstrdup(odd);
	put_file(odd, PASSWORD "\n", 0600);
	assert_non_null(strstr(ask_about("on").trouble, "cannot be given to ipmitool"));
}

/* fencing.py takes blanks off a line's ends, and one pair of quotes off a value. */
static void a_password_arrives_as_it_is(void **state)
{
	static const char *const passwords[] = { "\"quoted\"", " blank before", "blank behind ", "it's = #1", "\"" };

	(void)state;
	agent.password_file = xstrdup(password_file);
	for (size_t i = 0; i < COUNT(passwords); i++) {
		auto_free char *line = xasprintf("%s\n", passwords[i]), *seen = NULL;
		auto_free char *has = xasprintf("has a password of %zu letters", strlen(passwords[i]));

		put_file(password_file, line, 0600);
		assert_int_equal(ask_about("on").state, FENCE_ON);
		seen = all_of(".seen");
		if (!strstr(seen, has))
			fail_msg("%s: %s", passwords[i], seen);
	}
}

static void it_is_in_a_group_of_its_own(void **state)
{
	auto_free char *seen = NULL;
	int group = 0, pid = 0, ours = 0;

	(void)state;
	ask_about("on");
	seen = all_of(".seen");
	assert_int_equal(sscanf(strstr(seen, "group "), "group %d pid %d parent's %d", &group, &pid, &ours), 3);
	assert_int_equal(group, pid);
	assert_int_not_equal(group, ours);
	assert_non_null(strstr(seen, "\nLC_ALL=C\n"));
	assert_null(strstr(seen, "HOME="));
}

/* ---- switching off */

static void a_host_is_switched_off_and_asked(void **state)
{
	auto_free char *calls = xasprintf("%s.calls", file), *made = NULL;
	struct fence_answer order, then;

	(void)state;
	put_file(file, "on", 0600);
	remove(calls);
	fence_off(&agent, &order, &then);
	assert_int_equal(order.exit_code, 0);
	assert_int_equal(order.state, FENCE_UNKNOWN);
	assert_int_equal(then.state, FENCE_OFF);
	made = all_of(".calls");
	assert_string_equal(made, "off\nstatus\n");
}

static void one_that_stays_on_is_on(void **state)
{
	struct fence_answer order, then;

	(void)state;
	put_file(file, "stuck", 0600);
	agent.off_timeout_s = 1;
	fence_off(&agent, &order, &then);
	assert_int_equal(order.exit_code, 1);
	assert_int_equal(then.state, FENCE_ON);
}

/* ---- which agent, and what it is told */

static struct site_config site;
static struct error err;

static int load(const char *text)
{
	auto_free char *path = xasprintf("%s/conf", dir);
	struct config_sources sources = { .site_file = path };

	put_file(path, text, 0600);
	error_clear(&err);
	site_config_free(&site);
	return config_load_site(&sources, &site, &err);
}

static const char *agent_for(const char *host)
{
	static char text[512];
	struct fence_agent found;
	int rc;

	error_clear(&err);
	rc = fencing_find(&site.fencing, host, &found, &err);
	if (rc <= 0)
		return rc < 0 ? "?" : "none";
	snprintf(text, sizeof text, "%s %s%s %u %u", found.program, found.options, str_or(found.password_file, "-"), found.timeout_s,
	    found.off_timeout_s);
	fence_agent_free(&found);
	return text;
}

static void a_host_has_the_agent_of_its_name_or_first_pattern(void **state)
{
	(void)state;
	assert_int_equal(load("[fencing]\nagent = fence_ipmilan\noptions = ip={bmc} lanplus=1\nbmc = {short}-bmc\n"
			      "password_file = /etc/bmc/{host}\n"
			      "[fencing gpu*]\nagent = /opt/fence_x\noptions = plug={host} name=\"a b\"\ntimeout = 5\n"
			      "[fencing gpu7]\nbmc = 192.0.2.7\noptions = ip={bmc}\n"
			      "[fencing v?]\nagent = none\n"),
	    0);
	assert_string_equal(agent_for("c1.example.org"), "fence_ipmilan ip=c1-bmc\nlanplus=1\n/etc/bmc/c1.example.org 20 90");
	assert_string_equal(agent_for("gpu1"), "/opt/fence_x plug=gpu1\nname=a b\n/etc/bmc/gpu1 5 90");
	assert_string_equal(agent_for("gpu7"), "fence_ipmilan ip=192.0.2.7\n/etc/bmc/gpu7 20 90");
	assert_string_equal(agent_for("v1"), "none");
	assert_int_equal(load("[site]\nshared_disks = true\n"), 0);
	assert_string_equal(agent_for("c1"), "none");
}

/* Names come out of databases and from command lines: each would be an option of its own, or a file elsewhere. */
static void a_name_is_never_another_option(void **state)
{
	static const char *const names[] = { "c1\naction=off", "c1 x=1", "../../etc/shadow", "a/b", "-c1", "", "c1\"", "{bmc}" };

	(void)state;
	assert_int_equal(load("[fencing]\nagent = fence_x\noptions = ip={host}\n"), 0);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(agent_for(names[i]), "?");
	assert_int_equal(load("[fencing]\nagent = fence_x\noptions = ip={bmc}\n"), 0);
	assert_string_equal(agent_for("c1"), "?");
	assert_non_null(strstr(err.text, "no bmc is configured for 'c1'"));
}

static void what_makes_no_sense_is_refused_by_name(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "options = ip=x passwd=hunter2", "'passwd' is a secret" },
		{ "options = ip=x snmp_priv_passwd=hunter2", "'snmp_priv_passwd' is a secret" },
		{ "options = Password=hunter2", "'Password' is a secret" },
		{ "options = ip=x community=hunter2", "'community' is a secret" },
		{ "options = ip=x snmp_auth_passwd=hunter2", "'snmp_auth_passwd' is a secret" },
		{ "options = ip=x hexadecimal_kg=hunter2", "'hexadecimal_kg' is a secret" },
		{ "options = ip=x passwd_script=hunter2", "'passwd_script' is a secret" },
		{ "options = ip=x secret_key=hunter2", "'secret_key' is a secret" },
		{ "options = ip=x apikey=hunter2", "'apikey' is a secret" },
		{ "options = ip=x token=hunter2", "'token' is a secret" },
		{ "options = proxy=http://ann:hunter2@proxy:3128", "'proxy' is a secret" },
		{ "options = Api-Key=hunter2", "'Api-Key' is a secret" },
		{ "options = ip=x plug=1 ipaddr=y", "'ipaddr' is given twice" },
		{ "options = plug=1 ip=x ssl=1 port=2", "'port' is given twice" },
		{ "secrets_file = pw", "'pw' is no whole path" },
		{ "options = action=off", "'action' is given by evac-manage itself" },
		{ "options = hunter2", "the value is no list of NAME=VALUE" },
		{ "options = ip={bmcc}", "'{bmcc}' is no name that is filled in" },
		{ "bmc = {bmc}", "'{bmc}' is no name that is filled in" },
		{ "agent = bin/fence", "'bin/fence' is no fence agent" },
		{ "password_file = pw", "'pw' is no whole path" },
		{ "timeout = 0", "'0' is not 1 to 600 seconds" },
		{ "off_timeout = 601", "'601' is not 1 to 600 seconds" },
		{ "agnet = fence_x", "unknown option" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int own = 0; own < 2; own++) {
			auto_free char *text = xasprintf("[fencing%s]\n%s\n", own ? " c*" : "", cases[i].line);

			assert_int_equal(load(text), -1);
			assert_int_equal(err.kind, ERROR_CONFIG);
			if (!strstr(err.text, cases[i].says))
				fail_msg("%s: %s", cases[i].line, err.text);
			assert_null(strstr(err.text, "hunter2"));
		}
	assert_int_equal(load("[fencing]\nagent=fence_x\noptions = ip=x identity_file=/etc/bmc/key token_file=/run/x\n"), 0);
	assert_int_equal(load("[fencing]\nagent=fence_x\noptions = session_url=https://[::1]:443/a@b ssl=1 ssl_secure=1\n"), 0);
}

/* An "off" that is any host's is no host's. */
static void a_group_of_many_hosts_names_each(void **state)
{
	static const struct {
		const char *text;
		bool one;
	} row[] = {
		{ "[fencing]\nagent = fence_x\noptions = ip={bmc}\nbmc = {short}-bmc\n", true },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1 plug={host}\n", true },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1\n", false },
		{ "[fencing]\nagent = fence_x\noptions = ip={bmc}\nbmc = 10.0.0.1\n", false },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1 login={host}\n", false },
		{ "[fencing c*]\nagent = fence_x\noptions = ip=10.0.0.1\n", false },
		{ "[fencing c1]\nagent = fence_x\noptions = ip=10.0.0.1\n", true },
		{ "[fencing]\nagent = fence_x\noptions = ip={bmc}\n[fencing c1]\nbmc = 10.0.0.1\n", true },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1\n[fencing c1]\ntimeout = 5\n", false },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1\n[fencing c1]\noptions = timeout=9 ipaddr=10.0.0.1\n", false },
		{ "[fencing]\nagent = fence_x\noptions = ip=10.0.0.1\n[fencing c1]\noptions = ip=10.0.0.2\n", true },
		{ "[site]\nshared_disks = true\n", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		if (load(row[i].text) != 0)
			fail_msg("row %zu: %s", i, err.text);
		if (fencing_is_of_one_host(&site.fencing, "c1") != row[i].one)
			fail_msg("row %zu", i);
	}
}

static void one_machine_is_known_in_other_words(void **state)
{
	static const struct {
		const char *a, *b, *program;
		bool same;
	} row[] = {
		{ "ip=1\nlanplus=1\n", "ip=1\nlanplus=1\n", "fence_x", true },
		{ "ip=1\nusername=a\nplug=3\n", "plug=3\npower_timeout=9\nip=1\n", "fence_x", true },
		{ "ipaddr=1\nport=3\n", "ip=1\nplug=3\n", "fence_x", true },
		{ "ip=1\nplug=3\n", "ip=1\nplug=33\n", "fence_x", false },
		{ "ip=1\n", "ip=1\nplug=3\n", "fence_x", false },
		{ "ip=1\n", "ip=2\n", "fence_x", false },
		{ "ip=BMC1\n", "ip=bmc1\n", "fence_x", true },
		{ "ip=1\nsnmp_version=3\n", "ip=1\nsnmp_version=2c\n", "fence_x", true },
		{ "ip=1\nsnmpget_path=/opt/x\nssl_insecure=1\n", "ip=1\n", "fence_x", true },
		{ "ip=1\nsystems-uri=/1\n", "ip=1\nsystems_uri=/1\n", "fence_x", true },
		{ "plug=1\nauth_url=a\n", "plug=1\nauth_url=b\n", "fence_x", false },
		{ "ip=1\n", "ip=1\n", "fence_other", true },
		{ "plug=1\n", "plug=1\n", "fence_other", false },
		{ "", "", "fence_x", true },
		{ "", "", "fence_other", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		char program[] = "fence_x";
		auto_free char *x = xstrdup(row[i].a), *y = xstrdup(row[i].b), *other = xstrdup(row[i].program);
		const struct fence_agent a = { .program = program, .options = x }, b = { .program = other, .options = y };

		if (fence_agent_same_machine(&a, &b) != row[i].same || fence_agent_same_machine(&b, &a) != row[i].same)
			fail_msg("row %zu", i);
	}
}

static void an_agent_that_shows_secrets_is_known(void **state)
{
	static const struct {
		const char *program, *options;
		bool secret, shows;
	} row[] = {
		{ "fence_apc_snmp", "ip=1\n", false, true }, /* its own community is in the argv */
		{ "/usr/sbin/fence_ifmib", "ip=1\nsnmp_version=2c\n", true, true },
		{ "fence_ipdu", "snmp_version=3\nip=1\n", false, false },
		{ "fence_ipdu", "ip=1\nsnmp-version=3\n", false, false },
		{ "fence_ipdu", "ip=1\nsnmp_version=3\n", true, true },
		{ "fence_ipdu", "ip=1\nsnmp_version=33\n", false, true },
		{ "fence_ipdu", "ip=1\nsnmp_versions=3\nsnmp_version\n", false, true },
		{ "fence_mine_snmp", "", false, true },
		{ "fence_apc", "ip=1\n", true, false },
		{ "fence_ipmilan", "ip=1\n", true, false },
		{ "/opt/snmp_agents/fence_redfish", "ip=1\n", true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		for (int which = 0; which < 2; which++) {
			char secrets[] = "/etc/secrets";
			auto_free char *program = xstrdup(row[i].program), *options = xstrdup(row[i].options);
			const struct fence_agent a = { .program = program,
				.options = options,
				.password_file = row[i].secret && which == 0 ? secrets : NULL,
				.secrets_file = row[i].secret && which == 1 ? secrets : NULL };

			if (fence_shows_secrets(&a) != row[i].shows)
				fail_msg("row %zu", i);
		}
}

static int tidy(void **state)
{
	auto_free char *command = xasprintf("rm -rf %s", dir);

	(void)state;
	fence_agent_free(&agent);
	site_config_free(&site);
	secrets_forget();
	free(agent_path);
	return system(command);
}

static int prepare(void **state)
{
	(void)state;
	agent_path = realpath("tests/lib/fence_agent", NULL);
	return agent_path && mkdtemp(dir) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_answer_is_on_off_or_none, begin),
		cmocka_unit_test_setup(an_exit_code_alone_is_no_off, begin),
		cmocka_unit_test_setup(one_that_hangs_is_killed_with_its_children, begin),
		cmocka_unit_test_setup(one_that_says_too_much_is_read_to_its_end, begin),
		cmocka_unit_test_setup(one_that_leaves_a_child_that_talks_has_answered, begin),
		cmocka_unit_test_setup(one_that_cannot_be_run_is_no_answer, begin),
		cmocka_unit_test_setup(nothing_secret_is_in_argv_environment_or_words, begin),
		cmocka_unit_test_setup(a_file_of_secrets_names_no_machine, begin),
		cmocka_unit_test_setup(a_secret_of_a_file_is_in_no_words, begin),
		cmocka_unit_test_setup(a_password_that_others_may_read_is_not_sent, begin),
		cmocka_unit_test_setup(ipmitool_reads_the_password_itself, begin),
		cmocka_unit_test_setup(a_password_arrives_as_it_is, begin),
		cmocka_unit_test_setup(it_is_in_a_group_of_its_own, begin),
		cmocka_unit_test_setup(a_host_is_switched_off_and_asked, begin),
		cmocka_unit_test_setup(one_that_stays_on_is_on, begin),
		cmocka_unit_test_setup(a_host_has_the_agent_of_its_name_or_first_pattern, begin),
		cmocka_unit_test_setup(a_name_is_never_another_option, begin),
		cmocka_unit_test_setup(what_makes_no_sense_is_refused_by_name, begin),
		cmocka_unit_test_setup(a_group_of_many_hosts_names_each, begin),
		cmocka_unit_test_setup(one_machine_is_known_in_other_words, begin),
		cmocka_unit_test_setup(an_agent_that_shows_secrets_is_known, begin),
	};

	return cmocka_run_group_tests(tests, prepare, tidy);
}
