/* made by sql/embed.awk from the .sql files; do not edit */
#ifndef SQL_CATALOGUE_H
#define SQL_CATALOGUE_H
#include "db/sql.h"

extern const struct sql SQL_CINDER_ATTACHMENTS_OF_INSTANCE;
extern const struct sql SQL_CINDER_BACKUP_MOVE;
extern const struct sql SQL_CINDER_BACKUPS_LIST;
extern const struct sql SQL_CINDER_BACKUPS_ON_HOST;
extern const struct sql SQL_CINDER_CACHE_ENTRIES_ON_BACKEND;
extern const struct sql SQL_CINDER_CACHE_ENTRY_MOVE;
extern const struct sql SQL_CINDER_CONSISTENCYGROUP_MOVE;
extern const struct sql SQL_CINDER_CONSISTENCYGROUPS_ON_BACKEND;
extern const struct sql SQL_CINDER_GROUP_MOVE;
extern const struct sql SQL_CINDER_GROUPS_ON_BACKEND;
extern const struct sql SQL_CINDER_OWNERS_LIST;
extern const struct sql SQL_CINDER_SERVICE_MARK;
extern const struct sql SQL_CINDER_SERVICES_LIST;
extern const struct sql SQL_CINDER_VOLUME_MOVE;
extern const struct sql SQL_CINDER_VOLUME_OWNER;
extern const struct sql SQL_CINDER_VOLUMES_ON_BACKEND;
extern const struct sql SQL_CINDER_VOLUMES_ON_NODE;
extern const struct sql SQL_CINDER_WORKER_MOVE;
extern const struct sql SQL_CINDER_WORKERS_ON_BACKEND;
extern const struct sql SQL_NOVA_BDMS_OF_INSTANCE;
extern const struct sql SQL_NOVA_BDMS_ON_HOST;
extern const struct sql SQL_NOVA_COLUMNS_LIST;
extern const struct sql SQL_NOVA_COMPUTE_NODES_LIST;
extern const struct sql SQL_NOVA_EVACUATION_EVENTS;
extern const struct sql SQL_NOVA_EVACUATION_STATE;
extern const struct sql SQL_NOVA_FAULT_LATEST;
extern const struct sql SQL_NOVA_INSTANCE_ACTION_CLOSE;
extern const struct sql SQL_NOVA_INSTANCE_ACTION_INSERT;
extern const struct sql SQL_NOVA_INSTANCE_BEGIN_REBUILD;
extern const struct sql SQL_NOVA_INSTANCE_BY_UUID;
extern const struct sql SQL_NOVA_INSTANCE_END_REBUILD;
extern const struct sql SQL_NOVA_INSTANCE_LOCK;
extern const struct sql SQL_NOVA_INSTANCES_BY_NAME;
extern const struct sql SQL_NOVA_INSTANCES_ON_HOST;
extern const struct sql SQL_NOVA_MIGRATION_CLOSE;
extern const struct sql SQL_NOVA_MIGRATION_INSERT;
extern const struct sql SQL_NOVA_MIGRATION_INSERT_QUEENS;
extern const struct sql SQL_NOVA_MIGRATIONS_DONE_FROM;
extern const struct sql SQL_NOVA_MIGRATIONS_OPEN;
extern const struct sql SQL_NOVA_SERVICE_MARK;
extern const struct sql SQL_NOVA_SERVICES_LIST;
extern const struct sql SQL_NOVA_API_CELLS_LIST;
extern const struct sql SQL_NOVA_API_HOST_MAPPINGS_LIST;
extern const struct sql SQL_NOVA_API_INSTANCE_MAPPING_GET;
extern const struct sql SQL_NOVA_API_REQUEST_SPEC_GET;
extern const struct sql SQL_SESSION_BEGIN_READ;
extern const struct sql SQL_SESSION_BEGIN_WRITE;
extern const struct sql SQL_SESSION_CONNECTION_ID;
extern const struct sql SQL_SESSION_ISOLATION_READ;
extern const struct sql SQL_SESSION_ISOLATION_WRITE;
extern const struct sql SQL_SESSION_SETTINGS;
extern const struct sql SQL_SESSION_SETTINGS_READ;
extern const struct sql SQL_SESSION_WSREP_STATUS;
extern const struct sql SQL_SESSION_WSREP_SYNC;
extern const struct sql SQL_SESSION_WSREP_VARIABLES;

#endif
