/* SPDX-License-Identifier: Apache-2.0 */
#include "find/token.h"

#include <string.h>

#include "internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

/* Instances that nova cannot evacuate without asking somebody in the caller's name. */

/* What it needs the token for, worst first: without an image or a device nova ends in ERROR whatever one knows about the site;
 * a key or a kernel may be had without. */
static const struct {
	unsigned need;
	bool acceptable;
} reasons[] = {
	{ TOKEN_FOR_IMAGE, false },
	{ TOKEN_FOR_DEVICE, false },
	{ TOKEN_FOR_KEY, true },
	{ TOKEN_FOR_KERNEL, true },
};

static const char *key_reason(const struct candidate *c, struct str *text)
{
	for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
		if (token_is_for_volume(v)) {
			str_addf(text,
			    _("its volume %s is encrypted: nova-compute gets the key from barbican in the caller's name"),
			    v->bdm->volume_id);
			return text->s;
		}
	return _("it has a vTPM: nova-compute gets its key from barbican in the caller's name");
}

static const char *reason(const struct candidate *c, unsigned need, struct str *text)
{
	switch (need) {
	case TOKEN_FOR_IMAGE:
		str_addf(text,
		    _("its root disk may be lost with the host: nova-compute makes it again from image %s, which it gets from glance in the caller's name"),
		    str_or(c->instance->image_ref, "?"));
		return text->s;
	case TOKEN_FOR_KERNEL:
		str_addf(text,
		    _("it boots with the kernel %s, a file beside its disks: nova-compute gets it from glance in the caller's name"),
		    c->needs.kernel_id);
		return text->s;
	case TOKEN_FOR_KEY:
		return key_reason(c, text);
	default:
		return _("its flavor has a device profile: nova-conductor asks cyborg in the caller's name");
	}
}

static void say_why_not(const struct scene *scene, const struct candidate *c, unsigned need, struct str *out)
{
	auto_str struct str why = { 0 };

	token_serves(scene, c, need, &why);
	if (scene->world->token.state == TOKEN_ABSENT)
		str_add(out, _("no token is given"));
	else
		str_addf(out, _("the token of %s cannot be used: %s"), scene->world->token.origin, why.s);
}

static void find_need(const struct guard *self, const struct scene *scene, struct findings *out, const struct candidate *c)
{
	auto_str struct str text = { 0 }, why_not = { 0 }, ignored = { 0 };
	unsigned needs = token_needs(scene, c);

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (!(needs & reasons[i].need) || token_serves(scene, c, reasons[i].need, &ignored))
			continue;
		str_clear(&text);
		str_clear(&why_not);
		say_why_not(scene, c, reasons[i].need, &why_not);
		guard_found(self, scene, out, c->instance->uuid, NULL, "%s needs a token: %s; %s",
		    str_or(c->instance->name, c->instance->uuid), reason(c, reasons[i].need, &text), why_not.s);
		if (!reasons[i].acceptable)
			out->v[out->n - 1].acceptable = out->v[out->n - 1].accepted = false;
	}
}

void guard_needs_token(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		if (!findings_skip(out, c->instance->uuid))
			find_need(self, scene, out, c);
}

static size_t count_going(const struct scene *scene, const struct findings *found)
{
	size_t n = 0;

	EACH_TAKEN(t, scene, found)
		n += token_goes(scene, t.c);
	return n;
}

void guard_token_unchecked(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct token *token = &scene->world->token;

	if (token->state == TOKEN_UNCHECKED && count_going(scene, out) > 0)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "the token of %s could not be checked: %s; one that has expired leaves each of its instances in ERROR",
		    token->origin, token->why);
}

void guard_token_used(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct token *token = &scene->world->token;
	size_t n = count_going(scene, out);
	char left[CLOCK_AGE_SIZE];

	if (n == 0 || token->state != TOKEN_GOOD)
		return;
	guard_found(self, scene, out, scene->subject.host, NULL,
	    "%zu instance%s with the token of %s (user %s, project %s, ends in %s); nova then asks glance, neutron and cinder with it, not with its own login",
	    n, n == 1 ? " goes" : "s go", token->origin, str_or(token->facts.user, "?"), str_or(token->facts.project, "?"),
	    token->facts.ends_s ? clock_age(token->facts.ends_s - clock_wall_s(), left) : "?");
}
