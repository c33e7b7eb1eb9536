# bash completion of evac-manage, printed by 'evac-manage completion bash'; what may stand at the cursor is asked of evac-manage
_evac_manage()
{
	local tool=${1:-evac-manage} n=0 words=() glued='' part word prefix='' stays answers choices

	COMPREPLY=()
	type -P "$tool" >/dev/null || tool=evac-manage # an alias
	for part in "${COMP_WORDS[@]:1:COMP_CWORD}"; do # readline has cut at = : and @
		[[ $glued || $part == [=:@]* ]] || ((++n))
		words[n]+=$part
		[[ $part == [=:@]* ]] && glued=1 || glued=
	done
	word=${words[n]}
	[[ $word == - ]] && words[n]=-- # no letters
	[[ $word == --*=* ]] && prefix=${word%%=*}=
	stays=${word%"${part##[=:]*}"} # before what readline takes for the word; an @ it takes along
	stays=${stays%@}

	mapfile -t answers < <("$tool" __complete "${words[@]:1}" 2>/dev/null)
	# shellcheck disable=SC2086 # words of ours
	[[ ${answers[0]} == :ask* ]] && mapfile -t answers < <("$tool" ${answers[0]#:ask} 2>/dev/null)
	case ${answers[0]} in
	'') return ;;
	:files) compopt -o filenames -o default; choices=(-f) ;; # default: for names with quotes in them
	:directories) compopt -o filenames -o dirnames; choices=(-d) ;;
	*) choices=(-W "$(printf '%q ' "${answers[@]%%$'\t'*}")") ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$prefix" "${choices[@]}" -- "${word#"$prefix"}")
	COMPREPLY=("${COMPREPLY[@]#"$stays"}")
}
complete -F _evac_manage evac-manage
