"""A server on loopback that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: its path, the parameters of its query, its headers in lower case."""

    path: str
    params: list[tuple[str, str]]
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""


class Exchange(BaseHTTPRequestHandler):
    """One request, for an answer to write to."""

    protocol_version = "HTTP/1.1"

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer whole; `Content_Type=…` is the header `Content-Type`."""
        self.start(status, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def start(self, status: int, **headers: str) -> None:
        """Answer all that comes before the body."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    @property
    def params(self) -> dict[str, str]:
        """The parameters of its query."""
        return dict(parse_qsl(urlsplit(self.path).query))

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        asked = Asked(url.path, parse_qsl(url.query), headers, self.command, body)
        self.server.asked.append(asked)
        answer = self.server.answers.get(url.path)
        try:
            if answer is None:
                self.answer(b"nothing here", 404)
            else:
                answer(self)
        except OSError:
            # Whoever asked has had enough.
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Requests are not news."""


class _Server(ThreadingHTTPServer):
    def __init__(self, answers: Mapping[str, Callable[[Exchange], None]]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.answers = answers
        self.asked: list[Asked] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over connections that the client broke."""


@dataclass
class Answering:
    """The running server: its address, and all requests so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def answering(
    answers: Mapping[str, Callable[[Exchange], None]],
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Answering]:
    """
    Answer by path until the context ends; 404 for all other paths.

    Args:
        certificate: That of the server and its key, for one of TLS.
    """
    server = _Server(answers)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        scheme = "http" if certificate is None else "https"
        yield Answering(f"{scheme}://127.0.0.1:{server.server_port}", server.asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(body: bytes | str, content_type: str = "text/plain; version=0.0.4; charset=utf-8"):
    """Return an answer that is always the same."""
    data = body.encode() if isinstance(body, str) else body
    return lambda exchange: exchange.answer(data, Content_Type=content_type)
