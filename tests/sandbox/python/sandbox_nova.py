"""What the sandbox's nova needs beside Debian's package; found through PYTHONPATH."""
import os

import webob.dec
from oslo_middleware import request_id

import nova.conf
from nova import context
from nova.virt import fake

CONF = nova.conf.CONF


class ForgetfulDriver(fake.FakeDriver):
    """nova's fake hypervisor, which keeps its guests in memory, with a way to make it forget them: touch a file.

    Without that, an instance could be evacuated to the same host only once in the life of the process.
    """

    _guests = {}
    _forgot_at = None

    @property
    def instances(self):
        try:
            mark = os.stat(os.path.join(os.path.dirname(CONF.state_path), "forget")).st_mtime_ns
        except FileNotFoundError:
            mark = 0
        if mark != self._forgot_at:
            self._guests, self._forgot_at = {}, mark
        return self._guests

    @instances.setter
    def instances(self, guests):
        self._guests = guests


def _catalog(project):
    def entry(kind, name, url):
        return {"type": kind, "name": name, "endpoints": [
            {"region": "RegionOne", "publicURL": url, "internalURL": url, "adminURL": url}]}
    stub = "http://127.0.0.1:" + os.environ["SANDBOX_STUB_PORT"]
    cinder = "http://127.0.0.1:" + os.environ["SANDBOX_CINDER_PORT"]
    return [entry("image", "glance", stub + "/glance"), entry("network", "neutron", stub + "/neutron"),
            entry("volumev3", "cinderv3", cinder + "/v3/" + project)]


def __getattr__(name):
    # the base class lives in nova's api code, which a nova-compute need not load
    if name != "SandboxAuth":
        raise AttributeError(name)
    from nova.api import wsgi as base
    from nova.api.openstack import wsgi

    class SandboxAuth(base.Middleware):
        """The context that keystonemiddleware would give; X-Auth-Token is "user:project".

        nova's own noauth2 gives a context without a token, with which every call to glance fails.
        """

        @webob.dec.wsgify(RequestClass=wsgi.Request)
        def __call__(self, req):
            user, _, project = req.headers.get("X-Auth-Token", "").partition(":")
            if not project:
                return webob.exc.HTTPUnauthorized()
            req.environ["nova.context"] = context.RequestContext(
                user_id="5e5e5e5e5e5e4e5e5e5e5e5e5e5e5e5e", user_name=user, project_id=project,
                project_name="sandbox", user_domain_id="default", project_domain_id="default",
                roles=["admin", "member", "reader"], auth_token="sandbox-user-token",
                service_catalog=_catalog(project), remote_address=req.remote_addr,
                request_id=req.environ.get(request_id.ENV_REQUEST_ID))
            return self.application
    return SandboxAuth
