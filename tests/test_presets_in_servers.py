"""
The presets of Prometheus and Alertmanager against what the real servers expose of themselves.

Whatever a preset declares is exposed, with this type, these labels, buckets and quantiles, unless
its help says that only other versions have it; and whatever is exposed is declared, but for what
the preset says that it leaves out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
import requests
from oracles import Server, running_alertmanager, running_prometheus
from prometheus_client.parser import text_string_to_metric_families
from test_presets import metrics_of, used

from obsgen.catalogue import Metric

NO_TARGETS: Final = "http://127.0.0.1:1/"
NOBODY: Final = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
EXPOSED_WITHIN: Final = 40.0

LEFT_OUT: Final = {
    "prometheus": (
        "prometheus_api_remote_read_",
        "prometheus_remote_storage_exemplars_",
        "prometheus_remote_storage_read_",
        "prometheus_remote_storage_remote_read_",
        "prometheus_remote_storage_string_interner_",
        "prometheus_sd_azure_",
        "prometheus_sd_file_scan_",
        "prometheus_sd_file_watcher_",
        "prometheus_treecache_",
        "prometheus_tsdb_exemplar_",
        "prometheus_tsdb_isolation_",
        "prometheus_tsdb_wal_completed_pages_",
        "prometheus_tsdb_wal_page_flushes_",
        "prometheus_wal_watcher_",
    ),
    "alertmanager": (),
}
OF_LIBRARIES: Final = ("go_", "net_conntrack_", "process_", "promhttp_")
# Of these a series begins with the first event.
AFTER_AN_EVENT: Final = {"alertmanager_notifications_suppressed_total"}


@dataclass(slots=True)
class Family:
    """What a server exposes under one name."""

    type: str
    labels: dict[str, set[str]] = field(default_factory=dict)
    bounds: set[Decimal] = field(default_factory=set)
    quantiles: set[Decimal] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """What a server exposes of itself, and its version."""

    preset: str
    version: tuple[int, ...]
    families: Mapping[str, Family]


def families_of(text: str) -> dict[str, Family]:
    """Return the families of an exposition that have series; counters by their whole names."""
    found: dict[str, Family] = {}
    for exposed in text_string_to_metric_families(text):
        for sample in exposed.samples:
            is_one = exposed.type in {"histogram", "summary"}
            family = found.setdefault(exposed.name if is_one else sample.name, Family(exposed.type))
            for label, value in sample.labels.items():
                if label == "le":
                    family.bounds.add(Decimal(value))
                elif label == "quantile":
                    family.quantiles.add(Decimal(value))
                else:
                    family.labels.setdefault(label, set()).add(value)
    return found


def watched(server: Server, preset: str, version: tuple[int, ...]) -> Exposed:
    """Return what is exposed as soon as all is there that the preset demands of this version."""
    deadline = time.monotonic() + EXPOSED_WITHIN
    while True:
        families = families_of(requests.get(f"{server.url}/metrics", timeout=5).text)
        exposed = Exposed(preset=preset, version=version, families=families)
        if not missing(exposed) or time.monotonic() > deadline:
            return exposed
        time.sleep(0.3)


def missing(exposed: Exposed) -> list[str]:
    """Return the metrics that a preset declares for this version and the server lacks."""
    return [
        metric.name
        for metric in metrics_of(exposed.preset).values()
        if metric.name not in {*exposed.families, *AFTER_AN_EVENT}
        if not is_of_later(exposed, metric.help, r"\((\d+\.\d+) and newer\)")
        if not is_of_earlier(exposed, metric.help)
    ]


def is_of_earlier(exposed: Exposed, text: str) -> bool:
    """Say whether a text tells that something was dropped before the server's version."""
    found = re.search(r"\(up to (\d+\.\d+)\)", text)
    return found is not None and numbers(found[1]) < exposed.version


def is_of_later(exposed: Exposed, text: str, pattern: str) -> bool:
    """Say whether a text tells that something came with a version that the server has not."""
    found = re.search(pattern, text)
    return found is not None and exposed.version < numbers(found[1])


def numbers(version: str) -> tuple[int, ...]:
    """Return major and minor version: `2.42.0+ds` is (2, 42)."""
    return tuple(map(int, version.split(".")[:2]))


