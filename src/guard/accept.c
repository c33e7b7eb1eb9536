/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* Is this finding the one that CODE or CODE:ID means? */
static bool is_meant_by(const struct scene *scene, const struct finding *f, const char *word)
{
	size_t n = strcspn(word, ":");
	const char *id = word[n] ? word + n + 1 : NULL;

	if (strlen(f->code) != n || strncmp(f->code, word, n) != 0)
		return false;
	return !id || str_equal(f->subject, id) || str_equal(guard_only_name(scene, f->subject), id);
}

static void report_useless_accept(const struct guard *self, const struct scene *scene, struct findings *out, const char *word)
{
	auto_free char *code = xstrndup(word, strcspn(word, ":"));
	const struct guard *meant = guard_find(code);
	bool there = false;

	for (size_t i = 0; i < out->n; i++) {
		if (!is_meant_by(scene, &out->v[i], word))
			continue;
		if (out->v[i].accepted)
			return;
		there = true;
	}
	if (!there)
		guard_found(self, scene, out, word, NULL, "--accept '%s' had no effect: this run has no such finding", word);
	else if (scene->each && meant && meant->severity == SEVERITY_STOP && !word[strcspn(word, ":")] &&
	    guard_is_acceptable(meant, scene))
		guard_found(self, scene, out, word, NULL,
		    "--accept '%s' had no effect: of several failed hosts it counts with its subject, as the finding has it",
		    word);
	else if (meant && meant->accept == ACCEPT_FENCED_MOVE && guard_is_acceptable(meant, scene))
		guard_found(self, scene, out, word, NULL, "--accept '%s' counts only together with --fenced", word);
	else
		guard_found(self, scene, out, word, NULL, "--accept '%s' had no effect: this finding cannot be accepted%s",
		    word, meant && meant->accept == ACCEPT_FENCED_MOVE ? _(" for an evacuation") : "");
}

void guard_accept_unused(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct words *accept = &scene->request->how.accept;

	for (size_t i = 0; i < accept->n; i++)
		report_useless_accept(self, scene, out, accept->v[i]);
}
