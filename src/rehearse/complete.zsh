#compdef evac-rehearse
# SPDX-License-Identifier: Apache-2.0
# zsh: the options of evac-rehearse, as its --help names them, and files
_evac_rehearse()
{
	local tool=$words[1]

	if [[ $PREFIX == -* ]]; then
		whence -p -- "$tool" >/dev/null || tool=evac-rehearse
		compadd -- ${(u)${(M)${(z)${"$("$tool" --help 2>/dev/null)"//[^a-z_-]/ }}:#(-[a-z]|--[a-z][a-z_-]#)}}
	else
		_files
	fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _evac_rehearse "$@"; else compdef _evac_rehearse evac-rehearse; fi
