/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"
#include "util/http.h"
#include "util/mem.h"
#include "util/syslog.h"

#define SITE_FILE "/etc/evac-manage/evac-manage.conf"
#define DEADLINE_MAX_S 86400
#define OWN_OPTIONS_MAX 64 /* of a group */
#define VERSION_FILE_MAX ((size_t)64 * 1024)

static bool is_version(const char *s)
{
	while (isdigit((unsigned char)*s)) {
		s += strspn(s, "0123456789");
		if (!*s)
			return true;
		if (*s++ != '.')
			return false;
	}
	return false;
}

static int check_version(const char *text, const char *origin, struct error *err)
{
	if (is_version(text))
		return 0;
	error_set(err, ERROR_CONFIG, "%s: '%.64s' is not a version", origin, text);
	return error_hint(err, "write numbers with dots between them, as 6.4.3.0.0.0");
}

/* A version as it stands in our file. */
static int read_version(struct ini *ini, const struct own_option *option, char **what, struct error *err)
{
	const char *value, *origin;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	if (value && *value) {
		if (check_version(value, origin, err) != 0)
			return -1;
		*what = xstrdup(value);
	}
	ini_note(ini, &(struct ini_name){ option->group, option->key }, *what, origin);
	return 0;
}

static char *first_line(const struct str *text, unsigned *number)
{
	struct span rest = { text->s, text->n }, line;

	for (*number = 1; span_next_line(&rest, &line); (*number)++) {
		line = span_trim(line);
		if (line.n)
			return xstrndup(line.s, line.n);
	}
	return NULL;
}

static int load_version_file(const char *path, char **what, struct error *err)
{
	auto_str struct str text = { 0 };
	auto_free char *version = NULL, *origin = NULL;
	unsigned line;

	if (file_read(path, VERSION_FILE_MAX, ERROR_CONFIG, &text, err) != 0)
		return -1;
	version = first_line(&text, &line);
	if (!version)
		return error_set(err, ERROR_CONFIG, "'%s' is empty; a version was expected", path);
	origin = xasprintf("%s:%u", path, line);
	if (check_version(version, origin, err) != 0)
		return -1;
	*what = take(version);
	return 0;
}

/* ---- the options: each is read by its row of the table */

/* Names of hosts and patterns, not true or false. One word of letters alone is a boolean that was misspelt, and no host: a
 * comma behind it makes it one. */
static bool is_host_list(const char *value)
{
	size_t digits = strspn(value, "0123456789");

	return strpbrk(value, ",*?[.-_") || (value[digits] && strpbrk(value, "0123456789") && !strpbrk(value, " \t'\""));
}

static int read_shared_disks(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const struct ini_name *names = NAMES({ option->group, option->key });
	const char *value, *origin;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	if (value && is_host_list(value)) {
		out->shared_hosts = xstrdup(value);
		ini_note(ini, names, value, origin);
		return 0;
	}
	if (read_bool(ini, names, &out->shared_disks, err) != 0)
		return error_hint(err, "write true or false, or names of hosts with commas between; behind a lone name, too");
	return 0;
}

static bool fits(struct span pattern, const char *host)
{
	auto_free char *text = xstrndup(pattern.s, pattern.n);

	return *text && fnmatch(text, host, 0) == 0;
}

bool site_shares_disks(const struct site_config *site, const char *host)
{
	const char *at = site->shared_hosts;

	while (at && host && *at) {
		size_t n = strcspn(at, ",");

		if (fits(span_trim((struct span){ at, n }), host))
			return true;
		at += n + (at[n] == ',');
	}
	return site->shared_disks;
}

static int read_computes_wait(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	out->computes_wait_for_ports = true;
	return read_bool(ini, NAMES({ option->group, option->key }), &out->computes_wait_for_ports, err);
}

static int read_pool_version(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	return read_version(ini, option, &out->version, err);
}

static int read_min_version(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	return read_version(ini, option, &out->min_version, err);
}

static int read_nova_release(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	return read_version(ini, option, &out->nova_release, err);
}

