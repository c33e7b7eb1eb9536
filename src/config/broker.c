/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "internal.h"
#include "util/mem.h"
#include "util/str.h"

/* The broker of a service: where it is, how the service logs in, what its TLS must be. */

#define HEARTBEAT_S 10

const struct ini_name broker_url_names[] = { { "DEFAULT", "transport_url" }, { NULL, NULL } };

/* What the URL says is what counts, under an option's newest name alone: oslo.messaging asks its query for no other. */
static int read_tls_file(struct ini *ini, const struct transport_url *url, const struct ini_name *names, char **what,
    struct error *err)
{
	const char *value = url_option(url->option, url->noption, names->key);

	if (!value)
		return read_text(ini, names, what, err);
	*what = xstrdup(value);
	ini_note(ini, names, value, "transport_url");
	return 0;
}

static int read_broker_tls(struct ini *ini, struct broker_config *bus, const char *origin, struct error *err)
{
	static const char rabbit[] = "oslo_messaging_rabbit";
	const char *ssl = url_option(bus->url.option, bus->url.noption, "ssl");
	auto_free char *ssl_origin = xasprintf("%s ?ssl", origin);
	struct tls_config *tls = &bus->tls;
	int rc;

	if (ssl)
		rc = parse_bool(ssl, ssl_origin, &tls->enabled, err);
	else
		rc = read_bool(ini, NAMES({ rabbit, "ssl" }, { rabbit, "rabbit_use_ssl" }), &tls->enabled, err);
	if (rc != 0)
		return -1;
	if (read_tls_file(ini, &bus->url, NAMES({ rabbit, "ssl_ca_file" }, { rabbit, "kombu_ssl_ca_certs" }), &tls->ca_file,
		err) != 0)
		return -1;
	if (read_tls_file(ini, &bus->url, NAMES({ rabbit, "ssl_cert_file" }, { rabbit, "kombu_ssl_certfile" }), &tls->cert_file,
		err) != 0)
		return -1;
	return read_tls_file(ini, &bus->url, NAMES({ rabbit, "ssl_key_file" }, { rabbit, "kombu_ssl_keyfile" }), &tls->key_file,
	    err);
}

/* Of the URL, which wins, or the group. */
static int broker_option(struct ini *ini, const struct transport_url *url, const struct ini_name *names, char **out,
    struct error *err)
{
	const char *value = url_option(url->option, url->noption, names->key);

	if (!value)
		return read_text(ini, names, out, err);
	*out = xstrdup(value);
	return 0;
}

/* How the service logs in, where it is not by a password (oslo.messaging's rabbit_login_method), and what it wants of its TLS
 * and we cannot promise: to go on would be another connection than its own. TLS below 1.2 is never spoken, so that ssl_version
 * takes nothing away. */
static int check_broker_options(struct ini *ini, const struct transport_url *url, const char *origin, struct error *err)
{
	auto_free char *login = NULL, *fips = NULL;
	bool enforced = false;

	if (broker_option(ini, url, NAMES({ "oslo_messaging_rabbit", "rabbit_login_method" }), &login, err) != 0 ||
	    broker_option(ini, url, NAMES({ "oslo_messaging_rabbit", "ssl_enforce_fips_mode" }), &fips, err) != 0)
		return -1;
	if (login && *login && strcasecmp(login, "PLAIN") != 0 && strcasecmp(login, "AMQPLAIN") != 0) {
		error_set(err, ERROR_CONFIG, "%s: rabbit_login_method '%.64s' is not supported; only a login by password is",
		    origin, login);
		return error_hint(err,
		    "write a file with transport_url of an account with a password and with rabbit_login_method = PLAIN, and give this file after the service's own one");
	}
	if (fips && *fips && parse_bool(fips, "ssl_enforce_fips_mode", &enforced, err) != 0)
		return -1;
	if (!enforced)
		return 0;
	error_set(err, ERROR_CONFIG, "%s: ssl_enforce_fips_mode is set, but evac-manage cannot switch OpenSSL to FIPS mode",
	    origin);
	return error_hint(err,
	    "where the host's own OpenSSL enforces FIPS: write ssl_enforce_fips_mode = false into a file, and give this file after the service's own one");
}

static int check_driver(const struct transport_url *url, const char *origin, struct error *err)
{
	static const char *const known[] = { "rabbit", "kombu", "kombu+rabbit", "kombu+amqp" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(url->driver, known[i]) == 0)
			return 0;
	error_set(err, ERROR_CONFIG, "%s: the messaging driver '%.64s' is not supported", origin, url->driver);
	return error_hint(err, "only RabbitMQ is supported: rabbit://USER:PASSWORD@HOST:PORT/VHOST");
}

/* ---- Queens and before: a login and hosts of their own, where there is no transport_url (oslo.messaging 5
 * _drivers/impl_rabbit.py; gone in Rocky's) */

#define OF_OLD(key) NAMES({ "oslo_messaging_rabbit", key }, { "DEFAULT", key })

/* One that refers to a default of the others' is as if it were not there: that default is what is taken then. */
static int read_old(struct ini *ini, const struct ini_name *names, const char **out, const char **origin, struct error *err)
{
	if (ini_get_first(ini, names, out, origin, err) == 0)
		return 0;
	if (err->code != INI_UNKNOWN_REFERENCE)
		return -1;
	error_clear(err);
	*out = NULL;
	return 0;
}

static void add_old_host(struct span host, const char *login, const char *port, struct str *url)
{
	const char *bracket = memchr(host.s, ']', host.n);
	const char *rest = bracket ? bracket : host.s;
	bool has_port = memchr(rest, ':', host.n - (size_t)(rest - host.s)) != NULL;

	str_addf(url, "%s%s@%.*s%s%s", url->s[url->n - 1] == '/' ? "" : ",", login, (int)host.n, host.s, has_port ? "" : ":",
	    has_port ? "" : port);
}

