"""
A browser without a window, for pictures of pages.

Chromium is spoken to over a pipe, in the Chrome DevTools protocol: JSON, each message ended by a
zero byte. So neither a port is opened nor a library needed.
"""

from __future__ import annotations

import base64
import contextlib
import json
import select
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from obsgen import tools

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLAYWRIGHT: Final = "chromium*-*/chrome-linux*/*"
_INSTALL: Final = (
    "install Chromium: `apt-get install chromium` (Debian, Ubuntu), `brew install chromium` "
    "(macOS),\nor `playwright install chromium`"
)
_FLAGS: Final = (
    *("--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"),
    *("--hide-scrollbars", "--mute-audio", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-dev-shm-usage", "--font-render-hinting=none"),
    *("--force-device-scale-factor=1", "--allow-file-access-from-files=false"),
)
_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.05
_SHORTEST: Final = 200


def find_chromium() -> Path:
    """
    Return the browser: on PATH, or where Playwright keeps its own.

    Raises:
        ToolMissing: there is none.
    """
    try:
        return tools.find(_NAMES[0], _INSTALL, *_NAMES[1:])
    except tools.ToolMissing:
        kept = sorted(Path.home().glob(f".cache/ms-playwright/{_PLAYWRIGHT}"))
        shells = [path for path in kept if path.name in {"chrome", "headless_shell"}]
        if not shells:
            raise
        return shells[-1]


@contextlib.contextmanager
def browser(executable: Path) -> Iterator[Tab]:
    """
    Run a browser with one tab until the context ends.

    Raises:
        ToolError: it does not run, or does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="obsgen-browser-", ignore_cleanup_errors=True) as home:
        command = (executable, *_FLAGS, f"--user-data-dir={home}/profile", "about:blank")
        with tools.piped(command, log=Path(home) / "log") as (to, back):
            pipe = _Pipe(to, back)
            made = pipe.call("Target.createTarget", url="about:blank")
            attached = pipe.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
            tab = Tab(pipe, attached["sessionId"])
            for domain in ("Page", "Runtime", "Log", "Network"):
                tab.call(f"{domain}.enable")
            yield tab
            with contextlib.suppress(tools.ToolError, OSError):
                pipe.call("Browser.close")


@dataclass(slots=True)
class _Pipe:
    """Calls and answers over a pair of pipes."""

    to: BinaryIO
    back: BinaryIO
    events: list[Mapping[str, Any]] = field(default_factory=list)
    number: int = 0
    kept: bytes = b""

    def call(self, method: str, session: str = "", **params: object) -> dict[str, Any]:
        self.number += 1
        message: dict[str, object] = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            self.to.write(json.dumps(message).encode() + b"\0")
        except OSError as error:
            raise tools.ToolBroken("the browser has ended", _INSTALL) from error
        deadline = time.monotonic() + _SECONDS
        while True:
            found = self._message(deadline)
            if found.get("id") == self.number:
                if "error" in found:
                    raise tools.ToolBroken(f"the browser refuses `{method}`: {found['error']}")
                return cast("dict[str, Any]", found["result"])
            self.events.append(found)

    def _message(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self.kept:
            left = deadline - time.monotonic()
            ready = select.select([self.back], [], [], max(0.0, left))[0]
            if not ready:
                raise tools.ToolTimeout(f"the browser did not answer after {_SECONDS:g}s")
            # `read1`: what is there, not until the buffer is full.
            chunk = self.back.read1(1 << 16)  # type: ignore[attr-defined] # of a BufferedReader
            if not chunk:
                raise tools.ToolBroken("the browser has ended", _INSTALL)
            self.kept += chunk
        message, _, self.kept = self.kept.partition(b"\0")
        return cast("dict[str, Any]", json.loads(message))


@dataclass(slots=True)
class Tab:
    """One page at a time."""

    pipe: _Pipe
    session: str

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method of the protocol."""
        return self.pipe.call(method, self.session, **params)

    def open(self, url: str, *, width: int, is_light: bool = False) -> None:
        """
        Show a page, so many pixels wide and as high as it is, and wait until it is drawn.

        Raises:
            ToolTimeout: it is never drawn.
        """
        scheme = "light" if is_light else "dark"
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self._resize(width, 900)
        # Else the page before it would still be asked.
        self.call("Page.navigate", url="about:blank")
        self._until("location.href === 'about:blank'")
        self.pipe.events.clear()
        self.call("Page.navigate", url=url)
        self._until("document.readyState === 'complete' && location.href !== 'about:blank'")
        self._until("!document.getElementById('plots') || document.documentElement.dataset.ready")
        self._resize(width, self.height)
        # What the new size has changed is there with the second frame.
        self.evaluate(f"new Promise(done => {_NEXT_FRAME})")

    @property
    def height(self) -> int:
        """Of the whole page, in pixels."""
        found = self.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        return max(_SHORTEST, int(float(str(found)) + 0.5))

    def evaluate(self, script: str) -> object:
        """Return what an expression of JavaScript gives, as JSON."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise tools.ToolBroken(f"a script fails: {found['exceptionDetails']}")
        return found["result"].get("value")

    def picture(self, scale: float = 1.0) -> bytes:
        """Return a PNG of the whole page, smaller by *scale*."""
        width = int(float(str(self.evaluate("innerWidth"))))
        clip = {"x": 0, "y": 0, "width": width, "height": self.height, "scale": scale}
        found = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
        )
        return base64.b64decode(found["data"])

    @property
    def complaints(self) -> tuple[str, ...]:
        """What the console has said since the page was opened: errors and warnings."""
        self.evaluate("1")
        found = []
        for event in self.pipe.events:
            params = event.get("params") or {}
            match event.get("method"):
                case "Runtime.exceptionThrown":
                    found.append(json.dumps(params["exceptionDetails"]))
                case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning"}:
                    found.append(json.dumps(params["args"]))
                case "Log.entryAdded":
                    found.append(str(params["entry"]["text"]))
        return tuple(found)

    @property
    def requests(self) -> tuple[str, ...]:
        """The addresses that the page has asked for, data in it left out."""
        sent = (e["params"] for e in self.pipe.events if e.get("method") == _SENT)
        urls = (str(params["request"]["url"]) for params in sent)
        return tuple(url for url in urls if not url.startswith(("data:", "blob:")))

    def _resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def _until(self, condition: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise tools.ToolTimeout(f"a page was not drawn after {_SECONDS:g}s")
            time.sleep(_POLL_SECONDS)


_NEXT_FRAME: Final = "requestAnimationFrame(() => requestAnimationFrame(done))"
_SENT: Final = "Network.requestWillBeSent"
