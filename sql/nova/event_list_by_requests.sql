-- What conductor and computes have recorded under fifty requests, as event_list_by_request has it of one. Fewer are asked for with an id
-- more than once.
-- :param request_id_00 text
-- :param request_id_01 text
-- :param request_id_02 text
-- :param request_id_03 text
-- :param request_id_04 text
-- :param request_id_05 text
-- :param request_id_06 text
-- :param request_id_07 text
-- :param request_id_08 text
-- :param request_id_09 text
-- :param request_id_10 text
-- :param request_id_11 text
-- :param request_id_12 text
-- :param request_id_13 text
-- :param request_id_14 text
-- :param request_id_15 text
-- :param request_id_16 text
-- :param request_id_17 text
-- :param request_id_18 text
-- :param request_id_19 text
-- :param request_id_20 text
-- :param request_id_21 text
-- :param request_id_22 text
-- :param request_id_23 text
-- :param request_id_24 text
-- :param request_id_25 text
-- :param request_id_26 text
-- :param request_id_27 text
-- :param request_id_28 text
-- :param request_id_29 text
-- :param request_id_30 text
-- :param request_id_31 text
-- :param request_id_32 text
-- :param request_id_33 text
-- :param request_id_34 text
-- :param request_id_35 text
-- :param request_id_36 text
-- :param request_id_37 text
-- :param request_id_38 text
-- :param request_id_39 text
-- :param request_id_40 text
-- :param request_id_41 text
-- :param request_id_42 text
-- :param request_id_43 text
-- :param request_id_44 text
-- :param request_id_45 text
-- :param request_id_46 text
-- :param request_id_47 text
-- :param request_id_48 text
-- :param request_id_49 text
-- :reads instance_actions instance_actions_events :rows many
SELECT a.request_id
     , e.event
     , e.result
     , e.host
     , e.details
     , e.traceback
  FROM instance_actions        AS a                           -- nova marks no action deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions_events AS e ON e.action_id = a.id     -- and no event deleted
 WHERE a.request_id IN (@request_id_00, @request_id_01, @request_id_02, @request_id_03, @request_id_04, @request_id_05, @request_id_06, @request_id_07, @request_id_08, @request_id_09,
                        @request_id_10, @request_id_11, @request_id_12, @request_id_13, @request_id_14, @request_id_15, @request_id_16, @request_id_17, @request_id_18, @request_id_19,
                        @request_id_20, @request_id_21, @request_id_22, @request_id_23, @request_id_24, @request_id_25, @request_id_26, @request_id_27, @request_id_28, @request_id_29,
                        @request_id_30, @request_id_31, @request_id_32, @request_id_33, @request_id_34, @request_id_35, @request_id_36, @request_id_37, @request_id_38, @request_id_39,
                        @request_id_40, @request_id_41, @request_id_42, @request_id_43, @request_id_44, @request_id_45, @request_id_46, @request_id_47, @request_id_48, @request_id_49)
 ORDER BY a.request_id, e.id;
