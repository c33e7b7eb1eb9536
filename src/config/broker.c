/* SPDX-License-Identifier: Apache-2.0 */
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

int broker_read(struct ini *ini, const char *exchange, struct broker_config *out, char **text, struct error *err)
{
	auto_str struct str shown = { 0 };
	const char *value, *origin;

	out->heartbeat_s = HEARTBEAT_S;
	out->exchange = xstrdup(exchange);
	if (read_text(ini, NAMES({ "DEFAULT", "control_exchange" }), &out->exchange, err) != 0)
		return -1;
	if (ini_get_first(ini, broker_url_names, &value, &origin, err) != 0)
		return -1;
	if (!value || !*value) {
		ini_note(ini, broker_url_names, NULL, NULL);
		return 0;
	}
	if (transport_url_parse(value, origin, &out->url, err) != 0 || check_driver(&out->url, origin, err) != 0)
		return -1;
	transport_url_show(&out->url, &shown);
	ini_note(ini, broker_url_names, shown.s, origin);
	if (text)
		*text = xstrdup(value);
	if (check_broker_options(ini, &out->url, origin, err) != 0)
		return -1;
	return read_broker_tls(ini, out, origin, err);
}

void broker_config_free(struct broker_config *bus)
{
	transport_url_free(&bus->url);
	free(bus->tls.ca_file);
	free(bus->tls.cert_file);
	free(bus->tls.key_file);
	free(bus->exchange);
}
