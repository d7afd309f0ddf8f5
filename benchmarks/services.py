"""Specs of many services: the same for the same seed, and no two services alike."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

SMALL: Final[Mapping[str, bytes]] = {
    "specs/project.yaml": b"""\
apiVersion: obsgen/v1
kind: Project
name: systems
""",
    "specs/gateway.yaml": b"""\
apiVersion: obsgen/v1
kind: Service
name: gateway
metrics:
  http_requests_total: {type: counter, labels: [method, endpoint, status]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: http_requests_total, bad: {status: "5.."}}}
dashboards: [slo]
""",
}
"""One service in ten lines."""

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: benchmark
teams: [backend, database, platform]
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://chat:8080/alerts"}}
  oncall: {webhook: {url: "http://oncall:8080/alerts"}}
default_receiver: chat
routes:
  - {where: {severity: {at_least: high}}, to: oncall}
  - {to: chat}
"""

_SERVICE: Final = """\
apiVersion: obsgen/v1
kind: Service
name: %(name)s
team: %(team)s
scrape: [{job: %(name)s, targets: ["%(name)s:8080"]}]
where: {job: %(name)s}
metrics:
  %(prefix)s_requests_total:
    type: counter
    labels: [method, %(route)s, status]
    role: requests
    bad: {status: "5.."}
  %(prefix)s_request_duration_seconds:
    type: histogram
    labels: [method, %(route)s]
    buckets: [0.05, 0.1, 0.25, %(limit)s, 1, 2.5, 5, 10]
    role: duration
  %(prefix)s_jobs_total: {type: counter, labels: {queue: any, result: [done, failed]}}
  %(prefix)s_queue_length: {type: gauge, labels: [queue]}
  %(prefix)s_cache_requests_total: {type: counter, labels: {result: [hit, miss]}}
measures:
  error_ratio: {share: {status: "5.."}, of: %(prefix)s_requests_total}
slos:
  - name: availability
    objective: %(objective)s
    sli: {events: {total: %(prefix)s_requests_total, bad: {status: "5.."}}}
  - name: latency
    objective: 95
    sli: {latency: {histogram: %(prefix)s_request_duration_seconds, below: %(limit)ss}}
  - name: jobs
    objective: 99
    sli: {events: {total: %(prefix)s_jobs_total, bad: {result: failed}}}
    by: [queue]
alerts:
  - name: %(camel)sErrors
    threshold: {measure: error_ratio, above: %(percent)s%%}
    for: 5m
    severity: critical
  - name: %(camel)sSlow
    threshold: {quantile: 0.95, of: %(prefix)s_request_duration_seconds, above: 2s}
    for: 10m
    severity: medium
  - name: %(camel)sQueue
    threshold: {max: %(prefix)s_queue_length, by: [queue], above: %(length)s}
    for: 15m
    severity: medium
  - name: %(camel)sCache
    threshold: {share: {result: hit}, of: %(prefix)s_cache_requests_total, below: 50%%}
    for: 30m
    severity: low
  - name: %(camel)sDown
    down: {metric: up, where: {job: %(name)s}, or_absent: true}
    for: 2m
    severity: critical
dashboards: [slo, red]
"""


def specs(count: int, *, seed: int) -> Mapping[str, bytes]:
    """Return a project with so many services: three SLOs, five alerts, two dashboards each."""
    chance = random.Random(seed)
    texts = {"specs/project.yaml": PROJECT}
    for number in range(count):
        name = f"service-{seed}-{number}"
        texts[f"specs/{name}.yaml"] = _SERVICE % {
            "name": name,
            "prefix": name.replace("-", "_"),
            "camel": name.title().replace("-", ""),
            "team": chance.choice(("backend", "database", "platform")),
            "route": chance.choice(("route", "endpoint", "handler", "operation")),
            "objective": chance.choice(("99", "99.5", "99.9", "99.95")),
            "limit": chance.choice(("0.3", "0.4", "0.5", "0.75")),
            "percent": chance.randint(2, 20),
            "length": chance.randint(10, 1_000),
        }
    return {file: text.encode() for file, text in texts.items()}
