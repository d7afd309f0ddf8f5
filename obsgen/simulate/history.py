"""
A history as OpenMetrics text: what `promtool tsdb create-blocks-from openmetrics` reads.

One document holds a span of time, family by family and series by series, as the format demands
(OpenMetrics 1.0, "Overall structure"); while it is written only the numbers of that span are kept.
A long history is a sequence of documents, each of which becomes blocks of its own.

What the format cannot say: that a series has ended. Prometheus marks a series that a scrape no
longer brings, and every series of a target that does not answer, as stale at once; backfilled data
has no such marks, so that a series seems to go on for five minutes (the lookback of a query) after
its last sample. Shorter gaps than that are seen by range functions alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from obsgen.catalogue import Metric
from obsgen.matchers import quoted
from obsgen.simulate.instruments import ABSENT, Exposed
from obsgen.simulate.population import Target
from obsgen.simulate.scrape import Scrape, Scraper

_TOTAL: Final = "_total"


def write_history(scraper: Scraper, until: int, file: TextIO) -> None:
    """Let a world go on, and write what the scrapes see of it; as `write_histories`."""
    write_histories((scraper,), until, file)


def write_histories(scrapers: Sequence[Scraper], until: int, file: TextIO) -> None:
    """
    Let worlds go on, and write what the scrapes see of them.

    Args:
        until: Milliseconds since the epoch; the next document goes on from there.
        file: Takes UTF-8 text without translation of line ends.
    """
    seen: list[_Seen] = []
    for scraper in scrapers:
        own = tuple(_Seen(target=target, scrapes=[]) for target in scraper.world.targets)
        for scrape in scraper.until(until):
            own[scrape.target].scrapes.append(scrape)
        seen.extend(own)
    for family in _families(seen):
        family.write(file)
    file.write("# EOF\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What scrapes saw of a target."""

    target: Target
    scrapes: list[Scrape]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """
    The series of one family at one target.

    Attributes:
        point: How many series belong together at each moment.
        values: The time stamp and the values of all series, in order of time.
    """

    series: tuple[Exposed, ...]
    point: int
    target: Mapping[str, str]
    values: list[tuple[str, array[int]]]

    def lines(self) -> Iterator[str]:
        """Yield the samples, label set by label set."""
        for first in range(0, len(self.series), self.point):
            point = range(first, first + self.point)
            heads = [f"{_name(self.series[place], self.target)} " for place in point]
            if self.point == 1 and not self.series[first].decimals:
                yield from self._whole(first, heads[0])
            else:
                yield from self._any(point, heads)

    def _whole(self, place: int, head: str) -> Iterator[str]:
        """Yield the samples of a series of whole numbers: most are such, and this is quick."""
        for at, values in self.values:
            if (value := values[place]) != ABSENT:
                yield f"{head}{value} {at}\n"

    def _any(self, point: range, heads: list[str]) -> Iterator[str]:
        columns = [
            (place, head, self.series[place].decimals)
            for place, head in zip(point, heads, strict=True)
        ]
        for at, values in self.values:
            for place, head, decimals in columns:
                if (value := values[place]) != ABSENT:
                    yield f"{head}{_number(value, decimals) if decimals else value} {at}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """A family of the document, under OpenMetrics' name and type."""

    name: str
    type: str
    help: str
    rows: tuple[_Rows, ...]

    def write(self, file: TextIO) -> None:
        """Write the family, whether or not it has samples."""
        file.write(f"# TYPE {self.name} {self.type}\n")
        if self.help:
            file.write(f"# HELP {self.name} {quoted(self.help)[1:-1]}\n")
        for rows in self.rows:
            file.writelines(rows.lines())


def _families(seen: Sequence[_Seen]) -> Iterator[_Family]:
    """Yield what the processes expose, then what Prometheus adds to each scrape."""
    places: dict[str, list[tuple[_Seen, int]]] = {}
    metrics: dict[str, Metric] = {}
    for each in seen:
        for place, family in enumerate(each.target.families):
            metrics.setdefault(family.metric.name, family.metric)
            places.setdefault(family.metric.name, []).append((each, place))
    for metric in metrics.values():
        name, kind = _openmetrics(metric, metrics)
        rows = tuple(
            _exposed_rows(place, each.target.labels, answered)
            for each, place in places[metric.name]
            if (answered := [scrape for scrape in each.scrapes if scrape.process])
        )
        yield _Family(name=name, type=kind, help=metric.help, rows=rows)
    for series, value in _OF_A_SCRAPE:
        rows = tuple(_scrape_rows(series, value, s.target.labels, s.scrapes) for s in seen)
        yield _Family(name=series.name, type="gauge", help="", rows=rows)


def _openmetrics(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, str]:
    """Return the name and the type of a metric's family: a counter's ends before `_total`."""
    if metric.type != "counter":
        return metric.name, metric.type
    name = metric.name.removesuffix(_TOTAL)
    # Another metric may have the name without the ending, and families may not share one.
    return (metric.name, "unknown") if name in metrics else (name, "counter")


def _exposed_rows(place: int, target: Mapping[str, str], scrapes: list[Scrape]) -> _Rows:
    process = scrapes[0].process
    assert process is not None
    instrument = process.instruments[place]
    return _Rows(
        series=instrument.series,
        point=instrument.point,
        target=target,
        values=[(_time(scrape.at), scrape.values[place]) for scrape in scrapes],
    )


def _scrape_rows(
    series: Exposed,
    value: Callable[[Scrape], int],
    target: Mapping[str, str],
    scrapes: list[Scrape],
) -> _Rows:
    values = [(_time(scrape.at), array("q", [value(scrape)])) for scrape in scrapes]
    return _Rows(series=(series,), point=1, target=target, values=values)


# Prometheus, "Jobs and instances": what it stores beside the samples of a scrape.
_OF_A_SCRAPE: Final[tuple[tuple[Exposed, Callable[[Scrape], int]], ...]] = (
    (Exposed("process_start_time_seconds", {}, 3), lambda scrape: scrape.started),
    (Exposed("up", {}), lambda scrape: int(scrape.process is not None)),
    (Exposed("scrape_duration_seconds", {}, 3), lambda scrape: scrape.took),
    (Exposed("scrape_samples_scraped", {}), lambda scrape: scrape.samples),
    (Exposed("scrape_samples_post_metric_relabeling", {}), lambda scrape: scrape.samples),
    (Exposed("scrape_series_added", {}), lambda scrape: scrape.added),
)


def _name(series: Exposed, target: Mapping[str, str]) -> str:
    labels = ",".join(f"{k}={quoted(v)}" for k, v in {**series.labels, **target}.items())
    return f"{series.name}{{{labels}}}"


def _number(value: int, decimals: int) -> str:
    if value < 0:
        return f"-{_number(-value, decimals)}"
    text = str(value)
    if not decimals:
        return text
    text = text.zfill(decimals + 1)
    return f"{text[:-decimals]}.{text[-decimals:]}"


def _time(ms: int) -> str:
    return _number(ms, 3)
