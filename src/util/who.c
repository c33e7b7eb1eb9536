/* SPDX-License-Identifier: Apache-2.0 */
#include "util/who.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/str.h"

void who_am_i(struct who *out)
{
	const struct passwd *user = getpwuid(getuid());

	*out = (struct who){ 0 };
	if (user)
		snprintf(out->user, sizeof out->user, "%s", user->pw_name);
	else
		snprintf(out->user, sizeof out->user, "%u", (unsigned)getuid());
	snprintf(out->sudo_user, sizeof out->sudo_user, "%s", str_or(getenv("SUDO_USER"), ""));
	gethostname(out->on, sizeof out->on - 1);
}

const char *who_name(const struct who *who)
{
	return who->sudo_user[0] ? who->sudo_user : who->user;
}

const char *who_operator(const char *given)
{
	const char *name = str_or(given, getenv("EVAC_MANAGE_OPERATOR"));

	return name && name[strspn(name, " \t")] ? name : NULL;
}
