# shellcheck shell=bash
# The configuration files of all daemons, written afresh at every start.

db_url() { # user password database
  echo "mysql+pymysql://$1:$(urlencode "$2")@127.0.0.1:$DB_PORT/$3?charset=utf8"
}
transport_url() { echo "rabbit://$AMQP_USER:$(urlencode "$AMQP_PASS")@127.0.0.1:$AMQP_PORT/"; }

write_configs() {
  mkdir -p "$ETC" "$LOG" "$PIDS" "$RUN/state/pool" "$RUN/state/backups" "$RUN/state/knobs"
  chmod 700 "$RUN"
  printf '[client]\nuser=sandbox\npassword=%s\nhost=127.0.0.1\nport=%s\n' "$DB_ADMIN_PASS" "$DB_PORT" >"$ETC/admin.cnf"
  chmod 600 "$ETC/admin.cnf"
  echo '"context_is_admin": "role:admin or is_admin:True"' >"$ETC/policy.yaml"
  echo '{"volume": ["name", "status"]}' >"$ETC/resource_filters.json"
  write_nova_config
  write_cinder_config
  write_neutron_config
  write_keystone_config
  write_paste_pipelines
  cat >"$ETC/placement.conf" <<EOC
[api]
auth_strategy = noauth2
[keystone_authtoken]
$(login placement)
[placement_database]
connection = $(db_url placement "$DB_PLACEMENT_PASS" placement)
EOC
}

# who a nova-compute is: since nova 28 one that has lost it does not start again
node_uuid() { local h; h=$(md5sum <<<"$1"); echo "${h:0:8}-${h:8:4}-4${h:13:3}-8${h:17:3}-${h:20:12}"; }

# since nova 26 under another name
pci_option() { if grep -qs "'device_spec'" "$PACKAGES/nova/conf/pci.py"; then echo device_spec; else echo passthrough_whitelist; fi; }

write_nova_config() {
  local host
  cat >"$ETC/nova.conf" <<EOC
[DEFAULT]
debug = ${EVAC_SANDBOX_DEBUG:-false}
host = $CONTROLLER
my_ip = 127.0.0.1
state_path = $RUN/state/$CONTROLLER
transport_url = $(transport_url)
rpc_response_timeout = 20
report_interval = 2
service_down_time = 10
compute_driver = sandbox_nova.WaitingDriver
enabled_apis = osapi_compute
osapi_compute_listen = 127.0.0.1
osapi_compute_listen_port = $NOVA_PORT
osapi_compute_workers = 1
# guests exist only in the memory of the driver: nova must not "repair" that
sync_power_state_interval = -1
running_deleted_instance_action = noop
heal_instance_info_cache_interval = 0
vif_plugging_timeout = ${EVAC_SANDBOX_VIF_TIMEOUT:-30}
vif_plugging_is_fatal = true
[api]
auth_strategy = noauth2
[wsgi]
api_paste_config = $ETC/nova-paste.ini
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = -1
[oslo_concurrency]
lock_path = $RUN/state/$CONTROLLER/lock
[oslo_policy]
policy_file = $ETC/policy.yaml
[oslo_messaging_notifications]
driver = noop
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:$KEYSTONE_PORT/
$(login nova)
[placement]
region_name = RegionOne
$(login placement)
[neutron]
region_name = RegionOne
$(login neutron)
[cinder]
os_region_name = RegionOne
$(login nova)
# cinder deletes an attachment of a guest only for a service
[service_user]
send_service_user_token = true
$(login nova)
[quota]
instances = -1
cores = -1
ram = -1
[pci]
# the virtual functions that the driver tells of
$(pci_option) = { "vendor_id": "8086", "product_id": "154c", "physical_network": "physnet1" }
[vnc]
enabled = false
[spice]
enabled = false
EOC
  # apart from nova.conf: a nova-compute refuses to start when it is given a database
  cat >"$ETC/nova-db.conf" <<EOC
[database]
connection = $(db_url nova "$DB_NOVA_PASS" nova)
max_pool_size = 5
[api_database]
connection = $(db_url nova "$DB_NOVA_PASS" nova_api)
max_pool_size = 5
EOC
  mkdir -p "$RUN/state/$CONTROLLER/lock"
  for host in $HOSTS; do
    mkdir -p "$RUN/state/$host/instances" "$RUN/state/$host/lock"
    node_uuid "$host" >"$RUN/state/$host/compute_id"
    cat >"$ETC/nova-$host.conf" <<EOC
[DEFAULT]
host = $host
state_path = $RUN/state/$host
[oslo_concurrency]
lock_path = $RUN/state/$host/lock
EOC
  done
}

