# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium, as much of WebDriver as is needed."""
import base64
import json
import os
import socket
import subprocess
import time
import urllib.request


class Browser:
    def __init__(self, width, height):
        port = socket.socket()
        port.bind(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % port.getsockname()[1]
        port.close()
        self.driver = subprocess.Popen(["chromedriver", "--port=" + self.url.rsplit(":", 1)[1]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=%d,%d" % (width, height)]}
        if width < 500:
            options["mobileEmulation"] = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0, "touch": True}}
        for _ in range(50):
            try:
                made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
                    "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
                break
            except OSError:
                time.sleep(0.2)
        self.url += "/session/" + made["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + path})

    def js(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def element(self, selector):
        return "/element/" + next(iter(self.call("POST", "/element", {"using": "css selector", "value": selector}).values()))

    def click(self, selector):
        """As a mouse does it: what lies under something else, or is not shown, is an error."""
        element = self.element(selector)
        self.js("document.querySelector(%s).scrollIntoView({ block: 'center' })" % json.dumps(selector))
        self.call("POST", element + "/click", {})

    def type(self, selector, text):
        element = self.element(selector)
        self.call("POST", element + "/clear", {})
        self.call("POST", element + "/value", {"text": text})

    def shot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def cdp(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def complaints(self):
        return self.call("POST", "/se/log", {"type": "browser"})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
