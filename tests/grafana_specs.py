"""
Specs that use every kind of panel and every ready dashboard, and what Grafana's files of them hold.

Grafana itself is no dependency of the tests; its own Python SDK, which is generated from the same
schemas, reads the dashboards instead.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from problems import problems

from obsgen.pipeline import Built, build

SERVICE: Final = """
apiVersion: obsgen/v1
kind: Project
name: systems
prometheus: {version: "2.42", scrape_interval: 15s, retention: 60d}
outputs: [prometheus, grafana]
datasources: {alertmanager: {}, loki: {}, elasticsearch: {index: "logs-*"}, tempo: {}, jaeger: {}}
---
apiVersion: obsgen/v1
kind: Service
name: gateway
team: backend
folder: ToneBridge
where: {job: gateway}
metrics:
  tonebridge_requests_total:
    {type: counter, labels: [method, endpoint, status], role: requests, bad: {status: "5.."},
     help: Requests handled}
  tonebridge_request_duration_seconds:
    {type: histogram, labels: [method, endpoint], buckets: [0.1, 0.5, 1, 5], role: duration}
  tonebridge_cache_requests_total: {type: counter, labels: {result: [hit, miss]}}
  tonebridge_cost_usd_total: {type: counter, labels: [model], role: cost}
  tonebridge_active_requests: {type: gauge, role: in_flight}
  tonebridge_queue_bytes: {type: gauge, labels: [queue]}
  tonebridge_upload_bytes: {type: native_histogram, labels: [endpoint]}
slos:
  - name: availability
    objective: 99.95
    sli: {events: {total: tonebridge_requests_total, bad: {status: "5.."}}}
    by: [endpoint]
  - name: latency
    objective: 95
    period: 7d
    sli: {latency: {histogram: tonebridge_request_duration_seconds, below: 500ms}}
dashboards: [slo, red]
"""

DASHBOARD: Final = """
---
apiVersion: obsgen/v1
kind: Dashboard
name: monitoring
title: ToneBridge "Überblick"
service: gateway
variables: [endpoint, instance]
sections:
  - title: Traffic
    panels:
      - {timeseries: {rate: tonebridge_requests_total, by: [endpoint]}, width: 1/2}
      - timeseries: {quantile: [0.5, 0.95], of: tonebridge_request_duration_seconds}
        width: 1/2
        unit: ms
        thresholds: {base: green, red: 0.1s}
      - stat: {share: {result: hit}, of: tonebridge_cache_requests_total}
        thresholds: {green: 80%, base: red, yellow: 33.3%}
      - timeseries:
          - {rate: tonebridge_cost_usd_total, per: 1h}
          - {rate: tonebridge_cost_usd_total, per: 1h, offset: 7d}
        title: Cost
        time: now-30d
      - {gauge: {share: {status: "5.."}, of: tonebridge_requests_total}}
  - title: Tables
    collapsed: true
    panels:
      - table:
          - {rate: tonebridge_requests_total, by: [endpoint]}
          - {quantile: 0.95, of: tonebridge_request_duration_seconds, by: [endpoint]}
        title: Endpoints
        links: [{title: Promises, dashboard: slo}, {title: Wiki, url: "https://wiki.example.org"}]
      - {table: {value: tonebridge_queue_bytes}, width: 1}
      - {text: "Who to ask: **backend**"}
