# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A sandbox of this run's own: a directory and a range of ports that nobody else uses. Sourced; both end with the script.
# The seeded databases are kept for the next run; EVAC_SANDBOX_CACHE says where. EVAC_SANDBOX_PORTS: the ranges that it may choose from.

range_of() { echo "${TMPDIR:-/tmp}/evac-manage-ports-of.$1"; }

# Two runs that start together must not take the same range; the one of a run that was killed is free again.
take_range() { # base
  (
    flock 9
    read -r other 2>/dev/null <"$(range_of "$1")" && kill -0 "$other" 2>/dev/null && exit 1
    echo "$owner" >"$(range_of "$1")"
  ) 9>"${TMPDIR:-/tmp}/evac-manage-ranges"
}

free_ports() {
  local base port taken
  taken=$(awk 'FNR > 1 { split($2, a, ":"); print a[2] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  for base in ${EVAC_SANDBOX_PORTS:-23000 24000 25000 26000 27000 28000 29000 30000 31000}; do
    for port in 292 306 369 500 672 673 696 774 776 778; do
      grep -qix "$(printf %04X $((base + port)))" <<<"$taken" && continue 2
    done
    take_range "$base" || continue
    echo "$base"
    return
  done
  echo "no free range of ports: EVAC_SANDBOX_PORTS" >&2
  return 1
}

end_sandbox() {
  if [ -n "${KEEP:-}" ]; then
    echo "left: EVAC_SANDBOX=$EVAC_SANDBOX EVAC_SANDBOX_PORT=$EVAC_SANDBOX_PORT"
  else
    tests/sandbox/sandbox down --clean >/dev/null 2>&1
    rm -rf "$here"
  fi
  rm -f "$(range_of "$EVAC_SANDBOX_PORT")"
}

owner=$BASHPID
here=$(mktemp -d "${TMPDIR:-/tmp}/evac-manage.XXXXXX")
EVAC_SANDBOX_PORT=$(free_ports) || exit 1
EVAC_SANDBOX=$here/sandbox
EVAC_SANDBOX_CACHE=${EVAC_SANDBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evac-manage-sandbox}
export EVAC_SANDBOX EVAC_SANDBOX_PORT EVAC_SANDBOX_CACHE
trap end_sandbox EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
