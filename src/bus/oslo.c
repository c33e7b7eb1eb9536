/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/oslo.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/json.h"
#include "util/secret.h"
#include "util/uuid.h"

#define ENVELOPE_VERSION "2.0"
#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define MARK_SIZE 33
/* Never contacted, and in no zone where it could be. */
#define IMAGE_URL "http://image.evac-manage.invalid"

static void add_endpoint(json_object *endpoints, const char *region)
{
	json_object *endpoint = json_object_new_object();

	if (region)
		put_text(endpoint, "region", region);
	put_text(endpoint, "publicURL", IMAGE_URL);
	put_text(endpoint, "internalURL", IMAGE_URL);
	put_text(endpoint, "adminURL", IMAGE_URL);
	json_object_array_add(endpoints, endpoint);
}

static json_object *catalog(const struct oslo_context *context)
{
	json_object *services = json_object_new_array(), *image = json_object_new_object(),
		    *endpoints = json_object_new_array();

	for (size_t i = 0; i < context->nregions; i++)
		add_endpoint(endpoints, context->regions[i]);
	if (context->nregions == 0)
		add_endpoint(endpoints, "RegionOne");
	put_text(image, "type", "image");
	put_text(image, "name", "glance");
	put(image, "endpoints", endpoints);
	json_object_array_add(services, image);
	return services;
}

/* Exactly this form: nova's from_dict refuses a Z and missing microseconds. */
static json_object *timestamp(void)
{
	struct timespec now;
	struct tm tm;
	char day[24], out[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, sizeof out, "%s.%06ld", day, now.tv_nsec / 1000 % 1000000);
	return json_object_new_string(out);
}

/* ${mark}: where the token goes, as json-c frees its texts as they are. */
static void add_context(json_object *message, const struct oslo_context *context, const char *mark)
{
	json_object *roles = json_object_new_array();
	bool of_a_service = !context->user_id && !context->project_id;

	json_object_array_add(roles, jv_text("admin"));
	put_text(message, "_context_user_id", context->user_id);
	put_text(message, "_context_project_id", context->project_id);
	put_text(message, "_context_request_id", context->request_id);
	put_bool(message, "_context_is_admin", 1);
	put(message, "_context_roles", roles);
	put_text(message, "_context_auth_token",
	    context->token ? mark : NULL); /* null, never "": nova asks whether it is None */
	put_text(message, "_context_read_deleted", "no");
	if (!of_a_service)
		put_text(message, "_context_remote_address", "127.0.0.1");
	put(message, "_context_timestamp", timestamp());
	put(message, "_context_service_catalog",
	    of_a_service         ? json_object_new_array() :
		context->catalog ? json_object_get(context->catalog) :
				   catalog(context));
}

/* No name of an instance has it: what a tenant can choose is in the same text. */
static void new_mark(char mark[MARK_SIZE])
{
	struct uuid id;

	uuid_random(&id);
	uuid_hex(&id, mark);
}

/* A text that json-c wrote, within a string. No character of it is a control character: what is escaped there needs no more
 * than its backslash here. json-c itself takes several times as long, and this one is as long as a message. */
static void add_as_string(struct str *out, const char *json)
{
	size_t n;

	str_reserve(out, out->n + strlen(json) * 5 / 4);
	for (; *json; json += n) {
		n = strcspn(json, "\"\\");
		str_addn(out, json, n);
		if (json[n]) {
			str_addc(out, '\\');
			str_addc(out, json[n++]);
		}
	}
}

void oslo_cast_text(const struct oslo_cast *cast, const struct oslo_context *context, struct str *out)
{
	json_object *message = json_object_new_object();
	auto_str struct str envelope = { 0 };
	char mark[MARK_SIZE];

	new_mark(mark);
	put_text(message, "method", cast->method);
	if (cast->namespace)
		put_text(message, "namespace", cast->namespace);
	put_text(message, "version", cast->version);
	put(message, "args", cast->args);
	put_text(message, "_unique_id", cast->unique_id);
	add_context(message, context, mark);
	str_add(&envelope, "{\"oslo.version\":\"" ENVELOPE_VERSION "\",\"oslo.message\":\"");
	add_as_string(&envelope, json_object_to_json_string_ext(message, PLAIN));
	str_add(&envelope, "\"}");
	secret_put_in(out, envelope.s, mark, str_or(context->token, ""));
	json_object_put(message);
}
