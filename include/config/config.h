/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/fencing.h"
#include "config/order_config.h"
#include "config/pace_config.h"
#include "util/error.h"
#include "util/url.h"

/* One immutable answer to "how is this cloud configured", read from the services' own files before
 * anything is opened. Every value remembers the file and line it came from. */

/* TLS of a broker connection as the service's own configuration asks for it. */
struct tls_config {
	bool enabled;
	char *ca_file, *cert_file, *key_file; /* NULL: not given */
};

/* What the --defaults-file puts over user, password and TLS of a database, and the socket of a server on localhost; all NULL
 * when it says nothing. */
struct db_login {
	char *user, *password, *ssl_ca, *ssl_cert, *ssl_key, *socket;
	char *ssl_verify_server_cert; /* false: the CA is checked as ever, the server's name is not */
	char *readable_by_all;        /* as of a service's configuration, below */
};

/* What the service declares its queues as: [oslo_messaging_rabbit] rabbit_quorum_queue, false as shipped. */
enum queue_kind { QUEUES_UNKNOWN, QUEUES_CLASSIC, QUEUES_QUORUM };

struct broker_config {
	struct transport_url url;
	struct tls_config tls;  /* [oslo_messaging_rabbit] ssl*, overridden by the URL's ?ssl… */
	char *exchange;         /* [DEFAULT] control_exchange; "nova" or "openstack" (cinder) when absent */
	unsigned heartbeat_s;   /* ours: 10 */
	enum queue_kind queues; /* QUEUES_UNKNOWN: no configuration was read, or it says neither yes nor no */
	/* why it cannot be opened: not given (code ENODATA), or wrong; NULL: it can. Only who opens it is told (bus_open). */
	struct error *trouble;
};

/* What nova logs in to keystone with: of [keystone_authtoken], or of [service_user] where that has no login (and of the group
 * that its auth_section names). Asked for a token alone. All NULL where neither says anything. */
struct keystone_config {
	char *group; /* whose values these are */
	char *auth_url, *username, *user_id, *password, *user_domain_id, *user_domain_name;
	char *project_id, *project_name, *project_domain_id, *project_domain_name;
	char *default_domain_id, *default_domain_name; /* of user and project where they have none of their own */
	char *ca_file, *cert_file, *key_file;
	bool insecure; /* take any certificate */
};
bool keystone_config_has_login(const struct keystone_config *config);

/* The services that nova asks over HTTP; nova is here because neutron asks it. */
enum peer { PEER_PLACEMENT, PEER_NEUTRON, PEER_CINDER, PEER_KEYSTONE, PEER_NOVA, PEERS };
extern const char *const peer_name[PEERS]; /* as a row of doctor: "placement", "neutron-server" */

/* How nova finds such a service, out of nova.conf (nova conf/utils.py and cinder.py, over keystoneauth1's adapter options).
 * What is not given is NULL. */
struct endpoint_config {
	char *url, *origin; /* endpoint_override and its older names, and where it stands; NULL: keystone's catalog has it */
	char *region;       /* region_name */
	char *interfaces;   /* "internal,public", the first that there is; keystoneauth's default */
	char *ca_file;
	bool insecure; /* any certificate is taken */
};

struct nova_config {
	bool has_database;      /* [database] connection is given */
	struct db_url database; /* of the file that we read: often cell0 or a cell */
	struct db_url api_database;
	struct db_url replica, api_replica; /* [database] and [api_database] slave_connection; driver NULL: not given */
	bool placement_apart; /* [placement_database] connection, of 18: placement's tables are not in nova's API database */
	char *database_text;  /* the raw URLs, for cell_mappings templates; secrets */
	char *transport_text;
	struct db_login login;        /* already in database and api_database; a cell's URL takes it by db_login_apply() */
	struct broker_config bus;     /* the API-level broker: what nova-api casts on */
	unsigned service_down_time_s; /* 60; raised to int(report_interval * 2.5) as nova does */
	unsigned report_interval_s;   /* 10 */
	char *conductor_topic;        /* [conductor] topic of Queens; "conductor" */
	char *compute_level; /* [upgrade_levels] compute: "auto", a release's name or an RPC version; NULL: not given */
	bool zone_query_said, zone_query; /* [scheduler] query_placement_for_availability_zone: is it given, and which */
	char *api_listen;  /* where nova-api of this configuration listens: osapi_compute_listen, 127.0.0.1 for any */
	unsigned api_port; /* osapi_compute_listen_port; 8774 */
	struct keystone_config keystone;
	/* where this configuration says that it is, instead of keystone's catalog; NULL: it does not */
	char *glance_url;
	struct endpoint_config endpoint[PEERS]; /* keystone: the auth_url with which nova's own processes get their tokens */
	bool sends_service_token;               /* [service_user] send_service_user_token */
	char *readable_by_all; /* files with passwords that everybody may read (finding config-readable), as words for a shell;
	                          NULL: none */
};