"""

KINDS: Final = """
---
apiVersion: obsgen/v1
kind: Dashboard
name: kinds
service: gateway
variables: [endpoint]
sections:
  - title: Measures
    panels:
      - bargauge: {rate: tonebridge_requests_total, by: [endpoint], display: lcd}
      - bargauge:
          measures: {share: {status: "5.."}, of: tonebridge_requests_total, by: [endpoint]}
        thresholds: {red: 5%}
      - heatmap: {of: tonebridge_request_duration_seconds, where: {method: GET}, scheme: Blues}
      - heatmap: {of: tonebridge_upload_bytes}
      - heatmap: {value: tonebridge_queue_bytes}
      - state_timeline:
          value: tonebridge_active_requests
          states: {0: {text: idle, color: red}, 1: one}
      - {state_timeline: {value: tonebridge_queue_bytes}, thresholds: {red: 10MB}}
      - {state_timeline: {value: tonebridge_queue_bytes}, title: Values}
      - {histogram: {value: tonebridge_queue_bytes, combine: true}}
      - {piechart: {rate: tonebridge_cost_usd_total, by: [model], shape: pie}}
  - title: Logs and traces
    panels:
      - logs:
          loki: '{app="gateway", endpoint=~"${endpoint}"} |= `error`'
          labels: [level]
          limit: 50
      - {logs: {elasticsearch: "user_id:7", sort: oldest, dedup: exact, labels: true, wrap: false}}
      - log_counts: {loki: '{app="gateway"}', by: [level]}
      - log_counts: {elasticsearch: "level:ERROR", by: [level.keyword]}
      - log_table: {elasticsearch: "level:ERROR", by: [error_type.keyword]}
      - log_table:
          elasticsearch: "duration_ms:>=1000"
          by: [path.keyword]
          show: [{avg: duration_ms, unit: ms}, count]
      - log_table: {loki: '{app="gateway"} | json', by: [path], show: [count, {sum: duration_ms}]}
      - traces: {tempo: '{resource.service.name="gateway" && duration>1s}'}
      - traces: {tempo: "3f2a"}
      - traces: {jaeger: {service: gateway, tags: {error: true}, min_duration: 100ms}}
      - traces: {jaeger: "3f2a"}
  - title: Alerts and Grafana's own words
    panels:
      - alertlist: {}
      - alertlist: {states: [firing], where: {team: backend}, by: [severity], source: prometheus}
      - panel:
          type: barchart
          targets:
            - expr: |
                sum by (endpoint) (
                  rate(tonebridge_requests_total{job="gateway",endpoint=~"$endpoint"}[5m])
                )
              instant: true
              format: table
          options: {orientation: auto, legend: {displayMode: list, showLegend: true}}
          fieldConfig: {defaults: {unit: reqps, custom: {lineWidth: 1}}}
      - panel: {type: logs, targets: [{datasource: loki, expr: '{app="gateway"}'}], title: Raw logs}
      - {panel: {type: news, options: {feedUrl: "https://example.org/feed", showImage: true}}}
      - timeseries: {rate: tonebridge_requests_total}
        title: Legend to the right
        raw:
          options: {legend: {placement: right}}
          fieldConfig: {defaults: {custom: {lineWidth: 3}}}
"""


@functools.cache
def built(text: str = SERVICE + DASHBOARD + KINDS) -> Built:
    """Build specs that are right."""
    found = build({"specs/gateway.yaml": text})
    assert [] == [d.message for d in problems(found)]
    return found


def dashboards(text: str = SERVICE + DASHBOARD + KINDS) -> dict[str, dict[str, Any]]:
    """Return the dashboards by their uid, numbers exact."""
    files = (f for f in built(text).files if f.path.startswith("grafana/dashboards/"))
    found = (json.loads(f.data, parse_float=Decimal) for f in files)
    return {dashboard["uid"]: dashboard for dashboard in found}


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all panels, those of collapsed rows too, without the rows."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def panel(title: str, uid: str = "obs-monitoring") -> dict[str, Any]:
    """Return the one panel of a title."""
    (found,) = (p for p in panels(dashboards()[uid]) if p["title"] == title)
    return found


def queries(dashboard: dict[str, Any]) -> Iterator[str]:
    """Yield the PromQL of all panels."""
    for one in panels(dashboard):
        for target in one.get("targets", ()):
            if one["datasource"]["type"] == "prometheus":
                yield target["expr"]
