# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Servers of other suites in the place of the sandbox's own: on its port and its socket, with its accounts and its rows, so that
# every test finds them there and knows nothing of it. Sourced by tests/servers/run, behind tests/sandbox/lib/*.sh.

FOREIGN=$RUN/foreign            # the server's files
SERVER_PORT=$((PORT_BASE + 307)) # of the server behind a router
GROUP_PORT=$((PORT_BASE + 308))
ROWS=$SANDBOX_BASE/rows.sql
client() { mariadb --no-defaults -u root -S "$1"; } # socket, script on standard input

# Its mounts end with it. The sandbox's directory has the same path inside.
# shellcheck disable=SC2016  # the inner shell's
IN_ROOT=(unshare --mount sh -c '
  root=$1; run=$2; shift 2
  mount -t tmpfs none "$root/tmp" && mkdir -p "$root$run" && mount --bind "$run" "$root$run" && mount --rbind /dev "$root/dev" &&
    mount -t proc proc "$root/proc" && exec chroot "$root" "$@"' sh)
in_root() { "${IN_ROOT[@]}" "$1" "$RUN" "${@:2}"; } # root command...

# The accounts of make_schemas() in golden.sh: in words that both vendors have.
accounts() {
  local host
  for host in 127.0.0.1 localhost; do
    echo "create user sandbox@$host identified by '$DB_ADMIN_PASS', nova@$host identified by '$DB_NOVA_PASS',
      cinder@$host identified by '$DB_CINDER_PASS', placement@$host identified by '$DB_PLACEMENT_PASS',
      neutron@$host identified by '$DB_NEUTRON_PASS', keystone@$host identified by '$DB_KEYSTONE_PASS';
      grant all on *.* to sandbox@$host with grant option;
      grant all on nova.* to nova@$host; grant all on nova_api.* to nova@$host; grant all on nova_cell0.* to nova@$host;
      grant all on cinder.* to cinder@$host; grant all on placement.* to placement@$host;
      grant all on neutron.* to neutron@$host; grant all on keystone.* to keystone@$host;"
  done
}

# The rows of the sandbox's own MariaDB, with the copies that a reset takes them from.
dump_rows() {
  local db names=()
  for db in $DATABASES; do names+=("$db" "snapshot_$db"); done
  SANDBOX_PASSWORD=$DB_ADMIN_PASS "$PY" tests/servers/dump.py "$DB_PORT" "${names[@]}" >"$ROWS"
}

load_rows() { # socket
  { accounts; cat "$ROWS"; } | client "$1"
}

COMMON=(--no-defaults --user=root "--datadir=$FOREIGN/data" --bind-address=127.0.0.1 "--tmpdir=$RUN/tmp" --skip-name-resolve
  --max-connections=500 --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-lock-wait-timeout=10
  --character-set-server=utf8mb3)

# The root's programs for a test that starts a server of its own. They see only what is below $RUN.
programs_of() { # root
  local name
  mkdir -p "$FOREIGN/bin"
  for name in mariadbd mariadb-install-db; do
    { echo '#!/bin/bash'
      printf 'PATH=/usr/sbin:/usr/bin:/sbin:/bin exec '
      printf '%q ' "${IN_ROOT[@]}" "$1" "$RUN" "$name"
      case $name in *-db) echo '"$@" --force --skip-name-resolve' ;; *) echo '"$@"' ;; esac
    } >"$FOREIGN/bin/$name"
    chmod 755 "$FOREIGN/bin/$name"
  done
}

# --force: the root has no /etc/hosts. --skip-ssl: as the sandbox's own; since 11.4 a server makes itself a certificate.
start_other_mariadb() { # root
  programs_of "$1"
  in_root "$1" mariadb-install-db --no-defaults --force --user=root --datadir="$FOREIGN/data" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=normal || return
  start_daemon mariadb "${IN_ROOT[@]}" "$1" "$RUN" mariadbd "${COMMON[@]}" --port="$DB_PORT" --socket="$RUN/mysql.sock" --pid-file="$RUN/mysql.pid" \
    --skip-ssl --innodb-log-file-size=32M --performance-schema=OFF
  wait_for 60 port_open "$DB_PORT" && load_rows "$RUN/mysql.sock"
}

start_mysql() { # root port option...
  local root=$1 port=$2; shift 2
  in_root "$root" mysqld --no-defaults --user=root --initialize-insecure --datadir="$FOREIGN/data" || return
  start_daemon mariadb "${IN_ROOT[@]}" "$root" "$RUN" mysqld "${COMMON[@]}" --port="$port" --socket="$RUN/mysql.sock" --pid-file="$RUN/mysql.pid" \
    --secure-file-priv= --mysqlx=0 --innodb-redo-log-capacity=64M --innodb-doublewrite=0 "$@"
  wait_for 60 port_open "$port"
}

