-- Fifty volumes by their ids, locked, to be compared with the plan before one statement moves them. By the primary key: a lock by
-- anything else would take, and wait for, rows of other hosts. Fewer are asked for with an id more than once.
-- :param id_00 text
-- :param id_01 text
-- :param id_02 text
-- :param id_03 text
-- :param id_04 text
-- :param id_05 text
-- :param id_06 text
-- :param id_07 text
-- :param id_08 text
-- :param id_09 text
-- :param id_10 text
-- :param id_11 text
-- :param id_12 text
-- :param id_13 text
-- :param id_14 text
-- :param id_15 text
-- :param id_16 text
-- :param id_17 text
-- :param id_18 text
-- :param id_19 text
-- :param id_20 text
-- :param id_21 text
-- :param id_22 text
-- :param id_23 text
-- :param id_24 text
-- :param id_25 text
-- :param id_26 text
-- :param id_27 text
-- :param id_28 text
-- :param id_29 text
-- :param id_30 text
-- :param id_31 text
-- :param id_32 text
-- :param id_33 text
-- :param id_34 text
-- :param id_35 text
-- :param id_36 text
-- :param id_37 text
-- :param id_38 text
-- :param id_39 text
-- :param id_40 text
-- :param id_41 text
-- :param id_42 text
-- :param id_43 text
-- :param id_44 text
-- :param id_45 text
-- :param id_46 text
-- :param id_47 text
-- :param id_48 text
-- :param id_49 text
-- :reads volumes :rows many
SELECT v.id
     , v.host
     , v.service_uuid
     , v.cluster_name
  FROM volumes AS v FORCE INDEX (PRIMARY)
 WHERE v.id IN (@id_00, @id_01, @id_02, @id_03, @id_04, @id_05, @id_06, @id_07, @id_08, @id_09,
                @id_10, @id_11, @id_12, @id_13, @id_14, @id_15, @id_16, @id_17, @id_18, @id_19,
                @id_20, @id_21, @id_22, @id_23, @id_24, @id_25, @id_26, @id_27, @id_28, @id_29,
                @id_30, @id_31, @id_32, @id_33, @id_34, @id_35, @id_36, @id_37, @id_38, @id_39,
                @id_40, @id_41, @id_42, @id_43, @id_44, @id_45, @id_46, @id_47, @id_48, @id_49)
   AND v.deleted = 0
 ORDER BY v.id
   FOR UPDATE;
