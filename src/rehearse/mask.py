# SPDX-License-Identifier: Apache-2.0
"""What of a dump is loaded, and what of it is replaced before any server sees it.

Both are lists of what may stay: a table that is not in TABLES is not loaded; of JSON that can hold a key only the members named
here stay. What has been replaced is counted, by table and column.
"""
import json
import re
from collections import Counter

# rows of these tables are loaded, whichever database they are in: what evac-manage reads, and what nova needs of it to evacuate
TABLES = frozenset("""
aggregate_hosts aggregate_metadata aggregates cell_mappings flavor_extra_specs flavor_projects flavors host_mappings instance_group_member
instance_group_policy instance_groups instance_mappings key_pairs project_user_quotas quota_classes quota_usages quotas request_specs
block_device_mapping compute_nodes instance_actions instance_actions_events instance_extra instance_id_mappings instance_info_caches
instance_metadata instance_system_metadata instances migrations pci_devices services share_mapping tags virtual_interfaces volume_id_mappings
allocations consumer_types consumers inventories placement_aggregates projects resource_classes resource_provider_aggregates
resource_provider_traits resource_providers traits users
attachment_specs backups cgsnapshots clusters consistencygroups default_volume_types encryption group_snapshots group_type_specs group_types
group_volume_type_mapping groups image_volume_cache_entries quality_of_service_specs reservations snapshot_metadata snapshots transfers
volume_admin_metadata volume_attachment volume_glance_metadata volume_metadata volume_type_extra_specs volume_type_projects volume_types
volumes workers
agents ipallocations ml2_distributed_port_bindings ml2_port_binding_levels ml2_port_bindings networks networksegments portdnses
ports portsecuritybindings provisioningblocks segmenthostmappings standardattributes subnets subports trunks
alembic_version migrate_version
""".split())

# these are read, too, and their rows are the caller's own words, a guest's traceback, or nothing that a rescue needs: they are there, and empty.
# Behind the first two: what nova joins to an instance, and cleans up after one
EMPTY = frozenset("""
build_requests instance_faults
security_groups security_group_rules security_group_instance_association console_auth_tokens volume_usage_cache bw_usage_cache task_log
""".split())

# keys of an instance's metadata whose values the order of a rescue is made of (evac-manage.conf(5), [order]); other values are their owner's
ORDER_KEYS = frozenset((b"restart_priority", b"instanceha:restart_priority", b"restart_group", b"instanceha:restart_group", b"HA_Enabled", b"evacuable"))
NOWHERE = b"192.0.2.1"                    # RFC 5737: nobody's address
WORD = b"masked"

_escaped = re.compile(rb"\\(.)|''|\"\"", re.S)
_letters = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"b": b"\b"}
_special = re.compile(rb"[\\'\0\n\r\x1a]")
_escapes = {b"\\": b"\\\\", b"'": b"\\'", b"\0": b"\\0", b"\n": b"\\n", b"\r": b"\\r", b"\x1a": b"\\Z"}
_login = re.compile(rb"(\b[A-Za-z][A-Za-z0-9+.-]*:(?:\\?/){2})[^/\s@'\",\\]*:[^/\s@'\",\\]*@")
_address = re.compile(rb"\b(?!127\.)(?:\d{1,3}\.){3}\d{1,3}\b")
_secret_name = re.compile(rb"passw|secret|token|credential|private_key|auth_key|provider_auth|user_data|key_data|crypt_hash|psk", re.I)


def text_of(literal):
    """The bytes that a literal of SQL stands for; None for NULL and for what is no string."""
    literal = literal[8:] if literal.startswith(b"_binary ") else literal
    if literal[:1] in (b"'", b'"'):
        body = literal[1:-1]
        if b"\\" in body or b"''" in body or b'""' in body:
            body = _escaped.sub(lambda m: _letters.get(m[1], m[1]) if m[1] is not None else m[0][:1], body)
        return body
    return bytes.fromhex(literal[2:].decode()) if literal[:2] in (b"0x", b"0X") else None


def literal_of(text):
    return b"'" + _special.sub(lambda m: _escapes[m[0]], text) + b"'"


def _kept(document, form):
    """Of a document the members that the form names; its values are forms of the members, or True."""
    if form is True or not isinstance(document, dict):
        return document if form is True and not isinstance(document, (dict, list)) else None
    return {k: _kept(v, form[k]) for k, v in document.items() if k in form}


def only(form):
    def mask(text, _):
        try:
            return json.dumps(_kept(json.loads(text), form) or {}).encode()
        except ValueError:
            return b"{}"
    return mask


