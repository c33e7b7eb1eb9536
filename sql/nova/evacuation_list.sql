-- How far fifty evacuations are: their migrations. Fewer are asked for with a uuid more than once.
-- :param migration_uuid_00 text
-- :param migration_uuid_01 text
-- :param migration_uuid_02 text
-- :param migration_uuid_03 text
-- :param migration_uuid_04 text
-- :param migration_uuid_05 text
-- :param migration_uuid_06 text
-- :param migration_uuid_07 text
-- :param migration_uuid_08 text
-- :param migration_uuid_09 text
-- :param migration_uuid_10 text
-- :param migration_uuid_11 text
-- :param migration_uuid_12 text
-- :param migration_uuid_13 text
-- :param migration_uuid_14 text
-- :param migration_uuid_15 text
-- :param migration_uuid_16 text
-- :param migration_uuid_17 text
-- :param migration_uuid_18 text
-- :param migration_uuid_19 text
-- :param migration_uuid_20 text
-- :param migration_uuid_21 text
-- :param migration_uuid_22 text
-- :param migration_uuid_23 text
-- :param migration_uuid_24 text
-- :param migration_uuid_25 text
-- :param migration_uuid_26 text
-- :param migration_uuid_27 text
-- :param migration_uuid_28 text
-- :param migration_uuid_29 text
-- :param migration_uuid_30 text
-- :param migration_uuid_31 text
-- :param migration_uuid_32 text
-- :param migration_uuid_33 text
-- :param migration_uuid_34 text
-- :param migration_uuid_35 text
-- :param migration_uuid_36 text
-- :param migration_uuid_37 text
-- :param migration_uuid_38 text
-- :param migration_uuid_39 text
-- :param migration_uuid_40 text
-- :param migration_uuid_41 text
-- :param migration_uuid_42 text
-- :param migration_uuid_43 text
-- :param migration_uuid_44 text
-- :param migration_uuid_45 text
-- :param migration_uuid_46 text
-- :param migration_uuid_47 text
-- :param migration_uuid_48 text
-- :param migration_uuid_49 text
-- :reads migrations :rows many
SELECT m.uuid         AS migration_uuid
     , m.id           AS migration_id
     , m.status       AS migration_status
     , m.dest_compute
  FROM migrations AS m     -- marked deleted with its instance it is still this evacuation
 WHERE m.uuid IN (@migration_uuid_00, @migration_uuid_01, @migration_uuid_02, @migration_uuid_03, @migration_uuid_04, @migration_uuid_05, @migration_uuid_06, @migration_uuid_07, @migration_uuid_08, @migration_uuid_09,
                  @migration_uuid_10, @migration_uuid_11, @migration_uuid_12, @migration_uuid_13, @migration_uuid_14, @migration_uuid_15, @migration_uuid_16, @migration_uuid_17, @migration_uuid_18, @migration_uuid_19,
                  @migration_uuid_20, @migration_uuid_21, @migration_uuid_22, @migration_uuid_23, @migration_uuid_24, @migration_uuid_25, @migration_uuid_26, @migration_uuid_27, @migration_uuid_28, @migration_uuid_29,
                  @migration_uuid_30, @migration_uuid_31, @migration_uuid_32, @migration_uuid_33, @migration_uuid_34, @migration_uuid_35, @migration_uuid_36, @migration_uuid_37, @migration_uuid_38, @migration_uuid_39,
                  @migration_uuid_40, @migration_uuid_41, @migration_uuid_42, @migration_uuid_43, @migration_uuid_44, @migration_uuid_45, @migration_uuid_46, @migration_uuid_47, @migration_uuid_48, @migration_uuid_49)
 ORDER BY m.id;
