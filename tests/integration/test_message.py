# SPDX-License-Identifier: Apache-2.0
"""Our cast beside those of nova-api itself, field by field, and through the packaged oslo.messaging and nova."""
import inspect
import json
import os
import warnings

import harness
from harness import C, FENCED, OK, rows

OFFICIAL = json.load(open(os.path.join(harness.ROOT, "tests", "data", "messages", "official.json")))
GO = FENCED + ["--yes", "--no-wait"]

# The only differences that may be; whatever else differs is a mistake of ours.
ONLY_OURS = {"expiration"}                                                  # nobody takes it when nobody watches any more
NEWER_ARGS = {"reimage_boot_volume", "target_state"}                        # newer than 1.12: an older conductor refuses them
LEFT_TO_NOVA = {"metadata", "system_metadata", "flavor", "old_flavor", "new_flavor", "info_cache", "security_groups", "services",
                "numa_topology", "pci_requests", "pci_devices", "device_metadata", "vcpu_model", "migration_context", "keypairs", "tags",
                "trusted_certs", "resources", "hidden", "ec2_ids", "fault", "compute_id"}  # loaded by the conductor
LEFT_OF_CONTEXT = {"domain", "domain_id", "domain_name", "system_scope", "user_domain", "project_domain", "user_domain_id", "project_domain_id",
                   "user_domain_name", "project_domain_name", "user_identity", "user", "tenant", "project",
                   "project_name", "user_name", "quota_class", "global_request_id",  # of keystone's token, which we have none of
                   "is_admin_project", "read_only", "resource_uuid", "show_deleted"}  # as from_dict() fills them
LEFT_OF_SPEC = {"requested_destination", "network_metadata", "requested_resources", "request_level_params", "requested_networks"}


def kind(value):
    if isinstance(value, dict):
        return value["nova_object.name"] if "nova_object.name" in value else "dict"
    return {type(None): "null", bool: "bool", int: "int", float: "float", str: "text", list: "list"}[type(value)]


def name_of(what):
    """A versioned object without its version."""
    return what.split(" ")[0]


