"""
Specs of services that are rich in what ready dashboards show, and the data they would have.

The shop has everything: requests, sign-ins, what was noticed, certificates, SLOs with groups and by
the calendar, alerts of all severities; Prometheus and Alertmanager watch themselves beside it.
"""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oracles import tool
from problems import problems

from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.catalogue import Metric
from obsgen.disk import shipped_presets
from obsgen.pipeline import Built, Options, build

WORDS: Final = ("slo", "red", "probes", "security", "alerts", "overview")
PROJECT: Final = """
apiVersion: obsgen/v1
kind: Project
name: systems
prometheus: {version: "2.42", scrape_interval: 15s}
outputs: [prometheus, grafana]
runbooks: {base_url: "https://runbooks.example.org"}
repository: https://git.example.org/blob/main/
dashboards: [slo, red, probes, security, alerts, overview]
"""
SHOP: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: shop
where: {job: shop}
metrics:
  shop_requests_total:
    {type: counter, labels: [route, code], role: requests, bad: {code: "5.."}}
  shop_request_duration_seconds:
    {type: histogram, labels: [route], buckets: [0.1, 0.5, 1, 5], role: duration}
  shop_requests_in_flight: {type: gauge, role: in_flight}
  shop_sign_ins_total:
    {type: counter, labels: {result: [ok, failed], reason: any, tenant: any}, role: auth,
     bad: {result: failed}}
  shop_blocked_total:
    {type: counter, labels: [rule], role: security, help: Requests that the firewall blocked}
  shop_vulnerabilities: {type: gauge, labels: {severity: [critical, high]}, role: security}
  shop_build_info: {type: gauge, labels: [version, revision], role: build}
  process_start_time_seconds: {type: gauge}
slos:
  - name: availability
    objective: 99.95
    sli: {events: {total: shop_requests_total, bad: {code: "5.."}}}
    by: [route]
  - name: latency
    objective: 95
    period: month
    sli: {latency: {histogram: shop_request_duration_seconds, below: 500ms}}
    alerts: tickets
alerts:
  - {name: Slow, threshold: {quantile: 0.95, of: shop_request_duration_seconds, above: 1s},
     severity: high, dashboard: red}
  - {name: Attack, threshold: {rate: shop_blocked_total, above: 5/s}, severity: low,
     category: security}
probes:
  - {name: site, http: {url: "https://shop.example.org"}}
"""
MONITORING: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: monitoring
uses: [prometheus, alertmanager]
alerts:
  - {name: Watchdog, watchdog: {every: 1m}}
"""
SPECS: Final = PROJECT + SHOP + MONITORING


@functools.cache
def built(text: str = SPECS) -> Built:
    """Build specs about which there is nothing to say."""
    found = build({"specs/shop.yaml": text.encode()}, Options(presets=shipped_presets()))
    assert [] == [f"{d.code.id} {d.message}" for d in problems(found)]
    return found


def dashboards(text: str = SPECS) -> dict[str, dict[str, Any]]:
    """Return the dashboards by their uid."""
    files = (f for f in built(text).files if f.path.startswith("grafana/dashboards/"))
    found = (json.loads(f.data) for f in files)
    return {dashboard["uid"]: dashboard for dashboard in found}


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all panels, those of collapsed rows too, without the rows."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def titles(uid: str, text: str = SPECS) -> list[str]:
    """Return the titles of a dashboard's panels; nothing where it is not built."""
    found = dashboards(text).get(uid)
    return [] if found is None else [panel["title"] for panel in panels(found)]


def panel(uid: str, title: str, text: str = SPECS) -> dict[str, Any]:
    """Return the one panel of a title."""
    (found,) = (each for each in panels(dashboards(text)[uid]) if each["title"] == title)
    return found


# --- data --------------------------------------------------------------------------------------

STEP: Final = 15
PAST: Final = 4 * 3600
DEPLOYED: Final = 2 * 3600 + 100
"""When the second version comes, in seconds since the first sample; not on any step."""


