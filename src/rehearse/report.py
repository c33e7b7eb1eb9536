# SPDX-License-Identifier: Apache-2.0
"""What a rehearsal has to say: for people, for programs, for a monitoring system."""
import json
import os
import time

SCHEMA = "evac-rehearse/1"
RESULTS = {0: "ok", 1: "error", 2: "usage", 4: "not_found", 5: "refused", 6: "partial", 7: "drift", 8: "busy", 9: "unknown", 10: "unproved", 11: "config",
           12: "db_unreachable", 13: "bus_unreachable", 14: "timeout", 70: "bug", 130: "interrupted"}


def visible(text):
    """Names in a dump are anybody's: nothing of them reaches a terminal as an order to it."""
    return "".join(c if c.isprintable() else "\\x%02x" % ord(c) for c in str(text))


def duration(seconds):
    sign, seconds = "-" if seconds < 0 else "", abs(int(seconds))
    days, rest = divmod(seconds, 86400)
    return "%s%s%02d:%02d:%02d" % (sign, "%d d " % days if days else "", rest // 3600, rest // 60 % 60, rest % 60)


class Report:
    def __init__(self):
        self.began = time.time()
        self.dumps, self.masked, self.refused, self.without, self.hosts = [], {}, [], [], []
        self.apart, self.newest, self.shift, self.command, self.plan, self.error, self.to = "", None, 0, [], None, "", None
        self.code, self.really = 0, None

    def document(self):
        return {
            "schema": SCHEMA, "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began)), "seconds": round(time.time() - self.began, 1),
            "result": RESULTS.get(self.code, "error"), "exit_code": self.code, "error": self.error or None, "apart": self.apart or None,
            "dumps": [{"name": s.name, "kind": s.kind, "tables": s.tables, "rows": s.rows, "cut": s.cut or None, "notes": s.notes} for s in self.dumps],
            "without": self.without, "refused": self.refused, "masked": self.masked,
            "clock": {"newest_heartbeat": self.newest.replace(" ", "T").partition(".")[0] + "Z", "moved_s": self.shift} if self.newest else None,
            "hosts": self.hosts, "to": self.to, "command": self.command, "plan": self.plan,
            "really": self.really.document() if self.really else None}

    def head(self):
        """Lines for people, before the plan."""
        lines = ["rehearsal: evac-manage %s" % " ".join(map(visible, self.command)) if self.command else "rehearsal", ""]

        def say(name, text):
            lines.append("  %-9s %s" % (name, visible(text)))
        say("apart", self.apart or "not apart: the kernel gives no network of our own; every address of the dumps is replaced")
        for s in self.dumps:
            say("dump", "%s (%s): %d tables, %d rows%s" % (s.name, s.kind, s.tables, s.rows, "".join("; " + n for n in dict.fromkeys(s.notes))))
        for s in self.dumps:
            if s.cut:
                say("CUT", s.cut)
        for text in self.without:
            say("WITHOUT", text)
        for text in self.refused[:5]:
            say("REFUSED", text)
        if len(self.refused) > 5:
            say("REFUSED", "%d more rows or tables by the private server: -f json" % (len(self.refused) - 5))
        if self.masked:
            say("masked", "%d values of %d columns, before any server saw them" % (sum(self.masked.values()), len(self.masked)))
        if self.newest:
            say("clock", "%s UTC, the newest heartbeat, is now: each time is moved by %s" % (self.newest.partition(".")[0], duration(self.shift)))
        if self.hosts:
            say("dead", ", ".join(self.hosts) + ": without a heartbeat for an hour, and fenced")
            say("assumed", "queues are read where a service reports; nothing is known of APIs and storage")
        return lines + [""]

    def metrics(self):
        plan = self.plan or {}
        totals = plan.get("totals") or {}
        values = [("evac_rehearse_last_run_timestamp_seconds", "when the last rehearsal ended", {"": time.time()}),
                  ("evac_rehearse_seconds", "how long it took", {"": time.time() - self.began}),
                  ("evac_rehearse_exit_code", "its exit code, as evac-manage's", {"": self.code}),
                  ("evac_rehearse_dumps_cut", "dumps that ended too early", {"": sum(1 for s in self.dumps if s.cut)}),
                  ("evac_rehearse_instances", "instances of the host, by what the plan does with them",
                   {'{plan="evacuate"}': totals.get("instances", 0), '{plan="leave"}': totals.get("left_out", 0)})]
        if self.really:
            wrong = sum(1 for i in self.really.instances if i.differs)
            values += [("evac_rehearse_really_done", "1: nova of our own was started, and the host rescued", {"": int(not self.really.why)}),
                       ("evac_rehearse_really_seconds", "how long that rescue took", {"": self.really.took_s or 0}),
                       ("evac_rehearse_really_instances", "instances of the host, by whether what was predicted happened",
                        {'{as_predicted="yes"}': len(self.really.instances) - wrong, '{as_predicted="no"}': wrong})]
        found = {}
        for f in plan.get("findings", []):
            key = '{code="%s",severity="%s"}' % (f["code"], f["severity"])
            found[key] = found.get(key, 0) + 1
        values.append(("evac_rehearse_findings", "findings of the plan", found))
        lines = []
        for name, about, series in values:
            lines += ["# HELP %s %s" % (name, about), "# TYPE %s gauge" % name] + ["%s%s %.0f" % (name, labels, v) for labels, v in sorted(series.items())]
        return "\n".join(lines) + "\n"

    def save(self, directory):
        name = "%s-%s.json" % (time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.began)), "-".join(self.hosts[:1]) or "nobody")
        path = os.path.join(directory, name.replace("/", "_"))
        replace(path, json.dumps(self.document(), indent=1) + "\n", 0o600)
        return path


def replace(path, text, mode):
    """Whole, or not at all."""
    part = "%s.%d" % (path, os.getpid())
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.rename(part, path)
