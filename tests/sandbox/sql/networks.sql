-- The networks of the cloud: two VLANs with a subnet each, as neutron-server would have made them. Run in neutron.
-- Their attributes' ids are far from those that neutron's own db sync uses up: since 24 for the default rules of security groups.

insert into standardattributes (id, resource_type, created_at, updated_at) values
  (1001, 'networks', utc_timestamp(), utc_timestamp()), (1002, 'networksegments', utc_timestamp(), utc_timestamp()),
  (1003, 'subnets', utc_timestamp(), utc_timestamp()), (1004, 'networks', utc_timestamp(), utc_timestamp()),
  (1005, 'networksegments', utc_timestamp(), utc_timestamp()), (1006, 'subnets', utc_timestamp(), utc_timestamp());
insert into networks (project_id, id, name, status, admin_state_up, standard_attr_id, mtu) values
  ('@PROJECT@', 'aaaaaaaa-0000-4000-8000-000000000001', 'front', 'ACTIVE', 1, 1001, 1500),
  ('@PROJECT@', 'aaaaaaaa-0000-4000-8000-000000000004', 'back', 'ACTIVE', 1, 1004, 1500);
insert into networksegments (id, network_id, network_type, physical_network, segmentation_id, is_dynamic, segment_index, standard_attr_id) values
  ('aaaaaaaa-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000001', 'vlan', 'physnet1', 101, 0, 0, 1002),
  ('aaaaaaaa-0000-4000-8000-000000000005', 'aaaaaaaa-0000-4000-8000-000000000004', 'vlan', 'physnet1', 102, 0, 0, 1005);
insert into subnets (project_id, id, name, network_id, ip_version, cidr, gateway_ip, enable_dhcp, standard_attr_id) values
  ('@PROJECT@', 'aaaaaaaa-0000-4000-8000-000000000003', 'front-v4', 'aaaaaaaa-0000-4000-8000-000000000001', 4, '10.1.0.0/16', '10.1.0.1', 0, 1003),
  ('@PROJECT@', 'aaaaaaaa-0000-4000-8000-000000000006', 'back-v4', 'aaaaaaaa-0000-4000-8000-000000000004', 4, '10.2.0.0/16', '10.2.0.1', 0, 1006);
