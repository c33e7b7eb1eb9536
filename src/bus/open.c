/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "internal.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/file.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/resolve.h"
#include "util/str.h"

#define OPEN_TIMEOUT_S 5
#define CONFIRM_TIMEOUT_S 10
#define LEAST_MS 100 /* with less left no broker is begun with: a call before it may end some milliseconds early */
#define HEARTBEAT_S 10
#define FRAME_MAX 131072
/* Well before two missed heartbeats, after which the library refuses to publish. */
#define FRESH_MS 5000

/* librabbitmq announces neither of the first two by itself; without connection.blocked a broker under alarm stays silent. */
static const char *const capabilities[] = { "connection.blocked", "authentication_failure_close", "publisher_confirms",
	"basic.nack", "consumer_cancel_notify" };
#define CAPABILITIES (sizeof capabilities / sizeof *capabilities)

/* The certificate must be for the name in transport_url, also where that is an address (0.11 does not check those). */
static int verify_name(amqp_socket_t *socket, const char *host)
{
	SSL_CTX *ctx = amqp_ssl_socket_get_context(socket);
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	struct in6_addr any;

	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	amqp_ssl_socket_set_verify_hostname(socket, 0); /* done here, during the handshake, before a password is sent */
	if (inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ? 0 : -1;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 ? 0 : -1;
}

static amqp_socket_t *tls_socket(struct bus *bus, amqp_connection_state_t c, const char *host, struct error *err)
{
	const struct tls_config *tls = &bus->config->tls;
	amqp_socket_t *socket = amqp_ssl_socket_new(c);

	if (!socket || amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != 0 ||
	    verify_name(socket, host) != 0) {
		error_set(err, ERROR_BUS_UNREACHABLE, "%s: TLS cannot be set up", bus->label);
		return NULL;
	}
	if (tls->ca_file ? amqp_ssl_socket_set_cacert(socket, tls->ca_file) != 0 :
			   SSL_CTX_set_default_verify_paths(amqp_ssl_socket_get_context(socket)) != 1) {
		error_set(err, ERROR_BUS_UNREACHABLE, "%s: the CA file '%s' cannot be used", bus->label,
		    str_or(tls->ca_file, "(system)"));
		return NULL;
	}
	if (tls->cert_file && amqp_ssl_socket_set_key(socket, tls->cert_file, str_or(tls->key_file, tls->cert_file)) != 0) {
		error_set(err, ERROR_BUS_UNREACHABLE, "%s: the client certificate '%s' cannot be used", bus->label,
		    tls->cert_file);
		return NULL;
	}
	return socket;
}

/* Each call has its own time, and all of them the command's. */
static struct timeval time_of_call(const struct bus *bus)
{
	int64_t left = deadline_left_ms((int64_t)bus->open_timeout_s * 1000);

	return (struct timeval){ .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 };
}

static void limit_calls(const struct bus *bus, amqp_connection_state_t c)
{
	struct timeval timeout = time_of_call(bus);

	amqp_set_rpc_timeout(c, &timeout);
}

static int login(struct bus *bus, amqp_connection_state_t c, const struct broker *broker, struct error *err)
{
	amqp_table_entry_t able[CAPABILITIES], properties;
	amqp_table_t table = { .num_entries = 1, .entries = &properties };
	struct timeval timeout = time_of_call(bus);
	amqp_rpc_reply_t reply;

	amqp_set_handshake_timeout(c, &timeout);
	for (size_t i = 0; i < CAPABILITIES; i++) {
		able[i].key = amqp_cstring_bytes(capabilities[i]);
		able[i].value.kind = AMQP_FIELD_KIND_BOOLEAN;
		able[i].value.value.boolean = 1;
	}
	properties.key = amqp_cstring_bytes("capabilities");
	properties.value.kind = AMQP_FIELD_KIND_TABLE;
	properties.value.value.table = (amqp_table_t){ .num_entries = (int)CAPABILITIES, .entries = able };
	reply = amqp_login_with_properties(c, bus->config->url.vhost, 0, FRAME_MAX, HEARTBEAT_S, &table, AMQP_SASL_METHOD_PLAIN,
	    str_or(broker->user, "guest"), str_or(broker->password, ""));
	return reply.reply_type == AMQP_RESPONSE_NORMAL ? 0 : bus_fail_reply(bus, "login", reply, err);
}

static int check_time(const struct bus *bus, struct error *err)
{
	if (deadline_left_ms(LEAST_MS) == LEAST_MS)
		return 0;
	error_set(err, ERROR_BUS_UNREACHABLE, "not asked: %s: the deadline of this command, %lld s, was over", bus->label,
	    (long long)deadline_seconds());
	return error_hint(err, "the server before it took the time; --deadline SECONDS gives the command more");
}

static int open_channel(struct bus *bus, amqp_connection_state_t c, struct error *err)
{
	amqp_rpc_reply_t reply;
	int user_timeout_ms = (int)bus->confirm_timeout_s * 1000;

	limit_calls(bus, c);
	setsockopt(amqp_get_sockfd(c), IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
	amqp_channel_open(c, CHANNEL);
	reply = amqp_get_rpc_reply(c);
	if (reply.reply_type != AMQP_RESPONSE_NORMAL)
		return bus_fail_reply(bus, "channel", reply, err);
	limit_calls(bus, c);
	amqp_confirm_select(c, CHANNEL);
	reply = amqp_get_rpc_reply(c);
	return reply.reply_type == AMQP_RESPONSE_NORMAL ? 0 : bus_fail_reply(bus, "confirm mode", reply, err);
}

/* One address of one broker, with a deadline of its own. */
static int try_address(struct bus *bus, const struct broker *broker, const char *address, struct error *err)
{
	amqp_connection_state_t c = amqp_new_connection();
	struct timeval timeout = time_of_call(bus);
	amqp_socket_t *socket = bus->config->tls.enabled ? tls_socket(bus, c, broker->host, err) : amqp_tcp_socket_new(c);
	int status;

	if (!socket) {
		amqp_destroy_connection(c);
		return -1;
	}
	status = amqp_socket_open_noblock(socket, address, (int)broker->port, &timeout);
	if (status != AMQP_STATUS_OK ? bus_fail_status(bus, "connect", status, err) != 0 :
				       login(bus, c, broker, err) != 0 || open_channel(bus, c, err) != 0) {
		amqp_destroy_connection(c);
		return -1;
	}
	bus->connection = c;
	bus->at = broker;
	bus_take_version(bus, c);
	bus->tag = 0;
	bus->used_ms = clock_monotonic_ms();
	return 0;
}

/* A wrong password is wrong everywhere, and trying it everywhere locks accounts. */
static bool is_final(const struct error *err)
{
	return err->code == 403 || err->code == 530;
}

static int try_broker(struct bus *bus, const struct broker *broker, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *found = NULL, *a;
	char address[NI_MAXHOST];
	int rc;

	free(bus->server);
	bus->server = xasprintf("%s:%u vhost '%s'", broker->host, broker->port, bus->config->url.vhost);
	if (check_time(bus, err) != 0)
		return -1;
	rc = name_resolve(broker->host, NULL, &hints, deadline_left_ms(RESOLVE_WITHIN_MS), &found);
	if (rc != 0)
		return error_set(err, ERROR_BUS_UNREACHABLE, "%s (%s): %s", bus->label, bus->server, resolve_why(rc));
	rc = error_set(err, ERROR_BUS_UNREACHABLE, "%s (%s): no address", bus->label, bus->server);
	for (a = found; a && rc != 0 && !is_final(err); a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) == 0)
			rc = try_address(bus, broker, address, err);
	freeaddrinfo(found);
	if (rc == 0)
		error_clear(err);
	return rc;
}

static int try_all(struct bus *bus, struct error *err)
{
	size_t n = bus->config->url.nbroker, first, i;
	auto_str struct str all = { 0 };
	unsigned char random;

	if (n == 0)
		return error_set(err, ERROR_CONFIG, "%s: transport_url has no broker", bus->label);
	random_bytes(&random, 1);
	first = random % n; /* kombu shuffles, so that clients spread */
	for (i = 0; i < n; i++) {
		if (try_broker(bus, &bus->config->url.broker[(first + i) % n], err) == 0)
			return 0;
		if (is_final(err))
			return -1;
		str_addf(&all, "%s%s", i ? "; " : "", err->text);
	}
	if (n > 1)
		error_set(err, ERROR_BUS_UNREACHABLE, "no broker answers: %s", all.s);
	return error_hint(err, "check that RabbitMQ runs, and check transport_url");
}

int bus_open(const struct bus_options *options, struct bus **out, struct error *err)
{
	struct bus *bus;

	*out = NULL;
	if (options->config->trouble) {
		*err = *options->config->trouble;
		return -1;
	}
	bus = xcalloc(1, sizeof *bus);
	bus->config = options->config;
	bus->label = xstrdup(options->label);
	bus->server = xstrdup("");
	bus->open_timeout_s = options->open_timeout_s ? options->open_timeout_s : OPEN_TIMEOUT_S;
	bus->confirm_timeout_s = options->confirm_timeout_s ? options->confirm_timeout_s : CONFIRM_TIMEOUT_S;
	if (try_all(bus, err) != 0) {
		bus_close(&bus);
		return -1;
	}
	log_debug("%s: %s", bus->label, bus->server);
	*out = bus;
	return 0;
}

void bus_drop(struct bus *bus)
{
	if (bus->connection)
		amqp_destroy_connection(bus->connection);
	bus->connection = NULL;
	bus->alarm[0] = '\0';
}

void bus_note_alarm(struct bus *bus, const amqp_method_t *method)
{
	const amqp_connection_blocked_t *blocked = method->decoded;

	auto_str struct str reason = { 0 };

	if (method->id == AMQP_CONNECTION_UNBLOCKED_METHOD)
		bus->alarm[0] = '\0';
	if (method->id != AMQP_CONNECTION_BLOCKED_METHOD)
		return;
	bus_add_text(&reason, blocked->reason);
	snprintf(bus->alarm, sizeof bus->alarm, "an alarm: %s", reason.s);
}

/* Reads what the broker said while nobody listened: an alarm, or that it closed the connection. */
static bool is_alive(struct bus *bus)
{
	struct timeval at_once = { 0 };
	amqp_frame_t frame;
	int status;

	for (;;) {
		amqp_maybe_release_buffers(bus->connection);
		status = amqp_simple_wait_frame_noblock(bus->connection, &frame, &at_once);
		if (status != AMQP_STATUS_OK)
			return status == AMQP_STATUS_TIMEOUT;
		if (frame.frame_type != AMQP_FRAME_METHOD)
			continue;
		if (frame.payload.method.id == AMQP_CONNECTION_CLOSE_METHOD ||
		    frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD)
			return false;
		bus_note_alarm(bus, &frame.payload.method);
	}
}

int bus_ensure(struct bus *bus, struct error *err)
{
	if (bus->connection && !deadline_is_over() && clock_monotonic_ms() - bus->used_ms < FRESH_MS && is_alive(bus)) {
		limit_calls(bus, bus->connection);
		return 0;
	}
	bus_drop(bus);
	if (try_broker(bus, bus->at, err) == 0)
		return 0;
	return is_final(err) || bus->config->url.nbroker == 1 ? -1 : try_all(bus, err);
}

void bus_close(struct bus **bus)
{
	struct bus *b = *bus;

	if (!b)
		return;
	if (b->connection) {
		limit_calls(b, b->connection);
		amqp_connection_close(b->connection, AMQP_REPLY_SUCCESS);
	}
	bus_drop(b);
	watchdog_end(b);
	free(b->label);
	free(b->server);
	free(b);
	*bus = NULL;
}

const char *bus_server(const struct bus *bus)
{
	return bus->server;
}
