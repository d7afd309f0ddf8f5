"""
`python -m benchmarks.accuracy`: the ledger and the usual formulas against what really happened.

Seeded traffic is written into a real Prometheus as scrapes would have stored it, rules are
evaluated over it as a ruler would, and both are held against the simulation's own count.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import click
from oracles import Server
from recorded import record
from remote_write import write

from benchmarks.backfill import DAY, MARGIN, MINUTE, START, Backfill, Truth, played, service_for
from benchmarks.detection import detection
from benchmarks.formulas import (
    SLIS,
    Found,
    empty_server,
    ledger,
    mean_of_ratios,
    plain_tiles,
    raw_range,
    recording,
)
from benchmarks.reading import cost
from benchmarks.table import Figure, table
from obsgen.artefacts import RuleGroup
from obsgen.progress import progress
from obsgen.simulate import Span, tell
from obsgen.simulate.stories import Plot

_STORIES: Final[Mapping[str, Plot]] = {
    "births, bursts, gaps": Plot(arrivals=2_000, restarts=0, long_gaps=0),
    "few events": Plot(arrivals=60, failing_ppm=5_000, restarts=0, long_gaps=0, bursts=4),
    "restarts too": Plot(arrivals=2_000, restarts=2),
}
"""What befalls the service."""
_AIMED: Final = frozenset({"births, bursts, gaps"})
"""Without resets, and with so many events that the first good one of a series is no matter: births
of bad events are counted, those of good ones are not."""
_RATIO_AIM: Final = 0.05
_COUNT_AIM: Final = 0.1
"""Percent."""


def accuracy(story: str, days: int, targets: int, seed: int) -> Iterator[Figure]:
    """Yield the error of each formula over a story."""
    service, groups = service_for(days, targets)
    span = Span(START, START + days * DAY)
    busy = Span(span.start + MARGIN, span.end - MARGIN)
    told = tell(_STORIES[story], busy, targets=targets, seed=seed)
    backfill = played(service, told, span, seed=seed)
    with empty_server() as server:
        write(server.url, backfill.series)
        yield from _of_story(server, groups, backfill, f"{days}d", story)


def _of_story(
    server: Server, groups: Sequence[RuleGroup], backfill: Backfill, period: str, story: str
) -> Iterator[Figure]:
    span = backfill.span
    every_tile, slower = groups
    moments = range(span.start + MINUTE, span.end + 1, MINUTE)
    record(server, recording(every_tile, "increase"), [moments])
    record(server, recording(slower, ":period"), [range(span.end, span.end + 1, MINUTE)])
    for slo, truth in backfill.truth.items():
        sli = SLIS[slo]
        formulas = {
            "obsgen": ledger(server, slo, span.end),
            "raw range": raw_range(server, sli, period, span.end),
            "plain 5m tiles": plain_tiles(server, sli, span),
            "mean of 5m ratios": mean_of_ratios(server, sli, span),
        }
        for formula, found in formulas.items():
            is_aimed = formula == "obsgen" and story in _AIMED
            yield from _figures(f"{story}: {slo}, {formula}", found, truth, is_aimed=is_aimed)


def _figures(what: str, found: Found, truth: Truth, *, is_aimed: bool) -> Iterator[Figure]:
    parts = [("period ratio", found.ratio, truth.ratio, _RATIO_AIM)]
    if found.total is not None and found.bad is not None:
        parts += [
            ("all events", found.total, float(truth.total), _COUNT_AIM),
            ("bad events", found.bad, float(truth.bad), _COUNT_AIM),
        ]
    for part, value, true, aim in parts:
        yield Figure(
            what=f"{what}: {part}",
            measured=f"{value:.6g} of {true:.6g}",
            ratio=100 * (value / true - 1),
            at_most=aim if is_aimed else 0,
            unit="%",
        )


@click.command()
@click.option("--days", default=3, show_default=True, help="The length of the period.")
@click.option("--targets", default=3, show_default=True, help="Instances of the service.")
@click.option("--seed", default=1, show_default=True, help="Other traffic.")
@click.option("--series", default=1_000, show_default=True, help="Series whose cost is measured.")
def main(days: int, targets: int, seed: int, series: int) -> None:
    """Measure how right, how fast and how cheap the ledger is; it takes minutes."""
    figures: list[Figure] = []
    with progress("measuring", len(_STORIES) + 2) as report:
        for story in _STORIES:
            figures += accuracy(story, days, targets, seed)
            report(1)
        figures.append(detection(seed))
        report(1)
        figures += cost(series)
        report(1)
    sys.stdout.write(table(figures))


if __name__ == "__main__":
    main()
