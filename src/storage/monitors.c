/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <string.h>

#include "util/json.h"

struct mon_answer mon_ask(struct child *c, const char *json)
{
	struct mon_answer a = { .rc = 0 };

	a.rc = c->ceph.rados_mon_command(c->cluster, &json, 1, "", 0, &a.out, &a.n, &a.status, &a.nstatus);
	return a;
}

void mon_answer_free(struct child *c, struct mon_answer *a)
{
	if (a->out)
		c->ceph.rados_buffer_free(a->out);
	if (a->status)
		c->ceph.rados_buffer_free(a->status);
	*a = (struct mon_answer){ .rc = 0 };
}

json_object *mon_answer_json(const struct mon_answer *a)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object = a->rc == 0 && a->n > 0 && a->n < INT32_MAX ? json_tokener_parse_ex(tokener, a->out, (int)a->n) :
									   NULL;

	json_tokener_free(tokener);
	return object;
}

/* An OSD's host once in a row: it has several addresses there. */
static void say_server(struct child *c, const char *kind, const char *text)
{
	struct storage_address address;
	char line[STORAGE_ADDRESS_SIZE];

	if (!text || !storage_address_parse(text, &address))
		return;
	if (c->nmonitor > 0 && c->nserver > c->nmonitor && storage_address_same_host(&c->server[c->nserver - 1], &address))
		return;
	c->server = vec_grow(c->server, c->nserver, &c->capserver, sizeof *c->server);
	c->server[c->nserver++] = address;
	str_addf(&c->out, "%s %s\n", kind, storage_address_text(&address, line));
}

void monitors_say(struct child *c)
{
	struct mon_answer a = mon_ask(c, "{\"prefix\":\"mon dump\",\"format\":\"json\"}");
	json_object *dump = mon_answer_json(&a), *mons = json_object_object_get(dump, "mons");

	for (size_t i = 0; i < count_members(mons); i++)
		say_server(c, "monitor", get_text(json_object_array_get_idx(mons, i), "addr"));
	c->nmonitor = c->nserver;
	json_object_put(dump);
	mon_answer_free(c, &a);
}

/* ceph 14 to 20 osd/OSDMap.cc: dump(). One that is down has no address, "-" or ":/0". */
void osds_say(struct child *c)
{
	static const char *const keys[] = { "public_addr", "cluster_addr" };
	struct mon_answer a = mon_ask(c, "{\"prefix\":\"osd dump\",\"format\":\"json\"}");
	json_object *dump = mon_answer_json(&a), *osds = json_object_object_get(dump, "osds");

	for (size_t i = 0; i < count_members(osds); i++)
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			say_server(c, "osd", get_text(json_object_array_get_idx(osds, i), keys[k]));
	c->osds_known = c->nmonitor > 0 && json_object_is_type(osds, json_type_array);
	if (c->osds_known)
		str_add(&c->out, "osds\n");
	json_object_put(dump);
	mon_answer_free(c, &a);
}
