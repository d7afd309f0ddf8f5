"""Questions to a Prometheus, with exact numbers as answers, and never more than can be held."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from obsgen.diagnostics import Code, ObsgenError
from obsgen.preview.server import Matrix, Prometheus, QueryFailed

QUERY_REFUSED: Final = Code(
    "OUT984",
    "report-query-refused",
    why="Prometheus refuses or does not end a query, so a figure of the report is not known",
    fix="Read what it says; ask for a shorter `--period`, one `--service`, or wait longer with "
    "`--timeout`.",
)
TOO_MANY_SERIES: Final = Code(
    "OUT985",
    "report-too-many-series",
    why="a report of so many rows is read by nobody, and the answers do not fit into memory",
    fix="Ask for one `--service`; do not give a metric a label with an unbounded number of values.",
)
CODES: Final = (QUERY_REFUSED, TOO_MANY_SERIES)

MOST_SERIES: Final = 10_000
_MS: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_FEW_DAYS: Final = 3 * _DAY
T = TypeVar("T")


class QueryRefused(ObsgenError):
    """Prometheus does not answer a query of the report."""

    code = QUERY_REFUSED


class TooManySeries(ObsgenError):
    """An answer has more series than a report can tell of."""

    code = TOO_MANY_SERIES


@dataclass(frozen=True, slots=True)
class Line:
    """A series of an answer: its labels, and its finite values by second."""

    labels: Mapping[str, str]
    points: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Data:
    """What a server holds."""

    server: Prometheus

    def at(self, query: str, seconds: int) -> tuple[Line, ...]:
        """
        Return the series of a query at a moment.

        Raises:
            ObsgenError: there is no answer that can be used.
        """
        return _lines(_answered(lambda: self.server.instant(query, seconds * _MS)))

    def over(self, query: str, start: int, end: int, step: int) -> tuple[Line, ...]:
        """
        Return the series of a query at each *step* from *start* to *end*, all in seconds.

        Raises:
            As `at`.
        """
        if start > end:
            return ()
        ask = self.server.range
        return _lines(_answered(lambda: ask(query, start * _MS, end * _MS, step * _MS)))

    def first(self, selector: str, start: int, end: int) -> int | None:
        """
        Return from when on a selector takes samples of a time; None where it takes none.

        It is looked at day by day, hour by hour in a time of few days: servers limit how many
        samples a query may hold at once. Of the first part of the time it is the beginning, of
        later ones the minute.
        """
        step = _DAY if end - start > _FEW_DAYS else _HOUR
        whole = (end - start) // step * step
        any_ = f"count(last_over_time({selector}[{{}}s]))"
        lines = self.over(any_.format(step), start + step, start + whole, step)
        if found := [at for line in lines for at in line.points]:
            at = min(found)
            return start if at == start + step else self._first_minute(selector, at, step)
        rest = end - start - whole
        return start + whole if rest > 0 and self.at(any_.format(rest), end) else None

    def _first_minute(self, selector: str, end: int, length: int) -> int:
        query = f"min(min_over_time(timestamp({selector})[{length}s:{_MINUTE}s]))"
        least, most = Decimal(end - length), Decimal(end)
        times = (value for line in self.at(query, end) for value in line.points.values())
        # A server that answers anything is believed what can be.
        return int(min(max(min(times, default=least), least), most)) // _MINUTE * _MINUTE


def _answered(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except QueryFailed as failed:
        hint = "ask for a shorter `--period` or one `--service`"
        raise QueryRefused(f"Prometheus does not answer a query: {failed}", hint) from failed


def _lines(matrix: Matrix) -> tuple[Line, ...]:
    if len(matrix) > MOST_SERIES:
        message = f"an answer has {len(matrix):,} series; a report tells of {MOST_SERIES:,} at most"
        raise TooManySeries(message, "a label has too many values: ask for one `--service`")
    return tuple(
        Line(
            one.labels,
            {
                # The shortest text of a float is what Prometheus has written.
                at // _MS: Decimal(repr(value))
                for at, value in one.points.items()
                if math.isfinite(value)
            },
        )
        for one in matrix
    )
