/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "model/nova/cause.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define LIB "/usr/lib/python3/dist-packages/"
#define FRAME(file, line, name, code) "  File \"" LIB file "\", line " #line ", in " name "\n    " code "\n"
#define DURING "\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n"
#define REFUSED_AT(url)                                                                                                          \
	"Unable to establish connection to " url ": HTTPConnectionPool(host='127.0.0.1', port=27776): Max retries exceeded with url: / " \
	"(Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f201ba35790>: Failed to establish a new "    \
	"connection: [Errno 111] ECONNREFUSED'))"

/* What a nova 26 has left in its rows while a service was down; frames that repeat are left out. */
#define TO_SESSION                                                                                                               \
	FRAME("keystoneauth1/session.py", 931, "request", "resp = send(**kwargs)")                                               \
	FRAME("keystoneauth1/session.py", 1038, "_send_request", "raise exceptions.ConnectFailure(msg)")
static const char cinder_fault[] =
    "Connection to cinder host failed: Unable to establish connection to http://127.0.0.1:27776/: HTTPConnectionPool(host='127.0.0.1', "
    "port=27776): Max retries exceeded with url: / (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7";
static const char cinder_trace[] = "Traceback (most recent call last):\n"
    FRAME("nova/compute/manager.py", 3996, "_do_rebuild_instance", "self.driver.rebuild(**kwargs)")
    FRAME("nova/virt/driver.py", 377, "rebuild", "raise NotImplementedError()")
    "NotImplementedError\n" DURING
    FRAME("urllib3/connection.py", 174, "_new_conn", "conn = connection.create_connection(")
    "ConnectionRefusedError: [Errno 111] ECONNREFUSED\n" DURING
    FRAME("nova/volume/cinder.py", 397, "wrapper", "res = method(self, ctx, *args, **kwargs)")
    FRAME("nova/volume/cinder.py", 802, "attachment_create", "attachment_ref = cinderclient(context, '3.44').attachments.create(")
    FRAME("nova/volume/cinder.py", 146, "_get_server_version", "response = _SESSION.get(version_url, auth=auth)") TO_SESSION
    "keystoneauth1.exceptions.connection.ConnectFailure: " REFUSED_AT("http://127.0.0.1:27776/") "\n" DURING
    FRAME("nova/compute/manager.py", 3968, "detach_block_devices", "attachment_id = self.volume_api.attachment_create(")
    FRAME("nova/volume/cinder.py", 401, "wrapper", "_reraise(exception.CinderConnectionFailed(reason=err_msg))")
    "nova.exception.CinderConnectionFailed: Connection to cinder host failed: " REFUSED_AT("http://127.0.0.1:27776/") "\n";
static const char neutron_frames[] =
    FRAME("nova/conductor/manager.py", 1229, "rebuild_instance", "self.network_api.get_requested_resource_for_instance(")
    FRAME("nova/network/neutron.py", 2597, "get_requested_resource_for_instance", "data = neutron.list_ports(")
    FRAME("neutronclient/v2_0/client.py", 815, "list_ports", "return self.list('ports', self.ports_path, retrieve_all,")
    FRAME("neutronclient/client.py", 330, "request", "resp = super(SessionClient, self).request(*args, **kwargs)") TO_SESSION;
static const char placement_trace[] = "Traceback (most recent call last):\n"
    FRAME("nova/conductor/manager.py", 1259, "rebuild_instance", "host_lists = self._schedule_instances(context,")
    FRAME("nova/scheduler/client/query.py", 41, "select_destinations", "return self.scheduler_rpcapi.select_destinations(context, spec_obj,")
    FRAME("nova/scheduler/rpcapi.py", 160, "select_destinations", "return cctxt.call(ctxt, 'select_destinations', **msg_args)")
    FRAME("oslo_messaging/_drivers/amqpdriver.py", 681, "_send", "raise result")
    "nova.exception_Remote.NoValidHost_Remote: No valid host was found. \nTraceback (most recent call last):\n\n"
    FRAME("nova/scheduler/manager.py", 209, "select_destinations", "raise exception.NoValidHost(reason=\"\")")
    "\nnova.exception.NoValidHost: No valid host was found. \n\n";
