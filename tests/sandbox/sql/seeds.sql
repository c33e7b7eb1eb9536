-- Seeds that the APIs cannot make, or only with trouble: rows of cinder's lesser tables, and hosts whose names are easy
-- to mistake for the victim's. Run in nova, after seed.py. @HOST_A@ and @HOST_B@ are replaced.

set @a = '@HOST_A@', @under = replace('@HOST_A@', 'sh03-', 'sh03_'), @upper = upper('@HOST_A@'), @old = '2024-01-01 00:00:00';

-- cinder: what a backend owns beside volumes
insert into cinder.consistencygroups (created_at, id, user_id, project_id, host, availability_zone, name, status, deleted)
  select utc_timestamp(), 'c0c0c0c0-0000-4000-8000-000000000001', user_id, project_id, host, availability_zone, 'cg-0', 'available', 0
  from cinder.volumes where display_name = 'spare-ceph-0';
insert into cinder.image_volume_cache_entries (host, image_id, image_updated_at, volume_id, size, last_used)
  select host, '11111111-2222-4333-8444-555555555555', @old, id, 1, @old from cinder.volumes where display_name = 'spare-ceph-1';
insert into cinder.workers (created_at, updated_at, deleted, resource_type, resource_id, status, service_id)
  select utc_timestamp(6), utc_timestamp(6), 0, 'Volume', v.id, 'creating', s.id from cinder.volumes v
  join cinder.services s on s.host = concat(@a, '@ceph') and s.`binary` = 'cinder-volume' where v.display_name = 'spare-fast-0';

-- cinder: volumes without a pool, deleted, without a host
create temporary table cinder.v select * from cinder.volumes where display_name = 'spare-ceph-0';
update cinder.v set id = 'd0d0d0d0-0000-4000-8000-000000000001', display_name = 'no-pool-0', host = concat(@a, '@ceph');
insert into cinder.volumes select * from cinder.v;
update cinder.v set id = 'd0d0d0d0-0000-4000-8000-000000000002', display_name = 'deleted-0', host = concat(@a, '@ceph#ceph'),
  deleted = 1, status = 'deleted', deleted_at = utc_timestamp();
insert into cinder.volumes select * from cinder.v;
update cinder.v set id = 'd0d0d0d0-0000-4000-8000-000000000003', display_name = 'no-host-0', host = null,
  deleted = 0, status = 'error', deleted_at = null, service_uuid = null;
insert into cinder.volumes select * from cinder.v;

-- cinder: the names that differ by '_' for '-', and by case
insert into cinder.services (created_at, updated_at, deleted, host, `binary`, topic, report_count, disabled, availability_zone,
    rpc_current_version, object_current_version, uuid)
  select s.created_at, @old, 0, replace(s.host, @a, t.name), s.`binary`, s.topic, 1, 0, s.availability_zone,
    s.rpc_current_version, s.object_current_version, uuid()
  from cinder.services s join (select @under as name union all select @upper) t
  where s.deleted = 0 and s.host in (@a, concat(@a, '@ceph'));
update cinder.v set status = 'available', id = 'd0d0d0d0-0000-4000-8000-000000000004', display_name = 'trap-underscore-0', host = concat(@under, '@ceph#ceph');
insert into cinder.volumes select * from cinder.v;
update cinder.v set id = 'd0d0d0d0-0000-4000-8000-000000000005', display_name = 'trap-case-0', host = concat(@upper, '@ceph#ceph');
insert into cinder.volumes select * from cinder.v;
update cinder.volumes v join cinder.services s on s.`binary` = 'cinder-volume' and binary s.host = binary substring_index(v.host, '#', 1)
  set v.service_uuid = s.uuid where v.display_name like 'trap-%';
create temporary table cinder.b select * from cinder.backups where display_name = 'backup-spare-ceph-0';
update cinder.b set id = 'e0e0e0e0-0000-4000-8000-000000000001', display_name = 'backup-trap-underscore-0', host = @under,
  volume_id = 'd0d0d0d0-0000-4000-8000-000000000004';
insert into cinder.backups select * from cinder.b;
update cinder.b set id = 'e0e0e0e0-0000-4000-8000-000000000002', display_name = 'backup-trap-case-0', host = @upper,
  volume_id = 'd0d0d0d0-0000-4000-8000-000000000005';
insert into cinder.backups select * from cinder.b;

-- nova: its periodic heal (heal_instance_info_cache_interval), which the sandbox leaves out, has seen since what neutron says
update nova.instance_info_caches set network_info = replace(network_info, '"active": false', '"active": true');

-- nova: the same names. A nova-compute that differs only by case cannot live beside the victim's: its service row would
-- break a unique key, which ignores case, and the victim's nova-compute deletes its compute_nodes row as an orphan of its
-- own. So these two rows are deleted ones.
create temporary table nova.s select * from nova.services where host = @a and `binary` = 'nova-compute' and deleted = 0;
update nova.s set id = 9001, uuid = uuid(), host = @under, updated_at = @old, last_seen_up = @old;
insert into nova.services select * from nova.s;
update nova.s set id = 9002, uuid = uuid(), host = @upper, deleted = 9002, deleted_at = @old;
insert into nova.services select * from nova.s;
create temporary table nova.n select * from nova.compute_nodes where host = @a and deleted = 0;
update nova.n set id = 9001, uuid = uuid(), host = @under, hypervisor_hostname = @under;
insert into nova.compute_nodes select * from nova.n;
update nova.n set id = 9002, uuid = uuid(), host = @upper, hypervisor_hostname = concat(@upper, '.example.org'), deleted = 9002, deleted_at = @old;
insert into nova.compute_nodes select * from nova.n;

create temporary table nova.i select * from nova.instances where display_name = 'image-active-0';
create temporary table nova.x select x.* from nova.instance_extra x join nova.i on i.uuid = x.instance_uuid;
create temporary table nova_api.m select m.* from nova_api.instance_mappings m join nova.i on i.uuid = m.instance_uuid;
create temporary table nova_api.r select r.* from nova_api.request_specs r join nova.i on i.uuid = r.instance_uuid;
set @from = (select uuid from nova.i), @to = 'f0f0f0f0-0000-4000-8000-000000000001';
update nova.i set id = 9001, uuid = @to, host = @under, launched_on = @under, node = @under, display_name = 'trap-underscore-0', hostname = display_name;
update nova.x set id = 9001, instance_uuid = @to;
update nova_api.m set id = 9001, instance_uuid = @to;
update nova_api.r set id = 9001, instance_uuid = @to, spec = replace(spec, @from, @to);
insert into nova.instances select * from nova.i;
insert into nova.instance_extra select * from nova.x;
insert into nova_api.instance_mappings select * from nova_api.m;
insert into nova_api.request_specs select * from nova_api.r;
set @from = @to, @to = 'f0f0f0f0-0000-4000-8000-000000000002';
update nova.i set id = 9002, uuid = @to, host = @upper, launched_on = @upper, node = concat(@upper, '.example.org'), display_name = 'trap-case-0', hostname = display_name;
update nova.x set id = 9002, instance_uuid = @to;
update nova_api.m set id = 9002, instance_uuid = @to;
update nova_api.r set id = 9002, instance_uuid = @to, spec = replace(spec, @from, @to);
insert into nova.instances select * from nova.i;
insert into nova.instance_extra select * from nova.x;
insert into nova_api.instance_mappings select * from nova_api.m;
insert into nova_api.request_specs select * from nova_api.r;
