"""
The shipped presets: each reads without a finding, each of its measures makes a panel and an alert
that promtool accepts, and its metrics are named, counted and labelled as Prometheus' practice has
it, but for the exceptions that stand here with their reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from oracles import ROOT, promtool_check_rules

from obsgen.catalogue import Metric
from obsgen.disk import shipped_preset_names, shipped_presets
from obsgen.pipeline import Built, Options, build
from obsgen.reader.layers import INSTRUMENTATIONS, PACKS
from obsgen.units import Unit

NAMES: Final = tuple(name for name in shipped_preset_names() if name not in PACKS)
PROJECT: Final = (
    "apiVersion: obsgen/v1\nkind: Project\nname: shop\noutputs: [prometheus, grafana]\n"
)
UNPROVEN: Final = "ALR534"
OF_ONE_SERIES: Final = {"kube_quota_used"}
"""Ratios of one metric over itself, which generated tests cannot play."""

# Why a counter does not end in `_total`, or what does is none, by the beginning of its name.
OTHERWISE_NAMED: Final = {
    "container_fs_inodes_total": "cAdvisor's own name for the number of inodes, a gauge",
    "container_memory_failcnt": "the kernel's name of the file that it is read from",
    "nginx_connections_accepted": "the status page's own name",
    "nginx_connections_handled": "the status page's own name",
    "node_netstat_": "the kernel's own names, exposed without a type",
    "node_vmstat_": "the kernel's own names, exposed without a type",
    "pg_stat_archiver_": "PostgreSQL's own names of the columns",
    "pg_stat_database_": "PostgreSQL's own names of the columns",
    "pg_stat_user_tables_": "PostgreSQL's own names of the columns",
}

# Why the unit is not what the name says.
OTHERWISE_COUNTED: Final = {
    "pg_database_wraparound_age_datfrozenxid_seconds": "the exporter counts transactions",
    "pg_database_wraparound_age_datminmxid_seconds": "the exporter counts transactions",
    "prometheus_tsdb_compaction_chunk_range_seconds": "Prometheus observes milliseconds",
}

# Labels that look like ids, and why their values are few or cannot be done without. On metrics that
# end in `_info` any label may stand: they are there to be joined.
ID_LIKE: Final = re.compile(r"(^|_)(id|uid|uuid|pid|ip|addr|address|port|hash|url)$|(dat|query)id$")
REASONS: Final = {
    "boot_id": "one machine has one at a time",
    "client_addr": "a replica",
    "datid": "a database",
    "id": "the control group of a container, which cAdvisor tells containers apart by",
    "ip": "a load balancer, or a version of IP",
    "machine_id": "one machine has one",
    "master_address": "a primary",
    "master_port": "a primary",
    "network_peer_address": "an address that another service answers at",
    "queryid": "a statement that is normalised; the server keeps a fixed number",
    "server_address": "another service, or the service's own name",
    "server_port": "another service, or the service's own port",
    "slave_ip": "a replica",
    "slave_port": "a replica",
    "system_uuid": "one machine has one",
    "uid": "a pod or a service; kube-state-metrics sets it beside the name",
    "url": "an endpoint of remote write, from the configuration",
}


def service(preset: str, more: str = "") -> str:
    """Return a service that uses a preset."""
    return f"apiVersion: obsgen/v1\nkind: Service\nname: shop\nuses: [{preset}]\n{more}"


def built(*documents: str) -> Built:
    """Build specs made of a project and further documents."""
    text = "---\n".join((PROJECT, *documents))
    return build({"specs/shop.yaml": text.encode()}, Options(presets=shipped_presets()))


@cache
def used(preset: str) -> Built:
    """Build a service that does nothing but use a preset."""
    return built(service(preset))


def metrics_of(preset: str) -> Mapping[str, Metric]:
    """Return the metrics that a preset declares."""
    found = used(preset).specs[0].services[0].catalogue.metrics
    return {name: found[name] for name in document(preset)["metrics"]}


@cache
def document(preset: str) -> dict[str, Any]:
    """Return a preset as YAML has it."""
    found: dict[str, Any] = yaml.safe_load(shipped_presets()[preset])
    return found


@cache
def declared() -> tuple[Metric, ...]:
    """Return every metric of every preset."""
    return tuple(metric for preset in NAMES for metric in metrics_of(preset).values())


def limit(unit: Unit) -> str:
    """Return a quantity that a measure of this unit can be compared with."""
    per = "/s" if unit.per_seconds else ""
    one = {"time": "1s", "bytes": "1B", "ratio": "50%", "money": f"1 {unit.name}"}
    return one.get(unit.dimension, "1") + per


@pytest.mark.parametrize("preset", NAMES)
def test_a_preset_reads_without_a_finding(preset: str):
    assert () == used(preset).diagnostics


def test_a_service_may_use_all_of_them():
    assert () == built(service(", ".join(NAMES))).diagnostics


@pytest.mark.parametrize("kind", ["metrics", "measures"])
def test_no_name_stands_in_two_presets(kind: str):
    names = [name for preset in NAMES for name in document(preset)[kind]]

    assert sorted(set(names)) == sorted(names)


@cache
def dashboard(preset: str) -> Built:
    """Build a dashboard with a graph of each measure."""
    head = "apiVersion: obsgen/v1\nkind: Dashboard\nname: all\nservice: shop\npanels:\n"
    panels = "".join(f"  - {{timeseries: {m}, title: {m}}}\n" for m in document(preset)["measures"])
    return built(service(preset), head + panels)


@pytest.mark.parametrize("preset", NAMES)
def test_every_measure_makes_a_panel(preset: str):
    found = dashboard(preset)

    # All measures of a preset on one dashboard may be more than anybody should have there.
    assert [] == [d.message for d in found.diagnostics if d.code.name != "crowded-dashboard"]
    shown = [json.loads(f.data)["panels"] for f in found.files if f.path.endswith("obs-all.json")]
    assert list(document(preset)["measures"]) == [panel["title"] for panel in shown[0]]
    assert all(target["expr"] for panel in shown[0] for target in panel["targets"])


@pytest.mark.parametrize("preset", NAMES)
def test_every_measure_makes_an_alert_that_promtool_accepts(preset: str, tmp_path: Path):
    (section,) = dashboard(preset).compiled[0].dashboards[0].sections
    alerts = "".join(
        f"  - {{name: {panel.title.title().replace('_', '')}, severity: low,"
        f" threshold: {{measure: {panel.title}, above: {limit(panel.unit)}}}}}\n"
        for panel in section.panels
    )
    found = built(service(preset, f"alerts:\n{alerts}"))

    # What is raw PromQL cannot be proven without tests of its own.
    measures = document(preset)["measures"]
    unproven = {name for name in measures if "expr" in measures[name] or name in OF_ONE_SERIES}
    assert len(unproven) * [UNPROVEN] == [d.code.id for d in found.diagnostics]
    (rules,) = (f.data for f in found.files if f.path.endswith("shop.rules.yml"))
    file = tmp_path / "shop.rules.yml"
    file.write_bytes(rules)
    promtool_check_rules([file])


@pytest.mark.parametrize("metric", declared(), ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is(metric: Metric):
    assert re.match(r"[A-Z0-9-]", metric.help)
    assert not metric.help.endswith(".")
    assert bool(metric.buckets) == (metric.type == "histogram")
    assert not metric.quantiles or metric.type == "summary"


def test_only_counters_end_in_total():
    odd = {m.name for m in declared() if (m.type == "counter") != m.name.endswith("_total")}

    assert odd == _begun(OTHERWISE_NAMED, odd)
    assert all(any(name.startswith(start) for name in odd) for start in OTHERWISE_NAMED)


def test_units_are_what_the_names_say():
    suffixes = {"seconds": "s", "bytes": "bytes", "ratio": "ratio", "celsius": "celsius"}
    suffixes |= {"percent": "percent", "percentage": "percent", "usec": "us", "sec": "s"}
    odd = set()
    for metric in declared():
        last = metric.name.removesuffix("_total").rsplit("_", 1)[-1]
        if last in suffixes and metric.unit != Unit.parse(suffixes[last]):
            odd.add(metric.name)

    assert set(OTHERWISE_COUNTED) == odd


def test_what_holds_a_time_is_measured_in_seconds():
    times = re.compile("as Unix time|^How long|^Time (in|that|until|between|spent|for)")
    odd = {m.name for m in declared() if times.search(m.help) and m.unit.dimension != "time"}

    assert set() == odd


def test_labels_that_look_like_ids_have_a_reason():
    found = {
        label
        for metric in declared()
        if not metric.name.endswith("_info")
        for label in metric.labels
        if ID_LIKE.search(label)
    }

    assert set(REASONS) == found


@pytest.mark.parametrize("preset", NAMES)
def test_the_first_comment_names_the_versions(preset: str):
    first = shipped_presets()[preset].decode().split("apiVersion", 1)[0]

    assert re.search(r"\d+(\.\d+)? to \d+|since \d", first)


def test_a_service_narrows_what_it_exposes_itself_and_nothing_else():
    narrowed = set()
    for preset in NAMES:
        (found,) = built(service(preset, "where: {job: shop}\n")).specs[0].services
        scopes = {found.catalogue.metrics[name].scope for name in document(preset)["metrics"]}
        assert len(scopes) == 1
        narrowed |= {preset} if scopes != {()} else set()

    assert narrowed == INSTRUMENTATIONS


@pytest.mark.parametrize("preset", sorted(INSTRUMENTATIONS))
def test_what_a_where_narrows_is_not_asked_for_in_raw_promql(preset: str):
    assert all("expr" not in measure for measure in document(preset)["measures"].values())


class Recording(Mapping[str, bytes]):
    """The shipped presets, and which of them were looked up."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __getitem__(self, name: str) -> bytes:
        self.read.append(name)
        return shipped_presets()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(shipped_preset_names())

    def __len__(self) -> int:
        return len(shipped_preset_names())


