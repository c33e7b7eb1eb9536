/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/release.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
/* Sources, column by column, read at each release's last tag:
 * version, rpc, objects  nova objects/service.py SERVICE_VERSION; conductor/manager.py ComputeTaskManager.target;
 *                        objects/instance.py, request_spec.py (RequestSpec, Destination) VERSION
 * task                   compute/api.py evacuate: task_state [None] until bug 1978983 was mended (23.2.2, 24.2.0, 25.1.0, 26.0.0)
 * disks                  virt/libvirt/driver.py _cleanup_failed_start: bug 1550919, mended in 19.3.0, 20.4.0, 21.1.0, 22.0.0
 * vdpa                   compute/api.py reject_vdpa_instances on evacuate: 23.0.0 until 24.2.0, 25.1.0
 * pinning                objects/instance_numa.py: bug 1952941, from 22.0.0 until 23.2.0, 24.1.0, 25.0.0
 * vtpm .. shares         compute/api.py evacuate's decorators: 22 vtpm, 21 device profiles, 24 accelerator ports, 31 shares;
 *                        ports with a resource request: network/neutron.py, moves that keep them since 21
 * spec                   conductor/manager.py rebuild_instance: 17 and 18 make one when there is none
 * state                  compute_task 1.25
 * zone                   conf/scheduler.py query_placement_for_availability_zone: since 18.0.0, on by default since 24.0.0, and no option
 *                        any more since 28.0.0 */
#define NO { NEVER, NULL }
#define YES { ALWAYS, NULL }
#define TILL(point) { UNTIL, point }
#define ZONE(word) ZONE_QUERY_ ## word
static const struct release releases[] = {
	/*                          objects                           task            disks           vdpa            pinning         vtpm   profile accport bandw  shares spec   state  zone */
	{ 30, 17, "Queens",         "1.20", "2.3", "1.8",  "1.1",     YES,            YES,            NO,             NO,             false, false, false, true,  false, false, false, ZONE(NEVER) },
	{ 35, 18, "Rocky",          "1.20", "2.4", "1.11", "1.2",     YES,            YES,            NO,             NO,             false, false, false, true,  false, false, false, ZONE(OFF) },
	{ 37, 19, "Stein",          "1.20", "2.4", "1.12", "1.2",     YES,            TILL("19.3.0"), NO,             NO,             false, false, false, true,  false, true,  false, ZONE(OFF) },
	{ 40, 20, "Train",          "1.20", "2.7", "1.12", "1.2",     YES,            TILL("20.4.0"), NO,             NO,             false, false, false, true,  false, true,  false, ZONE(OFF) },
	{ 51, 21, "Ussuri",         "1.23", "2.7", "1.13", "1.4",     YES,            TILL("21.1.0"), NO,             NO,             false, true,  false, false, false, true,  false, ZONE(OFF) },
	{ 53, 22, "Victoria",       "1.23", "2.7", "1.13", "1.4",     YES,            NO,             NO,             YES,            true,  false, false, false, false, true,  false, ZONE(OFF) },
	{ 56, 23, "Wallaby",        "1.23", "2.7", "1.14", "1.4",     TILL("23.2.2"), NO,             YES,            TILL("23.2.0"), true,  false, false, false, false, true,  false, ZONE(OFF) },
	{ 60, 24, "Xena",           "1.23", "2.7", "1.14", "1.4",     TILL("24.2.0"), NO,             TILL("24.2.0"), TILL("24.1.0"), true,  false, true,  false, false, true,  false, ZONE(ON) },
	{ 61, 25, "Yoga",           "1.23", "2.7", "1.14", "1.4",     TILL("25.1.0"), NO,             TILL("25.1.0"), NO,             true,  false, true,  false, false, true,  false, ZONE(ON) },
	{ 64, 26, "Zed",            "1.24", "2.7", "1.14", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, false, true,  false, ZONE(ON) },
	/* 66 is both, and only the second knows Instance 2.8: the older one rules */
	{ 66, 27, "2023.1/2023.2",  "1.25", "2.7", "1.14", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, false, true,  true,  ZONE(ON) },
	{ 67, 29, "2024.1/2024.2",  "1.25", "2.8", "1.15", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, false, true,  true,  ZONE(ALWAYS) },
	{ 68, 31, "2025.1",         "1.25", "2.8", "1.15", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, true,  true,  true,  ZONE(ALWAYS) },
	{ 70, 32, "2025.2",         "1.25", "2.8", "1.15", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, true,  true,  true,  ZONE(ALWAYS) },
	{ 72, 33, "2026.1",         "1.26", "2.8", "1.15", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, true,  true,  true,  ZONE(ALWAYS) },
	{ 74, 34, "2026.2",         "1.26", "2.8", "1.15", "1.4",     NO,             NO,             NO,             NO,             true,  false, true,  false, true,  true,  true,  ZONE(ALWAYS) },
};
#define RELEASES (sizeof releases / sizeof *releases)
/* clang-format on */