static int read_version_file(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *path, *origin;

	if (ini_get(ini, option->group, option->key, &path, &origin, err) != 0)
		return -1;
	if (!path || !*path)
		return 0;
	if (out->version) {
		error_set(err, ERROR_CONFIG, "%s: version and version_file are both set", origin);
		return error_hint(err, "remove one of version and version_file");
	}
	if (load_version_file(path, &out->version, err) != 0)
		return error_prefix(err, "%s", origin);
	ini_note(ini, &(struct ini_name){ option->group, "version" }, out->version, path);
	return 0;
}

static int read_deadline(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;
	char *end;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	if (value && *value) {
		errno = 0;
		out->deadline_s = strtoll(value, &end, 10);
		if (!isdigit((unsigned char)*value) || *end || errno || out->deadline_s < 1 ||
		    out->deadline_s > DEADLINE_MAX_S) {
			error_set(err, ERROR_CONFIG, "%s: '%.64s' is no number of seconds from 1 to %d", origin, value,
			    DEADLINE_MAX_S);
			return error_hint(err, "write the seconds that a command may read for, as 600");
		}
	}
	ini_note(ini, &(struct ini_name){ option->group, option->key }, value && *value ? value : NULL, origin);
	return 0;
}

/* The row's key is the service's name in nova.conf, and "_url". */
static enum peer peer_of(const struct own_option *option)
{
	static const char *const keys[PEERS] = { "placement_url", "neutron_url", "cinder_url", "keystone_url", "nova_url" };
	int peer = 0;

	while (strcmp(keys[peer], option->key) != 0)
		peer++;
	return (enum peer)peer;
}

static int read_service_url(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;
	char *root;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	root = value && *value ? http_root(value) : NULL;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, root, origin);
	out->url[peer_of(option)] = root;
	if (root || !value || !*value)
		return 0;
	error_set(err, ERROR_CONFIG, "%s: the value is no http or https URL", origin); /* which may hold a password */
	return error_hint(err, "write it as http://HOST:PORT/");
}

static int read_syslog(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, str_or(value, option->standard), origin);
	if (!value || !*value || strcmp(value, option->standard) == 0)
		return 0;
	if (!syslog_has_facility(value)) {
		error_set(err, ERROR_CONFIG, "%s: '%.64s' is not a syslog facility", origin, value);
		return error_hint(err, "write no, or one of %s", SYSLOG_FACILITIES);
	}
	out->syslog = xstrdup(value);
	return 0;
}

/* "22,16509"; none: no port is tried. */
static int read_life_ports(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin, *p;
	char *end;
	unsigned long port;

	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, str_or(value, option->standard), origin);
	p = value && *value ? value : option->standard;
	if (strcmp(p, "none") == 0)
		return 0;
	for (; *p; p = end + strspn(end, ", \t")) {
		port = strtoul(p, &end, 10);
		if (end == p || port == 0 || port > UINT16_MAX || out->nlife_port == LIFE_PORTS_MAX || !strchr(", \t", *end)) {
			error_set(err, ERROR_CONFIG, "%s: '%.64s' is no list of at most %d ports", origin, value,
			    LIFE_PORTS_MAX);
			return error_hint(err, "write it as 22,16509, or none");
		}
		out->life_port[out->nlife_port++] = (uint16_t)port;
	}
	return 0;
}

static int read_fencing(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	(void)option;
	return fencing_read(ini, &out->fencing, err);
}

static int read_order(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;
	int key = 0;

	while (strcmp(order_key_name[key], option->key) != 0)
		key++;
	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, str_or(value, option->standard), origin);
	return order_config_set(&out->order, (enum order_key)key, value, origin, err);
}

static int read_pace(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	const char *value, *origin;
	int key = 0;

	while (strcmp(pace_key_name[key], option->key) != 0)
		key++;
	if (ini_get(ini, option->group, option->key, &value, &origin, err) != 0)
		return -1;
	ini_note(ini, &(struct ini_name){ option->group, option->key }, str_or(value, option->standard), origin);
	return pace_config_set(&out->pace, (enum pace_key)key, value, origin, err);
}

