/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/nova/needs.h"
#include "model/nova/object.h"
#include "model/placement/books.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

/* nova scheduler/utils.py: ResourceRequest.from_request_spec, without what comes from ports and devices, which only neutron and
 * cyborg know. What is looked at elsewhere (filters, the compute's own claim) is named in words. */

#define EACH_FIELD(object, name, value) json_object_object_foreach(object, name, value)

static void add_ask(struct needs *needs, struct arena *arena, struct ask ask)
{
	struct ask *more = arena_alloc(arena, (needs->nask + 1) * sizeof *more);

	if (needs->nask)
		memcpy(more, needs->ask, needs->nask * sizeof *more);
	ask.group = arena_dup(arena, ask.group);
	ask.name = arena_dup(arena, ask.name);
	more[needs->nask++] = ask;
	needs->ask = more;
}

static void add_unreckoned(struct needs *needs, struct arena *arena, const char *words)
{
	const char **more;

	for (size_t i = 0; i < needs->nunreckoned; i++)
		if (strcmp(needs->unreckoned[i], words) == 0)
			return;
	more = arena_alloc(arena, (needs->nunreckoned + 1) * sizeof *more);
	if (needs->nunreckoned)
		memcpy(more, needs->unreckoned, needs->nunreckoned * sizeof *more);
	more[needs->nunreckoned++] = arena_dup(arena, words);
	needs->unreckoned = more;
}

static void add_resource(struct needs *out, struct arena *arena, const char *group, const char *name, int64_t amount)
{
	static const char *const own[] = { "VCPU", "MEMORY_MB", "DISK_GB" };

	for (int class = 0; class < 3 && !*group; class += 1)
		if (strcmp(name, own[class]) == 0) {
			out->asked[class] = (struct maybe_int){ true, amount };
			return;
		}
	if (!*group && strcmp(name, "PCPU") == 0)
		out->asks_pcpu = true;
	if (amount > 0)
		add_ask(out, arena, (struct ask){ .kind = ASK_RESOURCE, .group = group, .name = name, .amount = amount });
}

static void add_trait(struct needs *out, struct arena *arena, const char *group, const char *name, const char *value)
{
	if (str_equal(value, "required"))
		add_ask(out, arena, (struct ask){ .kind = ASK_TRAIT, .group = group, .name = name });
	else if (str_equal(value, "forbidden"))
		add_ask(out, arena, (struct ask){ .kind = ASK_NO_TRAIT, .group = group, .name = name });
}

/* resources:CLASS, trait:NAME, and with a group's suffix before the colon (XS_KEYPAT). False: it is neither. */
static bool read_key(const char *key, const char *value, struct arena *arena, struct needs *out)
{
	const char *colon = strchr(key, ':');
	size_t prefix = str_starts(key, "resources") ? strlen("resources") : str_starts(key, "trait") ? strlen("trait") : 0;
	char group[65];

	if (!prefix || !colon || (size_t)(colon - key) < prefix || (size_t)(colon - key) - prefix >= sizeof group)
		return false;
	memcpy(group, key + prefix, (size_t)(colon - key) - prefix);
	group[(size_t)(colon - key) - prefix] = '\0';
	if (key[0] == 't')
		add_trait(out, arena, group, colon + 1, value);
	else if (value && isdigit((unsigned char)*value))
		add_resource(out, arena, group, colon + 1, strtoll(value, NULL, 10));
	return true;
}

/* Pairs of a flavor's key and an image's property that mean the same. */
static void read_policy(const char *key, const char *value, struct arena *arena, struct needs *out)
{
	if (strcmp(key, "hw:cpu_policy") == 0 || strcmp(key, "hw_cpu_policy") == 0) {
		out->pinned |= str_equal(value, "dedicated") || str_equal(value, "mixed");
		out->mixed |= str_equal(value, "mixed");
	} else if ((strcmp(key, "hw:mem_encryption") == 0 || strcmp(key, "hw_mem_encryption") == 0) && str_is_true(value))
		add_resource(out, arena, "", "MEM_ENCRYPTION_CONTEXT", 1);
	else if ((strcmp(key, "os:secure_boot") == 0 || strcmp(key, "os_secure_boot") == 0) && str_equal(value, "required"))
		add_trait(out, arena, "", "COMPUTE_SECURITY_UEFI_SECURE_BOOT", "required");
	else if ((strcmp(key, "hw:mem_page_size") == 0 || strcmp(key, "hw_mem_page_size") == 0) && !str_equal(value, "small") &&
	    !str_equal(value, "any"))
		add_unreckoned(out, arena, _("huge pages"));
	else if (strcmp(key, "hw:numa_nodes") == 0 || strcmp(key, "hw_numa_nodes") == 0)
		out->numa = true;
}

