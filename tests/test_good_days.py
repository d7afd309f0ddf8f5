"""
On a good day nothing fires: a service with an alert of each kind, a day and a night of it.

Each alert is shown to fire when a scenario says so, so that none of them is quiet for nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from good_day import MONDAY, fired, stored

from obsgen import Options, build, workspace
from obsgen.disk import shipped_presets
from obsgen.model import Act
from obsgen.reader.acts import read_act
from obsgen.simulate import Span
from obsgen.simulate.stage import Plan, queries_of

HOUR: Final = 3_600_000
MINUTE: Final = 60_000

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]
where: {job: cart}
metrics:
  requests_total:
    type: counter
    labels: {route: [/api, /home], code: ["200", "403", "500"]}
    role: requests
    bad: {code: "5.."}
  lookups_total: {type: counter, labels: {result: [hit, miss]}}
  retries_total: {type: counter}
  packets_total: {type: counter, labels: {device: [eth0, eth1]}}
  packets_broken_total: {type: counter, labels: {device: [eth0, eth1]}}
  sent_failed_total: {type: counter}
  duration_seconds:
    {type: histogram, labels: {route: [/api, /home]}, buckets: [0.1, 0.5, 1, 5], role: duration}
  query_seconds: {type: histogram, labels: [table], buckets: [0.1, 1, 10]}
  queue_size: {type: gauge, labels: {queue: [mail, bills]}}
  queue_capacity: {type: gauge, labels: {queue: [mail, bills]}}
  pool_connections: {type: gauge}
  pool_max_connections: {type: gauge}
  store_bytes: {type: gauge, unit: bytes}
  store_free_bytes: {type: gauge, unit: bytes}
  heap_bytes: {type: gauge, unit: bytes}
  quality_ratio: {type: gauge}
  dependency_up: {type: gauge, labels: {dependency: [db, cache]}}
  pages_waiting: {type: gauge, labels: {page: [a, b, c]}}
alerts:
  - name: QueueFull
    any_of:
      - {rate: sent_failed_total, above: 0/s}
      - {ratio: {max: queue_size, by: [queue]}, over: {max: queue_capacity, by: [queue]},
         above: 80%}
    severity: low
  - {name: PoolUsed, threshold: {ratio: {max: pool_connections}, over: {max: pool_max_connections},
     above: 50%}, severity: low}
  - {name: StoreFull, threshold: {used_of: store_bytes, free: store_free_bytes, above: 30%},
     severity: low}
  - {name: HeapGrows, forecast: {value: heap_bytes, above: 500MB, within: 12h, from: 2h},
     severity: low}
  - {name: MostMissed, threshold: {share: {result: hit}, of: lookups_total, below: 90%},
     severity: low}
  - {name: Refused, threshold: {rate: requests_total, where: {code: "403"}, above: 1/min},
     severity: low}
  - {name: Failing, threshold: {share: {code: "5.."}, of: requests_total, above: 5%}, severity: low}
  - {name: Broken, threshold: {ratio: {rate: packets_broken_total}, over: {rate: packets_total},
     by: [device], above: 5%}, for: 15m, severity: low}
  - {name: Retried, threshold: {increase: retries_total, window: 10m, above: 12}, severity: low}
  - {name: SlowQuery, threshold: {increase: query_seconds, slower_than: 1s, above: 0},
     severity: low}
  - {name: Slow, threshold: {quantile: 0.95, of: duration_seconds, above: 500ms}, severity: low}
  - {name: Idle, threshold: {rate: requests_total, below: 1/s}, for: 10m, severity: low}
  - {name: FewHome, threshold: {increase: requests_total, where: {route: /home}, window: 10m,
     below: 9}, severity: low}
  - {name: Silent, heartbeat: {metric: requests_total, by: [route], within: 15m}, severity: low}
  - {name: Poor, threshold: {avg: quality_ratio, below: 80%}, severity: low}
  - {name: Down, threshold: {min: dependency_up, by: [dependency], equals: 0}, severity: low}
  - {name: ManyWait, threshold: {sum: pages_waiting, above: 60}, severity: low}
"""
HOST: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: host
scrape: [{job: host, targets: ["host-1:80"]}]
where: {job: host}
uses: [node_alerts]
"""
QUIET: Final = Span(MONDAY, MONDAY + 26 * HOUR)
BAD: Final = Span(MONDAY, MONDAY + 3 * HOUR)
BREAKS: Final = {
    "QueueFull": "metric queue_size ×5",
    "PoolUsed": "metric pool_connections ×5",
    "StoreFull": "metric store_free_bytes ×0.1",
    "HeapGrows": "metric heap_bytes ×10",
    "MostMissed": "metric lookups_total adds 900000/h on result=miss",
    "Refused": "metric requests_total adds 36000/h on code=403",
    "Failing": "errors 20%",
    "Broken": "metric packets_broken_total adds 36000/h",
    "Retried": "metric retries_total adds 600/h",
    "SlowQuery": "latency ×20",
    "Slow": "latency ×20",
    "Idle": "traffic stops",
    "FewHome": "traffic stops",
    "Silent": "traffic stops",
    "Poor": "metric quality_ratio is 0.1",
    "Down": "metric dependency_up is 0",
    "ManyWait": "metric pages_waiting is 60",
}


def built(spec: str = SPEC) -> Any:
    found = build({"specs/cart.yaml": spec}, Options(presets=shipped_presets()))
    assert not [d for d in found.diagnostics if d.severity > 1], found.diagnostics
    return found


def fired_in(folder: Path, span: Span, *scenarios: str, spec: str = SPEC) -> dict[str, Any]:
    found = built(spec)
    files = workspace.files_of(found, "")
    acts = tuple(("", act) for text in scenarios if isinstance(act := read_act(text), Act))
    assert len(scenarios) == len(acts)
    plan = Plan(
        services=found.specs[0].services, queries=queries_of(files), acts=acts, only_asked=True
    )
    with stored(folder, plan, files, span, MINUTE) as server:
        seen = Span(span.start + 30 * MINUTE, span.end)
        return fired(server, files, seen, 2 * MINUTE)


def test_a_good_day_is_quiet(tmp_path: Path):
    assert {} == fired_in(tmp_path, QUIET)


def test_a_good_day_of_a_host_is_quiet(tmp_path: Path):
    assert {} == fired_in(tmp_path, QUIET, spec=HOST)


def test_each_alert_has_an_act_that_breaks_it():
    (service,) = built().specs[0].services

    assert {alert.name for alert in service.alerts} == BREAKS.keys()


def test_nothing_is_quiet_when_it_breaks(tmp_path: Path):
    wanted = {name: act for name, act in BREAKS.items() if not act.startswith("traffic")}

    found = fired_in(tmp_path, BAD, *sorted({f"{act} from 1h on" for act in wanted.values()}))

    assert wanted.keys() <= found.keys()


def test_what_waits_for_traffic_is_not_quiet_without_it(tmp_path: Path):
    wanted = {name for name, act in BREAKS.items() if act.startswith("traffic")}

    assert wanted <= fired_in(tmp_path, BAD, "traffic stops from 1h on").keys()
