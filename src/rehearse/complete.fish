# SPDX-License-Identifier: Apache-2.0
# fish: the options of evac-rehearse, as its --help names them, and files
function __evac_rehearse_options
	set -l tool (commandline -opc)[1]
	command -q $tool; or set tool evac-rehearse
	$tool --help 2>/dev/null | string match -ra -- '(?<=^|[ ,])--?[a-z][a-z_-]*' | sort -u
end
complete -c evac-rehearse -n 'string match -q -- "-*" (commandline -ct)' -fa '(__evac_rehearse_options)'
