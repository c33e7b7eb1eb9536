/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "guard/checks.h"
#include "util/shell.h"
#include "util/str.h"

/* A live host that is to be left for a dead one: more likely the two names were typed the wrong way round than meant so. */

static bool has(const struct findings *findings, const char *code)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->v[i].code, code) == 0)
			return true;
	return false;
}

static bool owner_is_down(const struct scene *scene)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (m->target && !cinder_service_is_up(m->target, scene->cinder.down_s))
			return true;
	return false;
}

static void add(struct str *out, const char *const *words)
{
	for (; *words; words++) {
		str_addc(out, ' ');
		shell_add_word(out, *words);
	}
}

/* The same command with the two names exchanged; false: it has none that could be. */
static bool exchange(const struct scene *scene, const char **dead, struct str *out)
{
	const struct request *r = scene->request;

	str_addf(out, "evac-manage %s", str_or(r->command, ""));
	if (r->what.currenthost && r->what.newhost) {
		*dead = r->what.newhost;
		add(out, (const char *const[]){ "--currenthost", r->what.newhost, "--newhost", r->what.currenthost, NULL });
	} else if (r->what.host && r->what.to && owner_is_down(scene)) {
		*dead = r->what.to;
		add(out, (const char *const[]){ r->what.to, "--to", scene->subject.host, NULL });
	} else if (r->what.host && r->what.target_host && scene->nova.target_compute) {
		*dead = r->what.target_host;
		add(out, (const char *const[]){ r->what.target_host, r->what.to ? "--to" : "--target_host", scene->subject.host, NULL });
	} else {
		return false;
	}
	return true;
}

void guard_looks_swapped(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str command = { 0 }, hint = { 0 };
	const char *dead;

	if (!has(out, "source-alive") || !has(out, "target-down") || !exchange(scene, &dead, &command))
		return;
	str_addf(&hint, "did you swap the two? %s", command.s);
	guard_found(self, scene, out, dead, hint.s, "'%s' reports and '%s' does not, and '%s' would be left for '%s'", scene->subject.host, dead,
	    scene->subject.host, dead);
}