/* A word of [storage], each in its member. */
static int read_storage(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	struct storage_config *storage = &out->storage;
	const struct {
		const char *key;
		char **what;
	} member[] = { { "conf", &storage->conf }, { "keyring", &storage->keyring }, { "user", &storage->user },
		{ "fence_user", &storage->fence_user }, { "pool", &storage->pool } };
	size_t i = 0;

	while (strcmp(member[i].key, option->key) != 0)
		i++;
	return read_text(ini, NAMES({ option->group, option->key }), member[i].what, err);
}

static int read_targets(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err)
{
	return read_text(ini, NAMES({ option->group, option->key }),
	    strcmp(option->key, "reserved") == 0 ? &out->reserved : &out->reserved_reason, err);
}

/* version before version_file, which looks whether it was given. */
const struct own_option own_options[] = {
	{ "site", "shared_disks", "boolean value or list", "false", "false", NULL, read_shared_disks,
	    "All disks that nova makes (roots of images, ephemeral, swap) are on shared storage: nothing is lost with a host. "
	    "Or names and patterns of the hosts whose disks are, with commas between (compute-0*, kvm17). nova does not record whether "
	    "it found a disk or made a new one: name no host whose directory of instances you have not seen on another. Elsewhere an instance with a disk on its compute is left out of an evacuation (finding local-disk)." },
	{ "site", "computes_wait_for_ports", "boolean value", "true", "true", NULL, read_computes_wait,
	    "The nova-computes wait until neutron has plugged the ports of an instance before they start it, as nova does as "
	    "shipped. False only where every one of them has vif_plugging_timeout = 0 and vif_plugging_is_fatal = false: it "
	    "then needs nobody to tell it (finding vif-event-undeliverable)." },
	{ "site", "version", "version", NULL, "6.4.3.0.0.0", NULL, read_pool_version,
	    "The version of this site's pool: numbers with dots between them. Not together with version_file. Without both it is "
	    "not known." },
	{ "site", "version_file", "file name", NULL, "/etc/site-version", NULL, read_version_file,
	    "A file with that version in its first line that is not empty. Not together with version." },
	{ "site", "min_version", "version", NULL, "6.4.3.0.0.0", NULL, read_min_version,
	    "The least version that evacuations work with, compared number by number (6.10 is above 6.9). Below it a run is "
	    "refused (finding site-version). Without it no version is refused." },
	{ "site", "nova_release", "version", NULL, "19.3.1", NULL, read_nova_release,
	    "The oldest point release of nova that a service of this site runs, as nova-compute --version prints it. nova's rows "
	    "tell the release alone: without this its first point release is assumed, with the faults that a later one has not "
	    "(findings release-deletes-disks, task-state, old-cpu-pinning). It counts only for services of that release." },
	{ "site", "deadline", "integer value", NULL, "600", NULL, read_deadline,
	    "For how many seconds a command may read before it gives up, of every command but audit run; --deadline comes first. "
	    "Without it 300, and 60 for doctor. What has not answered to the end by then is named, what comes after it is not "
	    "asked. A run that writes has no end of the whole any more: each answer has as long." },
	{ "site", "placement_url", "URL", NULL, "http://placement.example.org:8778/", NULL, read_service_url,
	    "Where placement answers. Before an evacuation one GET without a token shows whether it is up. Without it the address is taken from nova.conf or from keystone's database; an address that is not known is said (finding service-not-checked)." },
	{ "site", "neutron_url", "URL", NULL, "http://neutron.example.org:9696/", NULL, read_service_url,
	    "Where neutron-server answers. As placement_url." },
	{ "site", "cinder_url", "URL", NULL, "http://cinder.example.org:8776/", NULL, read_service_url,
	    "Where cinder-api answers. As placement_url; asked where an instance has volumes." },
	{ "site", "keystone_url", "URL", NULL, "http://keystone.example.org:5000/", NULL, read_service_url,
	    "Where keystone answers. As placement_url." },
	{ "site", "nova_url", "URL", NULL, "http://nova.example.org:8774/", NULL, read_service_url,
	    "Where nova-api answers. The address at which neutron reaches it: neutron tells nova through it that a port is plugged." },
	{ "site", "life_ports", "list of ports", "22,16509,16514,49152", "22,16509,16514,49152", NULL, read_life_ports,
	    "TCP ports of the computes (ssh, libvirt, migration). Before the failed host's instances or volumes go elsewhere, and before "
	    "each wave, a connection to each is tried at the host's own address, as nova knows it (host_ip). One that is accepted, or "
	    "refused by that address, is life, a stop (source-alive); silence proves nothing. none: no port is tried, where a firewall "
	    "answers for hosts that are off." },
	{ "storage", "conf", "file name", NULL, "/etc/ceph/ceph.conf", NULL, read_storage,
	    "The ceph.conf of the cluster that has the disks. Before an evacuation Ceph is asked who has each disk open and who "
	    "holds its lock. Without it cinder.conf's rbd_ceph_conf counts, then /etc/ceph/ceph.conf." },
	{ "storage", "keyring", "file name", NULL, "/etc/ceph/ceph.client.witness.keyring", NULL, read_storage,
	    "The file with the key of user, and of fence_user. Without it ceph.conf says where keys are." },
	{ "storage", "user", "name", NULL, "witness", NULL, read_storage,
	    "Who asks, without client. before it. Without it cinder.conf's rbd_user asks, then the user of the volume's "
	    "connection. It needs mon 'allow r' and osd 'profile rbd-read-only' on each pool, and writes nothing." },
	{ "storage", "fence_user", "name", NULL, "fence", NULL, read_storage,
	    "Who puts old clients on Ceph's blocklist where that is asked for. It needs mon 'allow command \"osd blocklist\"' "
	    "beside what user needs. Without it user does." },
	{ "storage", "pool", "name", NULL, "vms", NULL, read_storage,
	    "The pool of the disks that nova makes, where the computes have images_type = rbd. Without it Ceph is asked for "
	    "volumes alone." },
	{ "targets", "reserved", "list of hosts", NULL, "compute-31, compute-32", NULL, read_targets,
	    "Hosts that are kept free for a failure, with commas between: their nova-compute runs and is disabled as reserved. When "
	    "instances fit nowhere else, an evacuation enables as many of them as help, in this order, and disables them again at its "
	    "end. Without it none is enabled." },
	{ "targets", "reserved_reason", "pattern", NULL, "pool: spare*", NULL, read_targets,
	    "What disabled_reason of such a host looks like; one that was disabled for another reason is never enabled. Without it a reason "
	    "with the word reserved counts, in whatever case, as InstanceHA has it. A host that was disabled without a reason counts, too." },
	{ ORDER_GROUP, "phases", "list of rules", NULL, "tag db or metadata tier=db, flavor m1.*, priority", NULL, read_order,
	    "Which instances are evacuated before which: phases with commas between. An instance is in the first that it fits; the next "
	    "phase begins when the last of this one is verified, or after phase_timeout. tag NAME; metadata KEY=VALUE, or KEY of any value; "
	    "project ID; flavor NAME; ha: a key of ha_keys says yes; rest: all that no other fits; priority: the same, a phase for each number in "
	    "priority_keys. Names and values may be a shell's patterns, or joins several in one phase. Without rest or priority the rest goes last. "
	    "Without phases the largest go first, as ever." },
	{ ORDER_GROUP, "phase_timeout", "seconds", "600", "600", NULL, read_order,
	    "How long the next phase waits when nothing of this one is sent or ends any more: what is not verified by then is named, and "
	    "keeps no place. It goes on, and is followed." },
	{ ORDER_GROUP, "priority_keys", "list of names", "restart_priority, instanceha:restart_priority",
	    "restart_priority, instanceha:restart_priority", NULL, read_order,
	    "Keys of metadata with a number from 1 to 1000, the highest first; an instance without one, or with a word that is none, has 500." },
	{ ORDER_GROUP, "group_keys", "list of names", "restart_group, instanceha:restart_group",
	    "restart_group, instanceha:restart_group", NULL, read_order,
	    "Keys of metadata with a group's name: its members have the highest priority of them all, and so one phase." },
	{ ORDER_GROUP, "ha_keys", "list of names", "HA_Enabled, evacuable", "HA_Enabled, evacuable", NULL, read_order,
	    "Keys that say whether an instance is to be evacuated, as Masakari (HA_Enabled) and InstanceHA (evacuable) read them: its metadata, "
	    "else its flavor's extra specs and its image's properties. One that says no beside one that says yes means no." },
	{ ORDER_GROUP, "respect_ha_tags", "boolean value", "false", "false", NULL, read_order,
	    "Leave out instances for which a key of ha_keys says no (finding ha-says-no). Without it those keys leave nothing out: a project "
	    "sets its metadata itself." },
	{ PACE_GROUP, "max_in_flight", "integer value", NULL, "5", NULL, read_pace,
	    "How many evacuations are under way at once; --max-in-flight comes first. Without both the run finds it by measuring: it begins "
	    "with two a target and goes on with more as long as more end a minute." },
	{ PACE_GROUP, "max_per_target", "integer value", NULL, "4", NULL, read_pace,
	    "How many of them on one target host; --max-per-target comes first. Without both 8 where the run finds its pace, else no limit." },
	{ PACE_GROUP, "conductor_queue", "integer value", "100", "100", NULL, read_pace,
	    "With more messages than this in the queue of nova-conductor nothing is begun until half of them are left." },
	{ PACE_GROUP, "database_ms", "milliseconds", "1000", "1000", NULL, read_pace,
	    "When one small statement takes the cell's database longer than this, twice in a row, nothing is begun until it takes half as long." },
	{ PACE_GROUP, "patience", "seconds", "300", "300", NULL, read_pace,
	    "How long a run waits for that, and for evacuations and rebuilds of others that fail. Then it ends, and names what it has not begun." },
	{ INVENTORY_GROUP, "key", "file name", INVENTORY_KEY_FILE, INVENTORY_KEY_FILE, NULL, read_inventory,
	    "The Ed25519 key that files of inventory save are signed with; root's, mode 600. openssl makes it: openssl genpkey -algorithm ed25519. "
	    "A public one is enough to check them." },
	{ INVENTORY_GROUP, "directories", "list of directories", INVENTORY_DIRECTORY,
	    INVENTORY_DIRECTORY ", /mnt/safe/inventory", NULL, read_inventory,
	    "Where inventory save writes without a directory of its own, each of them all of it, and where such a file is looked for when no "
	    "database answers. Commas between; at most 8, each mode 700." },
	{ INVENTORY_GROUP, "keep", "integer value", INVENTORY_KEEP, INVENTORY_KEEP, NULL, read_inventory,
	    "How many of them stay in each directory, from 2 to 10000. The newest one that is whole stays beyond that." },
	{ "log", "syslog", "facility", "no", "authpriv", "no|" SYSLOG_FACILITIES, read_syslog,
	    "Where the trail goes: an event in CADF's fields for the begin of a run, the end of each of its units and its own end, as "
	    "one line of JSON to syslog or journald. nova-api and cinder-api, which would tell an audit of these writes, are "
	    "not asked for them. Without it the journal alone has them." },
	{ FENCING_GROUP, "agent", "program", "none", "fence_ipmilan", NULL, read_fencing,
	    "The fence agent (of ClusterLabs) that knows whether a host has power: its name or its whole path. It is asked before "
	    "each plan about a failed host: off confirms the power-off, on is a stop (source-alive). A group [fencing PATTERN], with "
	    "a host's name or a shell's pattern, says it of those hosts; what it does not say is that of [fencing]." },
	{ FENCING_GROUP, "options", "list of NAME=VALUE", NULL, "ip={bmc} username=admin lanplus=1", NULL, read_fencing,
	    "What the agent is told on its standard input. {host} becomes the host's name, {short} the same up to its first dot, {bmc} "
	    "the value of bmc. A value with blanks stands between double quotes. No password." },
	{ FENCING_GROUP, "bmc", "text", NULL, "{short}-bmc.example.org", NULL, read_fencing,
	    "The address of the host's BMC, for {bmc}." },
	{ FENCING_GROUP, "password_file", "file name", NULL, "/etc/evac-manage/bmc-password", NULL, read_fencing,
	    "A file whose one line is the agent's password. It must be root's, or of who runs this program, and nobody else may read it. "
	    "{host}, {short} and {bmc} are filled in." },
	{ FENCING_GROUP, "secrets_file", "file name", NULL, "/etc/evac-manage/fence-secrets", NULL, read_fencing,
	    "A file of lines NAME=VALUE with what else of the agent's options is a secret (an SNMP community, a Kg key, an API key). Whose "
	    "it must be, and what is filled in, is as with password_file." },
	{ FENCING_GROUP, "timeout", "seconds", "20", "20", NULL, read_fencing,
	    "How long the agent may take to say whether the host is on. After that it is stopped, and has given no answer." },
	{ FENCING_GROUP, "off_timeout", "seconds", "90", "90", NULL, read_fencing,
	    "How long it may take to switch the host off and to say that it is." },
	{ .group = NULL },
};

