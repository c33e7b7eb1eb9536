/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/cause.h"

#include <string.h>

#include "util/lang.h"
#include "util/str.h"

#define TEXT_MOST 300 /* bytes of an exception's own text */

/* ---- what happened */

enum trouble {
	TROUBLE_NONE,
	GUEST_ALIVE, /* the lock of its disk is held */
	NO_ANSWER,
	NO_REPLY,     /* over RPC */
	REFUSED,      /* it answers, and does not take the credentials */
	NOT_LISTED,   /* the catalog does not have it */
	FAILS,        /* it answers with 5xx */
	ASKS_NOVA,    /* cinder, about an attachment; its answer is in the text of the fault alone */
	STILL_IN_USE, /* the same, and nova-api has answered it */
	NO_EVENT,     /* of a port */
	NOT_BOUND,
	NO_CANDIDATE, /* placement has none, or did not answer the scheduler */
	NO_HOST,      /* the scheduler has asked it, and its filters left none */
	NO_CAPACITY,  /* on the compute */
	GROUP_POLICY,
	ALLOCATIONS,
};

/* The first that fits. Every class of exception stands as nova stores it: alone as a message, or before ": " in a trace. */
static const struct {
	const char *text;
	enum trouble trouble;
} troubles[] = {
	/* QEMU block/file-posix.c: raw_check_lock_bytes(), and the hint behind it; libvirt locking/ (virtlockd)
	 * src/util/virlockspace.c. Only in the trace: the message is the class, libvirtError */
	{ "Failed to get \"write\" lock", GUEST_ALIVE }, { "Failed to get shared \"write\" lock", GUEST_ALIVE },
	{ "Is another process using the image", GUEST_ALIVE }, { "Lockspace resource '", GUEST_ALIVE },
	/* nova exception.py: VirtualInterfaceCreateException; virt/libvirt/driver.py: _create_guest_with_network */
	{ "Virtual Interface creation failed", NO_EVENT }, { "VirtualInterfaceCreateException", NO_EVENT },
	{ "Binding failed for port", NOT_BOUND }, /* network/neutron.py: _ensure_no_port_binding_failure */
	/* cinder exception.py: ConflictNovaUsingAttachment (OSSA-2023-003) */
	{ "ConflictNovaUsingAttachment", STILL_IN_USE }, { "using the Compute API", STILL_IN_USE },
	/* scheduler/manager.py: reason is empty where placement gave no candidate, or did not answer
	 * (scheduler/client/report.py: safe_connect); filters have words of their own */
	{ "No valid host was found. There are not enough hosts available", NO_HOST },
	{ "complex allocations", ALLOCATIONS }, /* conductor/manager.py: _allocate_for_evacuate_dest_host */
	{ "Failed to update allocations", ALLOCATIONS }, { "No valid host was found", NO_CANDIDATE },
	{ "Insufficient compute resources", NO_CAPACITY }, /* compute/claims.py */
	{ "instance group policy", GROUP_POLICY },         /* compute/manager.py: _validate_instance_group_policy */
	{ "MessagingTimeout", NO_REPLY }, { "Timed out waiting for a reply to message ID", NO_REPLY },
	/* keystoneauth1, and what nova and the clients make of it */
	{ "PlacementAPIConnectFailure", NO_ANSWER }, { "Unable to communicate with the Placement API", NO_ANSWER },
	{ "Connection to cinder host failed", NO_ANSWER }, { "Connection to glance host", NO_ANSWER },
	{ "Connection to keystone host failed", NO_ANSWER }, { "Connection to neutron failed", NO_ANSWER },
	{ "Unable to establish connection to", NO_ANSWER }, { "ConnectFailure", NO_ANSWER }, { "ConnectTimeout", NO_ANSWER },
	{ "ConnectionFailed", NO_ANSWER }, { "ConnectionRefused", NO_ANSWER }, { "RequestTimeout", NO_ANSWER },
	{ "DiscoveryFailure", NO_ANSWER }, { "CommunicationError", NO_ANSWER }, /* glanceclient */
	{ "SSLFailure", NO_ANSWER }, { "EndpointNotFound", NOT_LISTED }, { "EmptyCatalog", NOT_LISTED },
	{ "service catalog is empty", NOT_LISTED }, { "NeutronAdminCredentialConfigurationInvalid", REFUSED },
	{ "Networking client is experiencing an unauthorized exception", REFUSED }, { "Unauthorized", REFUSED },
	{ "HTTP 401", REFUSED }, { "ServiceUnavailable", FAILS }, { "BadGateway", FAILS }, { "GatewayTimeout", FAILS },
	{ "InternalServerError", FAILS }, { "HTTP 502", FAILS }, { "HTTP 503", FAILS }, { "HTTP 504", FAILS },
	{ "ClientException", FAILS }, /* cinderclient's name for an answer of 500 */
};

