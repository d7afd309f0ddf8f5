"""
Counting what is paid for, tile by tile: the growth of counters, right to the cent, and its births.

What a series had counted when it first appeared is counted, too, if that is plausible: more than
some amount and twice the busiest tile of the last hour is a series that was hidden and returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import RecordingRule
from obsgen.catalogue import Metric
from obsgen.counting.tiles import aggregated, born, counter_stream, seen, summed
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher, selector
from obsgen.model import Tile
from obsgen.units import Duration, number_text

_BUSIEST: Final = 2
_BUSIEST_OF: Final = Duration.parse("1h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """
    Names and marks the series that rules record for one budget, or for one table of prices.

    Attributes:
        labels: What all of its series bear, and no others of the same names.
        by: The labels of its groups.
        environment: What the environment adds to all series.
    """

    labels: Mapping[str, str]
    by: tuple[str, ...]
    environment: Mapping[str, str]
    tile: Tile
    origin: Origin

    @property
    def identity(self) -> tuple[Matcher, ...]:
        """Matchers of its series."""
        own = {**self.environment, **self.labels}
        return tuple(Matcher(label, "=", value) for label, value in own.items())

    def of(self, name: str, *more: Matcher) -> str:
        """Select a recorded series."""
        return selector(name, (*self.identity, *more))

    def over(self, function: str, name: str, window: Duration, offset: str = "") -> str:
        """Return a function of the samples of a recorded series within a window."""
        clause = f" offset {offset}" if offset else ""
        return f"{function}({self.of(name)}[{window.minus_a_millisecond()}]{clause})"

    def record(self, name: str, expr: str, *more: str) -> RecordingRule:
        """Return a rule; *more* are labels of the result beside the groups."""
        return RecordingRule(
            record=name,
            expr=expr,
            labels=self.labels,
            groups=(*self.by, *more),
            origin=self.origin,
        )

    def total(self, name: str, expr: str) -> RecordingRule:
        """Return a rule whose result is one for all groups."""
        return RecordingRule(record=name, expr=expr, labels=self.labels, origin=self.origin)


def counted(
    recorder: Recorder,
    metric: Metric,
    where: tuple[Matcher, ...],
    names_of: tuple[str, str, str],
    plausible: Fraction,
) -> Iterator[RecordingRule]:
    """
    Yield the rules that count by how much a counter grew in each tile.

    Args:
        names_of: The names of what was seen, of what was born, and of both together.
        plausible: So much at least may be born in a tile.
    """
    stream = counter_stream(metric, metric.counted, where)
    seen_name, born_name, name = names_of
    yield recorder.record(seen_name, summed(seen(stream, recorder.tile), recorder.by))
    was_born = summed(born(stream, recorder.tile), recorder.by)
    # On the labels of the groups alone, as the births are: else both would be there.
    none = f"0 * {aggregated('sum', recorder.by)}({recorder.of(seen_name)})"
    yield recorder.record(born_name, f"{was_born}\nor {none}")
    busiest = recorder.over("max_over_time", seen_name, _BUSIEST_OF)
    accepted = (
        f"{recorder.of(born_name)}\n      <= {number_text(plausible)} + {_BUSIEST} * {busiest}"
    )
    expr = (
        f"{recorder.of(seen_name)}\n  + (\n    {accepted}\n    or 0 * {recorder.of(born_name)}\n  )"
    )
    yield recorder.record(name, expr)