static const char scheduler_frames[] =
    FRAME("nova/conductor/manager.py", 940, "_schedule_instances", "host_lists = self.query_client.select_destinations(")
    FRAME("nova/scheduler/client/query.py", 41, "select_destinations", "return self.scheduler_rpcapi.select_destinations(context, spec_obj,")
    FRAME("nova/scheduler/rpcapi.py", 160, "select_destinations", "return cctxt.call(ctxt, 'select_destinations', **msg_args)")
    FRAME("oslo_messaging/_drivers/amqpdriver.py", 492, "get", "raise oslo_messaging.MessagingTimeout(");

/* Put together from the sources of keystoneauth1, the clients and nova 17 to 34. */
#define TO_KEYSTONE                                                                                                              \
	FRAME("keystoneauth1/session.py", 810, "request", "auth_headers = self.get_auth_headers(auth)")                         \
	FRAME("keystoneauth1/identity/base.py", 134, "get_access", "self.auth_ref = self.get_auth_ref(session)")                 \
	FRAME("keystoneauth1/identity/generic/base.py", 208, "get_auth_ref", "self._plugin = self._do_create_plugin(session)")
static const char keystone_frames[] =
    FRAME("nova/network/neutron.py", 2597, "get_requested_resource_for_instance", "data = neutron.list_ports(")
    FRAME("neutronclient/client.py", 330, "request", "resp = super(SessionClient, self).request(*args, **kwargs)") TO_KEYSTONE TO_SESSION;
static const char keystone_trace[] = "Traceback (most recent call last):\n"
    FRAME("nova/volume/cinder.py", 397, "wrapper", "res = method(self, ctx, *args, **kwargs)") TO_KEYSTONE
    "keystoneauth1.exceptions.discovery.DiscoveryFailure: Could not find versioned identity endpoints when attempting to authenticate. "
    "Please check that your auth_url is correct. Unable to establish connection to https://nova:pw@keys.example:5000/v3?x=1: refused\n";
static const char old_neutron_frames[] =
    FRAME("nova/network/neutronv2/api.py", 90, "wrapper", "ret = obj(*args, **kwargs)");
static const char placement_frames[] =
    FRAME("nova/conductor/manager.py", 1120, "_allocate_for_evacuate_dest_host", "scheduler_utils.claim_resources_on_destination(")
    FRAME("nova/scheduler/client/report.py", 1900, "claim_resources", "r = self.put(url, payload)") TO_SESSION;
static const char glance_trace[] =
    FRAME("nova/image/glance.py", 195, "call", "result = getattr(controller, method)(*args, **kwargs)")
    FRAME("glanceclient/common/http.py", 119, "_handle_response", "raise exc.CommunicationError(message)")
    "nova.exception.GlanceConnectionFailed: Connection to glance host http://g:9292 failed: refused\n";
static const char vif_trace[] =
    FRAME("nova/virt/libvirt/driver.py", 4328, "spawn", "self._create_guest_with_network(")
    FRAME("nova/virt/libvirt/driver.py", 7719, "_create_guest_with_network", "raise exception.VirtualInterfaceCreateException()")
    "nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed\n";
static const char attachment_trace[] =
    FRAME("nova/volume/cinder.py", 860, "attachment_delete", "cinderclient(")
    FRAME("cinderclient/client.py", 212, "request", "raise exceptions.from_response(resp, body)")
    "cinderclient.exceptions.ClientException: The server has either erred or is incapable of performing the requested operation. (HTTP 500)\n";
static const char catalog_trace[] =
    FRAME("nova/volume/cinder.py", 250, "cinderclient", "url = _get_auth_url(")
    "keystoneauth1.exceptions.catalog.EmptyCatalog: The service catalog is empty.\n";

/* nova 26 with libvirt 9 and QEMU 7.2, shared files; the guest of the old host ran. */
#define LOCK_TEXT                                                                                                                \
	"internal error: process exited while connecting to monitor: 2026-11-28T03:09:11.123456Z qemu-system-x86_64: -blockdev "     \
	"{\"node-name\":\"libvirt-1-format\",\"read-only\":false,\"driver\":\"qcow2\"}: Failed to get \"write\" lock\nIs another process using the " \
	"image [/var/lib/nova/instances/i1/disk]?"
