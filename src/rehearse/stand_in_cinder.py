# SPDX-License-Identifier: Apache-2.0
"""In the place of cinder-api and cinder-volume: attachments, as nova makes, updates, completes and deletes them.

What counts, each as in cinder 21 volume/api.py and volume/manager.py: an attachment of a volume in error is refused; one of a volume that another
instance has, too, where it is not multiattach; a connection is made by the cinder-volume of the volume's host, and without one that reports nova waits and
fails; the volume's state follows its attachments (db/sqlalchemy/api.py volume_attached, volume_detached).
"""
import json
import re
import threading
import uuid

VERSIONS = {"versions": [{"id": "v3.0", "status": "CURRENT", "version": "3.70", "min_version": "3.0", "updated": "2022-08-31T00:00:00Z", "links": []}]}
REPORTS = ("SELECT id FROM services WHERE deleted = 0 AND `binary` = 'cinder-volume' AND BINARY host = BINARY SUBSTRING_INDEX(%s, '#', 1)"
           " AND updated_at > UTC_TIMESTAMP() - INTERVAL 60 SECOND")
ROUND = threading.Lock()


def refused(code, text):
    return code, {"badRequest" if code == 400 else "computeFault": {"code": code, "message": text}}


class Cinder:
    def __init__(self, rows):
        self.rows = rows

    def answer(self, request):
        path = re.sub(r"^/v3/[^/]+", "", request.path)
        if request.path in ("", "/v3"):
            return 300 if not request.path else 200, VERSIONS
        with ROUND, self.rows() as db:
            volume = re.match(r"/volumes/([0-9a-f-]{36})(/action)?$", path)
            if volume:
                return self.volume(db, *volume.groups(), request)
            if path == "/attachments" and request.method == "POST":
                return self.reserve(db, request.json["attachment"])
            one = re.match(r"/attachments/([0-9a-f-]{36})(/action)?$", path)
            if one:
                return self.attachment(db, *one.groups(), request)
        return 404, {"itemNotFound": {"code": 404, "message": path}}

    def volume(self, db, id_, action, request):
        found = db("SELECT * FROM volumes WHERE deleted = 0 AND id = %s", id_)
        if not found:
            return 404, {"itemNotFound": {"code": 404, "message": "Volume %s could not be found." % id_}}
        v = found[0]
        if action:
            what = next(iter(request.json))
            return (200, {"connection_info": self.connection(v)}) if what == "os-initialize_connection" else (202, None)
        attachments = db("SELECT * FROM volume_attachment WHERE deleted = 0 AND volume_id = %s", id_)
        return 200, {"volume": {
            "id": id_, "status": v["status"], "size": v["size"], "availability_zone": v["availability_zone"], "created_at": str(v["created_at"]), "name": v["display_name"],
            "description": v["display_description"], "bootable": "true" if v["bootable"] else "false", "multiattach": bool(v["multiattach"]), "encrypted": bool(v["encryption_key_id"]),
            "volume_type": v["volume_type_id"], "snapshot_id": v["snapshot_id"], "metadata": {}, "shared_targets": False, "service_uuid": None,
            "attachments": [{"server_id": a["instance_uuid"], "attachment_id": a["id"], "device": a["mountpoint"], "host_name": a["attached_host"], "volume_id": id_}
                            for a in attachments if a["attach_status"] == "attached"]}}

    def reserve(self, db, wanted):
        volume = db("SELECT * FROM volumes WHERE deleted = 0 AND id = %s", wanted["volume_uuid"])
        if not volume:
            return 404, {"itemNotFound": {"code": 404, "message": "Volume %s could not be found." % wanted["volume_uuid"]}}
        if "error" in volume[0]["status"]:
            return refused(400, "Volume attachments can not be created if the volume is in an error state.")
        same = db("SELECT id FROM volume_attachment WHERE deleted = 0 AND volume_id = %s AND instance_uuid = %s", volume[0]["id"], wanted["instance_uuid"])
        free = ("available", "downloading") + (("in-use",) if volume[0]["multiattach"] else ())
        if volume[0]["status"] not in free and not (volume[0]["status"] in ("in-use", "reserved") and same):
            return refused(400, "Volume %s status must be available to reserve, but the current status is %s." % (volume[0]["id"], volume[0]["status"]))
        new = str(uuid.uuid4())
        db("INSERT INTO volume_attachment (id, volume_id, instance_uuid, attach_status, attach_mode, created_at, updated_at, deleted)"
           " VALUES (%s, %s, %s, 'reserved', 'null', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0)", new, volume[0]["id"], wanted["instance_uuid"])
        if volume[0]["status"] in free:
            db("UPDATE volumes SET status = 'reserved' WHERE id = %s", volume[0]["id"])
        if wanted.get("connector"):
            return self.connect(db, new, volume[0], wanted["connector"])
        return 200, {"attachment": self.shown(db, new)}

    def attachment(self, db, id_, action, request):
        found = db("SELECT v.* FROM volume_attachment AS a JOIN volumes AS v ON v.id = a.volume_id WHERE a.deleted = 0 AND a.id = %s", id_)
        if not found:
            return 404, {"itemNotFound": {"code": 404, "message": "VolumeAttachment %s could not be found." % id_}}
        if request.method == "PUT":
            return self.connect(db, id_, found[0], request.json["attachment"]["connector"])
        if request.method == "DELETE":
            return self.delete(db, id_, found[0])
        if action:
            db("UPDATE volume_attachment SET attach_status = 'attached' WHERE id = %s", id_)
            db("UPDATE volumes SET status = 'in-use', attach_status = 'attached' WHERE id = %s", found[0]["id"])
            return 204, None
        return 200, {"attachment": self.shown(db, id_)}

    def connect(self, db, id_, volume, connector):
        if not db(REPORTS, volume["host"]):
            return refused(500, "no cinder-volume reports as the owner of volume %s: '%s'" % (volume["id"], volume["host"]))
        db("UPDATE volume_attachment SET attached_host = %s, mountpoint = %s, attach_mode = %s, attach_status = 'attaching', attach_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(),"
           " connector = %s WHERE id = %s", connector.get("host", ""), connector.get("mountpoint", "na"), connector.get("mode", "rw"), json.dumps({"host": connector.get("host")}), id_)
        return 200, {"attachment": {**self.shown(db, id_), "connection_info": self.connection(volume)}}

    def delete(self, db, id_, volume):
        db("UPDATE volume_attachment SET attach_status = 'detached', detach_time = UTC_TIMESTAMP(), deleted_at = UTC_TIMESTAMP(), deleted = 1 WHERE id = %s", id_)
        left = [a["attach_status"] for a in db("SELECT attach_status FROM volume_attachment WHERE deleted = 0 AND volume_id = %s", volume["id"])]
        status = "in-use" if "attached" in left else "attaching" if "attaching" in left else "reserved" if left else "available"
        db("UPDATE volumes SET status = %s, attach_status = %s WHERE id = %s", status, "attached" if "attached" in left else "detached", volume["id"])
        return 200, {"attachments": [self.shown(db, a["id"]) for a in db("SELECT id FROM volume_attachment WHERE deleted = 0 AND volume_id = %s", volume["id"])]}

    @staticmethod
    def connection(volume):
        return {"driver_volume_type": "local", "data": {"volume_id": volume["id"], "device_path": "/nowhere/" + volume["id"]}}

    @staticmethod
    def shown(db, id_):
        a = db("SELECT * FROM volume_attachment WHERE id = %s", id_)[0]
        return {"id": id_, "volume_id": a["volume_id"], "instance": a["instance_uuid"], "status": a["attach_status"], "attach_mode": a["attach_mode"],
                "attached_at": str(a["attach_time"] or ""), "detached_at": str(a["detach_time"] or ""), "connection_info": {}}