/* A backend of cinder-volume whose disks are on Ceph (cinder volume/drivers/rbd.py). What is not given is NULL. */
struct rbd_backend {
	char *name;                         /* its section, the part of a volume's host behind the '@' */
	char *conf, *user, *pool, *cluster; /* rbd_ceph_conf, rbd_user, rbd_pool, rbd_cluster_name */
};

/* How one comes to Ceph, out of our own file: over what cinder.conf and a volume's connection say. */
struct storage_config {
	char *conf, *keyring, *user, *fence_user; /* users without "client." */
	char *pool;                               /* of the disks that nova makes; NULL: those are not asked for */
};

struct cinder_config {
	struct rbd_backend *rbd;
	size_t nrbd;
	struct db_url database;
	struct db_url replica; /* [database] slave_connection; driver NULL: not given */
	bool has_bus;          /* transport_url is given, right or wrong */
	struct broker_config bus;
	unsigned service_down_time_s;
	bool no_snapshot_gb_quota; /* snapshots do not count into the gigabytes of quotas */
	char *readable_by_all;
};

/* Read for the audit alone: nobody else looks at placement's database. */
struct placement_config {
	struct db_url database, replica; /* [placement_database] connection and slave_connection */
	char *readable_by_all;
};

/* Read only: ports, bindings and agents. neutron-server reads its database's URL from [database] connection, as all of oslo.db
 * does (neutron 12 to 2026.2). */
struct neutron_config {
	struct db_url database, replica; /* [database] connection and slave_connection */
	unsigned agent_down_time_s;      /* [DEFAULT] agent_down_time: 75 (neutron conf/agent/database/agents_db.py) */
	/* Which nova-api of keystone's catalog neutron-server posts its events to (neutron notifiers/nova.py): [nova]
	 * region_name, endpoint_type ("public"), cafile, insecure. It knows no address of its own: url is NULL. */
	struct endpoint_config nova;
	bool has_bus; /* transport_url is given, right or wrong: else neutron's broker is not known */
	struct broker_config bus;
	bool tells_nova; /* [DEFAULT] notify_nova_on_port_status_changes: true; without it neutron tells of no port */
	char *readable_by_all;
};

/* Read only, and only where keystone's own file is: the addresses of the services that nova.conf does not name. */
struct catalog_config {
	struct db_url database, replica; /* [database] connection and slave_connection of keystone.conf */
	char *readable_by_all;
};

/* Where records of what runs where are kept, for a night without a database. */
#define INVENTORY_DIRECTORIES_MAX 8
struct inventory_config {
	char *key; /* the file of the key that they are signed with */
	char *directory[INVENTORY_DIRECTORIES_MAX];
	size_t ndirectory;
	unsigned keep; /* so many files a directory */
};

#define LIFE_PORTS_MAX 16
struct site_config {
	bool shared_disks;            /* of every host; ask site_shares_disks() */
	char *shared_hosts;           /* or of those that fit one of these patterns, with commas between; NULL: none */
	bool computes_wait_for_ports; /* as nova's computes do as shipped: vif_plugging_timeout 300, vif_plugging_is_fatal */
	char *url[PEERS];             /* where to look whether a service answers; NULL when not given */
	int64_t deadline_s;           /* of a command; 0: not given */
	char *syslog;                 /* the facility of the trail; NULL: none is kept */
	char *version, *min_version;  /* dotted numbers; NULL when not given. version_file has been read into version */
	struct storage_config storage;
	char *nova_release; /* the oldest point release that nova runs here, "19.3.1"; NULL: not said */
	struct fencing_config fencing;
	struct order_config order;
	char *reserved, *reserved_reason; /* [targets]; NULL: not given */
	struct pace_config pace;
	struct inventory_config inventory;
	uint16_t life_port[LIFE_PORTS_MAX]; /* of a compute: an open one says that it is alive */
	size_t nlife_port;
};

/* The options of our own file, evac-manage.conf, in their order; those of a group stand together. The file is read by this
 * table, and `config sample` is made of it. */
struct ini;
struct own_option {
	const char *group, *key; /* group NULL ends the table */
	const char *type;        /* in words: "boolean value" */
	const char *standard;    /* the value without it; NULL: none */
	const char *sample;      /* what a sample file shows */
	const char *choices;     /* "auto|off"; NULL: any of its type */
	int (*read)(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err);
	const char *sentence; /* whole sentences: what it means, what is so without it */
};
extern const struct own_option own_options[];
/* Are the disks that nova makes on this host shared, so that another one finds them? NULL: some host or other. */
bool site_shares_disks(const struct site_config *site, const char *host);