/* ---- of whom. A token is asked for on the way to every service: keystone's frames come first. */
static const struct {
	const char *text;
	enum cause_service service;
} frames[] = {
	/* keystoneauth1/identity */
	{ "in get_auth_ref\n", CAUSE_KEYSTONE },
	{ "in get_access\n", CAUSE_KEYSTONE },
	{ "in _do_create_plugin\n", CAUSE_KEYSTONE },
	{ "/cinderclient/", CAUSE_CINDER },
	{ "/nova/volume/cinder.py\"", CAUSE_CINDER },
	{ "/neutronclient/", CAUSE_NEUTRON },
	{ "/nova/network/neutron.py\"", CAUSE_NEUTRON },
	{ "/nova/network/neutronv2/", CAUSE_NEUTRON }, /* until 20 */
	{ "/nova/scheduler/client/report.py\"", CAUSE_PLACEMENT },
	{ "/glanceclient/", CAUSE_GLANCE },
	{ "/nova/image/glance.py\"", CAUSE_GLANCE },
	{ "/barbicanclient/", CAUSE_BARBICAN },
	{ "/castellan/", CAUSE_BARBICAN },
	{ "/nova/accelerator/cyborg.py\"", CAUSE_CYBORG },
	{ "/nova/scheduler/rpcapi.py\"", CAUSE_SCHEDULER },
	{ "in select_destinations\n", CAUSE_SCHEDULER },
	{ "/nova/compute/rpcapi.py\"", CAUSE_COMPUTE },
};
/* Words that name it where no frame does. */
static const struct {
	const char *text;
	enum cause_service service;
} names[] = {
	{ "Placement API", CAUSE_PLACEMENT },
	{ "PlacementAPI", CAUSE_PLACEMENT },
	{ "cinder host", CAUSE_CINDER },
	{ "cinderclient", CAUSE_CINDER },
	{ "glance host", CAUSE_GLANCE },
	{ "keystone host", CAUSE_KEYSTONE },
	{ "to neutron failed", CAUSE_NEUTRON },
	{ "neutronclient", CAUSE_NEUTRON },
	{ "Networking client", CAUSE_NEUTRON },
	{ "NeutronAdmin", CAUSE_NEUTRON },
	/* of a URL: what is asked for, then the ports that the services are usually found at */
	{ "/auth/tokens", CAUSE_KEYSTONE },
	{ "/allocation_candidates", CAUSE_PLACEMENT },
	{ "/resource_providers", CAUSE_PLACEMENT },
	{ "/allocations/", CAUSE_PLACEMENT },
	{ "/attachments", CAUSE_CINDER },
	{ "/volumes/", CAUSE_CINDER },
	{ "/v2.0/", CAUSE_NEUTRON },
	{ "/v2/images", CAUSE_GLANCE },
	{ "/secrets", CAUSE_BARBICAN },
	{ "/v2.1/", CAUSE_NOVA_API },
	{ ":5000", CAUSE_KEYSTONE },
	{ ":35357", CAUSE_KEYSTONE },
	{ ":8778", CAUSE_PLACEMENT },
	{ ":9696", CAUSE_NEUTRON },
	{ ":8776", CAUSE_CINDER },
	{ ":9292", CAUSE_GLANCE },
	{ ":9311", CAUSE_BARBICAN },
	{ ":8774", CAUSE_NOVA_API },
};

/* ---- what it means */

static const struct {
	const char *name, *section; /* of nova.conf, with the credentials that nova shows it */
	enum cause_reach reach;
} services[CAUSE_SERVICES] = {
	[CAUSE_KEYSTONE] = { "keystone", NULL, REACH_ALL },
	[CAUSE_PLACEMENT] = { "placement-api", "placement", REACH_ALL },
	[CAUSE_NEUTRON] = { "neutron-server", "neutron", REACH_ALL },
	[CAUSE_CINDER] = { "cinder-api", "cinder", REACH_VOLUMES },
	[CAUSE_GLANCE] = { "glance-api", "glance", REACH_IMAGES },
	[CAUSE_BARBICAN] = { "barbican-api", "barbican", REACH_UNKNOWN },
	[CAUSE_CYBORG] = { "cyborg-api", "cyborg", REACH_UNKNOWN },
	[CAUSE_SCHEDULER] = { "nova-scheduler", NULL, REACH_ALL },
	[CAUSE_COMPUTE] = { "nova-compute", NULL, REACH_UNKNOWN },
	[CAUSE_NOVA_API] = { "nova-api", NULL, REACH_UNKNOWN },
};

