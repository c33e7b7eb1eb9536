-- Give one piece of unfinished work to another service, as cinder's own Worker update does it (race_preventer counts up;
-- taken back it is what it was).
-- :param id          int
-- :param old_service_id int  services.id
-- :param new_service_id int  services.id
-- :param old_race_preventer int
-- :param new_race_preventer int
-- :writes workers :rows 1
-- :row worker_get_owner
UPDATE workers     -- cinder keeps none that are deleted
   SET service_id     = @new_service_id
     , race_preventer = @new_race_preventer
     , updated_at     = UTC_TIMESTAMP(6)
 WHERE id             = @id
   AND service_id     = @old_service_id
   AND race_preventer = @old_race_preventer;
