"""
A webhook that shows what was notified: the last messages, newest first, for people and as JSON.

For demonstrations and tests. What it keeps is bounded, in number and in size.
"""

from __future__ import annotations

import html
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any, Final

from obsgen.plurals import counted

MOST: Final = 500
"""Messages that are kept."""
LARGEST: Final = 1 << 20
"""Bytes of a message that is taken."""
_LONGEST_TEXT: Final = 500
_ALERTS_SHOWN: Final = 20
_TEXTS_KEPT: Final = 50

_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Notifications</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1d232b; background: #fff }}
article {{ border-left: 4px solid #c4314b; padding: .2rem 1rem; margin: 1rem 0 }}
article.resolved {{ border-color: #2a8a4a }}
small {{ color: #5b6672 }} h2 {{ font-size: 1rem; margin: 0 }} p {{ margin: .2rem 0 }}
@media (prefers-color-scheme: dark) {{ body {{ color: #dfe4ea; background: #14181d }}
  small {{ color: #98a3b0 }} }}
</style>
<h1>Notifications</h1><p><small>{count}, newest first; as JSON: <a href="/api/notifications">
/api/notifications</a></small></p>
{articles}
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert of a message."""

    status: str
    labels: Mapping[str, str]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    What came in.

    Attributes:
        at: Seconds since the epoch.
        receiver: As Alertmanager names it.
        path: Where it was sent: `/oncall/slack`.
    """

    at: float
    receiver: str
    path: str
    status: str
    alerts: tuple[Alert, ...]


class Sink:
    """Keeps the last messages."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Message] = deque(maxlen=MOST)
        self._clock = clock

    def take(self, path: str, body: bytes) -> bool:
        """Keep a webhook message of Alertmanager; say whether it was one."""
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(found, dict) or not isinstance(found.get("alerts"), list):
            return False
        alerts = (each for each in found["alerts"] if isinstance(each, dict))
        message = Message(
            at=self._clock(),
            receiver=_text(found.get("receiver")),
            path=path[:_LONGEST_TEXT],
            status=_text(found.get("status")),
            alerts=tuple(map(_alert, islice(alerts, _ALERTS_SHOWN))),
        )
        with self._lock:
            self._kept.appendleft(message)
        return True

    def messages(self) -> tuple[Message, ...]:
        """Return what is kept, newest first."""
        with self._lock:
            return tuple(self._kept)

    def as_json(self) -> bytes:
        """Return the messages as JSON."""
        found = [asdict(message) for message in self.messages()]
        return json.dumps({"notifications": found}, indent=2).encode()

    def as_page(self) -> bytes:
        """Return the messages for people."""
        found = self.messages()
        count = counted(len(found), "message")
        return _PAGE.format(count=count, articles="\n".join(map(_article, found))).encode()


def _text(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _texts(value: object) -> dict[str, str]:
    found = islice(value.items(), _TEXTS_KEPT) if isinstance(value, dict) else ()
    return {_text(name): _text(text) for name, text in found}


def _alert(found: Mapping[str, Any]) -> Alert:
    return Alert(
        status=_text(found.get("status")),
        labels=_texts(found.get("labels")),
        summary=_texts(found.get("annotations")).get("summary", ""),
    )


def _article(message: Message) -> str:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(message.at, UTC).strftime("%H:%M:%S")
    parts = "\n".join(_lines(message))
    status = html.escape(message.status)
    return (
        f'<article class="{status}"><h2>{html.escape(message.receiver)} · {status}</h2>'
        f"<small>{at} UTC · {html.escape(message.path)}</small>\n{parts}</article>"
    )


def _lines(message: Message) -> Iterator[str]:
    for alert in message.alerts:
        name = html.escape(alert.labels.get("alertname", ""))
        rest = ", ".join(f"{k}={v}" for k, v in sorted(alert.labels.items()) if k != "alertname")
        yield f"<p><b>{name}</b> {html.escape(alert.status)}: {html.escape(alert.summary)}<br>"
        yield f"<small>{html.escape(rest)}</small></p>"


class Server(ThreadingHTTPServer):
    """Serves a sink."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], sink: Sink) -> None:
        """Bind the address; OSError where it is taken."""
        super().__init__(address, _Handler)
        self.sink = sink

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (its types)
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "obsgen"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        if self.path == "/api/notifications":
            self._answer(200, "application/json", self.server.sink.as_json())
        elif self.path == "/":
            self._answer(200, "text/html; charset=utf-8", self.server.sink.as_page())
        elif self.path == "/-/healthy":
            self._answer(200, "text/plain", b"ok\n")
        else:
            self._answer(404, "text/plain", b"not found\n")

    def do_POST(self) -> None:
        given = self.headers.get("Content-Length", "")
        length = int(given) if given.isascii() and given.isdigit() else -1
        if not 0 <= length <= LARGEST:
            self._answer(413, "text/plain", b"too large, or of unknown length\n")
        elif self.server.sink.take(self.path, self.rfile.read(length)):
            self._answer(200, "text/plain", b"ok\n")
        else:
            self._answer(400, "text/plain", b"not a webhook message of Alertmanager\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 (its names)
        """Say nothing: the page tells."""
