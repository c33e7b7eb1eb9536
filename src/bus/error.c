/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/secret.h"

#define TEXT_SHOWN 300

void bus_add_text(struct str *out, amqp_bytes_t text)
{
	auto_free char *said = xstrndup(text.bytes ? text.bytes : "",
	    text.bytes ? text.len < TEXT_SHOWN ? text.len : TEXT_SHOWN : 0);

	str_add(out, "");
	str_add_foreign(out, said);
}

unsigned bus_close_code(amqp_rpc_reply_t reply)
{
	if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION)
		return 0;
	if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
		return ((amqp_channel_close_t *)reply.reply.decoded)->reply_code;
	if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD)
		return ((amqp_connection_close_t *)reply.reply.decoded)->reply_code;
	return 0;
}

amqp_bytes_t bus_close_text(amqp_rpc_reply_t reply)
{
	return reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD ? ((amqp_channel_close_t *)reply.reply.decoded)->reply_text :
							     ((amqp_connection_close_t *)reply.reply.decoded)->reply_text;
}

/* Of the virtual host's or the user's limits both of RabbitMQ's texts have this word (rabbit_reader.erl: is_over_*_limit,
 * rabbit_channel.erl), and no text of a name or a right has it. */
static bool is_of_a_limit(const char *text)
{
	return strstr(text, " limit ");
}

static const char *hint_of(unsigned code, const char *text)
{
	switch (code) {
	case 403:
		return _("check user and password in transport_url, and the user's permissions");
	case 530:
		return is_of_a_limit(text) ?
		    _("raise the limit, or close what others hold open: rabbitmqctl list_user_limits; rabbitmqctl list_vhost_limits") :
		    _("check the virtual host at the end of transport_url");
	case 320:
		return _("the broker is shutting down, or an administrator closed the connection");
	default:
		return "";
	}
}

int bus_fail_status(const struct bus *bus, const char *what, int status, struct error *err)
{
	error_set(err, ERROR_BUS_UNREACHABLE, "%s (%s): %s: %s", bus->label, bus->server, what, amqp_error_string2(status));
	err->code = status;
	return -1;
}

int bus_fail_reply(const struct bus *bus, const char *what, amqp_rpc_reply_t reply, struct error *err)
{
	auto_str struct str said = { 0 };
	unsigned code = bus_close_code(reply);

	if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
		return bus_fail_status(bus, what, reply.library_error, err);
	if (code == 0)
		return error_set(err, ERROR_BUS_UNREACHABLE, "%s (%s): %s: the broker sent something unexpected", bus->label,
		    bus->server, what);
	bus_add_text(&said, bus_close_text(reply));
	error_set(err, ERROR_BUS_UNREACHABLE, "%s (%s): %s: %s (%u)", bus->label, bus->server, what, said.s, code);
	err->code = (int)code;
	return error_hint(err, "%s", hint_of(code, said.s));
}