static const char lock_trace[] = "Traceback (most recent call last):\n"
    FRAME("nova/compute/manager.py", 3996, "_do_rebuild_instance", "self.driver.rebuild(**kwargs)")
    FRAME("nova/virt/driver.py", 377, "rebuild", "raise NotImplementedError()")
    "NotImplementedError\n" DURING
    FRAME("nova/virt/libvirt/guest.py", 165, "launch", "return self._domain.createWithFlags(flags)")
    "libvirt.libvirtError: " LOCK_TEXT "\n";
static const char mount_trace[] = "Traceback (most recent call last):\n"
    FRAME("nova/virt/libvirt/volume/mount.py", 309, "mount", "except processutils.ProcessExecutionError():")
    "TypeError: catching classes that do not inherit from BaseException is not allowed\n";

static const struct {
	const char *message, *trace;
	const char *service;
	enum cause_reach reach;
	const char *address, *what, *next; /* how they begin */
} cases[] = {
	/* as measured */
	{ cinder_fault, cinder_trace, "cinder-api", REACH_VOLUMES, "http://127.0.0.1:27776", "cinder-api at http://127.0.0.1:27776 does not answer",
	    "start cinder-api" },
	{ cinder_fault, NULL, "cinder-api", REACH_VOLUMES, "http://127.0.0.1:27776", "cinder-api at http://127.0.0.1:27776 does not answer",
	    "start cinder-api" },
	{ "ConnectFailure", neutron_frames, "neutron-server", REACH_ALL, NULL, "neutron-server does not answer", "start neutron-server" },
	{ "No valid host was found. ", placement_trace, "placement-api", REACH_ALL, NULL, "placement has no host with capacity for it, or did not answer",
	    "make sure that placement-api answers" },
	{ "MessagingTimeout", scheduler_frames, "nova-scheduler", REACH_ALL, NULL, "nova-scheduler did not answer over the message broker",
	    "start nova-scheduler" },
	{ "Virtual Interface creation failed", vif_trace, "nova-api", REACH_PORTS, NULL, "neutron's word that a port is plugged did not come",
	    "start nova-api, or give --neutron-config-file" },
	{ "ClientException", attachment_trace, "cinder-api", REACH_VOLUMES, NULL, "cinder-api failed at the volume's attachment",
	    "set send_service_user_token" },
	/* keystone is asked on the way to every other one */
	{ "ConnectFailure", keystone_frames, "keystone", REACH_ALL, NULL, "keystone does not answer", "start keystone" },
	{ "Unauthorized", keystone_frames, "keystone", REACH_ALL, NULL, "keystone refused nova's credentials", "correct the credentials in nova.conf" },
	{ "DiscoveryFailure", keystone_trace, "keystone", REACH_ALL, "https://keys.example:5000", "keystone at https://keys.example:5000 does not answer",
	    "start keystone" },
	/* an event of nova 17 to 20 has no details: the frames name the service, the fault's text what is the matter */
	{ NULL, cinder_trace, "cinder-api", REACH_VOLUMES, "http://127.0.0.1:27776", "cinder-api at http://127.0.0.1:27776 does not answer",
	    "start cinder-api" },
	{ "ConnectionFailed", old_neutron_frames, "neutron-server", REACH_ALL, NULL, "neutron-server does not answer", "start neutron-server" },
	{ NULL, neutron_frames, "neutron-server", REACH_ALL, NULL, "neutron-server does not answer", "start neutron-server" },
	{ "Unable to communicate with the Placement API.", NULL, "placement-api", REACH_ALL, NULL, "placement-api does not answer", "start placement-api" },
	{ "ConnectFailure", placement_frames, "placement-api", REACH_ALL, NULL, "placement-api does not answer", "start placement-api" },
	{ "Connection to glance host http://g:9292 failed: refused", glance_trace, "glance-api", REACH_IMAGES, "http://g:9292",
	    "glance-api at http://g:9292 does not answer", "start glance-api" },
	{ "Connection to keystone host failed: refused", NULL, "keystone", REACH_ALL, NULL, "keystone does not answer", "start keystone" },
	{ "Unauthorized", attachment_trace, "cinder-api", REACH_VOLUMES, NULL, "cinder-api refused nova's credentials", "correct section [cinder]" },
	{ "Networking client is experiencing an unauthorized exception.", NULL, "neutron-server", REACH_ALL, NULL,
	    "neutron-server refused nova's credentials", "correct section [neutron]" },
	{ "EmptyCatalog", catalog_trace, "cinder-api", REACH_VOLUMES, NULL, "nova-compute has no address of cinder-api", "give [cinder] in nova.conf" },
	{ "EndpointNotFound", placement_frames, "placement-api", REACH_ALL, NULL, "keystone's catalog has no endpoint of placement-api", "compare" },
	{ "ServiceUnavailable", neutron_frames, "neutron-server", REACH_ALL, NULL, "neutron-server answers with a failure", "look into the log of neutron-server" },
	{ "Invalid volume: Detach volume from instance i1 using the Compute API (HTTP 409)", attachment_trace, "cinder-api", REACH_VOLUMES, NULL,
	    "cinder-api does not let nova-compute detach the volume", "set send_service_user_token" },
	{ "Binding failed for port p, please check neutron logs for more information.", NULL, "neutron-server", REACH_PORTS, NULL,
	    "neutron could not bind a port", "start the agent of the new host" },
	/* only the URL tells: what was asked for, or the usual port */
	{ "ConnectFailure", "Unable to establish connection to http://u:p@10.0.0.1:8080/v3/auth/tokens: refused", "keystone", REACH_ALL,
	    "http://10.0.0.1:8080", "keystone at http://10.0.0.1:8080 does not answer", "start keystone" },
	{ "Unable to establish connection to https://x:9696: refused", NULL, "neutron-server", REACH_ALL, "https://x:9696",
	    "neutron-server at https://x:9696 does not answer", "start neutron-server" },
	{ "Unable to establish connection to https://x:4711/: refused", NULL, NULL, REACH_UNKNOWN, "https://x:4711",
	    "no service answers at https://x:4711", "see 'evac-manage doctor'" },
	{ "ConnectFailure", NULL, NULL, REACH_UNKNOWN, NULL, "a service that nova asked does not answer", "see 'evac-manage doctor'" },
	/* a living guest is no fault of a service, whatever else stands in the trace */
	{ "libvirtError", lock_trace, "nova-compute", REACH_ALL, NULL, "guest-alive: its guest still runs elsewhere", "power the source off" },
	{ LOCK_TEXT, NULL, "nova-compute", REACH_ALL, NULL, "guest-alive: ", "power the source off" },
	{ "libvirtError", "libvirt.libvirtError: Failed to get shared \"write\" lock\n", "nova-compute", REACH_ALL, NULL, "guest-alive: ", "power the source off" },
	{ "libvirtError", "libvirt.libvirtError: resource busy: Lockspace resource '2f1a' is locked\n", "nova-compute", REACH_ALL, NULL, "guest-alive: ",
	    "power the source off" },
	{ "ConnectFailure", lock_trace, "nova-compute", REACH_ALL, NULL, "guest-alive: ", "power the source off" },
	{ "libvirtError", "libvirt.libvirtError: Failed to get \"write\" access\n", NULL, REACH_UNKNOWN, NULL, NULL, NULL },
	/* the instance's own */
	{ "No valid host was found. There are not enough hosts available.", placement_trace, "nova-scheduler", REACH_INSTANCE, NULL,
	    "the scheduler's filters left no host for it", "name a host" },
	{ "No valid host was found. Unable to move instance i1 to host B. There are complex allocations against the source provider", NULL,
	    "placement-api", REACH_INSTANCE, NULL, "placement holds allocations of it", "see 'evac-manage audit run allocation-on-other-host'" },
	{ "Build of instance i1 aborted: Insufficient compute resources: Free memory 12.00 MB < requested 64 MB.", NULL, "nova-compute", REACH_INSTANCE,
	    NULL, "the host that the scheduler chose has no capacity", "name another host" },
	{ "Build of instance i1 was re-scheduled: Anti-affinity instance group policy was violated.", NULL, "nova-compute", REACH_INSTANCE, NULL,
	    "the policy of its server group", "let the scheduler choose" },
	/* nothing is known, and nothing is guessed */
	{ "boom", "Traceback (most recent call last):\n" FRAME("nova/compute/manager.py", 1, "f", "g()"), NULL, REACH_UNKNOWN, NULL, NULL, NULL },
	{ NULL, NULL, NULL, REACH_UNKNOWN, NULL, NULL, NULL },
	{ "", "", NULL, REACH_UNKNOWN, NULL, NULL, NULL },
};

