# shellcheck shell=bash
# What each daemon is, how it is started, and when it counts as up or down.

host_of() { # A, B, C or a host name
  case $1 in A) echo "$HOST_A" ;; B) echo "$HOST_B" ;; C) echo "$HOST_C" ;; *) echo "$1" ;; esac
}
full_name() { # nova-compute-A means nova-compute-HOST
  case $1 in
    *-[ABC]) echo "${1%-?}-$(host_of "${1##*-}")" ;;
    rabbit) echo rabbitmq ;;
    *) echo "$1" ;;
  esac
}
daemons_of_host() { echo "nova-compute-$1 cinder-volume-$1 cinder-backup-$1 neutron-agent-$1"; }
host_daemons() { local h; for h in $HOSTS; do daemons_of_host "$h"; done; }

# -- servers
start_mariadb() {
  local settings=(--innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync)
  case ${EVAC_SANDBOX_SERVER:-light} in
    light) ;;
    durable) settings=(--log-bin="$RUN/mysql/binlog" --server-id=1 --sync-binlog=1 --innodb-flush-log-at-trx-commit=1 --innodb-flush-method=O_DIRECT) ;;
    *) die "EVAC_SANDBOX_SERVER: light or durable?" ;;
  esac
  mkdir -p "$RUN/tmp"   # a directory of its own: a server that starts clears its temporary one of other servers' tables
  start_daemon mariadb mariadbd --no-defaults --user="$(id -un)" --datadir="$RUN/mysql" --bind-address=127.0.0.1 \
    --port="$DB_PORT" --socket="$RUN/mysql.sock" --pid-file="$RUN/mysql.pid" --tmpdir="$RUN/tmp" --skip-name-resolve \
    --max-connections=500 --innodb-log-file-size=32M --innodb-buffer-pool-size=256M \
    "${settings[@]}" --innodb-lock-wait-timeout=10 \
    --character-set-server=utf8mb3 --performance-schema=OFF
}
wait_mariadb() { wait_port "$DB_PORT" 40 mariadb; }

rabbit_environment() {
  export HOME=$RUN/rabbit RABBITMQ_NODENAME=$RABBIT_NODE RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    RABBITMQ_NODE_PORT=$AMQP_PORT RABBITMQ_DIST_PORT=$AMQP_DIST_PORT RABBITMQ_MNESIA_BASE=$RUN/rabbit/mnesia \
    RABBITMQ_LOG_BASE=$RUN/rabbit/log RABBITMQ_PID_FILE=$RUN/rabbit/rabbit.pid \
    RABBITMQ_CONFIG_FILE=$RUN/rabbit/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$RUN/rabbit/enabled_plugins \
    RABBITMQ_CONF_ENV_FILE=$RUN/rabbit/rabbitmq-env.conf RABBITMQ_ADVANCED_CONFIG_FILE=$RUN/rabbit/advanced.config \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S ${EVAC_SANDBOX_SCHEDULERS:-2}:${EVAC_SANDBOX_SCHEDULERS:-2} +sbwt none" \
    RABBITMQ_CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
    ERL_CRASH_DUMP=$RUN/rabbit/log/erl_crash.dump ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$EPMD_PORT ERL_INETRC=$RUN/rabbit/inetrc
}
start_rabbitmq() {
  mkdir -p "$RUN/rabbit/log"
  if [ ! -e "$RUN/rabbit/.erlang.cookie" ]; then
    echo "evac$RANDOM$RANDOM$RANDOM" >"$RUN/rabbit/.erlang.cookie"
    chmod 400 "$RUN/rabbit/.erlang.cookie"
  fi
  echo '[].' >"$RUN/rabbit/enabled_plugins"
  : >"$RUN/rabbit/rabbitmq-env.conf"
  # a bare machine may have no /etc/hosts
  # no name but these is ever asked for: a machine whose own name nobody resolves would keep the broker waiting, 5 s each time
  printf '{host, {127,0,0,1}, ["localhost", "%s"]}.\n{lookup, [file]}.\n' "$(hostname)" >"$RUN/rabbit/inetrc"
  cat >"$RUN/rabbit/rabbitmq.conf" <<EOC
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
default_user = $AMQP_USER
log.file.level = info
log.connection.level = warning
disk_free_limit.absolute = 50MB
EOC
  # in rabbitmq.conf 4.0 takes what stands before a colon as the way in which it is encrypted
  echo "[{rabbit, [{default_pass, <<\"$AMQP_PASS\">>}]}]." >"$RUN/rabbit/advanced.config"
  chmod 600 "$RUN/rabbit/rabbitmq.conf" "$RUN/rabbit/advanced.config"
  (
    rabbit_environment
    start_daemon epmd epmd -address 127.0.0.1 -port "$EPMD_PORT"
    start_daemon rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
  )
}
rabbitmqctl() { (rabbit_environment && exec /usr/lib/rabbitmq/bin/rabbitmqctl -n "$RABBIT_NODE" "$@"); }

