"""Pages on loopback, for this machine alone; they reload when they were drawn anew."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from obsgen.preview.page import INDEX

HOST: Final = "127.0.0.1"
_PATIENCE_SECONDS: Final = 30
"""With a browser that neither asks nor reads on."""
_OWN_NAMES: Final = frozenset({HOST, "localhost", "[::1]"})


class Shelf:
    """The pages that are served, and a number that grows when they change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: Mapping[str, bytes] = {}
        self._version = 0

    def put(self, pages: Mapping[str, str]) -> None:
        """Replace all pages."""
        with self._lock:
            self._pages = {name: text.encode() for name, text in pages.items()}
            self._version += 1

    def get(self, name: str) -> bytes | None:
        """Return a page, or the version."""
        with self._lock:
            return str(self._version).encode() if name == "version" else self._pages.get(name)


@contextlib.contextmanager
def serving(shelf: Shelf, port: int) -> Iterator[str]:
    """
    Serve pages until the context ends.

    Args:
        port: 0 for any that is free.

    Yields:
        The address.

    Raises:
        OSError: the port is taken.
    """
    with ThreadingHTTPServer((HOST, port), _handler(shelf)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def _handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    """Return what answers requests: pages of a shelf, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "obsgen"
        sys_version = ""
        timeout = _PATIENCE_SECONDS

        def do_GET(self) -> None:
            name = self.path.partition("?")[0].removeprefix("/") or INDEX
            host = self.headers.get("Host", "").rpartition(":")[0]
            # Else a page of the web could ask by a name that leads here.
            found = shelf.get(name) if host in _OWN_NAMES else None
            self.send_response(200 if found is not None else 404)
            kind = "text/html" if name.endswith(".html") else "text/plain"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(found or b"")))
            # A browser that goes on to another page breaks off this one.
            with contextlib.suppress(OSError):
                self.end_headers()
                self.wfile.write(found or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 (its names)
            """Say nothing: a request a second is no news."""

    return Handler