/* What is said for this run alone, or was for the one that it goes on with. */
static int load_own_order(const struct config_sources *sources, struct order_config *order, struct error *err)
{
	struct order_config own;

	if (!sources->order_words && !sources->order_file)
		return 0;
	if (sources->order_words ? order_config_of_words(sources->order_words, &own, err) != 0 :
				   order_config_load(sources->order_file, &own, err) != 0)
		return -1;
	order_config_free(order);
	*order = own;
	return 0;
}

static bool is_first_of_group(const struct own_option *option)
{
	return option == own_options || strcmp(option[-1].group, option->group) != 0;
}

static int check_group(const struct ini *ini, const struct own_option *first, struct error *err)
{
	const char *keys[OWN_OPTIONS_MAX];
	size_t n = 0;

	for (const struct own_option *o = first; o->group && strcmp(o->group, first->group) == 0; o++)
		keys[n++] = o->key;
	return ini_check_keys(ini, first->group, keys, n, err);
}

static int read_site(struct ini *ini, struct site_config *out, struct error *err)
{
	for (const struct own_option *o = own_options; o->group; o++)
		if (is_first_of_group(o) && check_group(ini, o, err) != 0)
			return -1;
	for (const struct own_option *o = own_options; o->group; o++)
		if (o->read(ini, o, out, err) != 0)
			return -1;
	return 0;
}