write_cinder_config() {
  local host backend pools
  cat >"$ETC/cinder.conf" <<EOC
[DEFAULT]
debug = ${EVAC_SANDBOX_DEBUG:-false}
host = $CONTROLLER
my_ip = 127.0.0.1
state_path = $RUN/state/cinder-$CONTROLLER
transport_url = $(transport_url)
auth_strategy = noauth
api_paste_config = $ETC/cinder-paste.ini
resource_query_filters_file = $ETC/resource_filters.json
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = $CINDER_PORT
osapi_volume_workers = 1
rpc_response_timeout = ${EVAC_SANDBOX_RPC_TIMEOUT:-20}
report_interval = 2
service_down_time = 10
backend_stats_polling_interval = 5
periodic_interval = 5
periodic_fuzzy_delay = 0
# a lost cast at start must not hold the scheduler for a minute
scheduler_driver_init_wait_time = 8
quota_volumes = -1
quota_snapshots = -1
quota_gigabytes = -1
quota_backups = -1
quota_backup_gigabytes = -1
quota_groups = -1
glance_api_servers = http://127.0.0.1:$GLANCE_PORT
backup_driver = cinder.backup.drivers.posix.PosixBackupDriver
backup_posix_path = $RUN/state/backups
backup_use_same_host = true
backup_workers = 1
enabled_backends = ${BACKENDS// /,}
[database]
connection = $(db_url cinder "$DB_CINDER_PASS" cinder)
max_pool_size = 5
[oslo_messaging_notifications]
driver = noop
[oslo_policy]
policy_file = $ETC/policy.yaml
EOC
  for backend in $BACKENDS; do
    pools=POOLS_OF_$backend
    if [ "$backend" = ceph ] && have_disks; then write_rbd_backend; continue; fi
    cat >>"$ETC/cinder.conf" <<EOC
[$backend]
volume_driver = sandbox_cinder.SandboxDriver
volume_backend_name = $backend
sandbox_pools = ${!pools}
sandbox_pool_dir = $RUN/state/pool
sandbox_driver_log = $LOG/cinder-driver.jsonl
EOC
  done
  for host in $CONTROLLER $HOSTS; do
    mkdir -p "$RUN/state/cinder-$host/lock"
    cat >"$ETC/cinder-$host.conf" <<EOC
[DEFAULT]
host = $host
state_path = $RUN/state/cinder-$host
[oslo_concurrency]
lock_path = $RUN/state/cinder-$host/lock
EOC
  done
}

# cinder's own driver; its pool has the backend's name, whatever the pool of Ceph
write_rbd_backend() {
  cat >>"$ETC/cinder.conf" <<EOC
[ceph]
volume_driver = cinder.volume.drivers.rbd.RBDDriver
volume_backend_name = ceph
rbd_pool = volumes
rbd_user = cinder
rbd_ceph_conf = $EVAC_CEPH/ceph.conf
rbd_secret_uuid = $CEPH_SECRET
rados_connect_timeout = 5
EOC
}

login() { # user: the options of keystoneauth's password plugin
  printf '%s\n' "auth_type = password" "auth_url = http://127.0.0.1:$KEYSTONE_PORT/v3" "username = $1" "password = $SERVICE_PASS" \
    "user_domain_name = Default" "project_name = service" "project_domain_name = Default"
}

write_keystone_config() {
  local user users=""
  cat >"$ETC/keystone.conf" <<EOC
[database]
connection = $(db_url keystone "$DB_KEYSTONE_PASS" keystone)
[sandbox]
service_project_id = $SERVICE_PROJECT_ID
EOC
  for user in $SERVICE_USERS; do users+=", \"$user\": \"$SERVICE_PASS\""; done
  echo "{${users#, }}" >"$ETC/keystone-users.json"
}

# read by neutron-db-manage, by the stand-in and by the tool
write_neutron_config() {
  cat >"$ETC/neutron.conf" <<EOC
[DEFAULT]
core_plugin = ml2
agent_down_time = 10
[agent]
report_interval = 2
[database]
connection = $(db_url neutron "$DB_NEUTRON_PASS" neutron)
[keystone_authtoken]
$(login neutron)
[nova]
$(login nova)
EOC
}

# before cinder 18 oslo's own
cinder_request_id() { if [ -e "$PACKAGES/cinder/api/middleware/request_id.py" ]; then echo cinder.api.middleware.request_id; else echo oslo_middleware.request_id; fi; }

# Debian's pipelines, less what the sandbox does not serve; sandbox_auth stands for keystonemiddleware
write_paste_pipelines() {
  cat >"$ETC/nova-paste.ini" <<'EOC'
[composite:osapi_compute]
use = call:nova.api.openstack.urlmap:urlmap_factory
/: versions
/v2.1: versions_v2
/v2.1/+: compute_v21
[composite:compute_v21]
use = call:nova.api.auth:pipeline_factory_v21
noauth2 = compute_req_id faultwrap request_log sizelimit sandbox_auth app_v21
# the only one since 33
keystone = compute_req_id faultwrap request_log sizelimit sandbox_auth app_v21
[pipeline:versions]
pipeline = faultwrap request_log versions_app
[pipeline:versions_v2]
pipeline = compute_req_id faultwrap request_log versions_v2_app
[filter:compute_req_id]
paste.filter_factory = nova.api.compute_req_id:ComputeReqIdMiddleware.factory
[filter:faultwrap]
paste.filter_factory = nova.api.openstack:FaultWrapper.factory
[filter:request_log]
paste.filter_factory = nova.api.openstack.requestlog:RequestLog.factory
[filter:sizelimit]
paste.filter_factory = oslo_middleware:RequestBodySizeLimiter.factory
[filter:sandbox_auth]
paste.filter_factory = sandbox_nova:SandboxAuth.factory
[app:app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory
[app:versions_app]
paste.app_factory = nova.api.openstack.compute.versions:Versions.factory
[app:versions_v2_app]
paste.app_factory = nova.api.openstack.compute.versions:VersionsV2.factory
EOC
  cat >"$ETC/cinder-paste.ini" <<EOC
[composite:osapi_volume]
use = call:cinder.api:root_app_factory
/: versions
/v3: volume_v3
[composite:volume_v3]
use = call:cinder.api.middleware.auth:pipeline_factory
noauth = request_id faultwrap sizelimit sandbox_auth app_v3
[pipeline:versions]
pipeline = request_id faultwrap versions_app
[filter:request_id]
paste.filter_factory = $(cinder_request_id):RequestId.factory
[filter:faultwrap]
paste.filter_factory = cinder.api.middleware.fault:FaultWrapper.factory
[filter:sizelimit]
paste.filter_factory = oslo_middleware.sizelimit:RequestBodySizeLimiter.factory
[filter:sandbox_auth]
paste.filter_factory = sandbox_cinder:SandboxAuth.factory
[app:app_v3]
paste.app_factory = cinder.api.v3.router:APIRouter.factory
[app:versions_app]
paste.app_factory = cinder.api.versions:Versions.factory
EOC
}
