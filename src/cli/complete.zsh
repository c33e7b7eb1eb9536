#compdef evac-manage
# printed by 'evac-manage completion zsh'; what may stand at the cursor is asked of evac-manage
_evac_manage()
{
	local tool=$words[1] word=${(Q)PREFIX}
	local -a answers options others

	whence -p -- "$tool" >/dev/null || tool=evac-manage
	[[ $word == - ]] && word=-- # no letters
	answers=(${(f)"$("$tool" __complete "${(@Q)words[2,CURRENT-1]}" "$word" 2>/dev/null)"})
	compset -P '--[^=]#='
	case $answers[1] in
	:files) _files ;;
	:directories) _files -/ ;;
	:ask*) compadd -- ${(f)"$("$tool" ${=answers[1]#:ask} 2>/dev/null)"} ;;
	*)
		answers=(${${answers//:/\\:}/$'\t'/:})
		options=(${(M)answers:#-*}) others=(${answers:#-*})
		if (( $#others )); then _describe command others; else _describe -o option options; fi
		;;
	esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _evac_manage "$@"; else compdef _evac_manage evac-manage; fi
