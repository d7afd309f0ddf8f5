"""Small exporters on loopback: each path is a target of its own, asked what it counts right now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """
    One target.

    Attributes:
        text: What it says when asked, in the text exposition format.
        seconds: How long it takes to say it.
    """

    text: Callable[[], str]
    seconds: float = 0


class _Server(ThreadingHTTPServer):
    def __init__(self, targets: Mapping[str, Exposed]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.targets = targets

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over connections that a server which was killed leaves behind."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection a target, not one a scrape
    wbufsize = -1  # head and body leave together
    server: _Server

    def do_GET(self) -> None:
        exposed = self.server.targets[self.path]
        body = exposed.text().encode()
        time.sleep(exposed.seconds)
        self.send_response(200)
        self.send_header("Content-Type", _FORMAT)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Scrapes are not news."""


@contextmanager
def exporting(targets: Mapping[str, Exposed]) -> Iterator[str]:
    """Serve targets by their paths until the context ends; gives the address, host and port."""
    server = _Server(targets)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
