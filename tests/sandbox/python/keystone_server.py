#!/usr/bin/python3
"""Stand-in for keystone: gives tokens for a name and a password, and says of a token whether it is good.

usage: keystone_server.py PORT LOGFILE KEYSTONE-CONF USERS LIFETIME
USERS: a file of JSON, {name: password}; LIFETIME: of a token, in seconds. The catalog is what keystone's own tables `service` and
`endpoint` say.
"""
import contextlib
import datetime
import hashlib
import json
import re
import sys
import urllib.parse

import pymysql

import stand_in
import tokens

PORT, LOG, CONF, LIFETIME = int(sys.argv[1]), sys.argv[2], stand_in.configuration(sys.argv[3]), float(sys.argv[5])
with open(sys.argv[4]) as f:
    USERS = json.load(f)
DOMAIN = {"id": "default", "name": "Default"}
URL = "http://127.0.0.1:%d/v3/" % PORT
VERSION = {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z", "links": [{"rel": "self", "href": URL}],
           "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]}


def refused(code, title, message):
    return code, {"error": {"code": code, "title": title, "message": message}}


def catalog(project):
    found = re.match(r"mysql\+pymysql://(.*?):(.*?)@(.*?):(\d+)/(\w+)", CONF["database"]["connection"]).groups()
    user, password, host, port, name = map(urllib.parse.unquote, found)
    # before 1.0 a connection of pymysql in "with" is its cursor
    with contextlib.closing(pymysql.connect(host=host, port=int(port), user=user, password=password, database=name,
                                            cursorclass=pymysql.cursors.DictCursor)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT s.id AS service, s.type, s.extra, e.id, e.interface, e.url, e.region_id FROM service AS s JOIN endpoint AS e"
                       " ON e.service_id = s.id WHERE s.enabled AND e.enabled ORDER BY s.type, e.interface")
        entries = {}
        for row in cursor.fetchall():
            entry = entries.setdefault(row["service"], {"id": row["service"], "type": row["type"], "endpoints": [],
                                                        "name": json.loads(row["extra"]).get("name", "")})
            entry["endpoints"].append({"id": row["id"], "interface": row["interface"], "region": row["region_id"], "region_id": row["region_id"],
                                       "url": re.sub(r"\$\((project|tenant)_id\)s", project, row["url"])})
        return list(entries.values())


def described(token):
    user, project, end = tokens.read(token)
    time = lambda t: datetime.datetime.utcfromtimestamp(t).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    roles = ["admin", "member", "reader"] + (["service"] if user in USERS else [])
    return {"token": {"methods": ["password"], "is_domain": False, "audit_ids": [token[-22:]], "catalog": catalog(project),
                      "user": {"id": hashlib.md5(user.encode()).hexdigest(), "name": user, "domain": DOMAIN, "password_expires_at": None},
                      "project": {"id": project, "name": "service", "domain": DOMAIN},
                      "roles": [{"id": hashlib.md5(r.encode()).hexdigest(), "name": r} for r in roles],
                      "issued_at": time(end - LIFETIME), "expires_at": time(end)}}


def give(request):
    try:
        auth = request.json["auth"]
        user = auth["identity"]["password"]["user"]
        name, password = user["name"], user["password"]
        auth["scope"]["project"]
    except (KeyError, ValueError):
        return refused(400, "Bad Request", "only the method password, with a scope of a project, is served here")
    if name not in USERS or USERS[name] != password:
        return refused(401, "Unauthorized", "The request you have made requires authentication.")
    token = tokens.make(name, CONF["sandbox"]["service_project_id"], LIFETIME)
    return 201, described(token), {"X-Subject-Token": token, "Vary": "X-Auth-Token"}


def answer(request):
    if request.path in ("", "/"):
        return 300, {"versions": {"values": [VERSION]}}
    if request.path == "/v3" and request.method in ("GET", "HEAD"):
        return 200, {"version": VERSION}
    if request.path != "/v3/auth/tokens":
        return stand_in.NOWHERE
    if request.method == "POST":
        return give(request)
    if not tokens.read(request.headers.get("X-Auth-Token") or ""):
        return refused(401, "Unauthorized", "The request you have made requires authentication.")
    subject = request.headers.get("X-Subject-Token") or ""
    if not tokens.read(subject):
        return refused(404, "Not Found", "Could not find token.")
    return 200, described(subject), {"X-Subject-Token": subject}


stand_in.serve(PORT, LOG, answer)
