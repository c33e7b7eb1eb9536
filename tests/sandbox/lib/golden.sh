# shellcheck shell=bash
# The seeded databases: built once, kept in the cache, restored by up, put back row by row by reset.

manage() { # program arguments...
  "$PY" "$HERE/python/launch.py" --run "$@" 9>&-
}

package_versions() {
  dpkg-query -W -f '${Package} ${Version}\n' mariadb-server-core mariadb-server-core-10.5 rabbitmq-server \
    python3-nova python3-cinder python3-placement python3-neutron python3-keystone 2>/dev/null
}
golden_stamp() { (cd "$HERE" && cat sandbox lib/*.sh python/*.py sql/*.sql && package_versions) | sha256sum | cut -c 1-16; }
# one for each state of the sandbox's own files, so that two trees that share the cache do not take it from each other
golden_file() { echo "$CACHE/seeded-$(golden_stamp).tar"; }
golden_is_fresh() { [ -f "$(golden_file)" ]; }

# The longest part, and the same as long as the packages are: kept by itself.
schemas_file() {
  echo "$CACHE/schemas-$( (declare -f make_schemas make_catalog && cat "$HERE/lib/settings.sh" "$HERE/sql/networks.sql" && { package_versions; echo "$PORT_BASE"; }) |
    sha256sum | cut -c 1-16).tar"
}
have_schemas() {
  local file; file=$(schemas_file)
  if [ -f "$file" ]; then
    tar -C "$RUN" -xf "$file" || die "could not restore $file"
    start_mariadb
    wait_mariadb
    return
  fi
  make_schemas
  stop_daemon mariadb 30
  tar -C "$RUN" -S -cf "$file.$$" mysql && mv "$file.$$" "$file"
  keep_newest "$CACHE/schemas"
  start_mariadb
  wait_mariadb
}
keep_newest() { # beginning of names: four of them
  # shellcheck disable=SC2012
  ls -t "$1"*.tar* | tail -n +5 | while read -r old; do rm -f "$old"; done
}

make_schemas() {
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$RUN/mysql" --skip-test-db --skip-name-resolve \
    --innodb-log-file-size=32M --auth-root-authentication-method=normal >"$LOG/mariadb-install-db.out" 2>&1 9>&- ||
    die "mariadb-install-db failed: see $LOG/mariadb-install-db.out"
  start_mariadb
  wait_mariadb
  local db host
  {
    for db in $DATABASES; do echo "create database $db character set utf8mb3;"; done
    for host in 127.0.0.1 localhost; do
      echo "create user sandbox@$host identified by '$DB_ADMIN_PASS', nova@$host identified by '$DB_NOVA_PASS',
        cinder@$host identified by '$DB_CINDER_PASS', placement@$host identified by '$DB_PLACEMENT_PASS',
        neutron@$host identified by '$DB_NEUTRON_PASS', keystone@$host identified by '$DB_KEYSTONE_PASS';
        grant all on *.* to sandbox@$host with grant option;
        grant all on nova.* to nova@$host; grant all on nova_api.* to nova@$host; grant all on nova_cell0.* to nova@$host;
        grant all on cinder.* to cinder@$host; grant all on placement.* to placement@$host;
        grant all on neutron.* to neutron@$host; grant all on keystone.* to keystone@$host;"
    done
    echo "delete from mysql.global_priv where user = ''; flush privileges;"
  } | mariadb --no-defaults -u root -S "$RUN/mysql.sock" || die "could not create the databases: see $LOG/mariadb.out"
  # two chains of about equal length, for two cores
  local nova=(manage nova-manage --config-file "$ETC/nova.conf" --config-file "$ETC/nova-db.conf")
  (
    "${nova[@]}" api_db sync &&
      "${nova[@]}" cell_v2 map_cell0 --database_connection "$(db_url nova "$DB_NOVA_PASS" nova_cell0)" &&
      "${nova[@]}" db sync && "${nova[@]}" cell_v2 create_cell --name cell1 --verbose
  ) >"$LOG/nova-manage.out" 2>&1 &
  local nova_pid=$!
  (
    OS_PLACEMENT_CONFIG_DIR=$ETC manage placement-manage --config-file "$ETC/placement.conf" db sync &&
      manage cinder-manage --config-file "$ETC/cinder.conf" db sync &&
      manage neutron-db-manage --config-file "$ETC/neutron.conf" upgrade heads &&
      manage keystone-manage --config-file "$ETC/keystone.conf" db_sync
  ) >"$LOG/other-manage.out" 2>&1 || die "db sync failed: see $LOG/other-manage.out"
  make_catalog keystone
  sql neutron "$(sed "s/@PROJECT@/$PROJECT_ID/" "$HERE/sql/networks.sql")" || die "sql/networks.sql failed"
  wait $nova_pid || die "db sync failed: see $LOG/nova-manage.out"
}

# what an operator types as "openstack service create" and "openstack endpoint create"
make_catalog() { # schema
  local values
  values="('compute', 'nova', 'http://127.0.0.1:$NOVA_PORT/v2.1'), ('identity', 'keystone', 'http://127.0.0.1:$KEYSTONE_PORT/v3'),
    ('image', 'glance', 'http://127.0.0.1:$GLANCE_PORT'), ('network', 'neutron', 'http://127.0.0.1:$NEUTRON_PORT'),
    ('placement', 'placement', 'http://127.0.0.1:$PLACEMENT_PORT'), ('volumev3', 'cinderv3', 'http://127.0.0.1:$CINDER_PORT/v3/\$(project_id)s')"
  sql "$1" "delete from endpoint; delete from service; replace into region (id, description, extra) values ('RegionOne', '', '{}');
    insert into service (id, type, enabled, extra) with s (type, name, url) as (values $values)
      select md5(type), type, 1, json_object('name', name, 'description', '') from s;
    insert into endpoint (id, interface, region_id, service_id, url, enabled, extra) with s (type, name, url) as (values $values)
      select md5(concat(type, i.interface)), i.interface, 'RegionOne', md5(type), url, 1, '{}' from s
      join (select 'public' as interface union all select 'internal' union all select 'admin') as i" || die "could not write the catalog"
}

# with their network cards, too, which a compute that comes before placement tells of only a minute later: nova repairs no row of a
# card that it believes to have written (nova 26.2.2 objects/pci_device.py save, db/main/api.py pci_device_update)
compute_nodes_known() { [ "$(sql nova 'select count(distinct n.id) from compute_nodes n join pci_devices p on p.compute_node_id = n.id where n.deleted = 0')" = 3 ]; }

make_golden() {
  local since names file
  file=$(golden_file)
  any_up && die "golden needs a stopped sandbox: sandbox down"
  rm -rf "$RUN"
  mkdir -p "$RUN" "$CACHE"
  write_configs
  start_rabbitmq
  have_schemas
  say "golden: schemas made"
  since=$(date +%s)
  # shellcheck disable=SC2046
  names="placement $STAND_INS $CONTROL_DAEMONS nova-api $(host_daemons)"
  # shellcheck disable=SC2086
  start_named $names
  # shellcheck disable=SC2086
  wait_started "$since" $names
  wait_for 90 compute_nodes_known || die "the computes did not register: see $LOG/"
  manage nova-manage --config-file "$ETC/nova.conf" --config-file "$ETC/nova-db.conf" cell_v2 discover_hosts \
    >>"$LOG/nova-manage.out" 2>&1 || die "discover_hosts failed: see $LOG/nova-manage.out"
  say "golden: all daemons report"
  print_environment >"$RUN/environment"
  "$PY" "$HERE/python/seed.py" "$RUN/environment" >"$RUN/seeds.txt" || die "seeding failed: see $LOG/"
  # shellcheck disable=SC2086
  for_each_daemon kill_daemon nova-api nova-conductor nova-scheduler cinder-api cinder-scheduler placement $STAND_INS
  # shellcheck disable=SC2046
  for_each_daemon kill_daemon $(host_daemons)
  sql nova "$(sed -e "s/@HOST_A@/$HOST_A/g" -e "s/@HOST_B@/$HOST_B/g" "$HERE/sql/seeds.sql")" || die "sql/seeds.sql failed"
  SANDBOX_PASSWORD=$DB_ADMIN_PASS "$PY" "$HERE/python/snapshot.py" "$DB_PORT" "$DATABASES" >"$RUN/reset.sql" || die "no snapshot of the rows"
  stop_daemon mariadb 30
  kill_daemon rabbitmq
  kill_daemon epmd
  tar -C "$RUN" -S -cf "$file.$$" mysql seeds.txt reset.sql state/pool state/backups
  mv "$file.$$" "$file"
  keep_newest "$CACHE/seeded"
  rm -rf "$RUN/mysql" "$RUN/rabbit" "$RUN/state"
  say "golden: saved $file"
}

restore_golden() {
  rm -rf "$RUN/mysql" "$RUN/rabbit" "$RUN/state" "$RUN/mysql.sock" "$RUN/mysql.pid"
  tar -C "$RUN" -xf "$(golden_file)" || die "could not restore $(golden_file)"
}

# the ports of another sandbox may stand in the cells and in the catalog of a cache that it made
adopt_ports() {
  local t d0 d1
  t=$(transport_url) d0=$(db_url nova "$DB_NOVA_PASS" nova_cell0) d1=$(db_url nova "$DB_NOVA_PASS" nova)
  local db
  for db in keystone snapshot_keystone; do make_catalog $db; done
  for db in nova_api snapshot_nova_api; do
    sql $db "update cell_mappings set database_connection = if(name = 'cell0', '$d0', '$d1');
      update cell_mappings set transport_url = '$t' where name <> 'cell0'" || die "could not set the cells' addresses"
  done
}

reset_rows() {
  local i
  for i in 1 2 3; do   # a heartbeat in the middle may cost a deadlock
    # in one piece: of six hundred statements each would wait for its answer, and for a processor on both sides
    { echo 'delimiter $$'; cat "$RUN/reset.sql"; echo '$$'; } | mariadb --defaults-file="$ETC/admin.cnf" nova >"$LOG/reset.out" 2>&1 && return 0
    sleep 0.$i
  done
  die "reset failed: $(tail -n 1 "$LOG/reset.out") (a changed schema needs down and up)"
}

work_in_flight() { # an evacuation that nova has not ended
  [ "$(sql nova "select (select count(*) from migrations where deleted = 0 and status in ('accepted', 'pre-migrating'))
    + (select count(*) from instances where deleted = 0 and task_state like 'rebuild%')")" != 0 ]
}

reset_all() { # the host of --dead stays in $dead
  local since name daemons="" revive="" queues="" host backend restart="" stay=""
  since=$(date +%s) dead=""
  while [ $# -gt 0 ]; do
    case $1 in
      --restart) restart=1 ;;
      --dead) dead=$(host_of "${2:?HOST}"); shift ;;
      *) die "reset: unknown option $1" ;;
    esac
    shift
  done
  [ -f "$RUN/daemons" ] || die "reset needs a running sandbox: sandbox up"
  [ -z "$dead" ] || stay=$(daemons_of_host "$dead")
  # shellcheck disable=SC2086
  [ -z "$stay" ] || for_each_daemon kill_daemon $stay
  for name in $(<"$RUN/daemons"); do
    case " $stay " in *" $name "*) continue ;; esac
    daemons+=" $name"
    if is_paused "$name" || ! is_up "$name"; then revive+=" $name"; fi
  done
  # these hold what they were doing when the rows go
  if [ -n "$restart" ] || { is_up mariadb && work_in_flight; }; then
    revive+=" nova-conductor cinder-api"
    for host in $HOSTS; do [ "$host" = "$dead" ] || revive+=" nova-compute-$host"; done
  fi
  # shellcheck disable=SC2086
  revive=$(printf '%s\n' $revive | sort -u)
  for name in $revive; do kill_daemon "$name"; done
  for name in mariadb rabbitmq; do
    case $revive in *$name*) start_named $name; wait_started "$since" $name ;; esac
  done
  queues="conductor conductor.$CONTROLLER scheduler scheduler.$CONTROLLER"
  for host in $HOSTS; do
    queues+=" compute.$host cinder-backup.$host"
    for backend in $BACKENDS; do queues+=" cinder-volume.$host@$backend cinder-volume.$host@$backend.$host"; done
  done
  # shellcheck disable=SC2086
  SANDBOX_PASSWORD=$AMQP_PASS "$PY" "$HERE/python/purge_queues.py" "$AMQP_PORT" "$AMQP_USER" $queues || die "could not purge the queues"
  touch "$RUN/state/forget"   # the fake computes drop their guests
  rm -rf "$RUN"/state/*/plugged/* "$RUN"/state/*/disks "$RUN"/state/*/base "$RUN"/state/knobs/*
  reset_rows
  if [ -n "$revive" ]; then
    # shellcheck disable=SC2086
    start_named $revive
    # shellcheck disable=SC2086
    wait_started "$since" $revive
    reset_rows                # a starting nova-compute repairs what it finds
  fi
  # shellcheck disable=SC2086
  wait_started 0 $daemons
  # shellcheck disable=SC2086
  say "reset done" ${revive:+"(restarted: $(echo $revive))"}
}
