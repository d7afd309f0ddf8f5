"""Scrape targets of the build: there, up, and scraped as often as the specs say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import PrometheusConfig
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.importers import answers
from obsgen.live.verify.world import Outcome, World
from obsgen.preview import ranges
from obsgen.units import Duration

TITLE: Final = "scrape targets"
SERVER: Final = "prometheus"

TARGET_MISSING: Final = Code(
    "LIV731",
    "target-missing",
    why="Prometheus does not scrape what the specs say, so its metrics, and all that is made of "
    "them, are not there",
    fix="Load the generated `prometheus.yml`, or bring the target in by the server's own service "
    "discovery under the same job and address.",
)
TARGET_DOWN: Final = Code(
    "LIV732",
    "target-down",
    why="a target that cannot be scraped has no metrics, and alerts on it are blind",
    fix="Start what is scraped, or correct its address, port or path in `scrape:`.",
)
TARGET_INTERVAL: Final = Code(
    "LIV733",
    "target-interval",
    why="windows of queries and the ledger of SLOs are laid out for the interval of the specs; a "
    "slower scrape leaves too few samples in them",
    fix="Load the generated `prometheus.yml`, or write the real `interval:` in `scrape:`.",
    severity=Severity.WARNING,
)
CODES: Final = (TARGET_MISSING, TARGET_DOWN, TARGET_INTERVAL)


@dataclass(frozen=True, slots=True)
class _Wanted:
    job: str
    address: str
    interval: Duration
    origin: Origin


def check(world: World) -> Outcome:
    """Compare the active targets of the server with those of the build."""
    wanted = tuple(_wanted(world.compiled.prometheus))
    if not wanted:
        return Outcome(looked=0, what="target", findings=())
    data = answers.mapping(world.live.data("targets", (("state", "active"),)))
    found: dict[tuple[str, str], dict[str, object]] = {}
    for target in answers.rows(data.get("activeTargets")):
        labels = answers.mapping(target.get("labels"))
        job = answers.text(labels, "job") or answers.text(target, "scrapePool")
        before = answers.mapping(target.get("discoveredLabels"))
        for address in (answers.text(labels, "instance"), answers.text(before, "__address__")):
            found[job, address] = target
    findings = (d for one in wanted for d in _problems(one, found.get((one.job, one.address))))
    return Outcome(looked=len(wanted), what="target", findings=tuple(findings))


def _wanted(config: PrometheusConfig) -> Iterator[_Wanted]:
    for job in config.jobs:
        for target in job.targets:
            yield _Wanted(job.job, target, job.interval, job.origin)
    for probe in config.probes:
        yield _Wanted(probe.job, probe.target, probe.interval, probe.origin)


def _problems(wanted: _Wanted, target: Mapping[str, object] | None) -> Iterator[Diagnostic]:
    name = f"target `{wanted.address}` of job `{wanted.job}`"
    if target is None:
        yield finding(TARGET_MISSING, wanted.origin, f"{name} is not scraped")
        return
    health = answers.text(target, "health")
    if health == "down":
        reason = " ".join(answers.text(target, "lastError").split()) or "no reason is given"
        yield finding(TARGET_DOWN, wanted.origin, f"{name} is down: {reason}")
    interval = answers.text(target, "scrapeInterval")
    if interval and wanted.interval.ms and ranges.duration(interval) != wanted.interval.ms:
        message = f"{name} is scraped every {interval}, not every {wanted.interval}"
        yield finding(TARGET_INTERVAL, wanted.origin, message)
