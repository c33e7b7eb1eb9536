/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/evacuation_bug.h"

#include <stdlib.h>
#include <string.h>

#include "util/lang.h"

/* Worst first: data, a guest twice, an instance in ERROR, a host that does not start, leftovers. */
const struct evacuation_bug evacuation_bugs[] = {
	{ .number = "1550919",
	    .fixed = { "19.3.0", "20.4.0", "21.1.0", "22.0.0" },
	    .sentence = N_("A spawn that fails on the new host deletes the instance's disks on shared storage."),
	    .answer = N_(
		"Finding release-deletes-disks leaves out the instances with such disks. Make snapshots first, or upgrade nova.") },
	{ .number = "1922053",
	    .fixed = { "24.0.0" },
	    .sentence = N_(
		"nova lets an operator clear forced-down while evacuations are still 'done'. An instance that comes back to "
		"the host is destroyed at the next start of nova-compute."),
	    .answer = N_(
		"journal undo keeps forced-down while such evacuations exist. 'host return HOST' and 'migration list --host "
		"HOST --stale' name them.") },
	{ .number = "1764883",
	    .fixed = { "17.0.9", "18.0.0" },
	    .sentence = N_(
		"A host that returns while an evacuation is 'pre-migrating' keeps its old guest: the guest runs twice."),
	    .answer = N_(
		"'host return HOST' says whether an evacuation is still under way. Wait for its end before the power-on.") },
	{ .number = "1823370",
	    .fixed = { "21.0.0" },
	    .sentence = N_("The scheduler may pick a host of another cell; the evacuation then ends in ERROR."),
	    .answer = N_("With several cells in nova before 21: name a host of the same cell with --target_host.") },
	{ .number = "1978983",
	    .fixed = { "23.2.2", "24.2.0", "25.1.0", "26.0.0" },
	    .sentence = N_("nova-api refuses to evacuate an instance with a task state (powering-off, rebooting, ...)."),
	    .answer = N_("Finding task-state leaves the instance out. --accept takes it where all of nova is new enough.") },
	{ .number = "1952941",
	    .since = 22,
	    .fixed = { "23.2.0", "24.1.0", "25.0.0" },
	    .sentence = N_("An instance pinned to CPUs before Victoria cannot be scheduled; it ends in ERROR."),
	    .answer = N_("Finding old-cpu-pinning leaves the instance out.") },
	{ .number = "1784983",
	    .fixed = { "21.0.0" },
	    .sentence = N_("A claim or a group policy that fails on the new host leaves an untouched instance in ERROR."),
	    .answer = N_("The run says that the instance is still on its old host. The same command evacuates it again.") },
	{ .number = "1659062",
	    .fixed = { "19.0.0" },
	    .sentence = N_(
		"An evacuation that fails midway leaves the ports bound to the new host; the next attempt fails at them."),
	    .answer = N_("Bind the ports to the instance's host again in neutron, then run the same command again.") },
	{ .number = "1890244",
	    .fixed = { "25.1.1", "26.0.0" },
	    .sentence = N_("An instance whose server group was deleted fails the late check of the group and ends in ERROR."),
	    .answer = N_("evac-manage leaves a deleted group out of the message.") },
	{ .number = "1896463",
	    .fixed = { "21.2.0", "22.1.0", "23.0.0" },
	    .sentence = N_(
		"The periodic task of the new host runs beside the evacuation: PCI devices and usage are counted wrongly."),
	    .answer = N_("Restart nova-compute on the new host when its usage looks wrong.") },
	{ .number = "1669054",
	    .fixed = { "17.0.11", "18.2.1", "19.0.1", "20.0.0" },
	    .sentence = N_(
		"After a resize the host of that time stays excluded: where no other host is left, the evacuation fails."),
	    .answer = N_("evac-manage sends no stored exclusion; nova's conductor excludes the failed host itself.") },
	{ .number = "2085975",
	    .fixed = { "28.3.1", "29.2.1", "30.1.0", "31.0.0" },
	    .sentence = N_(
		"A host that returns during an evacuation keeps the instance's directory; a later evacuation back to it "
		"fails."),
	    .answer = N_(
		"'host return HOST' says whether an evacuation is still under way. Wait for its end before the power-on.") },
	{ .number = "1897716",
	    .fixed = { "23.0.0" },
	    .sentence = N_("nova-compute does not start on a returning host when an evacuated instance was deleted meanwhile."),
	    .answer = N_(
		"Set the migrations of deleted instances to 'completed' with nova's own means, then start nova-compute again.") },
	{ .number = "1724172",
	    .fixed = { "18.3.0", "19.0.1", "20.0.0" },
	    .sentence = N_("A host that was installed anew keeps the allocations of evacuated instances in placement."),
	    .answer = N_("The audit's check allocation-on-other-host finds them.") },
	{ .number = "1829479",
	    .fixed = { "24.1.0", "25.0.0" },
	    .sentence = N_(
		"The service of a host that never returns cannot be deleted whole: allocations of evacuated instances stay."),
	    .answer = N_("The audit's check allocation-on-other-host finds them.") },
	{ .number = NULL },
};

static int major_of(const char *version)
{
	return (int)strtol(version, NULL, 10);
}

/* "22.0.0" is the branch's first: the branch never had it. */
static bool is_first(const char *version)
{
	const char *dot = strchr(version, '.');

	return dot && strcmp(dot, ".0.0") == 0;
}

struct rule evacuation_bug_in(const struct evacuation_bug *bug, int nova)
{
	int last = 0;

	if (nova < bug->since)
		return (struct rule){ NEVER, NULL };
	for (const char *const *fixed = bug->fixed; *fixed; fixed++) {
		last = major_of(*fixed);
		if (last == nova)
			return is_first(*fixed) ? (struct rule){ NEVER, NULL } : (struct rule){ UNTIL, *fixed };
	}
	return (struct rule){ last == 0 || nova < last ? ALWAYS : NEVER, NULL };
}

void evacuation_bug_add_fixed(const struct evacuation_bug *bug, struct str *out)
{
	for (const char *const *fixed = bug->fixed; *fixed; fixed++)
		str_addf(out, "%s%s", fixed == bug->fixed ? "" : ", ", *fixed);
}

void evacuation_bug_add_unfixed(const struct evacuation_bug *bug, struct str *out)
{
	size_t rows = 0;
	const char *sep = "";

	while (release_at(rows))
		rows++;
	for (int nova = release_at(0)->nova; nova <= release_at(rows - 1)->nova; nova++)
		if (evacuation_bug_in(bug, nova).when == ALWAYS) {
			str_addf(out, "%s%d", sep, nova);
			sep = ", ";
		}
}
