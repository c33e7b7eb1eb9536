/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* A live host that is to be left for a dead one: more likely the two names were typed the wrong way round than meant so. */

static bool new_owner_is_down(const struct scene *scene)
{
	EACH_MOVE(m, scene)
		if (m->target && !cinder_service_is_up(m->target, scene->cinder.down_s))
			return true;
	return false;
}

static void add_name(struct str *out, const char *option, const char *name)
{
	str_addf(out, " %s", option);
	shell_add_word(out, name);
}

/* The same command with the two names exchanged; false: it has none that could be. */
static bool add_exchanged(const struct scene *scene, const char **dead, struct str *out)
{
	const struct request *r = scene->request;

	str_addf(out, "evac-manage %s", str_or(r->command, ""));
	if (r->what.currenthost && r->what.newhost) {
		*dead = r->what.newhost;
		add_name(out, "--currenthost ", r->what.newhost);
		add_name(out, "--newhost ", r->what.currenthost);
	} else if (r->what.host && r->what.to && new_owner_is_down(scene)) {
		*dead = r->what.to;
		add_name(out, "", r->what.to);
		add_name(out, "--to ", scene->subject.host);
	} else if (r->what.host && r->what.target_host && scene->nova.target_compute) {
		*dead = r->what.target_host;
		add_name(out, "", r->what.target_host);
		add_name(out, r->what.to ? "--to " : "--target_host ", scene->subject.host);
	} else {
		return false;
	}
	return true;
}

void guard_looks_swapped(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str command = { 0 }, hint = { 0 };
	const char *dead;

	if (!guard_first_found(out, "source-alive", NULL) || !guard_first_found(out, "target-down", NULL) ||
	    !add_exchanged(scene, &dead, &command))
		return;
	str_addf(&hint, _("did you swap the two? %s"), command.s);
	guard_found(self, scene, out, dead, hint.s, "'%s' reports and '%s' does not; the command would move from '%s' to '%s'",
	    scene->subject.host, dead, scene->subject.host, dead);
}