start_keystone() {
  start_daemon keystone "$PY" "$HERE/python/keystone_server.py" "$KEYSTONE_PORT" "$LOG/keystone.jsonl" "$ETC/keystone.conf" \
    "$ETC/keystone-users.json" "${EVAC_SANDBOX_TOKEN_LIFETIME:-3600}"
}
start_glance() {
  start_daemon glance "$PY" "$HERE/python/glance_server.py" "$GLANCE_PORT" "$LOG/glance.jsonl" "$ETC/placement.conf"
}
start_neutron_server() {
  start_daemon neutron-server "$PY" "$HERE/python/neutron_server.py" "$NEUTRON_PORT" "$LOG/neutron-server.jsonl" "$ETC/neutron.conf" "$RUN/state/knobs"
}
start_neutron_agent() { # host
  local network
  network=$(network_of "neutron-agent-$1")
  [ "$network" = - ] && network=() || network=(nsenter "--net=/proc/$network/ns/net")
  start_daemon "neutron-agent-$1" "${network[@]}" "$PY" "$HERE/python/neutron_agent.py" "$1" "http://127.0.0.1:$NEUTRON_PORT" \
    "$RUN/state/$1/plugged" "$RUN/state/knobs" 2
}
start_placement() {
  OS_PLACEMENT_CONFIG_DIR=$ETC start_daemon placement "$PY" "$HERE/python/placement_server.py" "$PLACEMENT_PORT" "$ETC/placement.conf"
}

# -- networks: with EVAC_SANDBOX_NETWORKS each compute host, the controller and the tool have one of their own
network_name_of() { # daemon
  case $1 in
    nova-conductor | nova-scheduler | cinder-scheduler) echo "network-$CONTROLLER" ;;
    nova-compute-*) echo "network-${1#nova-compute-}" ;;
    cinder-volume-* | cinder-backup-*) echo "network-${1#cinder-*-}" ;;
    neutron-agent-*) echo "network-${1#neutron-agent-}" ;;
    network-*) echo "$1" ;;
  esac
}
is_apart() { local pid; is_up "$1" && read -r pid _ <"$PIDS/$1" && [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
start_network() { # name
  [ -n "${EVAC_SANDBOX_NETWORKS:-}" ] && [ -n "$1" ] || return 0
  start_daemon "$1" "$PY" "$HERE/python/network.py" "$DB_PORT" "$AMQP_PORT" "$NOVA_PORT" "$CINDER_PORT" "$PLACEMENT_PORT" "$NEUTRON_PORT" \
    "$GLANCE_PORT" "$KEYSTONE_PORT"
  wait_for 10 is_apart "$1" || die "$1 is no network: see $LOG/$1.out"
}
network_of() { # daemon: the pid to join, or -
  local name pid=-
  name=$(network_name_of "$1")
  [ -z "$name" ] || ! is_up "$name" || read -r pid _ <"$PIDS/$name"
  echo "$pid"
}

# -- nova and cinder
launch_line() { # name: the line of launch.py
  local name=$1 program host args
  case $name in
    nova-compute-*) program=nova-compute host=${name#nova-compute-}
      args="$ETC/nova.conf $ETC/nova-$host.conf" ;;
    nova-*) program=$name args="$ETC/nova.conf $ETC/nova-db.conf" ;;
    cinder-volume-* | cinder-backup-*) program=${name%%-"$(host_of "${name#cinder-*-}")"} host=${name#cinder-*-}
      args="$ETC/cinder.conf $ETC/cinder-$host.conf" ;;
    cinder-*) program=$name args="$ETC/cinder.conf $ETC/cinder-$CONTROLLER.conf" ;;
  esac
  # shellcheck disable=SC2086
  printf '%s\t%s\t%s\t%s' "$name" "$LOG/$name.out" "$(network_of "$name")" "$program"
  printf '\t--config-file\t%s' $args
  printf '\t--log-file\t%s\n' "$LOG/$name.log"
}

launch() { # names of nova and cinder daemons; returns at once, wait_started waits
  local name project lines
  for name; do
    case $name in nova-* | cinder-*) ;; *) die "no such daemon: $name" ;; esac
  done
  for project in nova cinder; do
    lines=$(for name; do case $name in $project-*) is_up "$name" || launch_line "$name" ;; esac; done)
    [ -n "$lines" ] || continue
    is_up launch-$project || rm -f "$RUN/launch-$project.sock"
    start_daemon launch-$project "$PY" "$HERE/python/launch.py" $project "$PIDS" "$AMQP_PORT" "$PLACEMENT_PORT" "$RUN/launch-$project.sock"
    "$PY" "$HERE/python/launch.py" --ask "$RUN/launch-$project.sock" <<<"$lines" >>"$LOG/launch-$project.out" 2>&1 9>&- &
  done
}

