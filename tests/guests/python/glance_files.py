#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stand-in for glance that gives what a guest boots: a disk, its kernel and its initrd. As the sandbox's (glance_server.py), with files.

usage: glance_files.py PORT LOGFILE CONF DIRECTORY     (CONF: a [keystone_authtoken]; DIRECTORY: disk.raw, vmlinuz, initrd.gz)
"""
import hashlib
import os
import re
import sys

import stand_in
import tokens
from sandbox_api import IMAGE

PORT, DIRECTORY = int(sys.argv[1]), sys.argv[4]
VALIDATOR = tokens.Validator(stand_in.configuration(sys.argv[3])["keystone_authtoken"])
KERNEL, RAMDISK = IMAGE[:-4] + "aaaa", IMAGE[:-4] + "bbbb"
FILES = {IMAGE: ("disk.raw", "raw"), KERNEL: ("vmlinuz", "aki"), RAMDISK: ("initrd.gz", "ari")}
BOOT = {"kernel_id": KERNEL, "ramdisk_id": RAMDISK, "os_command_line": "console=ttyS0 quiet panic=1"}
DAY = "2024-01-01T00:00:00Z"


def inside(image_id):
    with open(os.path.join(DIRECTORY, FILES[image_id][0]), "rb") as f:
        return f.read()


SUMS = {image_id: (len(inside(image_id)), hashlib.md5(inside(image_id)).hexdigest()) for image_id in FILES}


def image(image_id):
    name, form = FILES[image_id]
    size, checksum = SUMS[image_id]
    return {"id": image_id, "name": name, "status": "active", "visibility": "public", "container_format": form if form != "raw" else "bare",
            "disk_format": form, "size": size, "min_ram": 0, "min_disk": 0, "protected": False, "checksum": checksum, "owner": "sandbox",
            "tags": [], "created_at": DAY, "updated_at": DAY, "file": "/v2/images/%s/file" % image_id, "self": "/v2/images/" + image_id,
            "schema": "/v2/schemas/image", "locations": [], "hw_disk_bus": "virtio", **(BOOT if image_id == IMAGE else {})}


def answer(request):
    path = request.path or "/"
    one = re.match(r"/v2/images/([0-9a-f-]{36})(/file)?$", path)
    if one and one.group(1) in FILES:
        if not one.group(2):
            return 200, image(one.group(1))
        code = VALIDATOR.check(request.headers.get("X-Auth-Token"))
        return code, inside(one.group(1)) if code == 200 else {"error": {"code": code, "message": "no token, or not a good one"}}
    if path == "/v2/images":
        return 200, {"images": [image(i) for i in FILES]}
    if path.startswith("/v2/schemas/image"):   # glanceclient takes only what the schema names as base properties
        return 200, {"name": "image", "additionalProperties": {"type": "string"},
                     "properties": {k: {} for k in image(KERNEL) if not k.startswith("hw_")}}
    if path in ("/", "/versions"):
        return 300, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [
            {"rel": "self", "href": "http://127.0.0.1:%d/v2/" % PORT}]}]}
    return stand_in.NOWHERE


stand_in.serve(PORT, sys.argv[2], answer)
