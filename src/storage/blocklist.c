/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/json.h"

static bool status_has(const struct mon_answer *a, const char *words)
{
	return a->status && memmem(a->status, a->nstatus, words, strlen(words));
}

/* "add" and "rm" of an address, NULL: the list. Ceph 16 gave the command its new name; one before it does not know that, and
 * one of today may forget the old one. */
static struct mon_answer ask_blocklist(struct child *c, const char *order, const char *address, unsigned seconds)
{
	static const char *const names[] = { "blocklist", "blacklist" };
	struct mon_answer a = { .rc = 0 };
	char json[256], expire[32] = "";

	if (seconds > 0)
		snprintf(expire, sizeof expire, ",\"expire\":%u.0", seconds);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		mon_answer_free(c, &a);
		if (order)
			snprintf(json, sizeof json, "{\"prefix\":\"osd %s\",\"%sop\":\"%s\",\"addr\":\"%s\"%s}", names[i],
			    names[i], order, address, expire);
		else
			snprintf(json, sizeof json, "{\"prefix\":\"osd %s ls\",\"format\":\"json\"}", names[i]);
		a = mon_ask(c, json);
		if (a.rc != -EINVAL || !status_has(&a, "command not known"))
			break;
		c->old_name = i == 0;
	}
	return a;
}

/* The monitor looks at the caps first and at the address then, which none can parse (ceph 16 mon/OSDMonitor.cc: "unable to
 * parse address"; mon/Monitor.cc: "access denied"). */
void blocklist_probe(struct child *c)
{
	struct mon_answer a = ask_blocklist(c, "add", "nobody/0", 1);

	if (a.rc == -EACCES || a.rc == -EPERM)
		str_add(&c->out, "may no\n");
	else if (a.rc == -EINVAL && status_has(&a, "parse"))
		str_add(&c->out, "may yes\n");
	mon_answer_free(c, &a);
}

/* A range of addresses (Ceph 17 and later) is none of a client. */
void blocklist_say(struct child *c)
{
	struct mon_answer a = ask_blocklist(c, NULL, NULL, 0);
	json_object *list = mon_answer_json(&a);

	if (c->old_name)
		str_add(&c->out, "blacklist\n");
	for (size_t i = 0; i < count_members(list); i++) {
		json_object *entry = json_object_array_get_idx(list, i);
		const char *text = get_text(entry, "addr"), *until = get_text(entry, "until");
		struct storage_address address;
		char line[STORAGE_ADDRESS_SIZE];

		if (text && until && !strpbrk(until, " \n") && storage_address_parse(text, &address))
			str_addf(&c->out, "entry %s %.40s\n", storage_address_text(&address, line), until);
	}
	if (json_object_is_type(list, json_type_array))
		str_add(&c->out, "entries\n");
	json_object_put(list);
	mon_answer_free(c, &a);
}

/* ---- changes */

static void say_no(struct child *c, const char *what, const struct mon_answer *a)
{
	const char *error = strerror(-a->rc);
	const bool told = a->nstatus > 0;

	lines_add_text(c, what, told ? a->status : error, told ? a->nstatus : strlen(error));
}

static bool is_server(const struct child *c, const struct storage_address *address)
{
	for (size_t i = 0; i < c->nserver; i++)
		if (storage_address_same_host(&c->server[i], address))
			return true;
	return false;
}

/* A nonce of 0 is all clients of the address: whoever asks for it without saying so is wrong, and so is who asks for the host
 * of an OSD or a monitor, which would be clients of their own cluster no more. NULL: there is nothing against it. */
static const char *wrong_with(const struct child *c, const struct storage_address *address)
{
	if (address->nonce != 0)
		return NULL;
	if (!c->ask->whole_hosts || address->port != 0)
		return "a client without a nonce is all clients of its host";
	if (!c->osds_known)
		return "whether an OSD or a monitor has this address is not known";
	return is_server(c, address) ? "an OSD or a monitor has this address" : NULL;
}

/* ENOENT: it was not on the list. */
static bool obeys(struct child *c, const char *order, const struct storage_address *client, const char *refused)
{
	char text[STORAGE_ADDRESS_SIZE];
	const bool adds = order[0] == 'a';
	struct mon_answer a = ask_blocklist(c, order, storage_address_text(client, text), adds ? c->ask->fence_s : 0);
	const bool obeyed = a.rc == 0 || (a.rc == -ENOENT && !adds);

	if (!obeyed && a.rc != -ETIMEDOUT) /* who says nothing may still obey */
		say_no(c, refused, &a);
	mon_answer_free(c, &a);
	return obeyed;
}

static bool is_listed_in(json_object *list, const struct storage_address *client)
{
	struct storage_address address;

	for (size_t i = 0; i < count_members(list); i++) {
		const char *text = get_text(json_object_array_get_idx(list, i), "addr");

		if (text && storage_address_parse(text, &address) && storage_address_same_client(&address, client))
			return true;
	}
	return false;
}

/* An entry that exists keeps its end, though the monitors answer with the new one (measured on 16.2.15; ceph osd/OSDMap.cc
 * apply_incremental() inserts, before and after it was renamed): it is taken off first. Until it is there again nothing keeps
 * the client out; nobody else has been given its disk by then. */
static bool makes_room(struct child *c, json_object *list, const struct storage_address *client, const char *refused)
{
	return !is_listed_in(list, client) || obeys(c, "rm", client, refused);
}

/* How many were obeyed, from the first. One that is wrong among them, and none is begun. */
static size_t order_all(struct child *c, const char *order, const struct storage_address *client, size_t n)
{
	const bool adds = order[0] == 'a';
	const char *refused = adds ? "unfenced" : "unlifted", *wrong;
	struct mon_answer entries = { .rc = 0 };
	json_object *list = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if ((wrong = wrong_with(c, &client[i]))) {
			lines_add_text(c, refused, wrong, strlen(wrong));
			return 0;
		}
	if (adds && n > 0) {
		entries = ask_blocklist(c, NULL, NULL, 0);
		list = mon_answer_json(&entries);
	}
	for (i = 0; i < n && makes_room(c, list, &client[i], refused) && obeys(c, order, &client[i], refused); i++)
		;
	json_object_put(list);
	mon_answer_free(c, &entries);
	return i;
}

/* Only what stands in the OSDs' map counts. */
void blocklist_change(struct child *c)
{
	size_t fenced = order_all(c, "add", c->ask->fence, c->ask->nfence);
	size_t lifted = order_all(c, "rm", c->ask->lift, c->ask->nlift);
	int rc = fenced + lifted > 0 ? c->ceph.rados_wait_for_latest_osdmap(c->cluster) : 0;

	if (rc == 0) {
		if (c->ask->nfence)
			str_addf(&c->out, "fenced %zu\n", fenced);
		if (c->ask->nlift)
			str_addf(&c->out, "lifted %zu\n", lifted);
	}
	lines_flush(c);
}