static bool begins(const char *text, const char *expected)
{
	return expected ? text && str_starts(text, expected) : !text;
}

static void the_dead_service_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_arena struct arena arena = { 0 };
		struct cause c;

		cause_read(&(struct cause_words){ cases[i].message, cases[i].trace }, &arena, &c);
		if (c.guest_alive != (c.what && str_starts(c.what, "guest-alive: ")) ||
		    !str_equal(cause_service_name(c.service), cases[i].service) || c.reach != cases[i].reach ||
		    !str_equal(c.address, cases[i].address) || !begins(c.what, cases[i].what) || !begins(c.next, cases[i].next))
			fail_msg("%zu: %s: %s, %d, %s: %s; %s", i, str_or(cases[i].message, "-"), str_or(cause_service_name(c.service), "-"),
			    c.reach, str_or(c.address, "-"), str_or(c.what, "-"), str_or(c.next, "-"));
	}
}

/* A login in a URL and what else nova wrote are never said. */
static void no_word_of_nova_is_repeated(void **state)
{
	auto_arena struct arena arena = { 0 };
	struct cause c;

	(void)state;
	cause_read(&(struct cause_words){ "ConnectFailure",
		       "Unable to establish connection to http://nova:s3cr@t@ctl:5000/v3/auth/tokens?token=s3cr: s3cr" },
	    &arena, &c);
	assert_string_equal(c.address, "http://ctl:5000");
	assert_null(strstr(c.what, "s3cr"));
	assert_null(strstr(c.next, "s3cr"));
	cause_read(&(struct cause_words){ "Unable to establish connection to http://nova:s3c/r@ctl:5000/v3: refused", NULL }, &arena, &c);
	assert_null(c.address);
	assert_null(strstr(c.what, "s3c"));
}

