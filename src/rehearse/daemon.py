# SPDX-License-Identifier: Apache-2.0
"""Nova's and placement's own programs in a rehearsal, started by nova's Python.

usage: daemon.py version                        what is installed, as JSON
       daemon.py SETTINGS conductor|scheduler   one of nova's
       daemon.py SETTINGS computes              a nova-compute for each host of the settings, in one process
       daemon.py SETTINGS placement             placement's WSGI application
SETTINGS: a file of JSON, written by control.py. Each service of nova leaves a file in its directory "up" when it has started.
"""
import importlib
import json
import os
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NODES = ("SELECT hypervisor_hostname, uuid, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used, local_gb_used, hypervisor_type, hypervisor_version, cpu_info,"
         " disk_available_least, numa_topology, supported_instances FROM compute_nodes WHERE deleted = 0 AND BINARY host = %s")
GUESTS = "SELECT uuid, CONCAT('guest-', id) AS name FROM instances WHERE deleted = 0 AND BINARY host = %s"


def at_home():
    """Nova asks the kernel for its own address, by a way to 8.8.8.8 (oslo_utils netutils.get_my_ipv4), before it reads a configuration that has one."""
    importlib.import_module("oslo_utils.netutils").get_my_ipv4 = lambda: "127.0.0.1"


def version():
    from nova import version as of_nova
    from nova.objects import service
    import placement
    print(json.dumps({"nova": of_nova.version_string(), "service": service.SERVICE_VERSION, "placement": os.path.dirname(placement.__file__)}))


def rows(settings, statement, *args):
    import pymysql
    connection = pymysql.connect(unix_socket=settings["socket"], user=settings["user"], database=settings["cell"], cursorclass=pymysql.cursors.DictCursor)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall()
    finally:
        connection.close()


def say_when_started(settings):
    from nova import service
    start = service.Service.start

    def started(self):
        start(self)
        with open(os.path.join(settings["up"], "%s.%s" % (self.binary, self.host.replace("/", "_"))), "w"):
            pass
    service.Service.start = started
    importlib.import_module("nova.servicegroup.api").INITIAL_REPORTING_DELAY = 0
    return service


def listens(port):
    """Not by connect_ex(): that of eventlet 0.26 (nova 22 in Debian 11) gives None where it means 0."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def wait_for(settings):
    """The broker and placement: who comes before them loses seconds in retries, or ends. What is slow, the import, is done by then."""
    for name in ("broker", "placement"):
        while not listens(settings["ports"][name]):
            time.sleep(0.2)


def one(settings, name):
    sys.argv = ["nova-" + name, "--config-file", settings["nova_conf"], "--config-file", settings["database_conf"], "--log-file", settings["log"] % ("nova-" + name)]
    program = importlib.import_module("nova.cmd." + name)
    say_when_started(settings)
    importlib.import_module("nova.%s.manager" % name)
    wait_for(settings)
    return program.main()


def identity(settings):
    """Since 28 a nova-compute whose service is not new does not start without a file that says who it is (compute/manager.py _ensure_existing_node_identity).
    Which nodes it has the driver says."""
    with open(os.path.join(settings["state"], "compute_id"), "w") as f:
        f.write(sys.modules["nova.virt.fake_host"].HOSTS[settings["hosts"][0]]["nodes"][0]["uuid"])


def computes(settings):
    sys.argv = ["nova-compute", "--config-file", settings["nova_conf"], "--config-file", settings["compute_conf"], "--log-file", settings["log"] % "nova-compute"]
    program = importlib.import_module("nova.cmd.compute")       # it patches what it finds: nothing of nova's may come before it
    service = say_when_started(settings)
    fake_host = sys.modules["nova.virt.fake_host"] = importlib.import_module("fake_host")
    fake_host.PLUGS = settings["plugs"]
    for host in settings["hosts"]:
        fake_host.HOSTS[host] = {"nodes": rows(settings, NODES, host), "instances": [(r["uuid"], r["name"]) for r in rows(settings, GUESTS, host)]}
    identity(settings)
    serve, create, words = service.serve, service.Service.create, {}

    def first(**given):
        words.update(given)
        return create(**given)

    def serve_all(*args, **more):
        for host in settings["hosts"][1:]:
            create(host=host, **words).start()
        return serve(*args, **more)         # where nova runs on threads it comes back at the end only
    service.serve, service.Service.create = serve_all, first
    importlib.import_module("nova.compute.manager")
    wait_for(settings)
    return program.main()


def placement(settings):
    from socketserver import TCPServer, ThreadingMixIn
    from wsgiref import simple_server
    os.environ["OS_PLACEMENT_CONFIG_DIR"] = os.path.dirname(settings["placement_conf"])
    sys.argv = ["placement-api"]
    from placement import wsgi

    class Handler(simple_server.WSGIRequestHandler):
        def address_string(self):
            return "127.0.0.1"

        def log_message(self, *args):
            pass

    class Server(ThreadingMixIn, simple_server.WSGIServer):
        daemon_threads, request_queue_size = True, 64

        def server_bind(self):
            TCPServer.server_bind(self)      # the parent asks the resolver for our name
            self.server_name, self.server_port = self.server_address
            self.setup_environ()
    application = wsgi.init_application()

    def trusted(environ, start_response):
        """noauth2 takes the token's text for the user's name."""
        if "HTTP_X_AUTH_TOKEN" in environ:
            environ["HTTP_X_AUTH_TOKEN"] = "admin"
        return application(environ, start_response)
    server = Server(("127.0.0.1", settings["ports"]["placement"]), Handler)
    server.set_app(trusted)
    server.serve_forever()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    at_home()
    if sys.argv[1] == "version":
        version()
    else:
        with open(sys.argv[1]) as f:
            what, given = sys.argv[2], json.load(f)
        sys.exit(computes(given) if what == "computes" else placement(given) if what == "placement" else one(given, what))
