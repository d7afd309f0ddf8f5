"""
`python -m benchmarks.scale`: what the rules of 1,000 SLOs cost a real Prometheus.

It has stored the ledgers of a whole period, scrapes every series that the SLOs read, and evaluates
all rules as they are generated. What it says of itself after some minutes is printed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import requests
import yaml
from exporter import Exposed, exporting
from oracles import Server, running_prometheus
from remote_write import RECEIVER, Series, write

from benchmarks.services import specs
from benchmarks.table import Figure, table
from obsgen import Options, build, names
from obsgen.catalogue import Metric, bucket_spellings
from obsgen.matchers import quoted
from obsgen.model import Service, Slo
from obsgen.outputs import prometheus
from obsgen.progress import progress
from obsgen.simulate import Size, populate

_SLOS_OF_A_SERVICE: Final = 3
_MINUTE: Final = 60_000
_FINE: Final = 6 * 60 * _MINUTE
"""So much is read of tiles of a minute; longer windows read tiles of five."""
_SHOWN: Final = 15
_SETTLES: Final = 2
"""Minutes until everything has been evaluated once."""
_FAILURES: Final = "prometheus_rule_evaluation_failures_total"
_MEMORY: Final = "process_resident_memory_bytes"


_OF_A_TARGET: Final = ("up", "process_start_time_seconds")


# --- what is scraped ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lines:
    """
    Every series of the services, as an exporter writes it before the value.

    Attributes:
        growing: What goes on all the time.
        still: What stands: failures, and what is 1 while all is well.
    """

    growing: list[str] = field(default_factory=list)
    still: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, services: Sequence[Service]) -> Lines:
        """Return those of one target of each service."""
        found = cls()
        for target in (t for service in services for t in populate(service, Size(targets=1))):
            found.still.extend(_line(name, target.labels) for name in _OF_A_TARGET)
            for family in target.families:
                for labels in family.healthy:
                    found.growing.extend(_lines(family.metric, {**labels, **target.labels}))
                for labels in family.failing:
                    found.still.extend(_lines(family.metric, {**labels, **target.labels}))
        return found

    def __len__(self) -> int:
        return len(self.growing) + len(self.still)


def _lines(metric: Metric, labels: Mapping[str, str]) -> Iterator[str]:
    if metric.type != "histogram":
        yield _line(metric.name, labels)
        return
    for bound in (*(bucket_spellings(bound)[0] for bound in metric.buckets), "+Inf"):
        yield _line(f"{metric.name}_bucket", {**labels, "le": bound})
    yield from (_line(f"{metric.name}_{part}", labels) for part in ("count", "sum"))


def _line(name: str, labels: Mapping[str, str]) -> str:
    return f"{name}{{{','.join(f'{k}={quoted(v)}' for k, v in labels.items())}}}"


class _Exporter:
    """Counts on from scrape to scrape; how fast makes no difference to the rules."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._scrapes = 0

    def text(self) -> str:
        """Return the next scrape."""
        self._scrapes += 1
        now = f" {self._scrapes}\n"
        return "".join((now.join(self._lines.growing), now, " 1\n".join(self._lines.still), " 1\n"))


# --- what is stored ----------------------------------------------------------------------------


def _ledgers(services: Sequence[Service], lines: Lines, now: int) -> Iterator[Series]:
    """Yield the ledgers of all SLOs up to a moment, as long as anything reads; all is well."""
    for service in services:
        for slo in service.slos:
            for groups in _groups(slo, lines):
                labels = {"service": service.name, "slo": slo.name, **groups}
                lengths = {slo.tile.length: _FINE, names.COARSE_TILE: slo.period.longest.ms}
                for tile, length in lengths.items():
                    times = range(now - length, now, tile.ms)
                    yield _stored(names.total_events(tile), labels, times, 1.0)
                    yield _stored(names.bad_events(tile), labels, times, 0.0)


def _stored(name: str, labels: Mapping[str, str], times: range, value: float) -> Series:
    return Series(labels={"__name__": name, **labels}, times=times, values=[value] * len(times))


def _groups(slo: Slo, lines: Lines) -> list[dict[str, str]]:
    """Return the groups of an SLO, as the series of its counter have them."""
    counter = f"{slo.sli.metrics[0].name}{{"
    own = [line for line in lines.growing if slo.by and line.startswith(counter)]
    found = {
        tuple((label, re.search(rf'[{{,]{label}="([^"]*)"', line)[1]) for label in slo.by)
        for line in own
    }
    return [dict(group) for group in sorted(found)] or [{}]