def test_only_the_presets_that_are_used_are_read():
    presets = Recording()
    build({"specs/shop.yaml": service("redis_exporter").encode()}, Options(presets=presets))

    assert set(presets.read) == {"redis_exporter"}


def test_the_buckets_of_generative_ai_are_those_of_the_conventions():
    metrics = metrics_of("otel_genai")
    # Doubling from 10ms, and four times as many from one token, fourteen of each.
    durations = tuple(Decimal(2) ** n / 100 for n in range(14))
    tokens = tuple(Decimal(4) ** n for n in range(14))

    assert durations == metrics["gen_ai_client_operation_duration_seconds"].buckets
    assert durations == metrics["gen_ai_server_request_duration_seconds"].buckets
    assert tokens == metrics["gen_ai_client_token_usage"].buckets


def test_requests_of_fastapi_fill_the_ready_dashboard():
    found = built(service("fastapi", "where: {job: shop}\ndashboards: [red]\n"))

    assert () == found.diagnostics
    (dashboard,) = found.compiled[0].dashboards
    titles = [panel.title for section in dashboard.sections for panel in section.panels]
    assert ["Requests", "Errors", "Duration, p95", "In flight"] == titles[:4]
    queries = [t.expr for s in dashboard.sections for p in s.panels for t in p.targets]
    assert queries
    assert all('job="shop"' in query for query in queries)


def test_the_page_on_specs_lists_every_preset_with_measures_that_it_has():
    page = (ROOT / "docs" / "specs.md").read_text()
    section = page.split("### Shipped presets")[1].split("### Packs")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    listed = {row[0].strip(" `"): re.findall(r"`(\w+)`", row[2]) for row in rows}

    assert sorted(NAMES) == sorted(listed)
    for preset, measures in listed.items():
        assert set(measures) <= set(document(preset)["measures"])


def test_requests_by_opentelemetry_are_shown_by_route():
    found = built(service("otel_http", "where: {job: shop}\ndashboards: [red]\n"))

    (dashboard,) = found.compiled[0].dashboards
    titles = [panel.title for section in dashboard.sections for panel in section.panels]
    assert "Duration by http_route, p95, top 5" in titles


def _begun(beginnings: Mapping[str, str], names: set[str]) -> set[str]:
    return {name for name in names if name.startswith(tuple(beginnings))}