start_mysql_alone() { # root
  start_mysql "$1" "$DB_PORT" --disable-log-bin && load_rows "$RUN/mysql.sock"
}

# One member, which is the primary: every COMMIT goes through the group's certification.
start_mysql_group() { # root
  start_mysql "$1" "$DB_PORT" --server-id=1 --gtid-mode=ON --enforce-gtid-consistency=ON --log-bin=binlog --sync-binlog=0 \
    --plugin-load-add=group_replication.so --loose-group-replication-group-name=6a1f3c52-7d0e-4c9b-8a36-0e5d2b9c4f71 \
    --loose-group-replication-local-address="127.0.0.1:$GROUP_PORT" --loose-group-replication-group-seeds="127.0.0.1:$GROUP_PORT" \
    --loose-group-replication-start-on-boot=OFF --sql-generate-invisible-primary-key=ON || return
  load_rows "$RUN/mysql.sock" || return
  echo "set global group_replication_bootstrap_group = on; start group_replication; set global group_replication_bootstrap_group = off;" |
    client "$RUN/mysql.sock" && wait_for 60 is_primary
}
is_primary() {
  [ "$(sql mysql "select group_concat(member_state, ' ', member_role) from performance_schema.replication_group_members")" = "ONLINE PRIMARY" ]
}

# As mysqlrouter --bootstrap writes it: a pool of the server's sessions, in which a closed one waits for the next client.
start_mysql_router() { # root
  start_mysql "$1" "$SERVER_PORT" --disable-log-bin && load_rows "$RUN/mysql.sock" || return
  mkdir -p "$FOREIGN/router"
  cat >"$FOREIGN/router/router.conf" <<EOC
[DEFAULT]
logging_folder=$FOREIGN/router
runtime_folder=$FOREIGN/router
data_folder=$FOREIGN/router
[connection_pool]
max_idle_server_connections=64
[routing:primary]
bind_address=127.0.0.1
bind_port=$DB_PORT
destinations=127.0.0.1:$SERVER_PORT
routing_strategy=first-available
protocol=classic
max_connect_errors=1000000
EOC
  start_daemon mysqlrouter "${IN_ROOT[@]}" "$1" "$RUN" mysqlrouter --user=root -c "$FOREIGN/router/router.conf"
  wait_for 30 port_open "$DB_PORT"
}

# The sandbox's own, as it is.
start_own_mariadb() {
  start_mariadb
  wait_for 60 port_open "$DB_PORT"
}

other_database() { # function [root]
  local name
  for name in mysqlrouter mariadb; do stop_daemon $name 20; done
  rm -rf "$FOREIGN"
  mkdir -p "$FOREIGN/data" "$RUN/tmp"
  "$1" "${2:-}"
}

start_own_rabbitmq() { start_rabbitmq; }

# RabbitMQ 4 takes a password with a colon in its configuration for an encrypted one: the account comes from definitions.
account_of_broker() {
  SANDBOX_PASSWORD=$AMQP_PASS "$PY" - "$AMQP_USER" <<'EOC'
import base64, hashlib, json, os, sys
salt = os.urandom(4)
digest = base64.b64encode(salt + hashlib.sha256(salt + os.environ["SANDBOX_PASSWORD"].encode()).digest()).decode()
user = sys.argv[1]
print(json.dumps({"users": [{"name": user, "password_hash": digest, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "administrator"}],
                  "vhosts": [{"name": "/"}],
                  "permissions": [{"user": user, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]}))
EOC
}

# What rabbitmq-server is, is the only difference: names, ports and files are the sandbox's.
start_other_rabbitmq() { # root
  local conf=$RUN/rabbit/rabbitmq.conf
  account_of_broker >"$RUN/rabbit/definitions.json"
  sed -i '/^default_\|^load_/d' "$conf"
  echo "load_definitions = $RUN/rabbit/definitions.json" >>"$conf"
  (
    rabbit_environment
    start_daemon rabbitmq "${IN_ROOT[@]}" "$1" "$RUN" /usr/lib/rabbitmq/bin/rabbitmq-server
  )
}

# Beside a database: the sandbox's own.
other_broker() { # function root
  if [ -d "$FOREIGN" ]; then
    other_database start_own_mariadb || return
  fi
  kill_daemon rabbitmq
  rm -rf "$RUN/rabbit/mnesia"
  "$1" "$2" && wait_for 120 port_open "$AMQP_PORT" && wait_for 60 rabbitmqctl -q list_vhosts
}
