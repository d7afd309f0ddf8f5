"""
A real Alertmanager, with the configuration of a build, notifies whom the build foretells.

Alerts of the build begin and end, as Prometheus would tell it. A sink stands for every receiver;
what arrives there is compared with what `notifications` says: who hears, in which group, of which
alerts, firing and resolved, one notification after the other.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from oracles import running_alertmanager

from obsgen.artefacts import Compiled
from obsgen.pipeline import Built, Options, build
from obsgen.routing import Firing, Notification, notifications, possible_labels
from obsgen.units import Duration

LENGTH: Final = Duration.parse("6s")
# Groups are looked at 1s after they begin and every 2s from then on.
SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {cluster: eu}}
teams: [shop, database]
---
apiVersion: obsgen/v1
kind: Service
name: cart
team: shop
metrics:
  requests_total: {type: counter, labels: [route, code]}
  queue_length: {type: gauge, labels: [queue]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
alerts:
  - {name: TargetDown, down: up, severity: critical}
  - {name: QueueLong, threshold: {value: queue_length, above: 5}, severity: medium}
  - {name: QueueFull, threshold: {value: queue_length, above: 500}, severity: high, team: database}
  - name: Errors
    threshold: {share: {code: "5.."}, of: requests_total, above: 5%}
    severity: medium
  - {name: Attack, threshold: {rate: requests_total, where: {code: 403}, above: 5/s}, severity: low,
     category: security, notify: auditors}
  - {name: Watchdog, watchdog: {every: 2500ms}}
  - {name: Slow, threshold: {rate: requests_total, below: 5/s}, severity: low}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "SINK/chat"}}
  oncall: {webhook: {url: "SINK/oncall"}}
  database: {webhook: {url: "SINK/database", send_resolved: false}}
  auditors: {webhook: {url: "SINK/auditors"}}
  night: {webhook: {url: "SINK/night"}}
default_receiver: chat
timing: {group_by: [alertname, service], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
intervals:
  ever: {years: 2000..2999, location: UTC}
  long_ago: {years: 1999, location: UTC}
routes:
  - {where: {team: database}, to: database, continue: true, group_by: [queue]}
  - {where: {severity: {at_least: high}}, to: oncall, group_by: [service]}
  - {where: {alertname: Slow}, to: night, active: long_ago}
  - {where: {severity: medium}, to: [chat, night], active: ever, mute: long_ago}
"""


