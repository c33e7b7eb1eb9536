-- The instances' volumes are images of a Ceph cluster: what nova has of them (cinder volume/drivers/rbd.py initialize_connection).
UPDATE nova.block_device_mapping
   SET connection_info = CONCAT('{"driver_volume_type": "rbd", "data": {"name": "volumes/volume-', volume_id, '", "hosts": ["192.0.2.1"], "ports": ["6789"], "cluster_name": "ceph", "auth_enabled": true, "auth_username": "cinder", "volume_id": "', volume_id, '"}}')
 WHERE volume_id IS NOT NULL AND deleted = 0;
