/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "fence/fence.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/signals.h"

/* Would the fence agents answer tonight? Each compute host's is looked at; some are asked, one of each kind first. */

#define ASKED 8         /* hosts */
#define ASKING_MS 20000 /* all of them; the rest of the command has its time, too */
#define TOLD 5          /* rows of one trouble */

struct fenced_host {
	const char *name;
	bool reports, unfit, asked, shows; /* shows: secrets, in an argv */
	struct fence_agent agent;
	char *machine; /* NULL: which one it is, is not known */
};
struct fenced_hosts {
	struct fenced_host *v;
	size_t n, cap, without, asked, unfit;
	size_t state[FENCE_OFF + 1];
};

static void hosts_free(struct fenced_hosts *hosts)
{
	for (struct fenced_host *h = hosts->v; h < hosts->v + hosts->n; h++) {
		fence_agent_free(&h->agent);
		free(h->machine);
	}
	free(hosts->v);
}

static void tell_trouble(struct exam *e, struct fenced_hosts *hosts, struct fenced_host *h, const char *why, const char *hint)
{
	h->unfit = true;
	if (hosts->unfit++ < TOLD)
		exam_tell(e, "fence agent", 0, WARN,
		    hint && *hint ? hint : N_("until it answers, --fenced is needed: a person's word"), "'%s': %s", h->name,
		    why);
}

/* What can be known without asking: is it there, may its password file be read by nobody else, is its name one. */
static void look_at_host(struct exam *e, const struct scene *scene, const struct nova_service *s, struct fenced_hosts *hosts)
{
	struct fenced_host h = { .name = s->host, .reports = nova_service_reports(s, scene->nova.down_s) };
	struct error err = { 0 };
	int rc = fencing_find(&scene->world->site.fencing, s->host, &h.agent, &err);

	if (rc == 0) {
		hosts->without++;
		return;
	}
	h.machine = rc > 0 ? fence_agent_machine(&h.agent) : NULL;
	h.shows = rc > 0 && fence_shows_secrets(&h.agent);
	hosts->v = vec_grow(hosts->v, hosts->n, &hosts->cap, sizeof *hosts->v);
	hosts->v[hosts->n++] = h;
	if (rc < 0 || fence_check(&h.agent, &err) != 0)
		tell_trouble(e, hosts, &hosts->v[hosts->n - 1], err.text, err.hint);
}

static bool is_same_agent(const struct fence_agent *a, const struct fence_agent *b)
{
	return strcmp(a->program, b->program) == 0 && strcmp(str_or(a->password_file, ""), str_or(b->password_file, "")) == 0 &&
	    strcmp(str_or(a->secrets_file, ""), str_or(b->secrets_file, "")) == 0;
}

#define OWN_MACHINE \
	N_("name the host in [fencing]: ip={bmc} with bmc = {short}-bmc.example.org, or a group [fencing HOST] each")

static int by_machine(const void *a, const void *b)
{
	const struct fenced_host *one = *(const struct fenced_host *const *)a, *other = *(const struct fenced_host *const *)b;
	int order = strcmp(one->machine, other->machine);

	return order ? order : one < other ? -1 : one > other;
}

/* One machine for two hosts: the wrong one would be switched off, or be said to be off. */
static bool have_own_machines(struct exam *e, const struct fenced_hosts *hosts)
{
	auto_free const struct fenced_host **order = xcalloc(hosts->n + 1, sizeof(*order));
	size_t n = 0;

	for (const struct fenced_host *h = hosts->v; h < hosts->v + hosts->n; h++)
		if (h->machine)
			order[n++] = h;
	vec_sort(order, n, sizeof(*order), by_machine);
	for (size_t i = 1; i < n; i++)
		if (strcmp(order[i - 1]->machine, order[i]->machine) == 0) {
			exam_tell(e, "fence agent", EVACUATIONS, FAIL, OWN_MACHINE,
			    "'%s' and '%s' have one machine: their options are the same", order[i - 1]->name, order[i]->name);
			return false;
		}
	return true;
}

/* The first host that is added would have the same. */
static void check_names_of_hosts(struct exam *e, const struct scene *scene, const struct fenced_hosts *hosts)
{
	for (const struct fenced_host *h = hosts->v; h < hosts->v + hosts->n; h++)
		if (!fencing_is_of_one_host(&scene->world->site.fencing, h->name)) {
			exam_tell(e, "fence agent", EVACUATIONS, FAIL, OWN_MACHINE,
			    "no option of the agent of '%s' names it: every host has that machine", h->name);
			return;
		}
}