static char *old_url(const char *hosts, const char *port, const char *login, const char *vhost)
{
	struct str url = { 0 };
	struct span host;
	size_t n;

	str_add(&url, "rabbit://");
	for (const char *s = hosts; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		host = span_trim((struct span){ s, n });
		if (host.n)
			add_old_host(host, login, port, &url);
	}
	str_addc(&url, '/');
	percent_encode(vhost, "", &url);
	return str_take(&url);
}

static int check_old_backend(struct ini *ini, struct error *err)
{
	const char *backend, *origin;

	if (read_old(ini, NAMES({ "DEFAULT", "rpc_backend" }), &backend, &origin, err) != 0)
		return -1;
	if (!backend || !*backend || strstr(backend, "rabbit") || strstr(backend, "kombu"))
		return 0;
	error_set(err, ERROR_CONFIG, "%s: the messaging driver '%.64s' is not supported", origin, backend);
	return error_hint(err, "only RabbitMQ is supported: rabbit://USER:PASSWORD@HOST:PORT/VHOST");
}

/* ${url} NULL: nothing of it is there, either. It holds the password. */
static int read_old_broker(struct ini *ini, char **url, const char **origin, struct error *err)
{
	const char *hosts, *host, *port, *user, *password, *vhost, *host_origin;
	auto_str struct str login = { 0 };

	*url = NULL;
	if (read_old(ini, OF_OLD("rabbit_hosts"), &hosts, origin, err) != 0 ||
	    read_old(ini, OF_OLD("rabbit_host"), &host, &host_origin, err) != 0 ||
	    read_old(ini, OF_OLD("rabbit_port"), &port, NULL, err) != 0 ||
	    read_old(ini, OF_OLD("rabbit_userid"), &user, NULL, err) != 0 ||
	    read_old(ini, OF_OLD("rabbit_password"), &password, NULL, err) != 0 ||
	    read_old(ini, OF_OLD("rabbit_virtual_host"), &vhost, NULL, err) != 0)
		return -1;
	if (!hosts || !*hosts) {
		hosts = host;
		*origin = host_origin;
	}
	if (!hosts || !*hosts)
		return 0;
	if (check_old_backend(ini, err) != 0)
		return -1;
	percent_encode(str_or(user, "guest"), "", &login);
	str_addc(&login, ':');
	percent_encode(str_or(password, "guest"), "", &login);
	*url = old_url(hosts, str_or(port, "5672"), login.s, str_or(vhost, "/"));
	explicit_bzero(login.s, login.n);
	return 0;
}

/* ---- all of it */

static int read_url(struct ini *ini, struct broker_config *out, char **text, const char **origin, struct error *err)
{
	auto_str struct str shown = { 0 };
	const char *value;
	char *old = NULL;
	int rc = 0;

	if (ini_get_first(ini, broker_url_names, &value, origin, err) != 0)
		return -1;
	if ((!value || !*value) && read_old_broker(ini, &old, origin, err) != 0)
		return -1;
	if ((!value || !*value) && !old) {
		ini_note(ini, broker_url_names, NULL, NULL);
		error_set(err, ERROR_CONFIG, "no transport_url");
		err->code = ENODATA;
		return -1;
	}
	if (transport_url_parse(str_or(old, value), *origin, &out->url, err) != 0 || check_driver(&out->url, *origin, err) != 0)
		rc = -1;
	if (rc == 0) {
		transport_url_show(&out->url, &shown);
		ini_note(ini, broker_url_names, shown.s, *origin);
		if (text && !old)
			*text = xstrdup(value);
	}
	free_secret(old);
	return rc;
}

static int read_broker(struct ini *ini, struct broker_config *out, char **text, struct error *err)
{
	const char *origin;

	if (read_text(ini, NAMES({ "DEFAULT", "control_exchange" }), &out->exchange, err) != 0)
		return -1;
	if (read_url(ini, out, text, &origin, err) != 0 || check_broker_options(ini, &out->url, origin, err) != 0)
		return -1;
	return read_broker_tls(ini, out, origin, err);
}

/* oslo_messaging 14 (Zed) _drivers/impl_rabbit.py: BoolOpt, False; those before have no quorum queues. Only the words about a
 * message's end hang on it, so that a value that is no boolean is not known, and no error. */
static enum queue_kind read_queue_kind(struct ini *ini, const struct transport_url *url)
{
	auto_free char *value = NULL;
	struct error err = { 0 };
	bool quorum = false;

	if (broker_option(ini, url, NAMES({ "oslo_messaging_rabbit", "rabbit_quorum_queue" }), &value, &err) != 0)
		return QUEUES_UNKNOWN;
	if (value && parse_bool(value, "rabbit_quorum_queue", &quorum, &err) != 0)
		return QUEUES_UNKNOWN;
	return quorum ? QUEUES_QUORUM : QUEUES_CLASSIC;
}

void broker_read(struct ini *ini, const char *exchange, struct broker_config *out, char **text)
{
	struct error err = { 0 };
	int rc;

	out->heartbeat_s = HEARTBEAT_S;
	out->exchange = xstrdup(exchange);
	rc = read_broker(ini, out, text, &err);
	out->queues = read_queue_kind(ini, &out->url);
	if (rc == 0)
		return;
	out->trouble = xmalloc(sizeof err);
	*out->trouble = err;
}

void broker_config_free(struct broker_config *bus)
{
	transport_url_free(&bus->url);
	free(bus->tls.ca_file);
	free(bus->tls.cert_file);
	free(bus->tls.key_file);
	free(bus->exchange);
	free(bus->trouble);
}
