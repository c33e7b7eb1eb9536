/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host_show.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

/* 'host show' of a saved inventory: what can be looked for by hand, by the names of network and storage. */

static void add_how_old(struct table *t, const struct inventory_picture *p)
{
	auto_str struct str detail = { 0 };
	char age[CLOCK_AGE_SIZE];

	str_addf(&detail, _("saved %s ago, not the present state: no database was asked; %s"),
	    clock_age(clock_wall_s() - clock_parse(p->facts.saved_at), age),
	    p->is_signed ? _("its signature is right") : _("its signature was not checked"));
	host_show_add(t, "inventory", p->facts.saved_at, p->facts.whole ? "whole" : "half", -1, detail.s);
}

static void add_unknown_parts(struct table *t, const struct inventory_picture *p)
{
	for (size_t i = 0; i < count_members(p->parts); i++) {
		json_object *part = json_object_array_get_idx(p->parts, i);

		if (!str_equal(get_text(part, "state"), "read"))
			host_show_add(t, "unknown", get_text(part, "part"), get_text(part, "state"), -1, get_text(part, "why"));
	}
}

static bool is_true(json_object *record, const char *key)
{
	return json_object_get_boolean(json_object_object_get(record, key));
}

static void add_saved_service(struct table *t, json_object *record)
{
	json_object *age = json_object_object_get(record, "heartbeat_age_s");
	auto_str struct str item = { 0 }, detail = { 0 };
	char text[CLOCK_AGE_SIZE];

	str_addf(&item, "%s %s", str_or(get_text(record, "binary"), ""), get_text(record, "host"));
	if (age)
		str_addf(&detail, _("last heartbeat %s before"), clock_age(json_object_get_int64(age), text));
	else
		str_add(&detail, _("never reported"));
	if (is_true(record, "disabled"))
		str_add(&detail, ", disabled");
	if (is_true(record, "forced_down"))
		str_add(&detail, _(", forced down"));
	host_show_add(t, "service", item.s, NULL, -1, detail.s);
}

/* "volumes/volume-1f0c…" of Ceph, else "iscsi target_iqn=iqn.2010-10.org…, target_lun=1". */
static void add_storage_names(json_object *storage, struct str *out)
{
	size_t n = 0;

	if (!storage) {
		str_add(out, _("its place in the storage is unknown"));
		return;
	}
	if (get_text(storage, "pool")) {
		str_addf(out, "%s/%s", get_text(storage, "pool"), str_or(get_text(storage, "image"), ""));
		return;
	}
	str_add(out, str_or(get_text(storage, "driver"), ""));
	json_object_object_foreach(storage, key, value)
		if (strcmp(key, "driver") != 0)
			str_addf(out, "%s%s=%s", n++ ? ", " : " ", key, json_object_get_string(value));
}

static void add_disk_names(json_object *record, struct str *out)
{
	json_object *volumes = json_object_object_get(record, "volumes"), *own = json_object_object_get(record, "own_disks");

	for (size_t i = 0; i < count_members(volumes); i++) {
		json_object *v = json_object_array_get_idx(volumes, i);

		str_addf(out, _("; volume %s: "), str_or(get_text(v, "id"), ""));
		add_storage_names(json_object_object_get(v, "storage"), out);
	}
	for (size_t i = 0; i < count_members(own); i++) {
		json_object *d = json_object_array_get_idx(own, i);

		str_addf(out, "; %s: ", str_or(get_text(d, "kind"), ""));
		if (get_text(d, "pool"))
			add_storage_names(d, out);
		else
			str_add(out, _("on the compute or what it shares"));
	}
}

static void add_address_list(json_object *list, const char *before, struct str *out)
{
	for (size_t i = 0; i < count_members(list); i++)
		str_addf(out, "%s%s", i ? ", " : before, json_object_get_string(json_object_array_get_idx(list, i)));
}

static void add_port_addresses(json_object *record, struct str *out)
{
	json_object *ports = json_object_object_get(record, "ports");

	if (!ports)
		str_add(out, _("; its ports are unknown"));
	for (size_t i = 0; i < count_members(ports); i++) {
		json_object *p = json_object_array_get_idx(ports, i);

		str_addf(out, _("; port %s"), str_or(get_text(p, "mac"), str_or(get_text(p, "id"), "")));
		add_address_list(json_object_object_get(p, "addresses"), " ", out);
		add_address_list(json_object_object_get(p, "floating"), _(" floating "), out);
	}
}

static void add_saved_instance(struct table *t, json_object *record)
{
	auto_str struct str detail = { 0 };

	str_addf(&detail, _("%s; project %s; flavor %s"), str_or(get_text(record, "name"), "-"),
	    str_or(get_text(record, "project_id"), "-"), str_or(get_text(record, "flavor"), "-"));
	add_disk_names(record, &detail);
	add_port_addresses(record, &detail);
	host_show_add(t, "instance", get_text(record, "uuid"), get_text(record, "vm_state"), -1, detail.s);
}

/* They lie by host. */
static void add_owned_counts(struct table *t, const struct inventory_picture *p, const char *kind, const char *section)
{
	const char *owner = NULL, *host;
	int64_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (!str_equal(get_text(p->record[i], "record"), kind))
			continue;
		host = get_text(p->record[i], "host");
		if (owner && strcmp(owner, host) != 0) {
			host_show_add(t, section, owner, NULL, n, NULL);
			n = 0;
		}
		owner = host;
		n++;
	}
	if (owner)
		host_show_add(t, section, owner, NULL, n, NULL);
}

void host_show_inventory(struct table *t, const struct inventory_picture *p)
{
	add_how_old(t, p);
	add_unknown_parts(t, p);
	for (size_t i = 0; i < p->n; i++)
		if (str_equal(get_text(p->record[i], "record"), "service"))
			add_saved_service(t, p->record[i]);
	for (size_t i = 0; i < p->n; i++)
		if (str_equal(get_text(p->record[i], "record"), "instance"))
			add_saved_instance(t, p->record[i]);
	add_owned_counts(t, p, "volume", "volumes");
	add_owned_counts(t, p, "backup", "backups");
}