/* An exception that is not nova's own is its class alone in the message: its text stands at the end of the trace. */
static void the_exceptions_own_text_is_said(void **state)
{
	static const struct {
		const char *message, *trace, *said;
	} of[] = {
		{ "TypeError", mount_trace, "TypeError: catching classes that do not inherit from BaseException is not allowed" },
		{ "libvirtError", "Traceback:\nlibvirt.libvirtError: first\n\nlibvirt.libvirtError: a\nb\n", "libvirtError: a b" },
		{ "Virtual Interface creation failed", vif_trace, "Virtual Interface creation failed" }, /* nova's own says all */
		{ "Error", lock_trace, "Error" },                                                   /* no part of another class's name */
		{ "libvirtError", "libvirt.libvirtError: \n", "libvirtError" },
		{ "libvirtError", "  libvirtError: code in a frame\n", "libvirtError" },
		{ "libvirtError", NULL, "libvirtError" },
		{ NULL, mount_trace, "" },
	};
	auto_arena struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(of); i++)
		assert_string_equal(cause_words_said(&(struct cause_words){ of[i].message, of[i].trace }, &arena), of[i].said);
	assert_true(str_starts(cause_words_said(&(struct cause_words){ "libvirtError", lock_trace }, &arena),
	    "libvirtError: internal error: process exited"));
}

/* "No valid host" is settled by a look at placement. */
static void what_reads_the_same_is_settled_by_a_look(void **state)
{
	auto_arena struct arena arena = { 0 };
	struct cause c, kept;

	(void)state;
	cause_read(&(struct cause_words){ "No valid host was found. ", NULL }, &arena, &c);
	assert_true(c.ambiguous);
	kept = c;
	cause_settle(&c, true, &arena);
	assert_false(c.ambiguous);
	assert_int_equal(c.reach, REACH_INSTANCE);
	assert_string_equal(c.what, "placement has no host with capacity for it");
	cause_settle(&kept, false, &arena);
	assert_int_equal(kept.reach, REACH_ALL);
	assert_string_equal(kept.what, "placement-api does not answer");
	assert_string_equal(kept.next, "start placement-api");
	cause_settle(&kept, true, &arena); /* what is settled stays */
	assert_string_equal(kept.what, "placement-api does not answer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_dead_service_is_named),
		cmocka_unit_test(no_word_of_nova_is_repeated),
		cmocka_unit_test(the_exceptions_own_text_is_said),
		cmocka_unit_test(what_reads_the_same_is_settled_by_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
