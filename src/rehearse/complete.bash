# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash: the options of evac-rehearse, as its --help names them, and files.
_evac_rehearse() {
  local word=${COMP_WORDS[COMP_CWORD]}
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$(evac-rehearse --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z_-]*' | tr -d ' ,' | sort -u)" -- "$word") ;;
    *) compopt -o default 2>/dev/null; COMPREPLY=() ;;
  esac
}
complete -F _evac_rehearse evac-rehearse