def prometheus_exposes(folder: Path) -> Exposed:
    """
    Run a Prometheus that does everything that it has metrics for.

    It scrapes itself and writes to itself, finds targets in files and by HTTP, evaluates rules, and
    sends alerts.
    """
    config, notified = folder / "prometheus.yml", folder / "alertmanager.yml"
    config.write_text("{}\n")
    notified.write_text(NOBODY)
    (folder / "some.rules.yml").write_text(
        "groups: [{name: some, interval: 1s, rules: [{alert: Always, expr: vector(1)}]}]\n"
    )
    flags = (
        "--web.enable-lifecycle",
        "--web.enable-remote-write-receiver",
        # The first alert comes before the Alertmanager is known, and is dropped.
        "--rules.alert.resend-delay=1s",
    )
    with running_alertmanager(notified) as other, running_prometheus(config, *flags) as server:
        config.write_text(
            f"""
global: {{scrape_interval: 1s}}
rule_files: [some.rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{_address(other)}"]}}]}}]}}
remote_write: [{{name: self, url: "{server.url}/api/v1/write"}}]
scrape_configs:
- {{job_name: self, static_configs: [{{targets: ["{_address(server)}"]}}]}}
- {{job_name: files, file_sd_configs: [{{files: [targets.json]}}]}}
- {{job_name: http, http_sd_configs: [{{url: "{NO_TARGETS}"}}]}}
"""
        )
        requests.post(f"{server.url}/-/reload", timeout=5).raise_for_status()
        server.get("/api/v1/query", query="up")
        version = server.get("/api/v1/status/buildinfo")["data"]["version"]
        return watched(server, "prometheus", numbers(version))


def alertmanager_exposes(folder: Path) -> Exposed:
    """Run an Alertmanager that is the only member of its cluster."""
    config = folder / "alertmanager.yml"
    config.write_text(NOBODY)
    with running_alertmanager(config, clustered=True) as server:
        version = server.get("/api/v2/status")["versionInfo"]["version"]
        return watched(server, "alertmanager", numbers(version))


def _address(server: Server) -> str:
    return server.url.removeprefix("http://")


SERVERS: Final[Mapping[str, Callable[[Path], Exposed]]] = {
    "prometheus": prometheus_exposes,
    "alertmanager": alertmanager_exposes,
}


@pytest.fixture(scope="module", params=SERVERS)
def exposed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exposed:
    return SERVERS[request.param](tmp_path_factory.mktemp(request.param))


def pairs(exposed: Exposed) -> Iterator[tuple[Metric, Family]]:
    """Yield each declared metric with what is exposed under its name."""
    for metric in metrics_of(exposed.preset).values():
        if metric.name in exposed.families:
            yield metric, exposed.families[metric.name]


def test_every_metric_of_the_preset_is_exposed(exposed: Exposed):
    assert [] == missing(exposed)


def test_every_metric_that_the_pack_alerts_on_is_exposed(exposed: Exposed):
    (service,) = used("meta_monitoring").specs[0].services
    asked = {metric.name for alert in service.alerts for metric in alert.body.metrics}
    own = {name for name in asked if name.startswith(f"{exposed.preset}_")}

    assert own
    assert own <= set(exposed.families)


def test_every_family_that_is_exposed_is_declared_or_left_out_on_purpose(exposed: Exposed):
    left_out = (*OF_LIBRARIES, *LEFT_OUT[exposed.preset])
    unknown = set(exposed.families) - set(metrics_of(exposed.preset))

    assert [] == sorted(name for name in unknown if not name.startswith(left_out))


def test_the_types_are_those_of_the_exposition(exposed: Exposed):
    assert {m.name: f.type for m, f in pairs(exposed)} == {
        m.name: m.type for m, _ in pairs(exposed)
    }


def test_every_exposed_label_is_declared(exposed: Exposed):
    undeclared = {m.name: set(f.labels) - set(m.labels) for m, f in pairs(exposed)}

    assert {} == {name: labels for name, labels in undeclared.items() if labels}


def test_every_declared_label_is_exposed_or_belongs_to_a_later_version(exposed: Exposed):
    for metric, family in pairs(exposed):
        for label in set(metric.labels) - set(family.labels):
            is_noted = is_of_later(exposed, metric.help, rf"\b{label} since (\d+\.\d+)")
            is_noted |= f"newer versions tell the {label}" in metric.help
            assert is_noted, f"{metric.name} has no {label}"


def test_every_exposed_value_is_among_the_declared_ones(exposed: Exposed):
    for metric, family in pairs(exposed):
        for label, values in metric.labels.items():
            assert values is None or family.labels.get(label, set()) <= set(values), metric.name


def test_buckets_and_quantiles_are_those_of_the_exposition(exposed: Exposed):
    for metric, family in pairs(exposed):
        others = family.bounds - set(metric.buckets) - {Decimal("inf")}
        assert family.bounds >= set(metric.buckets), metric.name
        assert not others or "bounds are all that all versions have" in metric.help, metric.name
        assert family.quantiles == set(metric.quantiles), metric.name
