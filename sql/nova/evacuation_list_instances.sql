-- The instances of fifty evacuations as they are now, marked deleted or not. Fewer are asked for with a uuid more than once.
-- :param uuid_00 text
-- :param uuid_01 text
-- :param uuid_02 text
-- :param uuid_03 text
-- :param uuid_04 text
-- :param uuid_05 text
-- :param uuid_06 text
-- :param uuid_07 text
-- :param uuid_08 text
-- :param uuid_09 text
-- :param uuid_10 text
-- :param uuid_11 text
-- :param uuid_12 text
-- :param uuid_13 text
-- :param uuid_14 text
-- :param uuid_15 text
-- :param uuid_16 text
-- :param uuid_17 text
-- :param uuid_18 text
-- :param uuid_19 text
-- :param uuid_20 text
-- :param uuid_21 text
-- :param uuid_22 text
-- :param uuid_23 text
-- :param uuid_24 text
-- :param uuid_25 text
-- :param uuid_26 text
-- :param uuid_27 text
-- :param uuid_28 text
-- :param uuid_29 text
-- :param uuid_30 text
-- :param uuid_31 text
-- :param uuid_32 text
-- :param uuid_33 text
-- :param uuid_34 text
-- :param uuid_35 text
-- :param uuid_36 text
-- :param uuid_37 text
-- :param uuid_38 text
-- :param uuid_39 text
-- :param uuid_40 text
-- :param uuid_41 text
-- :param uuid_42 text
-- :param uuid_43 text
-- :param uuid_44 text
-- :param uuid_45 text
-- :param uuid_46 text
-- :param uuid_47 text
-- :param uuid_48 text
-- :param uuid_49 text
-- :reads instances :rows many
SELECT i.uuid
     , i.host
     , i.vm_state
     , i.task_state
     , i.deleted <> 0 AS is_deleted
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS idle_s
  FROM instances AS i
 WHERE i.uuid IN (@uuid_00, @uuid_01, @uuid_02, @uuid_03, @uuid_04, @uuid_05, @uuid_06, @uuid_07, @uuid_08, @uuid_09,
                  @uuid_10, @uuid_11, @uuid_12, @uuid_13, @uuid_14, @uuid_15, @uuid_16, @uuid_17, @uuid_18, @uuid_19,
                  @uuid_20, @uuid_21, @uuid_22, @uuid_23, @uuid_24, @uuid_25, @uuid_26, @uuid_27, @uuid_28, @uuid_29,
                  @uuid_30, @uuid_31, @uuid_32, @uuid_33, @uuid_34, @uuid_35, @uuid_36, @uuid_37, @uuid_38, @uuid_39,
                  @uuid_40, @uuid_41, @uuid_42, @uuid_43, @uuid_44, @uuid_45, @uuid_46, @uuid_47, @uuid_48, @uuid_49)
 ORDER BY i.id;
