"""
The exporter: every simulated target behind one address.

A target is asked for by its own name: Prometheus reaches it through this server as a proxy
(`proxy_url`), or by a name that leads here. Asked by its own address, the exporter shows all of
them on one page, each series with its `job` and `instance` (scraped with `honor_labels: true`).
Whatever else is asked of a target is answered as a healthy service would, and `/probe` as the
blackbox exporter would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from obsgen.simulate.exposition import CONTENT_TYPE, page
from obsgen.simulate.live import Live, Place

_MS: Final = 1_000
_HEALTHY: Final = b'{"status": "healthy", "checks": {"status": "ok"}}\n'
_JSON: Final = "application/json"
_PLAIN: Final = "text/plain; charset=utf-8"
_GONE: Final = 503

Answer = tuple[int, str, bytes]
"""Status, content type, body."""


class Exporter:
    """Answers requests for targets; *clock* gives seconds since the epoch."""

    def __init__(self, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._live = live
        self._clock = clock
        self._by_instance: dict[str, Place] = {}
        for place in live.places:
            self._by_instance.setdefault(place.labels["instance"], place)
        self._hosts = {_host(name) for name in self._by_instance}

    def answer(self, host: str, path: str) -> Answer:
        """Return what is answered to a request for a path at a host with its port."""
        parts = urlsplit(path)
        if parts.scheme and parts.netloc:
            host, path = parts.netloc, parts.path
        else:
            path = parts.path
        # Of a target, or of what a probe asks for.
        place = self._by_instance.get(host) or self._by_instance.get(f"http://{host}{path}")
        if path == "/probe":
            target = parse_qs(parts.query).get("target", [""])[0]
            return self._page(self._by_instance.get(target))
        if place is not None and path.rstrip("/").endswith("metrics"):
            return self._page(place)
        if place is not None or host.rpartition(":")[0] in self._hosts:
            return self._health(place)
        if path in {"/metrics", "/"}:
            return self._all() if path == "/metrics" else self._index()
        if path == "/-/healthy":
            return 200, _PLAIN, b"ok\n"
        return 404, _PLAIN, b"not found: /metrics shows all targets\n"

    def _now(self) -> int:
        return int(self._clock() * _MS)

    def _page(self, place: Place | None) -> Answer:
        if place is None:
            return 404, _PLAIN, b"no such target is simulated\n"
        shown = self._live.shown(place, self._now())
        if shown is None:
            return _GONE, _PLAIN, b"the scenario says that this target is gone\n"
        own = {} if "probe" in place.labels else {"": self._live.started(place)}
        return 200, CONTENT_TYPE, page(((each, {}) for each in shown), own)

    def _health(self, place: Place | None) -> Answer:
        is_gone = place is not None and self._live.shown(place, self._now()) is None
        return (_GONE, _JSON, b'{"status": "down"}\n') if is_gone else (200, _JSON, _HEALTHY)

    def _all(self) -> Answer:
        now = self._now()
        found = (
            (each, place.labels)
            for place in self._live.places
            for each in self._live.shown(place, now) or ()
        )
        return 200, CONTENT_TYPE, page(found)

    def _index(self) -> Answer:
        return 200, _PLAIN, "".join(self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        yield "Simulated targets, reached through this address as a proxy; all: /metrics\n\n"
        for place in self._live.places:
            yield f"{place.labels['job']}  {place.labels['instance']}\n"


def _host(instance: str) -> str:
    """Return the host of a target, or of the URL that a probe asks for."""
    where = urlsplit(instance).netloc if "://" in instance else instance
    return where.rpartition(":")[0] or where


class Server(ThreadingHTTPServer):
    """Serves an exporter."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], exporter: Exporter) -> None:
        """Bind the address; OSError where it is taken."""
        super().__init__(address, _Handler)
        self.exporter = exporter

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (its types)
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "obsgen"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        status, kind, body = self.server.exporter.answer(self.headers.get("Host", ""), self.path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 (its names)
        """Say nothing: scrapes are no news."""
