# shellcheck shell=bash
# Daemons by recorded pid. A pid file holds "pid starttime", so a recycled pid is never signalled; every daemon leads
# its own session, so its process group is exactly what we started.

say() { [ -n "${QUIET:-}" ] || printf '%5.1fs  %s\n' "$(elapsed)" "$*"; }
die() { echo "sandbox: $*" >&2; exit 1; }
now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
T0_MS=$(now_ms)
elapsed() { local d=$(($(now_ms) - T0_MS)); echo "$((d / 1000)).$((d % 1000 / 100))"; }

stat_field() { # pid field, counted after the name
  local line; read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  set -- "$2" "${line##*) }"; local f; read -ra f <<<"$2"; echo "${f[$1 - 3]}"
}
start_of() { stat_field "$1" 22; }

is_up() { # name
  local pid start state
  { read -r pid start <"$PIDS/$1"; } 2>/dev/null || return 1
  [ -n "$pid" ] && [ "$(start_of "$pid")" = "$start" ] || return 1
  state=$(stat_field "$pid" 3) && [ "$state" != Z ]
}

is_paused() { local pid; is_up "$1" && read -r pid _ <"$PIDS/$1" && [ "$(stat_field "$pid" 3)" = T ]; }

start_daemon() { # name command...
  local name=$1 pid i; shift
  is_up "$name" && return 0
  mkdir -p "$PIDS" "$LOG"
  setsid "$@" >>"$LOG/$name.out" 2>&1 </dev/null 9>&- &
  pid=$!
  for ((i = 0; i < 20; i++)); do [ -n "$(start_of $pid)" ] && break; sleep 0.05; done
  echo "$pid $(start_of $pid)" >"$PIDS/$name"
  disown "$pid" 2>/dev/null || true
}

signal_group() { # name signal
  local pid
  is_up "$1" || return 1
  read -r pid _ <"$PIDS/$1"
  kill -"$2" -- "-$pid" 2>/dev/null
}

kill_daemon() { # name; SIGKILL to the whole group
  local i
  signal_group "$1" KILL
  for ((i = 0; i < 50; i++)); do is_up "$1" || break; sleep 0.02; done
  rm -f "$PIDS/$1"
}

stop_daemon() { # name [seconds]: SIGTERM, and SIGKILL to what is left
  local name=$1 limit=${2:-5} pid i
  if is_up "$name"; then
    read -r pid _ <"$PIDS/$name"
    kill -CONT -- "-$pid" 2>/dev/null
    kill -TERM "$pid" 2>/dev/null
    for ((i = 0; i < limit * 20; i++)); do is_up "$name" || break; sleep 0.05; done
    kill -KILL -- "-$pid" 2>/dev/null
  fi
  rm -f "$PIDS/$name"
}

wait_for() { # seconds command...
  local end=$((SECONDS + $1 * PATIENCE)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}
port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
wait_port() { # port seconds daemon
  wait_for "$2" port_open "$1" || die "$3 does not listen on port $1: see $LOG/$3.out"
}

sql() { # database statement
  mariadb --defaults-file="$ETC/admin.cnf" -N -B "$1" -e "$2"
}