const struct release *release_of(int64_t service_version)
{
	if (service_version <= 0)
		return &releases[0];
	for (size_t i = 0; i < RELEASES; i++)
		if (service_version <= releases[i].service_version)
			return &releases[i];
	return &releases[RELEASES - 1];
}

bool release_is_known(int64_t service_version)
{
	return service_version >= releases[0].service_version && service_version <= releases[RELEASES - 1].service_version;
}

bool release_has_point(const struct release *release, const char *point)
{
	long major = point ? strtol(point, NULL, 10) : 0;
	size_t i = RELEASES - 1;

	while (i > 0 && releases[i].nova > major)
		i--;
	return releases[i].nova == release->nova && major >= release->nova;
}

/* Is ${point} ${other} or later? Both are dotted numbers. */
static bool is_not_before(const char *point, const char *other)
{
	char *rest, *other_rest;

	while (*point || *other) {
		unsigned long a = strtoul(point, &rest, 10), b = strtoul(other, &other_rest, 10);

		if (a != b)
			return a > b;
		point = *rest == '.' ? rest + 1 : "";
		other = *other_rest == '.' ? other_rest + 1 : "";
	}
	return true;
}

static void settle(struct rule *rule, const char *point)
{
	if (rule->when == UNTIL)
		*rule = (struct rule){ is_not_before(point, rule->until) ? NEVER : ALWAYS, NULL };
}

struct release release_with_point(const struct release *release, const char *point)
{
	struct release out = *release;

	if (!release_has_point(release, point))
		return out;
	settle(&out.no_task_state, point);
	settle(&out.destroys_disks, point);
	settle(&out.rejects_vdpa, point);
	settle(&out.breaks_pinning, point);
	return out;
}

const struct release *release_at(size_t i)
{
	return i < RELEASES ? &releases[i] : NULL;
}

bool object_version_fits(const char *version, const char *newest)
{
	char *rest, *newest_rest;
	unsigned long major = strtoul(version, &rest, 10), newest_major = strtoul(newest, &newest_rest, 10);

	if (rest == version || *rest != '.' || major != newest_major)
		return false;
	return strtoul(rest + 1, NULL, 10) <= strtoul(newest_rest + 1, NULL, 10);
}

bool compute_level_takes_target_state(const char *level)
{
	/* nova compute/rpcapi.py: VERSION_ALIASES, those that stand for something older; every later name is new enough */
	static const char *const older[] = { "icehouse", "juno", "kilo", "liberty", "mitaka", "newton", "ocata", "pike",
		"queens", "rocky", "stein", "train", "ussuri", "victoria", "wallaby", "xena", "yoga", "zed" };

	if (level[0] >= '0' && level[0] <= '9')
		return object_version_fits(REBUILD_STATE_RPC, level);
	for (size_t i = 0; i < sizeof older / sizeof *older; i++)
		if (strcmp(level, older[i]) == 0)
			return false;
	return true;
}
