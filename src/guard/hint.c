/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "find/moves.h"
#include "util/mem.h"
#include "util/shell.h"

bool hint_add_move(struct str *hint, const char *before, const struct scene *scene, enum move_kind kind, const char *owner)
{
	const char *to = kind == MOVE_BACKUPS ? scene_live_backup_host(scene, owner) : scene_live_backend(scene, owner);

	if (!to)
		return false;
	str_add(hint, before);
	hint_add_move_to(hint, kind, owner, to);
	return true;
}

void hint_add_move_to(struct str *hint, enum move_kind kind, const char *owner, const char *to)
{
	auto_free char *from = xstrndup(owner, strcspn(owner, "#"));

	str_addf(hint, "evac-manage %s --currenthost ",
	    kind == MOVE_BACKUPS ? "backup update_backup_host" : "volume update_host");
	shell_add_word(hint, from);
	str_add(hint, " --newhost ");
	shell_add_word(hint, to);
}

void hint_add_rename(struct str *hint, const char *before, const char *from, const char *to)
{
	str_addf(hint, "%sevac-manage cluster rename ", before);
	shell_add_word(hint, from);
	str_addc(hint, ' ');
	shell_add_word(hint, to);
}