static bool is_first_that_shows(const struct fenced_hosts *hosts, const struct fenced_host *h)
{
	for (const struct fenced_host *before = hosts->v; before < h; before++)
		if (before->shows && strcmp(before->agent.program, h->agent.program) == 0)
			return false;
	return h->shows;
}

/* Each such agent once: nothing is wrong with it but what ps shows. */
static void tell_shown_secrets(struct exam *e, const struct fenced_hosts *hosts)
{
	for (const struct fenced_host *h = hosts->v; h < hosts->v + hosts->n; h++)
		if (is_first_that_shows(hosts, h))
			exam_tell(e, "fence agent", 0, WARN,
			    "choose an agent that logs in (fence_redfish, fence_apc, fence_bladecenter), or SNMP 3 with its passphrases in /etc/snmp/snmp.local.conf, which root alone may read: evac-manage.conf(5)",
			    "'%s': %s gives community and passwords to snmpget in its argv, where ps shows them", h->name,
			    fence_agent_name(&h->agent));
}

static bool is_first_of_its_kind(const struct fenced_hosts *hosts, const struct fenced_host *h)
{
	for (const struct fenced_host *before = hosts->v; before < h; before++)
		if (!before->unfit && is_same_agent(&before->agent, &h->agent))
			return false;
	return true;
}

static void ask_host(struct exam *e, struct fenced_hosts *hosts, struct fenced_host *h)
{
	auto_str struct str said = { 0 }, hint = { 0 }, word = { 0 };
	struct fence_answer answer;

	fence_ask(&h->agent, &answer);
	h->asked = true;
	hosts->asked++;
	hosts->state[answer.state]++;
	fence_answer_say(&h->agent, &answer, &said);
	shell_add_word(&word, h->name);
	str_addf(&hint, _("ask it again: evac-manage host show %s"), word.s);
	if (answer.state == FENCE_UNKNOWN)
		tell_trouble(e, hosts, h, said.s, hint.s);
	else if (answer.state == FENCE_OFF && h->reports)
		exam_tell(e, "fence agent", EVACUATIONS, FAIL, "it speaks of another machine: look at [fencing] and at the BMC",
		    "'%s' is off to its agent, and its nova-compute reports: %s", h->name, said.s);
}

/* Of each kind one, then as many as there is time for. */
static void ask_some(struct exam *e, struct fenced_hosts *hosts)
{
	int64_t end = clock_monotonic_ms() + ASKING_MS;

	for (int round = 0; round < 2; round++)
		for (struct fenced_host *h = hosts->v; h < hosts->v + hosts->n; h++)
			if (!h->unfit && !h->asked && hosts->asked < ASKED && clock_monotonic_ms() < end &&
			    !deadline_is_over() && !signal_came() && (round == 1 || is_first_of_its_kind(hosts, h)))
				ask_host(e, hosts, h);
}

static void tell_all(struct exam *e, const struct fenced_hosts *hosts)
{
	if (hosts->unfit > TOLD)
		exam_tell(e, "fence agent", 0, WARN, NULL, "%zu more hosts have such an agent", hosts->unfit - TOLD);
	if (hosts->without > 0 && hosts->n > 0)
		exam_tell(e, "fence agent", 0, FIT, NULL, "%zu of %zu compute hosts have none", hosts->without,
		    hosts->without + hosts->n);
	if (hosts->asked > 0)
		exam_tell(e, "fence agent", 0, FIT, NULL,
		    "%zu of %zu hosts that have one were asked: %zu on, %zu off, %zu no answer", hosts->asked, hosts->n,
		    hosts->state[FENCE_ON], hosts->state[FENCE_OFF], hosts->state[FENCE_UNKNOWN]);
}

void doctor_check_fencing(struct exam *e, const struct scene *scene)
{
	struct fenced_hosts hosts = { 0 };

	for (const struct cell_facts *c = scene->nova.cell; c < scene->nova.cell + scene->nova.ncell; c++)
		for (const struct nova_service *s = c->services.v; s < c->services.v + c->services.n; s++)
			if (strcmp(s->binary, "nova-compute") == 0)
				look_at_host(e, scene, s, &hosts);
	if (hosts.n == 0)
		exam_tell(e, "fence agent", 0, FIT, NULL, "none is configured: that a host is off is a person's word alone");
	if (have_own_machines(e, &hosts))
		check_names_of_hosts(e, scene, &hosts);
	tell_shown_secrets(e, &hosts);
	ask_some(e, &hosts);
	tell_all(e, &hosts);
	hosts_free(&hosts);
}