@dataclass(frozen=True)
class Sampled:
    """A series, and its value at a moment (seconds since the first sample); None for no sample."""

    name: str
    labels: Mapping[str, str]
    value: Callable[[int], float | None]


def sampled(found: Built) -> Iterator[Sampled]:
    """Yield a series for what each service exposes, records and alerts about."""
    (compiled,) = found.compiled
    for service in found.specs[0].services:
        for metric in service.catalogue.metrics.values():
            yield from _exposed(metric, service.name)
    for file in compiled.rule_files:
        for rule in (rule for group in file.groups for rule in group.rules):
            if isinstance(rule, RecordingRule):
                yield from _recorded(rule)
            else:
                yield from _alerting(rule)


def _exposed(metric: Metric, service: str) -> Iterator[Sampled]:
    target = {m.label: m.value for m in metric.scope if m.op == "="}
    whole = {"job": service, "instance": "i0", **target}
    if metric.name.startswith("probe_"):
        whole |= {"service": service, "probe": "site"}
    if metric.name == "shop_build_info":
        yield Sampled(metric.name, {**whole, "version": "1"}, lambda at: at < DEPLOYED or None)
        yield Sampled(metric.name, {**whole, "version": "2"}, lambda at: at >= DEPLOYED or None)
        return
    if metric.name == "process_start_time_seconds":
        yield Sampled(metric.name, whole, lambda at: 1000 if at < DEPLOYED else 9000)
        return
    for labels in _label_sets(metric):
        yield from _series(metric, {**whole, **labels})


def _label_sets(metric: Metric) -> Iterator[dict[str, str]]:
    values = {
        label: declared or (("200", "403", "429", "500") if label == "code" else ("v0", "v1"))
        for label, declared in metric.labels.items()
    }
    for chosen in itertools.islice(itertools.product(*values.values()), 8):
        yield dict(zip(values, chosen, strict=True))


def _series(metric: Metric, labels: dict[str, str]) -> Iterator[Sampled]:
    counted = metric.counted
    match metric.type:
        case "counter":
            yield Sampled(counted, labels, lambda at: at)
        case "gauge":
            yield Sampled(metric.name, labels, lambda at: 1)
        case "histogram":
            bounds = [*(f"{bound:f}" for bound in metric.buckets), "+Inf"]
            for place, bound in enumerate(bounds, 1):
                part = place / len(bounds)
                bucket = {**labels, "le": bound}
                yield Sampled(f"{metric.name}_bucket", bucket, lambda at, part=part: part * at)
            yield Sampled(counted, labels, lambda at: at)
            yield Sampled(f"{metric.name}_sum", labels, lambda at: 0.3 * at)


def _recorded(rule: RecordingRule) -> Iterator[Sampled]:
    labels = {**dict.fromkeys(rule.groups, "v0"), **rule.labels}
    yield Sampled(rule.record, labels, lambda at: 0.5)


def _alerting(rule: AlertingRule) -> Iterator[Sampled]:
    """Let every alert fire for the last hour, the watchdog always."""
    labels = {"alertname": rule.alert, **rule.labels}
    begun = 0 if "watchdog" in rule.labels else PAST - 3600
    firing = {**labels, "alertstate": "firing"}
    pending = {**labels, "alertstate": "pending", "instance": "i1"}
    yield Sampled("ALERTS", firing, lambda at: at >= begun or None)
    yield Sampled("ALERTS_FOR_STATE", labels, lambda at: begun if at >= begun else None)
    yield Sampled("ALERTS", pending, lambda at: at >= begun or None)


def write_blocks(found: Built, folder: Path, first: int) -> None:
    """Write the data as blocks that Prometheus finds when it starts, from a moment on."""
    lines: dict[str, None] = {}
    for series in sampled(found):
        inside = ",".join(f'{k}="{v}"' for k, v in sorted(series.labels.items()))
        for at in range(0, PAST, STEP):
            if (value := series.value(at)) is not None:
                lines[f"{series.name}{{{inside}}} {float(value)} {first + at}"] = None
    text = folder / "data.om"
    text.write_text("\n".join([*lines, "# EOF", ""]))
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