# --- what it costs -----------------------------------------------------------------------------


def _said(server: Server) -> dict[str, float]:
    """Return the metrics of the server itself, summed up over their labels."""
    found: dict[str, float] = {}
    text = requests.get(f"{server.url}/metrics", timeout=30).text
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            found[name] = found.get(name, 0.0) + float(value)
    return found


def figures(slos: int, minutes: int, *, seed: int = 1) -> list[Figure]:
    """Return what Prometheus says of itself over some minutes."""
    texts = specs(-(-slos // _SLOS_OF_A_SERVICE), seed=seed)
    built = build(texts, Options(requires_project=True, with_files=False, with_tests=False))
    ((spec,), (compiled,)) = built.specs, built.compiled
    lines = Lines.of(spec.services)
    with (
        tempfile.TemporaryDirectory() as folder,
        exporting({"/metrics": Exposed(text=_Exporter(lines).text)}) as address,
    ):
        root = Path(folder)
        for file in prometheus.files(compiled):
            path = root / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        config = root / "prometheus" / "prometheus.yml"
        config.write_text("{}")
        with running_prometheus(config, *RECEIVER) as server:
            now = round(time.time() * 1000)
            write(server.url, list(_ledgers(spec.services, lines, now)))
            config.write_text(yaml.safe_dump(_config(address)))
            os.kill(server.pid, signal.SIGHUP)
            first, last = _measured(server, minutes)
            dearest = _dearest(server)
    rules = sum(len(group.rules) for file in compiled.rule_files for group in file.groups)
    own = sum(len(service.slos) for service in spec.services)
    what = f"{own:,} SLOs, {rules:,} rules, {len(lines):,} series"
    return [*_figures(first, last, minutes, what), *dearest]


def _config(address: str) -> Mapping[str, object]:
    scrape = {"job_name": "all", "honor_labels": True, "static_configs": [{"targets": [address]}]}
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "30s"},
        "rule_files": ["rules/*.yml"],
        "scrape_configs": [scrape],
    }


def _measured(server: Server, minutes: int) -> tuple[dict[str, float], dict[str, float]]:
    with progress("evaluating", _SETTLES + minutes) as report:
        said = []
        for _ in range(_SETTLES + minutes):
            time.sleep(60)
            said.append(_said(server))
            report(1)
    return said[_SETTLES - 1], said[-1]


def _dearest(server: Server) -> list[Figure]:
    """Return which rules take the time, by what they record: the share of one evaluation each."""
    groups = requests.get(f"{server.url}/api/v1/rules", timeout=60).json()["data"]["groups"]
    a_minute: dict[str, float] = {}
    for group in groups:
        for rule in group["rules"]:
            took = rule["evaluationTime"] * 60 / group["interval"]
            a_minute[rule["name"]] = a_minute.get(rule["name"], 0.0) + took
    dearest = sorted(a_minute.items(), key=lambda item: -item[1])[:_SHOWN]
    return [Figure(what=f"  of it {name}", measured=f"{took:.2f} s") for name, took in dearest]


def _figures(
    first: Mapping[str, float], last: Mapping[str, float], minutes: int, what: str
) -> list[Figure]:
    def a_minute(name: str) -> float:
        return (last[name] - first[name]) / minutes

    evaluated = a_minute("prometheus_rule_group_duration_seconds_sum")
    processor = a_minute("process_cpu_seconds_total")
    missed = last["prometheus_rule_group_iterations_missed_total"]
    return [
        Figure(what=f"{what}: rule evaluation a minute", measured=f"{evaluated:.2f} s"),
        Figure(what="processor time of the process a minute", measured=f"{processor:.2f} s"),
        Figure(what="evaluations missed", measured=f"{missed:.0f}"),
        Figure(what="evaluations failed", measured=f"{last[_FAILURES]:.0f}"),
        Figure(what="memory of the process", measured=f"{last[_MEMORY] / 2**20:.0f} MiB"),
    ]


@click.command()
@click.option("--slos", default=1_000, show_default=True, help="How many SLOs there are.")
@click.option("--minutes", default=4, show_default=True, help="How long is measured.")
def main(slos: int, minutes: int) -> None:
    """Measure what rules cost a real Prometheus."""
    sys.stdout.write(table(figures(slos, minutes)))


if __name__ == "__main__":
    main()
