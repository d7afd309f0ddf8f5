"""
By how much counters grew, exactly: as the ledgers of SLOs and budgets count it.

An hour in which every series only went on is its last value minus the one before the hour, without
extrapolation. An hour in which a series was born or reset is counted minute by minute, with the
same words as the rules (`obsgen.counting.tiles`), and what was born is believed as they believe it:
up to some amount and twice the busiest minute of the last hour. What rules record tile by tile is
summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.counting.tiles import Stream, aggregated, born, counter_stream, seen, summed
from obsgen.live.reports.asking import Data, Line
from obsgen.live.reports.periods import HOUR, MINUTE
from obsgen.matchers import Matcher
from obsgen.model import Tile
from obsgen.units import Duration, number_text

_QUARTER: Final = 900
_SETTLE: Final = Duration(1000)
"""Taken back by asking so much later: Prometheus refuses `offset 0s`."""
_BUSIEST: Final = 2
_NANO: Final = Decimal("1e-9")
"""Sums and differences of floats are noise below this; money is told in cents."""
_FLOAT_DIGITS: Final = 17

Group = tuple[str, ...]
Buckets = tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """
    By how much something grew, for each group, in each part of a time.

    Attributes:
        by: The labels of the groups.
        groups: A number for each part; None where there was nothing to count.
    """

    by: tuple[str, ...]
    groups: Mapping[Group, Buckets]

    def total(self) -> Decimal | None:
        """Return the sum of all; None where there is no data."""
        return added(number for numbers in self.groups.values() for number in numbers)

    def parts(self) -> Buckets:
        """Return the sum of all groups for each part of the time."""
        return tuple(added(column) for column in zip(*self.groups.values(), strict=True))

    def along(self, labels: Sequence[str]) -> Mapping[Group, Decimal | None]:
        """Return the sums by some of the labels."""
        places = [self.by.index(label) for label in labels]
        found: dict[Group, list[Decimal | None]] = {}
        for group, numbers in self.groups.items():
            key = tuple(group[place] for place in places)
            found.setdefault(key, []).extend(numbers)
        return {key: added(numbers) for key, numbers in found.items()}


def added(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return an exact sum of what there is; None where there is nothing."""
    known = [number for number in numbers if number is not None]
    return without_noise(sum(known, Decimal(0))) if known else None


def without_noise(number: Decimal) -> Decimal:
    """
    Round away what a float cannot hold beside what it holds.

    >>> without_noise(Decimal("0.30000000000000004")), without_noise(Decimal("1E+300"))
    (Decimal('0.3'), Decimal('1E+300'))
    """
    # What is so large has no such digits, and is not to be written with so many.
    is_rounded = number.adjusted() < _FLOAT_DIGITS
    found = (number.quantize(_NANO) if is_rounded else number).normalize()
    return found or Decimal(0)


@dataclass(frozen=True, slots=True)
class Counting:
    """
    Counts on one server.

    Attributes:
        tile: How rules count; here all is stored, and nothing need settle.
    """

    data: Data
    tile: Tile
    _known: dict[tuple[object, ...], Growth] = field(default_factory=dict, repr=False)

    def grown(
        self,
        metric: Metric,
        edges: Sequence[int],
        by: tuple[str, ...] = (),
        where: tuple[Matcher, ...] = (),
        *,
        series: str = "",
        plausible: Fraction = Fraction(10),
    ) -> Growth:
        """
        Return by how much a counter grew.

        Args:
            edges: Where each part of the time begins, and where the last one ends.
            series: The one of its series that is counted, where it has several.
            plausible: So much at least may a series have counted when it was born.

        Raises:
            ObsgenError: the server does not answer.
        """
        name = series or metric.counted
        key = (metric.name, name, tuple(edges), by, where, plausible)
        if key not in self._known:
            if metric.recorded:
                selected = metric.select(name, where)
                tiles = _recorded(self.data, f"{aggregated('sum', by)}", selected, edges)
            else:
                stream = counter_stream(metric, name, where)
                tiles = _Counted(self.data, stream, by, self._tile(), plausible).tiles(edges)
            self._known[key] = _sorted(tiles, edges, by)
        return self._known[key]

    def _tile(self) -> Tile:
        return replace(self.tile, length=Duration(MINUTE * 1000), settle=_SETTLE)


@dataclass(frozen=True, slots=True)
class _Tiled:
    """What was counted in the tile that ends at a second."""

    group: Mapping[str, str]
    end: int
    number: Decimal