def keypairs(text, _):
    """nova's objects stay objects; a key becomes a word."""
    def walk(o):
        if isinstance(o, dict):
            return {k: WORD.decode() if k in ("public_key", "private_key", "fingerprint") and v else walk(v) for k, v in o.items()}
        return [walk(x) for x in o] if isinstance(o, list) else o
    try:
        return json.dumps(walk(json.loads(text))).encode()
    except ValueError:
        return None


def nothing(_text, _places):
    return None


def word(_text, _places):
    return WORD


def address(_text, _places):
    return NOWHERE


def addresses(text, _):
    return _address.sub(NOWHERE, text)


def broker(text, places):
    return text if text.startswith(b"none:") else places["broker"].encode()


def database(text, places):
    """The private server's, with the database that the cell's own URL names."""
    name = text.partition(b"?")[0].rpartition(b"/")[2]
    name = re.sub(rb"[^A-Za-z0-9_.$-]", b"_", name)
    return places["database"].encode() % name


CONNECTION = {"driver_volume_type": True, "serial": True, "volume_id": True, "instance": True, "multiattach": True,
              "data": {"volume_id": True, "name": True, "access_mode": True, "encrypted": True, "auth_enabled": True, "discard": True}}
CONNECTOR = {"host": True, "mode": True, "multipath": True, "os_type": True, "platform": True, "do_local_attach": True, "mountpoint": True, "instance": True}

# (table, column): what becomes of a text that is there; None is NULL. Sources: nova 26 db/main/models.py and db/api/models.py, cinder 21
# db/sqlalchemy/models.py, neutron 21 db/models
COLUMNS = {
    ("cell_mappings", "transport_url"): broker, ("cell_mappings", "database_connection"): database,
    ("key_pairs", "public_key"): word, ("key_pairs", "fingerprint"): word,
    ("instances", "user_data"): nothing, ("instances", "key_data"): nothing,
    ("instance_extra", "keypairs"): keypairs,
    ("block_device_mapping", "connection_info"): only(CONNECTION),
    ("instance_actions_events", "traceback"): nothing, ("instance_actions_events", "details"): nothing,
    ("compute_nodes", "host_ip"): address, ("migrations", "dest_host"): addresses,
    ("volumes", "provider_auth"): nothing, ("volumes", "provider_location"): nothing,
    ("snapshots", "provider_auth"): nothing,
    ("volume_attachment", "connection_info"): only(CONNECTION), ("volume_attachment", "connector"): only(CONNECTOR),
    ("attachment_specs", "value"): word,
    ("transfers", "salt"): word, ("transfers", "crypt_hash"): word,
    ("backups", "service_metadata"): nothing,
    ("volume_metadata", "value"): word, ("snapshot_metadata", "value"): word,
    ("agents", "configurations"): addresses,
}
# (table, column): as above, where the key in another column allows what is there
KEYED = {
    ("instance_metadata", "value"): (b"key", lambda key, keep: key in keep),
    ("instance_system_metadata", "value"): (b"key", lambda key, keep: not _secret_name.search(key)),
}


class Masks:
    """Of one run. places: the URLs of the private servers, "database" with one %s; keep: keys of metadata whose values stay, too."""

    def __init__(self, places, keep=()):
        self.places, self.keep = places, ORDER_KEYS | frozenset(k.encode() for k in keep)
        self.counts = Counter()

    def of_table(self, table, columns):
        """What row() needs: [(index, rule)], a rule being a function of the literal and its row."""
        rules = []
        for index, column in enumerate(columns):
            place = table, column
            if place in KEYED:
                other, allowed = KEYED[place]
                at = columns.index(other.decode()) if other.decode() in columns else None
                rules.append((index, self._keyed(place, at, allowed)))
            elif place in COLUMNS:
                rules.append((index, self._always(place, COLUMNS[place])))
            elif _secret_name.search(column.encode()):
                rules.append((index, self._always(place, word)))
        return rules

    def _always(self, place, rule):
        def mask(literal, _row):
            text = text_of(literal)
            if text is None or text == b"":
                return literal
            new = rule(text, self.places)
            if new != text:
                self.counts[".".join(place)] += 1
            return b"NULL" if new is None else literal_of(new)
        return mask

    def _keyed(self, place, at, allowed):
        def mask(literal, row):
            key = text_of(row[at]) if at is not None else None
            if text_of(literal) is None or (key is not None and allowed(key, self.keep)):
                return literal
            self.counts[".".join(place)] += 1
            return literal_of(WORD)
        return mask

    def logins(self, literal):
        """Whatever the column: a URL's name and password go."""
        if b"@" not in literal or b":" not in literal:
            return literal
        new, n = _login.subn(rb"\1masked:masked@", literal)
        self.counts["names and passwords in URLs"] += n
        return new
