"""
Counting events tile by tile, right to the event.

*Seen*: the last value in the tile minus the last value before it, at most a bridge `W` back; a
series without a past counts from its first sample in the tile; a reset is what was still counted
before it plus what was counted since. There is no extrapolation, so the scrape interval need be
neither known nor constant, and a missed scrape is counted when the next one comes.

*Born*: what a series had counted when it first appeared (an error counter's labels are usually
born with the first error), if its target was up all through `W` or its process is that young.

Every selector reads `offset d`: a scrape in flight is stamped at its start and stored at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher, selector
from obsgen.model import LedgerScope, Tile
from obsgen.units import Duration, number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """
    Counters whose growth is counted.

    Attributes:
        wrap: Makes the PromQL of `function(range of the counters)` out of the function's name
            and the range with its offset.
        metric: Whose targets must be up for births.
    """

    wrap: Callable[[str, str], str]
    metric: Metric

    def last(self, tile: Tile) -> str:
        """Return the last value in the tile."""
        return self.wrap("last_over_time", present(tile))

    def before(self, tile: Tile) -> str:
        """Return the last value within the bridge before the tile."""
        return self.wrap("last_over_time", past(tile))

    def least(self, tile: Tile) -> str:
        """Return the smallest value in the tile: the first, unless the counter was reset."""
        return self.wrap("min_over_time", present(tile))

    def peak(self, tile: Tile) -> str:
        """Return the largest value in the tile."""
        return self.wrap("max_over_time", present(tile))


def counter_stream(metric: Metric, series: str, matchers: tuple[Matcher, ...]) -> Stream:
    """Return the stream of one selector."""
    selected = metric.select(series, matchers)
    return Stream(wrap=lambda function, over: f"{function}({selected}{over})", metric=metric)


def without_good(metric: Metric, all_: tuple[Matcher, ...], good: tuple[Matcher, ...]) -> Stream:
    """Return the stream of the series that are not good."""
    if len(good) == 1:
        return counter_stream(metric, metric.counted, (*all_, good[0].negated()))
    every = metric.select(metric.counted, all_)
    fine = metric.select(metric.counted, (*all_, *good))
    return Stream(
        wrap=lambda function, over: f"({function}({every}{over}) unless {function}({fine}{over}))",
        metric=metric,
    )


def bucket_stream(metric: Metric, *alternatives: tuple[Matcher, ...]) -> Stream:
    """
    Return the stream of buckets without `le`: a new spelling of it is not a new series.

    Args:
        alternatives: Matchers that each take buckets of other series, one bucket of each series.
    """
    chosen = [metric.select(f"{metric.name}_bucket", matchers) for matchers in alternatives]

    def wrap(function: str, over: str) -> str:
        found = " or ".join(f"{function}({selected}{over})" for selected in chosen)
        return f"max without (le) ({found})"

    return Stream(wrap=wrap, metric=metric)


def present(tile: Tile) -> str:
    """Return the range that is a tile, when all of it is stored."""
    return f"[{tile.length}] offset {tile.settle}"


def past(tile: Tile) -> str:
    """Return the range that is the bridge before a tile."""
    return f"[{tile.bridge}] offset {Duration(tile.length.ms + tile.settle.ms)}"


def seen(stream: Stream, tile: Tile) -> str:
    """Return the increase of each series of a stream within the tile."""
    return (
        "(\n"
        f"  {stream.last(tile)}\n"
        "    - (\n"
        f"      {stream.before(tile)}\n"
        f"      or {stream.least(tile)}\n"
        "    )\n"
        ") >= 0\n"
        "or (\n"
        f"  {stream.last(tile)}\n"
        "    + clamp_min(\n"
        f"      {stream.peak(tile)}\n"
        f"        - {stream.before(tile)},\n"
        "      0\n"
        "    )\n"
        ")"
    )


def born(stream: Stream, tile: Tile) -> str:
    """
    Return what each new series had counted at its first sample.

    The target must have been up all through the bridge, else a new target's whole past would
    count; or its process must be younger than tile and bridge, and then it counted from zero.
    """
    return (
        "(\n"
        f"  {stream.least(tile)}\n"
        f"  unless {stream.before(tile)}\n"
        ")\n"
        f"{known_target(stream.metric, tile)}"
    )


def known_target(metric: Metric, tile: Tile) -> str:
    """Return the condition of births: the target was up before, or its process is young."""
    up = selector("up", metric.target_scope)
    start = selector("process_start_time_seconds", metric.target_scope)
    young = number_text(Duration(tile.length.ms + tile.bridge.ms).seconds)
    settle = number_text(tile.settle.seconds)
    return (
        "and on (job, instance) (\n"
        f"  min_over_time({up}{past(tile)}) == 1\n"
        f"  or time() - {settle} - {start} offset {tile.settle} < {young}\n"
        ")"
    )


def summed(inner: str, by: tuple[str, ...]) -> str:
    """Sum over the groups."""
    return f"{aggregated('sum', by)}(\n{indented(inner)}\n)"


def grouped(text: str) -> str:
    """Put a part in parentheses of its own lines."""
    return f"(\n{indented(text)}\n)"


def indented(text: str) -> str:
    """Move a part to the right by one level."""
    lines = text.splitlines(keepends=True)
    return "".join(f"  {line}" if line.strip() else line for line in lines)


def hung(text: str) -> str:
    """Indent every line but the first: the part begins in the middle of a line."""
    return indented(text).lstrip()


def recorded_total(scope: LedgerScope) -> str:
    """Return the recorded total of the same tile, on the labels of the groups alone."""
    return _recorded(names.total_seen(scope.tile.length), scope)


def recorded_events(scope: LedgerScope) -> str:
    """Return the recorded events of the same tile, of an SLI of which nothing is born."""
    return _recorded(names.total_events(scope.tile.length), scope)


def _recorded(name: str, scope: LedgerScope) -> str:
    return f"{aggregated('sum', scope.by)}({selector(name, scope.identity)})"


def aggregated(op: str, by: tuple[str, ...]) -> str:
    """Return the head of an aggregation to the groups: `sum by (route) `."""
    return f"{op} by ({', '.join(by)}) " if by else op


def or_zero(text: str, scope: LedgerScope) -> str:
    """Return the part, and 0 for every group that has a total and none of it."""
    return f"{text}\nor 0 * {recorded_total(scope)}"


def or_none_bad(text: str, scope: LedgerScope) -> str:
    """Return the bad events, and 0 where there are only others, of an SLI without births."""
    return f"{text}\nor 0 * {recorded_events(scope)}"
