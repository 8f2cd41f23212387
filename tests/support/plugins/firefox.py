"""Headless Firefox, driven by WebDriver BiDi.

Playwright drives only a Firefox of its own build. Debian's Firefox speaks WebDriver BiDi over a WebSocket, and needs no
further program for it. Source: https://www.w3.org/TR/webdriver-bidi/.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from local.database import free_port

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
NEEDS_FIREFOX = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here; `apt install firefox-esr` brings one")
#: How long a start, or an answer, may take on a busy machine, in seconds.
_LIMIT = 120
#: In bytes. Firefox describes the whole stack of each error.
_LARGEST_ANSWER = 2**26


class Firefox:
    """A window of Firefox.

    Args:
        profile: an empty folder for the profile.
    """

    def __init__(self, profile: Path) -> None:
        port = free_port()
        arguments = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", str(port)]
        assert FIREFOX is not None
        self._process = subprocess.Popen([FIREFOX, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._numbers = count(1)
        #: The errors of scripts, and of content that the pages' policy forbids, since the last page was opened.
        self.errors: list[str] = []
        try:
            self._socket = self._connect(f"ws://127.0.0.1:{port}/session")
            self.send("session.new", capabilities={})
            self.send("session.subscribe", events=["log.entryAdded"])
            self._context = self.send("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.close()
            raise

    def _connect(self, address: str) -> ClientConnection:
        deadline = time.monotonic() + _LIMIT
        while True:
            try:
                return connect(address, max_size=_LARGEST_ANSWER, open_timeout=_LIMIT, proxy=None)
            except (OSError, InvalidHandshake):  # Firefox has not opened its port yet, or is not ready
                assert self._process.poll() is None, "Firefox ended"
                assert time.monotonic() < deadline, "Firefox does not answer"
                time.sleep(0.2)

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command, and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(_LIMIT))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(str(message["params"]["text"]))
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def add_cookie(self, host: str, name: str, value: str) -> None:
        """Set a cookie for a host."""
        cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": host}
        self.send("storage.setCookie", cookie=cookie)

    def open(self, address: str) -> None:
        """Open a page, and wait until it is loaded."""
        self.errors.clear()
        self.send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression: a text, a number, true or false, or None."""
        target = {"context": self._context}
        answer = self.send("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a condition in JavaScript is true."""
        deadline = time.monotonic() + _LIMIT
        while not self.evaluate(condition):
            assert time.monotonic() < deadline, f"not true in time: {condition}"
            time.sleep(0.1)

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