int config_load_site(const struct config_sources *sources, struct site_config *out, struct error *err)
{
	const char *path = str_or(sources->site_file, SITE_FILE);
	auto_ini struct ini *ini = NULL;

	*out = (struct site_config){ 0 };
	order_config_init(&out->order);
	pace_config_init(&out->pace);
	if (ini_open(&path, 1, &ini, err) != 0) {
		if (sources->site_file || (err->code != ENOENT && err->code != ENOTDIR)) {
			site_config_free(out);
			return -1;
		}
		error_clear(err);
		if (ini_open(NULL, 0, &ini, err) != 0) {
			site_config_free(out);
			return -1;
		}
	}
	ini_note_to(ini, sources->values, "site");
	if (read_site(ini, out, err) == 0 && load_own_order(sources, &out->order, err) == 0)
		return 0;
	site_config_free(out);
	return -1;
}

void site_config_free(struct site_config *config)
{
	free(config->reserved);
	free(config->reserved_reason);
	free(config->shared_hosts);
	free(config->version);
	free(config->min_version);
	free(config->nova_release);
	free(config->syslog);
	fencing_config_free(&config->fencing);
	order_config_free(&config->order);
	inventory_config_free(&config->inventory);
	free(config->storage.conf);
	free(config->storage.keyring);
	free(config->storage.user);
	free(config->storage.fence_user);
	free(config->storage.pool);
	for (int peer = 0; peer < PEERS; peer++)
		free(config->url[peer]);
	*config = (struct site_config){ 0 };
}