# The daemons of a list whose heartbeat, of this start, is missing. since: unix time before the start.
without_heartbeat() { # since names...
  local since=$1 name host nova="" cinder="" neutron="" backend
  shift
  for name; do
    case $name in
      nova-compute-*) nova+=" ('$name','nova-compute','${name#nova-compute-}')," ;;
      nova-conductor | nova-scheduler) nova+=" ('$name','$name','$CONTROLLER')," ;;
      cinder-scheduler) cinder+=" ('$name','$name','$CONTROLLER')," ;;
      neutron-agent-*) neutron+=" ('$name','${name#neutron-agent-}')," ;;
      cinder-backup-*) cinder+=" ('$name','cinder-backup','${name#cinder-backup-}')," ;;
      cinder-volume-*) host=${name#cinder-volume-}
        for backend in $BACKENDS; do cinder+=" ('$name','cinder-volume','$host@$backend'),"; done ;;
    esac
  done
  local fresh="> utc_timestamp() - interval greatest(0, least(6, unix_timestamp() - $since)) second"
  {
    [ -z "$nova" ] || echo "with want (name, b, h) as (values ${nova%,}) select name from want where not exists
      (select 1 from nova.services where deleted = 0 and \`binary\` = b and binary host = h and last_seen_up $fresh);"
    [ -z "$cinder" ] || echo "with want (name, b, h) as (values ${cinder%,}) select name from want where not exists
      (select 1 from cinder.services where deleted = 0 and \`binary\` = b and binary host = h and updated_at $fresh);"
    [ -z "$neutron" ] || echo "with want (name, h) as (values ${neutron%,}) select name from want where not exists
      (select 1 from neutron.agents where binary host = h and heartbeat_timestamp $fresh);"
  } | mariadb --defaults-file="$ETC/admin.cnf" -N -B | sort -u
}
wait_started() { # since names...: heartbeats, and the ports of the APIs
  local since=$1 name missing limit
  shift
  for name; do
    case $name in
      nova-api) wait_port "$NOVA_PORT" 90 "$name" ;;
      cinder-api) wait_port "$CINDER_PORT" 90 "$name" ;;
      placement) wait_port "$PLACEMENT_PORT" 60 "$name" ;;
      keystone) wait_port "$KEYSTONE_PORT" 30 "$name" ;;
      glance) wait_port "$GLANCE_PORT" 30 "$name" ;;
      neutron-server) wait_port "$NEUTRON_PORT" 30 "$name" ;;
      mariadb) wait_mariadb ;;
      rabbitmq) wait_port "$AMQP_PORT" 90 "$name" ;;
    esac
  done
  for ((limit = SECONDS + 120 * PATIENCE; SECONDS < limit; )); do
    missing=$(without_heartbeat "$since" "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    for name in $missing; do
      [ -e "$PIDS/$name" ] && ! is_up "$name" && die "$name ended: see $LOG/$name.log and $name.out"
    done
    sleep 0.3
  done
  die "no heartbeat from ${missing% }: see $LOG/ (NAME.log, NAME.out, launch-*.out)"
}

start_named() { # names: start, do not wait
  local name rest=()
  for name; do
    case $name in nova-compute-*) ! have_disks || start_wire "${name#nova-compute-}" ;; esac
    start_network "$(network_name_of "$name")"
    case $name in
      mariadb) start_mariadb ;;
      rabbitmq | epmd) start_rabbitmq ;;
      keystone) start_keystone ;;
      glance) start_glance ;;
      neutron-server) start_neutron_server ;;
      neutron-agent-*) start_neutron_agent "${name#neutron-agent-}" ;;
      placement) start_placement ;;
      network-*) ;;
      *) rest+=("$name") ;;
    esac
  done
  [ ${#rest[@]} = 0 ] || launch "${rest[@]}"
}

host_is_down() { # host: nova and cinder call all of its services down
  [ "$(mariadb --defaults-file="$ETC/admin.cnf" -N -B -e "
    select (select count(*) from nova.services where deleted = 0 and \`binary\` = 'nova-compute' and binary host = '$1'
              and last_seen_up >= utc_timestamp() - interval 11 second)
         + (select count(*) from cinder.services where deleted = 0 and \`binary\` in ('cinder-volume', 'cinder-backup')
              and binary substring_index(host, '@', 1) = '$1' and updated_at >= utc_timestamp() - interval 11 second)
         + (select count(*) from neutron.agents where binary host = '$1' and heartbeat_timestamp >= utc_timestamp() - interval 11 second)")" = 0 ]
}
