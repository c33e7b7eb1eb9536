/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/ini.h"
#include "util/error.h"
#include "util/mem.h"
#include "util/str.h"

/* ---- what an ini is made of: entries in the order of the files and their lines */
struct ini_entry {
	char *group, *key, *value; /* as written; the value may be a secret */
	size_t file;
	unsigned line;
	char *expanded, *origin; /* made when first asked for */
	bool expanding;          /* meeting it again now is a circle */
};
struct ini_file {
	char *path;
	bool readable_by_all;
};
struct ini {
	struct ini_entry *entry;
	size_t nentry, entry_cap;
	struct ini_file *file;
	size_t nfile, file_cap;
	struct config_values *values; /* ini_note() */
	const char *service;
};

#define auto_ini __attribute__((cleanup(ini_close)))

/* A stretch of a file's text. */
struct span {
	const char *s;
	size_t n;
};
struct span span_trim(struct span span); /* blanks as Python's strip() knows them, in UTF-8 */
struct span span_trim_left(struct span span);
struct span span_trim_right(struct span span);
/* Cuts the first line off ${text}; line ends are \n, \r\n and \r. false: there is none left. */
bool span_next_line(struct span *text, struct span *line);

/* Reads a file for a parser: it is on the list of files, small enough and without NUL. ${text} holds secrets. */
int ini_read_file(struct ini *ini, const char *path, struct str *text, struct error *err);
void ini_text_free(struct str *text);
void ini_add_entry(struct ini *ini, struct ini_entry entry); /* owns its strings from here on */
int ini_line_error(const struct ini *ini, unsigned line, const char *what, struct error *err); /* in the last file */

/* Where the parser of a dialect is in its file. */
struct ini_parser {
	struct ini *ini;
	char *group, *key; /* key NULL: no assignment is open; only oslo's go on in the next line */
	struct str value;
	unsigned key_line, line;
	struct error *err;
};
/* Gives the file's lines to ${parse_line} until one is wrong. */
int ini_parse_file(struct ini_parser *p, const char *path, int (*parse_line)(struct ini_parser *p, struct span line));
int ini_wrong(const struct ini_parser *p, const char *what); /* the line that it is at */

/* ---- files.c: paths in the order in which they are read; file_list_free() */
struct file_list {
	const char **v;
	size_t n;
	struct arena texts;
};
/* Those of a daemon of a service that its distribution starts, below ${root} ("" but in tests); the service's main file is
 * always among them. ${has_script}: Debian's way is looked for. */
void add_default_files(const char *root, const char *service, const char *daemon, bool has_script, struct file_list *files);
/* A directory is oslo's --config-dir: its *.conf, by their names. */
void add_named_file(const char *path, struct file_list *files);
void file_list_free(struct file_list *files);

/* ini_entry.c */
bool ini_is_group(const char *name, struct span group);
/* The last entry of group.key in file ${file}, or in any when ${file} is INI_ANY_FILE. */
#define INI_ANY_FILE ((size_t)-1)
struct ini_entry *ini_find(const struct ini *ini, size_t file, struct span group, struct span key);
const char *ini_origin(const struct ini *ini, struct ini_entry *entry);
int ini_expand(struct ini *ini, struct ini_entry *entry, struct error *err);
bool ini_is_secret_key(const char *key);
/* May the ${offset}th byte of a value be a part of a user or password? Of a URL that is broken every byte may. */
bool ini_may_be_login(const char *key, const char *value, size_t offset);

/* What counts as the value of an option whose newest name is names[0]; ${value} holds no secret, ${origin} is NULL for a
 * default. */
void ini_note_to(struct ini *ini, struct config_values *values,
    const char *service); /* values NULL: nobody wants to see them */
void ini_note(const struct ini *ini, const struct ini_name *names, const char *value, const char *origin);

#define NAMES(...) ((const struct ini_name[]){ __VA_ARGS__, { NULL, NULL } })

/* ---- values with a type. ${what} stays as it is when the option is absent or empty */
int read_text(struct ini *ini, const struct ini_name *names, char **what, struct error *err);
int read_number(struct ini *ini, const struct ini_name *names, unsigned *what, struct error *err);
int read_bool(struct ini *ini, const struct ini_name *names, bool *what, struct error *err);

/* inventory_config.c: the words of [inventory] */
#define INVENTORY_GROUP "inventory"
#define INVENTORY_KEY_FILE "/etc/evac-manage/inventory.key"
#define INVENTORY_DIRECTORY "/var/lib/evac-manage/inventory"
#define INVENTORY_KEEP "14"
int read_inventory(struct ini *ini, const struct own_option *option, struct site_config *out, struct error *err);
void inventory_config_free(struct inventory_config *config);
int parse_bool(const char *text, const char *origin, bool *what, struct error *err);

/* A flag of a URL's TLS as PyMySQL and SQLAlchemy spell it. false: it is none. */
bool ssl_flag(const char *text, bool *value);

/* Over the one of that name; NULL: nothing. */
void db_url_set_option(struct db_url *url, const char *name, const char *value);

/* ---- the broker */
extern const struct ini_name broker_url_names[];
/* What is wrong is its trouble; ${text}, unless it is NULL, gets the URL as it stands. */
void broker_read(struct ini *ini, const char *exchange, struct broker_config *out, char **text);
void broker_config_free(struct broker_config *bus);

/* ---- rbd.c: cinder's backends on Ceph. What is wrong there is cinder-volume's trouble, and none of ours. */
void rbd_backends_read(struct ini *ini, struct cinder_config *out);
void rbd_backends_free(struct cinder_config *config);

/* ---- keystone */
int keystone_read(struct ini *ini, struct keystone_config *out, struct error *err);
void keystone_config_free(struct keystone_config *config);
/* [glance]: an address of its own. */
int service_addresses_read(struct ini *ini, struct nova_config *out, struct error *err);

/* ---- the services that nova asks */
int endpoints_read(struct ini *ini, struct nova_config *out, struct error *err);
void endpoints_free(struct nova_config *config);
void endpoint_free(struct endpoint_config *endpoint);
/* Which nova-api neutron-server tells of its ports, out of its own configuration. */
int notifier_read(struct ini *ini, struct neutron_config *out, struct error *err);

/* ---- our own [fencing] and [fencing PATTERN]; a second time it reads nothing */
int fencing_read(struct ini *ini, struct fencing_config *out, struct error *err);

/* ---- the --defaults-file */
int login_load(const struct config_sources *sources, const char *service, struct db_login *out, struct error *err);

#endif
