"""The ledger and the usual formulas, each asked of a Prometheus for a whole period."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oracles import Server, running_prometheus
from recorded import ask
from remote_write import RECEIVER

from benchmarks.backfill import MINUTE
from obsgen.artefacts import RecordingRule, RuleGroup
from obsgen.simulate import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Sli:
    """
    The selectors of an SLI's events.

    Attributes:
        total, bad: For `increase`; latency has no counter of bad events.
        good: What is taken away from the total, where there is no counter of bad events.
    """

    total: str
    bad: str = ""
    good: str = ""

    def counted(self, function: str, window: str) -> tuple[str, str]:
        """Return the queries of all and of the bad events within a window."""
        total = f"sum({function}({self.total}[{window}]))"
        if self.bad:
            return total, f"sum({function}({self.bad}[{window}]))"
        return total, f"({total} - sum({function}({self.good}[{window}])))"


SLIS: Final[Mapping[str, Sli]] = {
    "availability": Sli(
        total='requests_total{job="shop"}', bad='requests_total{job="shop",code=~"5.."}'
    ),
    "latency": Sli(
        total='request_duration_seconds_count{job="shop"}',
        good='request_duration_seconds_bucket{job="shop",le="0.5"}',
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a formula says of a whole period; None where it tells no such number."""

    ratio: float
    total: float | None = None
    bad: float | None = None


def recording(group: RuleGroup, part: str) -> Iterator[RecordingRule]:
    """Yield the recording rules of a group in whose names a part stands."""
    for rule in group.rules:
        if isinstance(rule, RecordingRule) and part in rule.record:
            yield rule


def ledger(server: Server, slo: str, end: int) -> Found:
    names = ("error_ratio", "total_events", "bad_events")
    ratio, total, bad = (_at(server, f'slo:{name}:period{{slo="{slo}"}}', end) for name in names)
    return Found(ratio=ratio, total=total, bad=bad)


def raw_range(server: Server, sli: Sli, period: str, end: int) -> Found:
    total, bad = (_at(server, query, end) for query in sli.counted("increase", period))
    return Found(ratio=bad / total, total=total, bad=bad)


def plain_tiles(server: Server, sli: Sli, span: Span) -> Found:
    moments = range(span.start + 5 * MINUTE, span.end + 1, 5 * MINUTE)
    total, bad = (sum(_values(server, query, moments)) for query in sli.counted("increase", "5m"))
    return Found(ratio=bad / total, total=total, bad=bad)


def mean_of_ratios(server: Server, sli: Sli, span: Span) -> Found:
    total, bad = sli.counted("rate", "5m")
    ratios = _values(server, f"{bad} / {total}", range(span.start + MINUTE, span.end + 1, MINUTE))
    return Found(ratio=sum(ratios) / len(ratios))


def _at(server: Server, query: str, moment: int) -> float:
    return sum(_values(server, query, range(moment, moment + 1, MINUTE)))


def _values(server: Server, query: str, moments: range) -> list[float]:
    """Return all values of a query that are numbers."""
    found = [float(v) for series in ask(server, query, moments) for _, v in series["values"]]
    return [value for value in found if not math.isnan(value)]


@contextmanager
def empty_server() -> Iterator[Server]:
    """Run a Prometheus that can be written to."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text("{}")
        with running_prometheus(config, *RECEIVER, "--query.max-samples=200000000") as server:
            yield server
