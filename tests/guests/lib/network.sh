# shellcheck shell=bash disable=SC2154
# Real neutron: its server with ML2, and a Linux bridge agent on each host. It writes behind what the sandbox's own neutron.conf says,
# which the program reads too.

write_neutron_config() { # in the place of the sandbox's
  local h
  cat >"$ETC/neutron.conf" <<C
[DEFAULT]
debug = ${EVAC_SANDBOX_DEBUG:-false}
bind_host = 127.0.0.1
bind_port = $NEUTRON_PORT
auth_strategy = noauth
core_plugin = ml2
service_plugins =
api_paste_config = $ETC/neutron-paste.ini
api_workers = 0
rpc_workers = 0
rpc_state_report_workers = 0
state_path = $RUN/state/neutron
transport_url = $(transport_url)
send_events_interval = 1
agent_down_time = 12
[agent]
report_interval = 4
root_helper =
[database]
connection = $(db_url neutron "$DB_NEUTRON_PASS" neutron)
max_pool_size = 5
[keystone_authtoken]
$(login neutron)
[nova]
region_name = RegionOne
$(login nova)
[experimental]
linuxbridge = true
[oslo_concurrency]
lock_path = $RUN/state/neutron/lock
[oslo_messaging_notifications]
driver = noop
[oslo_policy]
policy_file = $ETC/policy-none.yaml
[ml2]
type_drivers = flat
tenant_network_types =
mechanism_drivers = linuxbridge
extension_drivers = port_security
[ml2_type_flat]
flat_networks = physnet1
C
  write_neutron_pipeline
  for h in $HOSTS; do write_agent_config "$h"; done
}

write_agent_config() { # host
  mkdir -p "$RUN/state/neutron/lock" "$RUN/state/$1/neutron/lock"
  cat >"$ETC/agent-$1.ini" <<C
[DEFAULT]
host = $1
state_path = $RUN/state/$1/neutron
[oslo_concurrency]
lock_path = $RUN/state/$1/neutron/lock
[linux_bridge]
physical_interface_mappings = physnet1:phys0
[vxlan]
enable_vxlan = false
[securitygroup]
enable_security_group = false
firewall_driver = noop
[agent]
polling_interval = 1
extensions =
[privsep]
helper_command = privsep-helper --config-file $ETC/neutron.conf
[privsep_link]
helper_command = privsep-helper --config-file $ETC/neutron.conf
C
}

# neutron's own pipeline for auth_strategy noauth, without what needs keystone's middleware
write_neutron_pipeline() {
  cat >"$ETC/neutron-paste.ini" <<'C'
[composite:neutron]
use = egg:Paste#urlmap
/: versions
/v2.0: api
[composite:api]
use = call:neutron.auth:pipeline_factory
noauth = request_id catch_errors extensions app
keystone = request_id catch_errors extensions app
[filter:request_id]
paste.filter_factory = oslo_middleware:RequestId.factory
[filter:catch_errors]
paste.filter_factory = oslo_middleware:CatchErrors.factory
[filter:extensions]
paste.filter_factory = neutron.api.extensions:plugin_aware_extension_middleware_factory
[app:versions]
paste.app_factory = neutron.pecan_wsgi.app:versions_factory
[app:app]
paste.app_factory = neutron.api.v2.router:APIRouter.factory
C
}

start_neutron_server() { # in the place of the sandbox's stand-in
  start_daemon neutron-server "$PY" "$GUESTS/python/daemon.py" neutron-server --config-file "$ETC/neutron.conf" --log-file "$LOG/neutron-server.log"
}
start_neutron_agent() { # host
  start_on_host "$1" "neutron-agent-$1" neutron-linuxbridge-agent --config-file "$ETC/neutron.conf" --config-file "$ETC/agent-$1.ini"
}
# asked for ports while it starts, it stays broken
neutron_answers() { "$PY" -c "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=10)" "http://127.0.0.1:$NEUTRON_PORT/v2.0/networks"; }
