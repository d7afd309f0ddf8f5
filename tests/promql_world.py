"""
A small world of series, with what is declared of them: counters, gauges, a histogram and `up`.

Two jobs with two instances each live for two hours. Series are born late, end with a stale marker,
have gaps, reset, and one gauge becomes infinite and NaN; each metric keeps what is declared of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Final

import remote_write

from obsgen.catalogue import Catalogue, Metric
from obsgen.promql.labels import Labels, declared_labels
from obsgen.promql.meaning import Sample, Series
from obsgen.promql.meaning.bounds import NOT_NEGATIVE, ZERO_OR_ONE, Bounds
from obsgen.units import BYTES, COUNT, RATIO, SECONDS

START: Final = 1_704_067_200_000
"""Midnight, UTC, in milliseconds."""
END: Final = START + 2 * 3_600_000
MOMENTS: Final = (START + 1_900_000, START + 3_600_000, START + 5_430_000, END + 60_000)
"""When questions are asked: before, amid and after what happens to the series."""

_STEP: Final = 15_000
_TARGETS: Final = (("api", "api-0"), ("api", "api-1"), ("db", "db-0"), ("db", "db-1"))
_JOBS: Final = frozenset({"api", "db"})
_CODES: Final = ("200", "404", "500")
_BUCKETS: Final = (Decimal("0.1"), Decimal("0.5"), Decimal(1), Decimal("2.5"))
_BOUNDS: Final = ("0.1", "0.5", "1", "2.5", "+Inf")

_VALUES: Final = {"job": _JOBS, "instance": frozenset(i for _, i in _TARGETS)}
_TARGET_LABELS: Final = ("job", "instance")


def _series(name: str, sample: Sample, *labels: str, **more: object) -> Series:
    declared = declared_labels((*_TARGET_LABELS, *labels))
    known = {"metric": name, "labels": declared, "values": _VALUES, **more}
    return Series(name=name, sample=sample, **known)


_WITH_CODE: Final = {**_VALUES, "code": frozenset(_CODES)}
_WITH_BOUND: Final = {**_VALUES, "le": frozenset(_BOUNDS)}
_SOMETIMES: Final = Labels(
    names=frozenset({*_TARGET_LABELS, "zone"}),
    sure=frozenset(_TARGET_LABELS),
    may_be_named=True,
)

DECLARED: Final[Mapping[str, Series]] = {
    series.name: series
    for series in (
        _series("requests_total", Sample.COUNTER, "code", unit=COUNT, values=_WITH_CODE),
        _series("busy_seconds_total", Sample.COUNTER, unit=SECONDS),
        _series("temperature", Sample.GAUGE, "zone"),
        _series("odd", Sample.GAUGE, labels=_SOMETIMES),
        _series("free_bytes", Sample.GAUGE, "disk", unit=BYTES, bounds=NOT_NEGATIVE),
        _series("load", Sample.GAUGE, unit=RATIO, bounds=Bounds(Decimal("0.25"), Decimal("0.75"))),
        _series("up", Sample.GAUGE, bounds=ZERO_OR_ONE),
        _series(
            "latency_seconds_bucket",
            Sample.BUCKETS,
            "le",
            unit=COUNT,
            observed=SECONDS,
            values=_WITH_BOUND,
            buckets=_BUCKETS,
        ),
        _series("latency_seconds_count", Sample.COUNTER, unit=COUNT),
        _series("latency_seconds_sum", Sample.COUNTER, unit=SECONDS),
    )
}
"""What is declared of the series; `undeclared` is in the world, too."""

CATALOGUE: Final = Catalogue(
    {
        metric.name: metric
        for metric in (
            Metric(name="requests_total", type="counter", labels={"code": _CODES}),
            Metric(name="busy_seconds_total", type="counter", unit=SECONDS),
            Metric(name="temperature", type="gauge", labels={"zone": None}),
            Metric(name="free_bytes", type="gauge", unit=BYTES, labels={"disk": None}),
            Metric(name="load", type="gauge", unit=RATIO),
            Metric(name="up", type="gauge"),
            Metric(name="latency_seconds", type="histogram", unit=SECONDS, buckets=_BUCKETS),
        )
    }
)
"""The same, as specs declare it."""


class World:
    """What expressions may know of the series."""

    def series_of(self, name: str) -> Series | None:
        return DECLARED.get(name)


def stored() -> Iterator[remote_write.Series]:
    """Yield all series as a server has stored them."""
    random = Random(1)
    for number, (job, instance) in enumerate(_TARGETS):
        target = {"job": job, "instance": instance}
        times = [START + number * 1_000 + step for step in range(0, END - START, _STEP)]
        for name, labels, values in _exposed(number, times, random):
            lived = list(zip(times, values, strict=True))
            if name != "up":
                lived = _life(lived, number, name)
            yield remote_write.Series(
                labels={"__name__": name, **target, **labels},
                times=[time for time, _ in lived],
                values=[value for _, value in lived],
            )


_Sample = tuple[int, "float | None"]


def _life(samples: list[_Sample], number: int, name: str) -> list[_Sample]:
    """Let a series be born late, have a gap, or end."""
    quarter = len(samples) // 4
    if number == 1 and name != "load":
        return samples[quarter * 2 :]
    if number == 2:
        return samples[: quarter * 2 - 5] + samples[quarter * 2 + 40 :]
    if number == 3 and name not in {"load", "busy_seconds_total"}:
        ended = samples[quarter * 3][0]
        return [*samples[: quarter * 3], (ended, None)]
    return samples


def _exposed(
    number: int, times: list[int], random: Random
) -> Iterator[tuple[str, dict[str, str], list[float]]]:
    def walk(step: float) -> list[float]:
        """Return a counter that starts anew in the middle."""
        total, found = 0.0, []
        for place in range(len(times)):
            total = 0.0 if place == len(times) // 3 + number else total
            total += random.random() * step if random.random() < 0.7 else 0.0
            found.append(total)
        return found

    for code in _CODES[: 2 + number % 2]:
        yield "requests_total", {"code": code}, [float(int(v)) for v in walk(20)]
    yield "busy_seconds_total", {}, walk(15)
    for zone in ("east", "west"):
        level = [20 * math.sin(t / 600_000 + number) + random.random() for t in times]
        yield "temperature", {"zone": zone}, level
    strange = [(-3.5, 0.0, 7.25, math.inf, -math.inf, math.nan)[random.randrange(6)] for _ in times]
    yield "odd", {"zone": "east"} if number % 2 else {}, strange
    for disk in ("a", "b"):
        yield "free_bytes", {"disk": disk}, [float(random.randrange(10**9)) for _ in times]
    yield "load", {}, [random.choice((0.25, 0.5, 0.6, 0.75)) for _ in times]
    yield "up", {}, [float(random.random() < 0.9) for _ in times]
    yield "undeclared", {"kind": f"k{number}"}, [random.gauss(0, 5) for _ in times]
    parts = [walk(3) for _ in _BOUNDS]
    for place, bound in enumerate(_BOUNDS):
        below = [math.floor(sum(values)) for values in zip(*parts[: place + 1], strict=True)]
        yield "latency_seconds_bucket", {"le": bound}, [float(v) for v in below]
    count = [float(math.floor(sum(values))) for values in zip(*parts, strict=True)]
    yield "latency_seconds_count", {}, count
    yield "latency_seconds_sum", {}, [0.4 * value for value in count]