const char *cause_service_name(enum cause_service service)
{
	return services[service].name;
}

/* "http://ctl:8776" of the last URL that was asked: scheme, host and port alone, without a login. Where an @ comes later it is
 * not certain where a login ends: then it is not told. */
static const char *address_in(const char *text, struct arena *arena)
{
	const char *at = NULL, *host, *login;
	size_t n;

	for (const char *p = text; p && (p = strstr(p, "http")); p += 4)
		if (str_starts(p, "http://") || str_starts(p, "https://"))
			at = p;
	if (!at)
		return NULL;
	host = strstr(at, "://") + 3;
	n = strcspn(host, "/ \t\n'\"?#,;)<>");
	if (memchr(host + n, '@', strcspn(host + n, " \t\n'\"")))
		return NULL;
	while (n > 0 && strchr(":.", host[n - 1])) /* of the sentence */
		n--;
	while ((login = memchr(host, '@', n))) {
		n -= (size_t)(login + 1 - host);
		host = login + 1;
	}
	return n ? arena_printf(arena, "%.*s%.*s", (int)(strstr(at, "://") + 3 - at), at, (int)n, host) : NULL;
}

/* Where a text stands last; NULL: nowhere. */
static const char *find_last(const char *text, const char *what)
{
	const char *last = NULL;

	for (const char *p = text; (p = strstr(p, what)); p++)
		last = p;
	return last;
}

/* The innermost frame that tells, and keystone's before all. */
static enum cause_service service_in_frames(const char *trace)
{
	enum cause_service found = CAUSE_UNNAMED;
	const char *deepest = NULL, *p;

	for (size_t i = 0; trace && i < sizeof frames / sizeof *frames; i++) {
		p = find_last(trace, frames[i].text);
		if (p && frames[i].service == CAUSE_KEYSTONE)
			return CAUSE_KEYSTONE;
		if (p && p > deepest) {
			deepest = p;
			found = frames[i].service;
		}
	}
	return found;
}

static enum cause_service service_in_words(const char *text)
{
	for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
		if (strstr(text, names[i].text))
			return names[i].service;
	return CAUSE_UNNAMED;
}

static enum trouble trouble_in(const char *text)
{
	for (size_t i = 0; text && i < sizeof troubles / sizeof *troubles; i++)
		if (strstr(text, troubles[i].text))
			return troubles[i].trouble;
	return TROUBLE_NONE;
}

/* What nova says about volumes has a reason that its words do not show: cinder since OSSA-2023-003 takes an attachment away
 * only for a caller with a service token, and asks nova-api about every other one (cinder volume/api.py:
 * attachment_deletion_allowed). */
static enum trouble refine(enum trouble trouble, enum cause_service service, const char *trace)
{
	bool of_attachment = trace &&
	    (strstr(trace, "in attachment_delete\n") || strstr(trace, "in attachment_create\n") ||
		strstr(trace, "in attachment_update\n") || strstr(trace, "in attachment_complete\n"));

	return trouble == FAILS && service == CAUSE_CINDER && of_attachment ? ASKS_NOVA : trouble;
}

static void say_no_answer(struct cause *c, struct arena *arena)
{
	const char *name = services[c->service].name;

	if (!name)
		c->what = arena_printf(arena,
		    c->address ? _("no service answers at %s") : _("a service that nova asked does not answer"),
		    str_or(c->address, ""));
	else
		c->what = arena_printf(arena, c->address ? _("%s at %s does not answer") : _("%s does not answer"), name,
		    str_or(c->address, ""));
	c->next = name ? arena_printf(arena, _("start %s"), name) :
			 _("see 'evac-manage doctor' for the service that does not answer");
}

static void say_refused(struct cause *c, struct arena *arena)
{
	const char *name = services[c->service].name, *section = services[c->service].section;

	if (!name)
		c->what = _("a service refused nova's credentials");
	else
		c->what = arena_printf(arena, _("%s refused nova's credentials"), name);
	c->next = section ? arena_printf(arena, _("correct section [%s] of nova.conf"), section) :
			    _("correct the credentials in nova.conf");
}

