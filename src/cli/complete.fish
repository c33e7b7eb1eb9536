# fish completion of evac-manage, printed by 'evac-manage completion fish'; what may stand at the cursor is asked of evac-manage
function __evac_manage
	set -l tool (commandline -opc)[1]
	command -q $tool; or set tool evac-manage
	$tool $argv 2>/dev/null
end
function __evac_manage_answers
	set -l word (commandline -ct)
	__evac_manage __complete (commandline -opc)[2..-1] "$word"
end
function __evac_manage_words
	set -l word (commandline -ct)
	set -l prefix (string match -r -- '^(?:--[^=]*=|-[^-])' "$word")
	set -l answers (__evac_manage_answers)
	switch "$answers[1]"
		case :directories
			set answers (__fish_complete_directories (string sub -s (math 1 + (string length -- "$prefix")) -- "$word"))
		case ':ask *'
			set answers (__evac_manage (string split ' ' -- $answers[1])[2..-1])
	end
	string match -q -- '-*' "$word"; or set answers (string match -v -- '-*' $answers) # options only where a dash is
	string join -- \n "$prefix"$answers
end
complete -c evac-manage -n 'not string match -q -- :files (__evac_manage_answers)' -fa '(__evac_manage_words)'
