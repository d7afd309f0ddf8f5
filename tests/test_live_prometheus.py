"""
A real Prometheus runs what is generated for the worked example, over data that was written before.

Every declared metric has two series on two targets for the last twenty minutes, every recorded
series one a group, so that nothing has to be waited for. In the copy that the server loads, groups
are evaluated every second; the expressions are those of the build.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from oracles import ROOT, Server, running_prometheus, tool

from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.catalogue import Metric
from obsgen.pipeline import Built
from obsgen.workspace import compile_specs

STEP: Final = 15
PAST: Final = 20 * 60
JOBS: Final = {"pg": "postgresql", "node": "node", "container": "cadvisor", "fluentd": "fluentd"}
EVALUATED_WITHIN: Final = 30.0

Sample = tuple[str, dict[str, str], Any]
"""A name, labels, and the value at a moment (seconds since the first) as a function."""


@cache
def built() -> Built:
    # ToneBridge alone, whose series the data below are.
    found = compile_specs(
        [Path(f"specs/{name}") for name in ("project.yaml", "presets.yaml", "tonebridge")],
        None,
        cwd=ROOT,
    )
    assert not found.diagnostics
    return found


@cache
def rules() -> tuple[RecordingRule | AlertingRule, ...]:
    files = built().compiled[0].rule_files
    return tuple(rule for file in files for group in file.groups for rule in group.rules)


def records() -> tuple[RecordingRule, ...]:
    return tuple(rule for rule in rules() if isinstance(rule, RecordingRule))


def recorded_labels(rule: RecordingRule) -> dict[str, str]:
    """Return the labels of a recorded series: those of the rule, and its groups."""
    (slo,) = (s for s in built().specs[0].services[0].slos if s.name == rule.labels["slo"])
    return {**rule.labels, **dict.fromkeys(slo.by, "v0")}


# --- the data ----------------------------------------------------------------------------------


def samples() -> Iterator[Sample]:
    """Yield every series that there is to be."""
    for metric in built().specs[0].services[0].catalogue.metrics.values():
        for instance in ("i0", "i1"):
            yield from _exposed(metric, instance)
    for job in ("gateway", "llm-service", "postgresql", "node", "cadvisor", "fluentd"):
        labels = {"job": job, "instance": "i0"}
        yield "process_start_time_seconds", labels, lambda at: 1_000_000_000
        yield "up", labels, lambda at: 1
    for rule in records():
        value = 1000 if "total" in rule.record else 0.5
        yield rule.record, recorded_labels(rule), lambda at, value=value: value


def _exposed(metric: Metric, instance: str) -> Iterator[Sample]:
    pinned = {m.label: m.value.split("|")[0] for m in metric.scope if m.op in {"=", "=~"}}
    job = pinned.get("job") or JOBS.get(metric.name.split("_")[0], "gateway")
    if metric.name == "up" or metric.name.startswith("scrape_"):
        return
    for number in (0, 1):
        own = {label: _value(label, values, number) for label, values in metric.labels.items()}
        labels = {**own, "job": job, "instance": instance}
        if metric.name.startswith("probe_"):
            labels |= {"service": "tonebridge", "probe": "database"}
        # Every second label set grows and stands an order higher than the first.
        speed = 10**number
        yield from _series(metric, labels, speed)


def _value(label: str, values: tuple[str, ...] | None, number: int) -> str:
    if label == "status":
        return ("200", "500")[number]
    return values[number % len(values)] if values else f"v{number}"


def _series(metric: Metric, labels: dict[str, str], speed: int) -> Iterator[Sample]:
    match metric.type:
        case "counter":
            yield metric.name, labels, lambda at: speed * at
        case "gauge":
            yield metric.name, labels, lambda at: speed
        case "histogram":
            bounds = [*(f"{bound:f}" for bound in metric.buckets), "+Inf"]
            for place, bound in enumerate(bounds, 1):
                part = place / len(bounds)
                yield (
                    f"{metric.name}_bucket",
                    {**labels, "le": bound},
                    lambda at, part=part: part * speed * at,
                )
        case "summary":
            for quantile in metric.quantiles:
                yield metric.name, {**labels, "quantile": f"{quantile:f}"}, lambda at: speed
    if metric.type in {"histogram", "summary"}:
        yield f"{metric.name}_count", labels, lambda at: speed * at
        yield f"{metric.name}_sum", labels, lambda at: 0.3 * speed * at


def write_blocks(folder: Path, now: int) -> None:
    """Write the data as blocks that Prometheus finds when it starts."""
    series = {}
    for name, labels, value in samples():
        inside = ",".join(f'{k}="{v}"' for k, v in sorted(labels.items()))
        series[f"{name}{{{inside}}}"] = value
    lines = [
        f"{name} {value(at)} {now - PAST + at}"
        for name, value in series.items()
        for at in range(0, PAST, STEP)
    ]
    text = folder / "data.om"
    text.write_text("\n".join([*lines, "# EOF", ""]))
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the server --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """The server, when it started, and a moment of the data in which coarse tiles are written."""

    server: Server
    started: int
    moment: int

    def result(self, query: str) -> list[dict[str, Any]]:
        """Return what a query gives at the moment; it may neither fail nor warn."""
        answer = self.server.get("/api/v1/query", query=query, time=str(self.moment))
        assert answer["status"] == "success"
        assert not answer.get("warnings")
        assert not answer.get("infos")
        result = answer["data"]["result"]
        return result if answer["data"]["resultType"] == "vector" else [{"metric": {}}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("live")
    now = int(time.time()) - STEP
    write_blocks(folder, now)
    for file in built().files:
        if file.path.endswith(".rules.yml"):
            eager = re.sub(r"(?m)^  interval: .*$", "  interval: 1s", file.data.decode())
            (folder / Path(file.path).name).write_text(eager)
    config = folder / "prometheus.yml"
    config.write_text("global: {evaluation_interval: 1s}\nrule_files: ['*.rules.yml']\n")
    flags = ("--storage.tsdb.retention.time=90d",)
    with running_prometheus(config, *flags, data=folder / "data") as server:
        # Of the last five minutes the one in which a coarse tile is written.
        yield Running(server, int(time.time()), (now - 60) // 300 * 300 + 30)


def evaluated(running: Running) -> list[dict[str, Any]]:
    """Return all groups as soon as each was evaluated after the start."""
    deadline = time.monotonic() + EVALUATED_WITHIN
    while True:
        groups: list[dict[str, Any]] = running.server.get("/api/v1/rules")["data"]["groups"]
        healths = {rule["health"] for group in groups for rule in group["rules"]}
        if groups and "unknown" not in healths:
            return groups
        assert time.monotonic() < deadline, "some rules were not evaluated in time"
        time.sleep(0.3)


def test_every_group_is_evaluated_without_an_error(running: Running):
    groups = evaluated(running)

    kept = [group.name for file in built().compiled[0].rule_files for group in file.groups]
    assert sorted(kept) == sorted(group["name"] for group in groups)
    assert len(rules()) == sum(len(group["rules"]) for group in groups)
    problems = [
        (rule["name"], rule.get("lastError"))
        for group in groups
        for rule in group["rules"]
        if rule["health"] != "ok" or rule.get("lastError")
    ]
    assert not problems
    log = running.server.log.read_text()
    assert "level=warn" not in log, log
    assert "level=error" not in log, log


def test_recorded_series_have_the_promised_names_and_labels(running: Running):
    evaluated(running)
    wanted = {
        (rule.record, tuple(sorted(recorded_labels(rule).items())))
        for rule in records()
        # Coarse tiles are written in one minute of five.
        if not rule.record.endswith("increase5m")
    }
    deadline = time.monotonic() + EVALUATED_WITHIN
    fresh: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    while wanted - fresh and time.monotonic() < deadline:
        for name in {rule.record for rule in records()}:
            query = f"{name} and timestamp({name}) > {running.started}"
            for found in running.server.get("/api/v1/query", query=query)["data"]["result"]:
                labels = {k: v for k, v in found["metric"].items() if k != "__name__"}
                fresh.add((name, tuple(sorted(labels.items()))))
        time.sleep(0.3)

    assert not wanted - fresh
    coarse = {rule.record for rule in records() if rule.record.endswith("increase5m")}
    assert not {name for name, _ in fresh - wanted} - coarse


@pytest.mark.parametrize("rule", records(), ids=lambda r: f"{r.record}-{r.labels.get('slo', '')}")
def test_every_recording_expression_gives_one_value_a_label_set(
    running: Running, rule: RecordingRule
):
    found = [
        tuple(sorted({**_unnamed(r["metric"]), **rule.labels}.items()))
        for r in running.result(rule.expr)
    ]

    assert found
    assert len(set(found)) == len(found)


def test_every_alert_expression_is_evaluated_without_an_error(running: Running):
    for rule in rules():
        if isinstance(rule, AlertingRule):
            found = [
                tuple(sorted({**_unnamed(r["metric"]), **rule.labels}.items()))
                for r in running.result(rule.expr)
            ]
            assert len(set(found)) == len(found), rule.alert


def _unnamed(metric: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in metric.items() if k != "__name__"}


@dataclass(frozen=True)
class Asked:
    """A query of a dashboard, as Grafana would send it."""

    place: str
    query: str


def asked() -> Iterator[Asked]:
    for file in built().files:
        if "/dashboards/" not in file.path or not file.path.endswith(".json"):
            continue
        dashboard = json.loads(file.data)
        title = dashboard["title"]
        for panel in _panels(dashboard):
            for target in panel.get("targets", ()):
                if panel["datasource"]["type"] != "prometheus":
                    continue
                yield Asked(f"{title}: {panel['title']}", _filled(target["expr"]))
        for annotation in dashboard["annotations"]["list"]:
            if "expr" in annotation:
                yield Asked(f"{title}: {annotation['name']}", _filled(annotation["expr"]))
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                query = variable["query"]
                text = query["query"] if isinstance(query, dict) else query
                of, label = re.fullmatch(r"label_values\((.*), (\w+)\)", text).groups()
                yield Asked(f"{title}: ${label}", f"group by ({label}) ({_filled(of)})")


def _panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", ())


def _filled(query: str) -> str:
    for name, value in (
        ("$__rate_interval", "5m"),
        ("$__range_s", "600"),
        ("$__range", "10m"),
        ("$__interval", "1m"),
        ('="$slo"', '="availability"'),
    ):
        query = query.replace(name, value)
    return re.sub(r"\$\{?\w+\}?", ".*", query)


# What a healthy day does not show: alerts that fire, requests that are refused, the same hour a
# week ago; births of all events, of an SLO that has none of its own; and spans, which come by
# remote write and are not among the data.
SILENT: Final = re.compile(
    r"ALERTS|401\|403|offset [17]d|offset 1w|slo:total_born:.*availability|traces_spanmetrics"
)


def test_every_query_of_the_dashboards_is_answered(running: Running):
    empty = [a for a in asked() if not running.result(a.query) and not SILENT.search(a.query)]

    assert len(list(asked())) > 50
    assert [] == empty