/* What was read, in its order, for people to look at: every option that counts, the defaults too. Passwords are '***'. */
struct config_value {
	const char *service;       /* "nova", "cinder", "placement", "neutron", "keystone", "site" */
	char *group, *key, *value; /* value NULL: absent, and it has no default */
	char *origin;              /* "path:line [group] key"; NULL: the default */
};
struct config_values {
	struct config_value *v;
	size_t n, cap;
};
void config_values_add(struct config_values *values, struct config_value value); /* owns its strings from here on */
void config_values_free(struct config_values *values);

struct config_sources {
	struct config_values *values; /* NULL, or gets what config_load_* reads, also before an error */
	const char *const *nova_files;
	size_t n_nova_files; /* later wins; n 0: /etc/nova/nova.conf, over /etc/nova/nova.conf.d */
	const char *const *cinder_files;
	size_t n_cinder_files; /* n 0: the same of /etc/cinder/cinder.conf */
	const char *const *placement_files;
	size_t n_placement_files; /* n 0: the same of /etc/placement/placement.conf */
	const char *const *neutron_files;
	size_t n_neutron_files; /* n 0: the same of /etc/neutron/neutron.conf; plugins' files are not read */
	const char *const *keystone_files;
	size_t n_keystone_files;         /* n 0: the same of /etc/keystone/keystone.conf */
	const char *order_file;          /* of --order; NULL: what site_file says counts */
	const struct words *order_words; /* order_config_words() of the run that this one goes on with; over both; NULL: none */
	const char *site_file;           /* ours; NULL: /etc/evac-manage/evac-manage.conf, which may be missing */
	/* groups [evac-manage], [evac-manage-nova] and so on: user, password, ssl-ca, ssl-cert, ssl-key, socket of
	 * a database over those of the service's file; NULL: none */
	const char *defaults_file;
};

/* Each loads only its own files; errors are ERROR_CONFIG and name file and line, or what is missing and where
 * it was looked for. A missing [database] connection (cinder) or [api_database] connection (nova) is an error, never a
 * default; so is neutron's. What is wrong with a broker is its trouble, and no error here. A file that is there and has nothing
 * for us, no such option or a package's own sqlite, is the error with code ENODATA. ${out} is filled as a whole or not at all.
 */
int config_load_nova(const struct config_sources *sources, struct nova_config *out, struct error *err);
int config_load_cinder(const struct config_sources *sources, struct cinder_config *out, struct error *err);
int config_load_placement(const struct config_sources *sources, struct placement_config *out, struct error *err);
int config_load_neutron(const struct config_sources *sources, struct neutron_config *out, struct error *err);
int config_load_catalog(const struct config_sources *sources, struct catalog_config *out, struct error *err);
int config_load_site(const struct config_sources *sources, struct site_config *out, struct error *err);
void nova_config_free(struct nova_config *config);
void cinder_config_free(struct cinder_config *config);
void placement_config_free(struct placement_config *config);
void neutron_config_free(struct neutron_config *config);
void catalog_config_free(struct catalog_config *config);
void site_config_free(struct site_config *config);

/* Reads what the options of a database's URL refer to (read_default_file) into them, and refuses by name what changes how one
 * connects and cannot be obeyed. ${service}: whose file it is ("nova"). Every URL passes here before db_login_apply(). */
int db_url_resolve(struct db_url *url, const char *origin, const char *service, struct error *err);

/* The login over a URL that came from elsewhere, as config_load_* has done it for those of the files. */
void db_login_apply(const struct db_login *login, struct db_url *url);

/* How a resolved URL asks for TLS: at least as PyMySQL would connect with it. The texts are the URL's. */
struct db_tls {
	enum { DB_TLS_NONE, DB_TLS_IF_OFFERED, DB_TLS_REQUIRED } use;
	bool checks_ca;   /* against ca and capath, or the system's CAs where both are NULL */
	bool checks_name; /* the certificate is for the host that is connected to; never without checks_ca */
	const char *ca, *capath, *cert, *key, *key_password, *cipher; /* NULL: not given */
};
struct db_tls db_tls_of(const struct db_url *url);

/* A cell's database or transport URL out of nova_api.cell_mappings: ${text} may be a template with {scheme} {username}
 * {password} {hostname} {port} {path} {query} {fragment} (and username1, hostname1, … for several brokers), filled from
 * nova's own URL ${base} (nova 18+ objects/cell_mapping.py: _format_url). What cannot be filled is returned as it is, and so
 * is everything when ${base} is NULL or "".
 * The caller frees the result, which holds a password. */
char *config_expand_cell_url(const char *text, const char *base);
/* The cell's database: ${text} of cell_mappings, filled in, resolved, and with the login of ${nova}'s defaults file. */
int config_cell_database(const struct nova_config *nova, const char *text, struct db_url *out, struct error *err);

#endif
