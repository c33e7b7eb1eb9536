-- Point fifty volumes of one backend at another; pools stay. Only after the same transaction has locked them and compared each one
-- with the plan: the rows that match must be as many.
-- :param old_backend_host text  host@backend
-- :param new_backend_host text  host@backend
-- :param new_service_uuid text  uuid of the new owner
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
-- :writes volumes :rows many
UPDATE volumes FORCE INDEX (PRIMARY)
   SET host         = CONCAT(@new_backend_host, SUBSTRING(host, CHAR_LENGTH(@old_backend_host) + 1))
     , service_uuid = @new_service_uuid
     , updated_at   = UTC_TIMESTAMP()
 WHERE id IN (@id_00, @id_01, @id_02, @id_03, @id_04, @id_05, @id_06, @id_07, @id_08, @id_09,
              @id_10, @id_11, @id_12, @id_13, @id_14, @id_15, @id_16, @id_17, @id_18, @id_19,
              @id_20, @id_21, @id_22, @id_23, @id_24, @id_25, @id_26, @id_27, @id_28, @id_29,
              @id_30, @id_31, @id_32, @id_33, @id_34, @id_35, @id_36, @id_37, @id_38, @id_39,
              @id_40, @id_41, @id_42, @id_43, @id_44, @id_45, @id_46, @id_47, @id_48, @id_49)
   AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY @old_backend_host
   AND cluster_name IS NULL
   AND deleted      = 0;
