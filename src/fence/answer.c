/* SPDX-License-Identifier: Apache-2.0 */
#include "fence/fence.h"

#include "util/json.h"
#include "util/lang.h"

void fence_answer_say(const struct fence_agent *agent, const struct fence_answer *a, struct str *out)
{
	const char *name = fence_agent_name(agent);
	double s = (double)a->took_ms / 1000;

	if (a->state != FENCE_UNKNOWN)
		str_addf(out, _("%s says '%s' (exit %d, %.1f s)"), name, a->words, a->exit_code, s);
	else if (a->words[0] && a->exit_code >= 0)
		str_addf(out, _("%s: %s; it said '%s' (exit %d, %.1f s)"), name, a->trouble, a->words, a->exit_code, s);
	else if (a->words[0])
		str_addf(out, _("%s: %s; it said '%s'"), name, a->trouble, a->words);
	else
		str_addf(out, "%s: %s", name, a->trouble);
}

void fence_answer_put(const struct fence_agent *agent, const struct fence_answer *a, json_object *object)
{
	put_text(object, "agent", fence_agent_name(agent));
	put_text(object, "state", fence_state_name[a->state]);
	put(object, "exit_code", a->exit_code < 0 ? NULL : json_object_new_int(a->exit_code));
	put_bool(object, "timed_out", a->timed_out);
	put_int(object, "took_ms", a->took_ms);
	put_text(object, "asked_at", a->at);
	put_text(object, "words", a->words);
	put_text(object, "trouble", a->trouble[0] ? a->trouble : NULL);
}