def _sorted(tiles: Iterable[_Tiled], edges: Sequence[int], by: tuple[str, ...]) -> Growth:
    from bisect import bisect_left

    found: dict[Group, list[list[Decimal]]] = {}
    for tile in tiles:
        key = tuple(tile.group.get(label, "") for label in by)
        parts = found.setdefault(key, [[] for _ in edges[1:]])
        place = bisect_left(edges, tile.end) - 1
        if 0 <= place < len(parts):
            parts[place].append(tile.number)
    groups = {key: tuple(added(part) for part in parts) for key, parts in found.items()}
    return Growth(by, dict(sorted(groups.items())))


def _grid(edges: Sequence[int]) -> tuple[int, int]:
    """Return the length of coarse tiles that fit into all parts, and where the last one ends."""
    start, end = edges[0], edges[-1]
    length = next(
        (n for n in (HOUR, _QUARTER) if all((edge - start) % n == 0 for edge in edges[1:-1])),
        MINUTE,
    )
    return length, start + (end - start) // length * length


def _recorded(data: Data, sum_: str, selected: str, edges: Sequence[int]) -> Iterator[_Tiled]:
    length, last = _grid(edges)
    spans = [(edges[0] + length, last, length)]
    if last < edges[-1]:
        spans.append((edges[-1], edges[-1], edges[-1] - last))
    for start, end, step in spans:
        window = Duration(step * 1000).minus_a_millisecond()
        query = f"{sum_}(sum_over_time({selected}[{window}]))"
        yield from _tiles(data.over(query, start, end, step))


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts one stream."""

    data: Data
    stream: Stream
    by: tuple[str, ...]
    tile: Tile
    plausible: Fraction

    def tiles(self, edges: Sequence[int]) -> Iterator[_Tiled]:
        length, last = _grid(edges)
        start = edges[0]
        coarse = replace(self.tile, length=Duration(length * 1000))
        fine: list[tuple[int, int]] = [(last, edges[-1])] if last < edges[-1] else []
        if last > start:
            odd = self._odd(coarse, start + length, last, length) if length > MINUTE else set()
            if length == MINUTE:
                fine = [(start, edges[-1])]
            else:
                query = summed(seen(self.stream, coarse), self.by)
                for tile in self._over(query, start + length, last, length):
                    if tile.end not in odd:
                        yield tile
                fine = [*((end - length, end) for end in sorted(odd)), *fine]
        for begin, end in _joined(fine):
            yield from self._fine(begin, end)

    def _odd(self, coarse: Tile, start: int, end: int, step: int) -> set[int]:
        """Return the ends of tiles in which a series was born or reset."""
        length = Duration(coarse.length.ms + coarse.bridge.ms)
        over = f"[{length}] offset {coarse.settle}"
        resets = f"{self.stream.wrap('resets', over)} > 0"
        births = f"{self.stream.least(coarse)} unless {self.stream.before(coarse)}"
        tiles = self._over(f"count(({resets}) or ({births}))", start, end, step)
        return {tile.end for tile in tiles}

    def _fine(self, start: int, end: int) -> Iterator[_Tiled]:
        """Yield the minutes of a time, as rules count them."""
        counted = summed(seen(self.stream, self.tile), self.by)
        before = start - HOUR
        seen_tiles = list(self._over(counted, before + MINUTE, end, MINUTE))
        yield from (tile for tile in seen_tiles if tile.end > start)
        appeared = summed(born(self.stream, self.tile), self.by)
        births = list(self._over(appeared, start + MINUTE, end, MINUTE))
        known: dict[Group, dict[int, Decimal]] = {}
        for tile in seen_tiles if births else ():
            known.setdefault(self._key(tile), {})[tile.end] = tile.number
        for tile in births:
            minutes = known.get(self._key(tile), {})
            hour = range(tile.end - HOUR + MINUTE, tile.end + 1, MINUTE)
            recent = (minutes.get(at, Decimal(0)) for at in hour)
            most = Decimal(number_text(self.plausible)) + _BUSIEST * max(recent)
            if tile.number <= most:
                yield tile

    def _over(self, query: str, start: int, end: int, step: int) -> Iterator[_Tiled]:
        late = int(self.tile.settle.seconds)
        for tile in _tiles(self.data.over(query, start + late, end + late, step)):
            yield replace(tile, end=tile.end - late)

    def _key(self, tile: _Tiled) -> Group:
        return tuple(tile.group.get(label, "") for label in self.by)


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans, those that touch as one."""
    open_: tuple[int, int] | None = None
    for start, end in spans:
        if open_ is not None and start == open_[1]:
            open_ = (open_[0], end)
            continue
        if open_ is not None:
            yield open_
        open_ = (start, end)
    if open_ is not None:
        yield open_


def _tiles(lines: Iterable[Line]) -> Iterator[_Tiled]:
    for line in lines:
        for at, number in line.points.items():
            yield _Tiled(line.labels, at, number)
