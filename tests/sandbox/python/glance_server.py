#!/usr/bin/python3
"""Stand-in for glance: one image, the minimum that nova and cinder ask of it. What is in an image it gives for a good token alone.

usage: glance_server.py PORT LOGFILE CONF     (LOGFILE: one JSON line for every request; CONF: a [keystone_authtoken])
"""
import hashlib
import re
import sys

import stand_in
import tokens

PORT = int(sys.argv[1])
VALIDATOR = tokens.Validator(stand_in.configuration(sys.argv[3])["keystone_authtoken"])
IMAGE_ID = "11111111-2222-4333-8444-555555555555"
INSIDE = b"a disk of the sandbox"    # glanceclient compares its checksum
DAY = "2024-01-01T00:00:00Z"


def image(image_id):
    return {"id": image_id, "name": "sandbox-image", "status": "active", "visibility": "public",
            "container_format": "bare", "disk_format": "raw", "size": 1048576, "min_ram": 0, "min_disk": 0,
            "protected": False, "checksum": hashlib.md5(INSIDE).hexdigest(), "owner": "sandbox", "tags": [], "created_at": DAY,
            "updated_at": DAY, "file": "/v2/images/%s/file" % image_id, "self": "/v2/images/" + image_id,
            "schema": "/v2/schemas/image", "locations": [], "hw_disk_bus": "virtio"}


def answer(request):
    path = request.path or "/"
    one = re.match(r"/v2/images/([0-9a-f-]{36})(/file)?$", path)
    if one and one.group(2):
        code = VALIDATOR.check(request.headers.get("X-Auth-Token"))
        return code, INSIDE if code == 200 else {"error": {"code": code, "message": "no token, or not a good one"}}
    if one:
        return 200, image(one.group(1))
    if path == "/v2/images":
        return 200, {"images": [image(IMAGE_ID)]}
    if path.startswith("/v2/schemas/image"):   # glanceclient takes only what the schema names as base properties
        return 200, {"name": "image", "additionalProperties": {"type": "string"},
                     "properties": {k: {} for k in image(IMAGE_ID) if not k.startswith("hw_")}}
    if path in ("/", "/versions"):
        return 300, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [
            {"rel": "self", "href": "http://127.0.0.1:%d/v2/" % PORT}]}]}
    return stand_in.NOWHERE


stand_in.serve(PORT, sys.argv[2], answer)