static void say_not_listed(struct cause *c, struct arena *arena)
{
	const char *name = services[c->service].name;

	if (c->service == CAUSE_CINDER) {
		c->what = _(
		    "nova-compute has no address of cinder-api: without a token the message brings no catalog, and its own "
		    "[cinder] section has no credentials");
		c->next = _("give [cinder] in nova.conf of the computes an auth_type and its credentials");
		return;
	}
	c->what = arena_printf(arena, _("keystone's catalog has no endpoint of %s that nova would take"),
	    str_or(name, _("a service")));
	c->next = _("compare 'openstack endpoint list' with region_name and valid_interfaces in nova.conf");
}

static void say_fails(struct cause *c, struct arena *arena)
{
	const char *name = services[c->service].name;

	if (name)
		c->what = arena_printf(arena,
		    c->address ? _("%s at %s answers with a failure") : _("%s answers with a failure"), name,
		    str_or(c->address, ""));
	else
		c->what = _("a service that nova asked answers with a failure");
	c->next = name ? arena_printf(arena, _("look into the log of %s"), name) : _("look into nova's log for its name");
}

static void say_no_reply(struct cause *c, struct arena *arena)
{
	const char *name = services[c->service].name;

	if (name)
		c->what = arena_printf(arena, _("%s did not answer over the message broker"), name);
	else
		c->what = _("a service of nova did not answer over the message broker");
	c->next = name ? arena_printf(arena, _("start %s"), name) :
			 _("see 'evac-manage service list' for the one that is down");
}

/* nova virt/libvirt/driver.py: _create_guest_with_network, the guest's clean-up after the time-out. */
static void say_no_event(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _(
	    "neutron's word that a port is plugged did not come within vif_plugging_timeout: neutron could not tell nova-api, or "
	    "the port's agent on the new host did not bring it up; libvirt has already switched the guest off there");
	c->next = _(
	    "start nova-api, or give --neutron-config-file so that it is told without nova-api; where the port is DOWN, start the "
	    "agent of the new host");
}

static void say_asks_nova(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("cinder-api failed at the volume's attachment: nova-compute sends it no service token, so it asks nova-api "
		    "whether the instance uses the volume, and refuses whatever the answer");
	c->next = _("set send_service_user_token and the credentials in [service_user] of nova.conf on the computes");
}

static void say_still_in_use(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _(
	    "cinder-api does not let nova-compute detach the volume: nova-compute sends it no service token (OSSA-2023-003)");
	c->next = _("set send_service_user_token and the credentials in [service_user] of nova.conf on the computes");
}

static void say_not_bound(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("neutron could not bind a port to the new host: its agent there is down, or no mechanism driver takes it");
	c->next = _("start the agent of the new host, or choose another host");
}

static void say_no_candidate(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _(
	    "placement has no host with capacity for it, or did not answer the scheduler: nova's words are the same for both");
	c->next = _("make sure that placement-api answers");
}

static void say_no_host(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("the scheduler's filters left no host for it");
	c->next = _("name a host (the log of nova-scheduler has the filters)");
}

static void say_no_capacity(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("the host that the scheduler chose has no capacity for it");
	c->next = _("name another host, or none");
}

static void say_group_policy(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("the policy of its server group forbids the host that the scheduler chose");
	c->next = _("let the scheduler choose again");
}

static void say_allocations(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _("placement holds allocations of it that nova cannot move");
	c->next = _("see 'evac-manage audit run allocation-on-other-host'");
}

/* A dead process holds no lock: OFD locks end with it (fcntl(2)). Only a server of NFS keeps those of a client that it has not
 * heard of for its lease (RFC 8881 8.4.3; Linux nfsd: nfsv4leasetime, 90 s). */
static void say_guest_alive(struct cause *c, struct arena *arena)
{
	(void)arena;
	c->what = _(
	    "guest-alive: its guest still runs elsewhere: the write lock of its disk is held, and qemu on the new host was "
	    "refused it; the source is not off");
	c->next = _(
	    "power the source off; where it is off already and the disk is on NFS, its server keeps the lock of a dead host "
	    "for its lease (90 s by default): wait 2 minutes");
}

