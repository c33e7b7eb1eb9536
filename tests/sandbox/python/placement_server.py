#!/usr/bin/python3
"""Placement's own WSGI application.

usage: placement_server.py PORT CONF     (CONF: for keystone; OS_PLACEMENT_CONFIG_DIR names the directory of placement.conf)
"""
import sys

PORT, CONF = int(sys.argv.pop(1)), sys.argv.pop(1)   # placement parses sys.argv too

from placement import wsgi    # noqa: E402

import stand_in               # noqa: E402
import tokens                 # noqa: E402
import wsgi_server            # noqa: E402

VALIDATOR = tokens.Validator(stand_in.configuration(CONF)["keystone_authtoken"])
SAID = {401: "401 Unauthorized", 503: "503 Service Unavailable"}


def checked(app):
    """In the place of keystonemiddleware: who has a token of keystone is an administrator. The root tells its versions to all."""
    def check(environ, start_response):
        code = 200 if environ["PATH_INFO"] in ("", "/") else VALIDATOR.check(environ.get("HTTP_X_AUTH_TOKEN"))
        if code != 200:
            start_response(SAID[code], [("Content-Type", "application/json")])
            return [b"{}"]
        environ["HTTP_X_AUTH_TOKEN"] = "admin"
        return app(environ, start_response)
    return check


wsgi_server.serve(PORT, checked(wsgi.init_application()))
