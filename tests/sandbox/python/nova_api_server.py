"""nova-api where nova has no program of that name any more, only a WSGI application (since 33).

OS_NOVA_CONFIG_DIR and OS_NOVA_CONFIG_FILES name its paste pipeline, SANDBOX_NOVA_PORT its port.
"""
import os


def main():
    from nova.wsgi import osapi_compute      # reads sys.argv, too
    import wsgi_server
    wsgi_server.serve(int(os.environ["SANDBOX_NOVA_PORT"]), osapi_compute.application)