class Message(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        # 'bfv' has its volumes on the dead backend: only the message counts here
        cls.casts = {mode: cls.cast(*words) for mode, words in {
            "any": ("image-active-0",), "dest": ("image-active-1", C), "force": ("image-stopped-0", C, "--force"),
            "bfv": ("volume-active-0", "--accept", "volume-owner-dead")}.items()}
        for database in ("nova", "nova_cell0"):   # only 2023.1 and later take it
            rows(database, "UPDATE services SET version = 66")
        cls.casts["stopped"] = cls.cast("image-error-0", "--target-state", "stopped")

    @classmethod
    def cast(cls, *words):
        conductor, tool = harness.Conductor(), harness.Tool()
        try:
            done = tool.run("instance", "evacuate", *words, *GO)
            assert done.code == OK, str(done)
            (cast,) = conductor.wait_for(1)
            return cast
        finally:
            conductor.close()

    def each(self):
        for release, modes in sorted(OFFICIAL.items()):
            for mode, official in sorted(modes.items()):
                self.which = "%s of nova %s" % (mode, release)   # for the sentence of a failure
                yield official, *self.casts[mode]

    def test_the_way_and_the_envelope(self):
        for official, message, ours in self.each():
            self.assertEqual(message.delivery_info["exchange"], official["exchange"])
            self.assertEqual(message.delivery_info["routing_key"], official["routing_key"])
            for name, value in official["properties"].items():
                if name != "headers":
                    self.assertEqual(getattr(message, name), value, name)
            self.assertFalse(message.properties.get("application_headers"))
            self.assertEqual(set(message.properties) - set(official["properties"]) - {"application_headers"}, ONLY_OURS, self.which)
            self.assertEqual(json.loads(message.body)["oslo.version"], official["envelope"])
            self.assertEqual(set(json.loads(message.body)), {"oslo.version", "oslo.message"})
            self.assertEqual((ours["method"], ours["namespace"]), (official["method"], official["namespace"]))
            self.assertLessEqual([int(n) for n in ours["version"].split(".")], [int(n) for n in official["version"].split(".")])
            self.assertRegex(ours["_unique_id"], "^[0-9a-f]{32}$")
            self.assertFalse({"_msg_id", "_reply_q", "_timeout"} & set(ours))

    def test_the_arguments(self):
        for official, _, ours in self.each():
            newer = set() if official["args"].get("target_state") == "text" else NEWER_ARGS
            self.assertEqual(set(official["args"]) - set(ours["args"]), newer & set(official["args"]))
            self.assertEqual(set(ours["args"]) - set(official["args"]), set())
            for name, value in ours["args"].items():
                if name == "new_pass":   # nobody asked for a password
                    self.assertIsNone(value)
                else:
                    self.assertEqual(kind(value), name_of(official["args"][name]), name)

    def test_the_context(self):
        for official, _, ours in self.each():
            context = {k: v for k, v in ours.items() if k.startswith("_context_")}
            theirs = set(official["context"])
            self.assertEqual({k[9:] for k in theirs - set(context)} - LEFT_OF_CONTEXT, set(), self.which)
            self.assertEqual(set(context) - theirs - {"_context_tenant", "_context_project"}, set())
            for name, value in context.items():
                if name == "_context_auth_token":
                    self.assertIsNone(value)
                elif value is not None and name in theirs and official["context"][name] != "null":
                    self.assertEqual(kind(value), official["context"][name], name)

    def test_the_instance(self):
        for official, _, ours in self.each():
            data = ours["args"]["instance"]["nova_object.data"]
            self.assertNotIn("nova_object.changes", ours["args"]["instance"])
            self.assertEqual(set(official["instance"]) - set(data) - LEFT_TO_NOVA, set(), self.which)
            self.assertEqual(set(data) - set(official["instance"]), set())
            for name, value in data.items():
                if value is not None and official["instance"][name] != "null":
                    self.assertEqual(kind(value), official["instance"][name], name)

    def test_the_request_spec(self):
        for official, _, ours in self.each():
            spec = ours["args"]["request_spec"]
            data = spec["nova_object.data"]
            self.assertNotIn("nova_object.changes", spec)
            self.assertEqual(set(official["request_spec"]) - set(data) - LEFT_OF_SPEC, set(), self.which)
            self.assertEqual(set(data) - set(official["request_spec"]), set())
            for name, value in data.items():
                if value is not None and official["request_spec"][name] != "null":
                    self.assertEqual(kind(value), name_of(official["request_spec"][name]), name)
        for mode in self.casts:
            data = self.casts[mode][1]["args"]["request_spec"]["nova_object.data"]
            self.assertEqual("requested_destination" in data, mode == "dest")

    def test_novas_own_conductor_would_read_it(self):
        warnings.simplefilter("ignore")
        from nova import context as nova_context
        from nova import objects
        from nova import rpc
        from nova.conductor import manager
        from nova.objects import base
        from oslo_messaging import _utils
        from oslo_messaging._drivers import amqp
        from oslo_messaging._drivers import common
        objects.register_all()
        serializer = rpc.RequestContextSerializer(base.NovaObjectSerializer())
        for mode, (message, inner) in sorted(self.casts.items()):
            with self.subTest(mode=mode):
                body = common.deserialize_msg(json.loads(message.body))
                unpacked = amqp.unpack_context(dict(body))
                context = serializer.deserialize_context(dict(unpacked.to_dict()))
                self.assertIsInstance(context, nova_context.RequestContext)
                self.assertTrue(context.is_admin)
                self.assertIsNone(context.auth_token)
                self.assertEqual(context.service_catalog[0]["type"], "image")
                args = {k: serializer.deserialize_entity(context, v) for k, v in body["args"].items()}
                if mode == "stopped":   # the nova that is here may be too old for it
                    self.assertEqual((body["version"], args.pop("target_state"), args.pop("reimage_boot_volume")), ("1.25", "stopped", False))
                else:
                    self.assertTrue(_utils.version_is_compatible(manager.ComputeTaskManager.target.version, body["version"]))
                inspect.signature(manager.ComputeTaskManager.rebuild_instance).bind(None, context, **args)
                instance, spec = args["instance"], args["request_spec"]
                self.assertIsInstance(instance, objects.Instance)
                self.assertEqual((instance.task_state, instance.deleted), ("rebuilding", False))
                self.assertEqual(instance.obj_what_changed(), set())
                for field, value in inner["args"]["instance"]["nova_object.data"].items():
                    if isinstance(value, (int, str)) and not field.endswith("_at"):
                        self.assertEqual(str(getattr(instance, field)), str(value), field)
                self.assertIsInstance(spec, objects.RequestSpec)
                self.assertEqual((spec.instance_uuid, spec.retry, spec.ignore_hosts), (instance.uuid, None, None))
                self.assertEqual(spec.flavor.memory_mb, instance.memory_mb)
                if mode == "dest":
                    self.assertEqual((spec.requested_destination.host, args["host"]), (C, None))
                self.assertEqual(args["host"], C if mode == "force" else None)


class Event(harness.TestCase):
    """The event that tells a compute of its port: the golden bytes (tests/unit/test_oslo.c has the program write them) through
    nova's own classes. No cloud is needed."""

    def test_novas_own_compute_would_obey_it(self):
        warnings.simplefilter("ignore")
        from nova import objects
        from nova import rpc
        from nova.compute import manager
        from nova.objects import base
        from oslo_messaging import _utils
        from oslo_messaging._drivers import amqp
        from oslo_messaging._drivers import common
        objects.register_all()
        serializer = rpc.RequestContextSerializer(base.NovaObjectSerializer())
        with open(os.path.join(harness.ROOT, "tests", "data", "cast", "event.json")) as golden:
            text = golden.read().replace("@TIME@", "2026-01-31T03:04:05.678901").replace("@UNIQUE@", "0" * 32)
        body = common.deserialize_msg(json.loads(text))
        unpacked = amqp.unpack_context(dict(body))
        context = serializer.deserialize_context(dict(unpacked.to_dict()))
        self.assertEqual((context.is_admin, context.user_id, context.project_id, context.auth_token, context.roles),
                         (True, None, None, None, ["admin"]))
        self.assertNotIn("namespace", body)
        # computes that serve 6.x serve 5.x beside it; up to 22 they serve nothing else
        served = [c.target.version for c in (manager.ComputeManager, getattr(manager, "_ComputeV5Proxy", None)) if c]
        self.assertTrue([v for v in served if _utils.version_is_compatible(v, body["version"])], served)
        args = {k: serializer.deserialize_entity(context, v) for k, v in body["args"].items()}
        inspect.signature(manager.ComputeManager.external_instance_event).bind(None, context, **args)
        (instance,), (event,) = args["instances"], args["events"]
        self.assertIsInstance(instance, objects.Instance)
        self.assertIsInstance(event, objects.InstanceExternalEvent)
        self.assertEqual((instance.vm_state, instance.task_state), ("active", "rebuild_spawning"))   # not loaded through a conductor
        self.assertEqual(event.key, "network-vif-plugged-0d7c2f5e-1a4b-4c43-9d0f-6a2c1b7e9f42")
        waiting = manager.InstanceEvents()
        wakes = waiting.prepare_for_instance_event(instance, event.name, event.tag)
        other = waiting.prepare_for_instance_event(instance, event.name, "another port")
        self.assertIs(waiting.pop_instance_event(instance, event), wakes)
        self.assertIsNone(waiting.pop_instance_event(instance, event))   # told twice: nobody waits any more
        self.assertFalse(other.ready())
