-- Whatever the program's own sessions (user nova) write, seen by the rows: what it may not, and what it may not any more. Rolled back
-- with its transaction. world.fresh: whom others have changed since the command that runs was begun (an
-- instance's uuid, or the schema of a service). A statement a line.
CREATE TABLE world.wrong (what VARCHAR(250)) ENGINE=InnoDB
CREATE TABLE world.fresh (uuid VARCHAR(36)) ENGINE=InnoDB
CREATE TABLE world.another AS SELECT * FROM cinder.volumes WHERE display_name = 'spare-ceph-0' AND deleted = 0
UPDATE world.another SET id = '0a0a0a0a-0000-4000-8000-000000000001', display_name = 'late-ceph-0', _name_id = NULL
CREATE TRIGGER nova.seen_instances BEFORE UPDATE ON nova.instances FOR EACH ROW BEGIN IF USER() LIKE 'nova@%' AND NOT (NEW.host <=> OLD.host AND NEW.node <=> OLD.node AND NEW.vm_state <=> OLD.vm_state) THEN INSERT INTO world.wrong VALUES (CONCAT('host or state of ', OLD.display_name, ' is written')); END IF; IF USER() LIKE 'nova@%' AND NEW.task_state = 'rebuilding' AND OLD.uuid IN (SELECT f.uuid FROM world.fresh f) THEN INSERT INTO world.wrong VALUES (CONCAT(OLD.display_name, ' is claimed, which is ''', OLD.task_state, '''')); END IF; END
CREATE TRIGGER nova.seen_services BEFORE UPDATE ON nova.services FOR EACH ROW IF USER() LIKE 'nova@%' AND OLD.disabled_reason LIKE 'Bob%' AND 'nova' IN (SELECT f.uuid FROM world.fresh f) AND NOT (NEW.disabled_reason <=> OLD.disabled_reason) THEN INSERT INTO world.wrong VALUES ('Bob''s reason on a service of nova is written over'); END IF
CREATE TRIGGER cinder.seen_services BEFORE UPDATE ON cinder.services FOR EACH ROW IF USER() LIKE 'nova@%' AND OLD.disabled_reason LIKE 'Bob%' AND 'cinder' IN (SELECT f.uuid FROM world.fresh f) AND NOT (NEW.disabled_reason <=> OLD.disabled_reason) THEN INSERT INTO world.wrong VALUES ('Bob''s reason on a service of cinder is written over'); END IF
CREATE TRIGGER cinder.seen_volumes BEFORE UPDATE ON cinder.volumes FOR EACH ROW IF USER() LIKE 'nova@%' AND OLD.host LIKE '%@ceph#others' THEN INSERT INTO world.wrong VALUES ('a volume that others have moved is moved again'); END IF
CREATE TRIGGER cinder.seen_backups BEFORE UPDATE ON cinder.backups FOR EACH ROW IF USER() LIKE 'nova@%' AND OLD.host = 'sh03-others' THEN INSERT INTO world.wrong VALUES ('a backup that others have moved is moved again'); END IF