class Sink:
    """Keeps what is posted to it, by the path."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.got.append((self.path.strip("/"), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def a_sink() -> Iterator[Sink]:
    sink = Sink()
    thread = threading.Thread(target=sink.server.serve_forever)
    thread.start()
    try:
        yield sink
    finally:
        sink.server.shutdown()
        sink.server.server_close()
        thread.join()


@cache
def compiled(sink: str) -> tuple[Built, Compiled]:
    built = build({"shop.yaml": SPECS.replace("SINK", sink)}, Options(with_tests=False))
    (found,) = built.compiled
    assert found.alertmanager is not None
    return built, found


def an_alert(
    found: Compiled, name: str, begins: str = "0s", ends: str | None = None, **labels: str
) -> Firing:
    for rule in (rule for file in found.rule_files for rule in file.alerts):
        possible = possible_labels(rule, found.prometheus.external_labels).narrowed(labels)
        if rule.alert == name and possible is not None:
            rest = dict.fromkeys(possible.varying, "x")
            return Firing(
                labels={**rest, **possible.fixed},
                begins=Duration.parse(begins),
                ends=None if ends is None else Duration.parse(ends),
            )
    raise AssertionError(name)


A: Final = {"job": "cart", "instance": "a:80"}
B: Final = {"job": "cart", "instance": "b:80"}
STORIES: Final[dict[str, tuple[tuple[str, dict[str, str]], ...]]] = {
    "alerts of every severity": (
        ("QueueLong", {"queue": "q", **A}),
        ("QueueFull", {"queue": "q", **A}),
        ("Errors", {}),
        ("Attack", {}),
        ("Slow", {}),
    ),
    "a target is down, then up again": (
        ("TargetDown", {**A, "ends": "4s"}),
        ("QueueLong", {"queue": "q", **A}),
        ("QueueLong", {"queue": "q", **B}),
    ),
    "an error budget burns, and the errors are a symptom": (
        ("ErrorBudgetBurn", {"tier": "fast", "ends": "4s"}),
        ("ErrorBudgetBurn", {"tier": "slow"}),
        ("Errors", {}),
        ("Attack", {"ends": "2s"}),
    ),
    "a group grows and shrinks": (
        ("QueueLong", {"queue": "one", **A}),
        ("QueueLong", {"queue": "two", **A, "begins": "2s"}),
        ("QueueLong", {"queue": "three", **A, "begins": "2s", "ends": "4s"}),
        ("QueueFull", {"queue": "one", **A, "ends": "4s"}),
        ("QueueFull", {"queue": "two", **A}),
    ),
    "a watchdog": (("Watchdog", {}),),
    "over before anybody was told": (
        ("QueueLong", {"queue": "one", **A, "begins": "300ms", "ends": "700ms"}),
        ("QueueLong", {"queue": "two", **A, "begins": "0s", "ends": "500ms"}),
    ),
}


def the_alerts(found: Compiled, story: str) -> list[Firing]:
    return [an_alert(found, name, **labels) for name, labels in STORIES[story]]


def tell(url: str, alerts: Sequence[Firing], start: float) -> None:
    """Post that alerts began or ended, when they do."""
    times = sorted({t for a in alerts for t in (a.begins, a.ends) if t is not None})
    for moment in times:
        time.sleep(max(0.0, start + moment.ms / 1000 - time.time()))
        now = datetime.now(UTC).isoformat()
        told = [
            {"labels": dict(a.labels), **({"endsAt": now} if a.ends == moment else {})}
            for a in alerts
            if moment in (a.begins, a.ends)
        ]
        requests.post(f"{url}/api/v2/alerts", json=told, timeout=5).raise_for_status()


Told = dict[tuple[str, str], list[tuple[list[str], list[str]]]]


def predicted(found: Sequence[Notification]) -> Told:
    told: Told = {}
    for sent in found:
        key = (sent.receiver, json.dumps(dict(sent.group), sort_keys=True))
        alerts = [
            sorted(json.dumps(dict(a)) for a in each) for each in (sent.firing, sent.resolved)
        ]
        told.setdefault(key, []).append((alerts[0], alerts[1]))
    return told


def arrived(got: Sequence[tuple[str, dict[str, Any]]]) -> Told:
    told: Told = {}
    for receiver, body in got:
        key = (receiver, json.dumps(body["groupLabels"], sort_keys=True))
        alerts = [
            sorted(
                json.dumps(dict(sorted(a["labels"].items())))
                for a in body["alerts"]
                if a["status"] == status
            )
            for status in ("firing", "resolved")
        ]
        told.setdefault(key, []).append((alerts[0], alerts[1]))
    return told


@pytest.mark.parametrize("story", STORIES)
def test_an_alertmanager_sends_what_is_foretold(story: str, tmp_path: Path):
    with a_sink() as sink:
        built, found = compiled(sink.url)
        (data,) = (f.data for f in built.files if f.path == "alertmanager/alertmanager.yml")
        config = tmp_path / "alertmanager.yml"
        config.write_bytes(data)
        alerts = the_alerts(found, story)
        assert found.alertmanager is not None
        with running_alertmanager(config) as server:
            start = time.time()
            tell(server.url, alerts, start)
            time.sleep(max(0.0, start + LENGTH.ms / 1000 - time.time()))
        foretold = notifications(found.alertmanager, alerts, datetime.now(UTC), LENGTH)

    assert predicted(foretold) == arrived(sink.got)


def test_the_stories_tell_of_every_receiver_of_silence_and_of_ends():
    _, found = compiled("http://127.0.0.1:1")
    assert found.alertmanager is not None
    start = datetime(2026, 1, 1, tzinfo=UTC)
    sent = {
        story: notifications(found.alertmanager, the_alerts(found, story), start, LENGTH)
        for story in STORIES
    }
    every = [each for story in sent.values() for each in story]

    assert {"chat", "oncall", "database", "auditors", "night"} == {e.receiver for e in every}
    assert any(e.resolved for e in every)
    assert () == sent["over before anybody was told"]
    assert ["0s", "2s500ms", "5s"] == [str(e.at) for e in sent["a watchdog"]]
    down = sent["a target is down, then up again"]
    # The alert of the target that is down waits until it is up again.
    of_a = [
        e.at for e in down for a in e.firing if ("instance", "a:80") in a if e.receiver == "chat"
    ]
    assert [Duration.parse("5s")] == of_a
