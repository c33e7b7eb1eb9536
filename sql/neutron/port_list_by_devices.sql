-- The ports of fifty instances, each with the binding in force. Fewer are asked for with a uuid more than once.
-- :param device_id_00 text
-- :param device_id_01 text
-- :param device_id_02 text
-- :param device_id_03 text
-- :param device_id_04 text
-- :param device_id_05 text
-- :param device_id_06 text
-- :param device_id_07 text
-- :param device_id_08 text
-- :param device_id_09 text
-- :param device_id_10 text
-- :param device_id_11 text
-- :param device_id_12 text
-- :param device_id_13 text
-- :param device_id_14 text
-- :param device_id_15 text
-- :param device_id_16 text
-- :param device_id_17 text
-- :param device_id_18 text
-- :param device_id_19 text
-- :param device_id_20 text
-- :param device_id_21 text
-- :param device_id_22 text
-- :param device_id_23 text
-- :param device_id_24 text
-- :param device_id_25 text
-- :param device_id_26 text
-- :param device_id_27 text
-- :param device_id_28 text
-- :param device_id_29 text
-- :param device_id_30 text
-- :param device_id_31 text
-- :param device_id_32 text
-- :param device_id_33 text
-- :param device_id_34 text
-- :param device_id_35 text
-- :param device_id_36 text
-- :param device_id_37 text
-- :param device_id_38 text
-- :param device_id_39 text
-- :param device_id_40 text
-- :param device_id_41 text
-- :param device_id_42 text
-- :param device_id_43 text
-- :param device_id_44 text
-- :param device_id_45 text
-- :param device_id_46 text
-- :param device_id_47 text
-- :param device_id_48 text
-- :param device_id_49 text
-- :reads ports ml2_port_bindings :rows many
SELECT p.id
     , p.device_id
     , p.device_owner
     , p.status
     , p.admin_state_up
     , b.host
     , b.vif_type
     , b.vnic_type
  FROM ports                  AS p
  LEFT JOIN ml2_port_bindings AS b ON b.port_id = CONVERT(p.id USING ascii) AND b.status = 'ACTIVE'
 WHERE p.device_id IN (@device_id_00, @device_id_01, @device_id_02, @device_id_03, @device_id_04, @device_id_05, @device_id_06, @device_id_07, @device_id_08, @device_id_09,
                       @device_id_10, @device_id_11, @device_id_12, @device_id_13, @device_id_14, @device_id_15, @device_id_16, @device_id_17, @device_id_18, @device_id_19,
                       @device_id_20, @device_id_21, @device_id_22, @device_id_23, @device_id_24, @device_id_25, @device_id_26, @device_id_27, @device_id_28, @device_id_29,
                       @device_id_30, @device_id_31, @device_id_32, @device_id_33, @device_id_34, @device_id_35, @device_id_36, @device_id_37, @device_id_38, @device_id_39,
                       @device_id_40, @device_id_41, @device_id_42, @device_id_43, @device_id_44, @device_id_45, @device_id_46, @device_id_47, @device_id_48, @device_id_49)
 ORDER BY p.device_id, p.id;