static const struct {
	void (*say)(struct cause *cause, struct arena *arena);
	enum cause_service service; /* CAUSE_UNNAMED: as the frames say */
	enum cause_reach reach;     /* REACH_UNKNOWN: as the service's */
} meanings[] = {
	[GUEST_ALIVE] = { say_guest_alive, CAUSE_COMPUTE, REACH_ALL },
	[NO_ANSWER] = { say_no_answer, CAUSE_UNNAMED, REACH_UNKNOWN },
	[NO_REPLY] = { say_no_reply, CAUSE_UNNAMED, REACH_UNKNOWN },
	[REFUSED] = { say_refused, CAUSE_UNNAMED, REACH_UNKNOWN },
	[NOT_LISTED] = { say_not_listed, CAUSE_UNNAMED, REACH_UNKNOWN },
	[FAILS] = { say_fails, CAUSE_UNNAMED, REACH_UNKNOWN },
	[ASKS_NOVA] = { say_asks_nova, CAUSE_CINDER, REACH_VOLUMES },
	[STILL_IN_USE] = { say_still_in_use, CAUSE_CINDER, REACH_VOLUMES },
	[NO_EVENT] = { say_no_event, CAUSE_NOVA_API, REACH_PORTS },
	[NOT_BOUND] = { say_not_bound, CAUSE_NEUTRON, REACH_PORTS },
	[NO_CANDIDATE] = { say_no_candidate, CAUSE_PLACEMENT, REACH_ALL },
	[NO_HOST] = { say_no_host, CAUSE_SCHEDULER, REACH_INSTANCE },
	[NO_CAPACITY] = { say_no_capacity, CAUSE_COMPUTE, REACH_INSTANCE },
	[GROUP_POLICY] = { say_group_policy, CAUSE_COMPUTE, REACH_INSTANCE },
	[ALLOCATIONS] = { say_allocations, CAUSE_PLACEMENT, REACH_INSTANCE },
};

/* ---- all of it */

static enum cause_service service_of(const struct cause_words *w, const char *address)
{
	enum cause_service service = service_in_frames(w->trace);

	if (service == CAUSE_UNNAMED)
		service = service_in_words(w->message);
	if (service == CAUSE_UNNAMED)
		service = service_in_words(w->trace);
	return service == CAUSE_UNNAMED ? service_in_words(address) : service;
}

void cause_read(const struct cause_words *w, struct arena *arena, struct cause *out)
{
	const char *address = address_in(w->message, arena);
	enum trouble trouble = trouble_in(w->message);

	*out = (struct cause){ .address = address ? address : address_in(w->trace, arena) };
	if (trouble == TROUBLE_NONE || trouble_in(w->trace) == GUEST_ALIVE)
		trouble = trouble_in(w->trace);
	if (trouble == TROUBLE_NONE)
		return;
	out->service = service_of(w, out->address);
	trouble = refine(trouble, out->service, w->trace);
	if (meanings[trouble].service != CAUSE_UNNAMED)
		out->service = meanings[trouble].service;
	out->reach = meanings[trouble].reach != REACH_UNKNOWN ? meanings[trouble].reach : services[out->service].reach;
	out->ambiguous = trouble == NO_CANDIDATE;
	out->guest_alive = trouble == GUEST_ALIVE;
	meanings[trouble].say(out, arena);
}

/* "libvirt.libvirtError: internal error: …": the last line that begins with the class, and all behind it. NULL: the trace has
 * none. */
static const char *exception_in(const char *trace, const char *class, size_t n)
{
	const char *found = NULL, *line = trace, *word;

	for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		word = line + strcspn(line, ": \n");
		if ((size_t)(word - line) >= n && strncmp(word - n, class, n) == 0 && str_starts(word, ": ") &&
		    ((size_t)(word - line) == n || word[-1 - (ptrdiff_t)n] == '.'))
			found = word + 2;
	}
	return found;
}

const char *cause_words_said(const struct cause_words *w, struct arena *arena)
{
	size_t n = w->message ? strlen(w->message) : 0;
	auto_str struct str said = { 0 };
	const char *own;

	if (n == 0 || strpbrk(w->message, " :"))
		return str_or(w->message, "");
	own = exception_in(w->trace, w->message, n);
	if (!own || !own[strspn(own, " \n")])
		return w->message;
	str_addf(&said, "%s: ", w->message);
	str_add_letters(&said, own, TEXT_MOST);
	while (said.n > 0 && said.s[said.n - 1] == '\n')
		said.s[--said.n] = '\0';
	for (char *p = said.s; (p = strchr(p, '\n'));)
		*p = ' ';
	return arena_dup(arena, said.s);
}

void cause_settle(struct cause *c, bool answers, struct arena *arena)
{
	if (!c->ambiguous)
		return;
	c->ambiguous = false;
	if (!answers) {
		say_no_answer(c, arena);
		return;
	}
	c->reach = REACH_INSTANCE;
	c->what = _("placement has no host with capacity for it");
	c->next = _("free capacity on a host, or leave it out with --exclude");
}