/* hw:pmem = "4GB,16GB" (nova virt/hardware.py: get_vpmems). */
static void read_pmem(const char *labels, struct arena *arena, struct needs *out)
{
	auto_str struct str name = { 0 };

	for (const char *s = str_or(labels, ""); *s; s += strcspn(s, ","), s += *s == ',') {
		str_clear(&name);
		str_add(&name, "CUSTOM_PMEM_NAMESPACE_");
		for (const char *c = s; *c && *c != ','; c++)
			str_addc(&name, isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_');
		add_resource(out, arena, "", name.s, 1);
	}
}

static void read_flavor(json_object *specs, struct arena *arena, struct needs *out)
{
	auto_str struct str words = { 0 };

	EACH_FIELD(specs, key, field) {
		const char *value = json_object_get_string(field);

		str_clear(&words);
		if (read_key(key, value, arena, out))
			continue;
		if (strcmp(key, "hw:pmem") == 0)
			read_pmem(value, arena, out);
		else if (strcmp(key, "pci_passthrough:alias") == 0)
			str_addf(&words, _("PCI devices (%s)"), str_or(value, ""));
		else if (str_starts(key, "capabilities:"))
			str_add(&words, key);
		else
			read_policy(key, value, arena, out);
		if (words.n)
			add_unreckoned(out, arena, words.s);
	}
}

static void read_image(json_object *properties, struct arena *arena, struct needs *out)
{
	json_object *traits = NULL;

	EACH_FIELD(properties, key, value)
		if (json_object_is_type(value, json_type_string) || json_object_is_type(value, json_type_boolean))
			read_policy(key, json_object_get_string(value), arena, out);
	json_object_object_get_ex(properties, "traits_required", &traits);
	for (size_t i = 0; i < count_members(traits); i++)
		if (json_object_is_type(json_object_array_get_idx(traits, i), json_type_string))
			add_trait(out, arena, "", json_object_get_string(json_object_array_get_idx(traits, i)), "required");
}

static json_object *field_of(json_object *data, const char *field)
{
	json_object *found = NULL;

	if (data)
		json_object_object_get_ex(data, field, &found);
	return found;
}

void needs_ask(json_object *flavor, json_object *image, struct arena *arena, struct needs *out)
{
	json_object *specs = field_of(flavor, "extra_specs"), *vcpus = field_of(flavor, "vcpus");

	out->nask = out->nunreckoned = 0;
	out->asks_pcpu = false;
	memset(out->asked, 0, sizeof out->asked);
	if (json_object_is_type(specs, json_type_object))
		read_flavor(specs, arena, out);
	if (image)
		read_image(image, arena, out);
	if (out->mixed)
		add_unreckoned(out, arena, _("pinned beside shared CPUs"));
	else if (out->pinned && !out->asks_pcpu && vcpus)
		add_ask(out, arena,
		    (struct ask){ .kind = ASK_RESOURCE,
			.group = "",
			.name = "PCPU",
			.or_vcpu = true,
			.amount = json_object_get_int64(vcpus) +
			    str_equal(object_text(specs, "hw:emulator_threads_policy"), "isolate") });
	if (out->asks_pcpu && !out->asked[CLASS_VCPU].set)
		out->asked[CLASS_VCPU] = (struct maybe_int){ true, 0 };
}

static bool has_any(json_object *list)
{
	return count_members(list) > 0;
}

/* Filters that look at other instances, which an evacuation asks again (nova scheduler/filters/affinity_filter.py,
 * json_filter.py). */
static void read_hints(json_object *hints, struct arena *arena, struct needs *out)
{
	static const char *const known[] = { "different_host", "same_host", "build_near_host_ip", "query" };

	for (size_t i = 0; json_object_is_type(hints, json_type_object) && i < sizeof known / sizeof *known; i++)
		if (field_of(hints, known[i]))
			add_unreckoned(out, arena, arena_printf(arena, _("scheduler hint %s"), known[i]));
}

static bool has_alias(const struct needs *needs)
{
	for (size_t i = 0; i < needs->nunreckoned; i++)
		if (str_starts(needs->unreckoned[i], "PCI devices"))
			return true;
	return false;
}

void needs_of_request(json_object *spec, struct arena *arena, struct needs *out)
{
	json_object *data = object_data(spec), *flavor, *image;

	if (!data)
		return;
	flavor = object_data(field_of(data, "flavor"));
	image = object_data(field_of(object_data(field_of(data, "image")), "properties"));
	if (flavor)
		needs_ask(flavor, image, arena, out);
	if (!has_alias(out) && has_any(field_of(object_data(field_of(data, "pci_requests")), "requests")))
		add_unreckoned(out, arena, "PCI devices");
	out->numa |= has_any(field_of(object_data(field_of(data, "numa_topology")), "cells"));
	read_hints(field_of(data, "scheduler_hints"), arena, out);
}
