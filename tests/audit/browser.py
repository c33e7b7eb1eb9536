# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium by its DevTools protocol, over a pair of pipes: no port, no name to look up, no driver beside it."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    PATIENCE = 120

    def __init__(self, width, height):
        self.profile = tempfile.mkdtemp(prefix="evac-manage-chromium.")
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()

        def pipes():     # the browser reads commands from 3 and writes answers to 4
            a, b = os.dup(read_commands), os.dup(write_answers)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
             "--user-data-dir=" + self.profile, "--window-size=%d,%d" % (width, height), "about:blank"],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_commands)
        os.close(write_answers)
        self.rest, self.number, self.session, self.said, self.loaded = b"", 0, None, [], False
        target = next(t for t in self.cdp("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.cdp("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.cdp(domain + ".enable")
        if width < 500:
            self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)
            self.cdp("Emulation.setTouchEmulationEnabled", enabled=True)

    def _message(self, until):
        while b"\0" not in self.rest:
            if not select.select([self.answers], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise EOFError("Chromium is gone")
            self.rest += piece
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def _hear(self, message):
        """What was not asked for."""
        method, params = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        if method == "Runtime.exceptionThrown" or (method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning")) or (
                method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert")):
            self.said.append(params)

    def cdp(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.PATIENCE
        while True:
            answer = self._message(until)
            if answer.get("id") != self.number:
                self._hear(answer)
                continue
            if "error" in answer:
                raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
            return answer["result"]

    def open(self, path):
        self.loaded = False
        self.cdp("Page.navigate", url="file://" + path)
        until = time.monotonic() + self.PATIENCE
        while not self.loaded:
            self._hear(self._message(until))

    def js(self, script):
        """The value of a function's body, or of the promise that it returns."""
        answer = self.cdp("Runtime.evaluate", expression="(() => {%s})()" % script, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def click(self, selector):
        """As a mouse does it: what lies under something else, or is not shown, cannot be clicked. A button that comes with what was
        clicked before may take a moment."""
        until = time.monotonic() + self.PATIENCE
        while self.js("return document.querySelector(%s) === null" % json.dumps(selector)) and time.monotonic() < until:
            time.sleep(0.05)
        x, y = self.js("""const e = document.querySelector(%s);
            e.scrollIntoView({ block: "center", inline: "center" });
            const r = e.getBoundingClientRect(), x = r.x + Math.min(r.width / 2, 20), y = r.y + r.height / 2, there = document.elementFromPoint(x, y);
            if (!there || !(e === there || e.contains(there))) throw new Error("cannot be clicked: " + there);
            return [x, y];""" % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.cdp("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, selector, text):
        self.js("const e = document.querySelector(%s); e.focus(); e.select()" % json.dumps(selector))
        self.cdp("Input.insertText", text=text)

    def shot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"]))

    def complaints(self):
        self.js("return 0")     # what was said before this is heard by now
        return self.said

    def close(self):
        try:
            self.cdp("Browser.close")
            self.process.wait(20)
        except (OSError, EOFError, TimeoutError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.profile, ignore_errors=True)
