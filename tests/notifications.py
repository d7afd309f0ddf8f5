"""What tests of notifications share: data, amtool's rendering, a service that keeps messages."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from oracles import Server, tool

# Debian keeps Alertmanager's own templates beside its programs, other builds inside of them.
SHIPPED = Path("/usr/share/prometheus/alertmanager")
EXTERNAL_URL = "http://alertmanager.example:9093"


def an_alert(status: str = "firing", *, generator: str = "", **parts: dict[str, str]) -> Any:
    """Return an alert as Alertmanager gives it to templates; *parts*: labels, annotations."""
    return {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "service": "gateway", **parts.get("labels", {})},
        "annotations": parts.get("annotations", {}),
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2026-01-01T01:00:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": generator,
        "fingerprint": "a1b2",
    }


def a_notification(*alerts: Any, groups: dict[str, str] | None = None) -> Any:
    """Return what templates are given; what is common is worked out as Alertmanager does."""
    default = {"alertname": "HighErrorRate", "service": "gateway"}

    def common(part: str) -> dict[str, str]:
        first, *others = (alert[part] for alert in alerts)
        return {k: v for k, v in first.items() if all(each.get(k) == v for each in others)}

    is_firing = any(alert["status"] == "firing" for alert in alerts)
    return {
        "receiver": "chat",
        "status": "firing" if is_firing else "resolved",
        "alerts": list(alerts),
        "groupLabels": default if groups is None else groups,
        "commonLabels": common("labels"),
        "commonAnnotations": common("annotations"),
        "externalURL": EXTERNAL_URL,
    }


@dataclass(frozen=True)
class Rendered:
    """What amtool says to a text; *error* is empty where it renders."""

    text: str
    error: str


def amtool_render(text: str, data: Any, folder: Path, *, html: bool = False) -> Rendered:
    """Render a text with the template files of a folder; there may be none."""
    folder.mkdir(exist_ok=True)
    (folder / "empty.tmpl").write_text('{{ define "empty" }}{{ end }}')
    file = folder / "data.json"
    file.write_text(json.dumps(data))
    command = [
        str(tool("amtool")),
        "template",
        "render",
        *(f"--template.glob={place}/*.tmpl" for place in (SHIPPED, folder) if place.is_dir()),
        f"--template.data={file}",
        f"--template.type={'html' if html else 'text'}",
        f"--template.text={text}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Rendered(done.stdout, done.stderr if done.returncode else "")


@dataclass
class Sink:
    """A service on loopback that answers `ok` and keeps the JSON it is sent."""

    url: str
    received: list[Any] = field(default_factory=list)

    def wait_for(self, count: int) -> Any:
        """Return the message number *count*, from 1."""
        deadline = time.monotonic() + 15
        while len(self.received) < count:
            assert time.monotonic() < deadline, self.received
            time.sleep(0.05)
        return self.received[count - 1]


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Run a sink until the context ends."""
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Sink(f"http://127.0.0.1:{server.server_address[1]}/", received)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def post_alerts(server: Server, *alerts: dict[str, Any]) -> None:
    """Send alerts to an Alertmanager as Prometheus does."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{server.url}/api/v2/alerts", json=alerts, timeout=5)
        answer.raise_for_status()
