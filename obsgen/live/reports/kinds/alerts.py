"""`alerts`: what fired, how often and how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.live.reports.asking import Line
from obsgen.live.reports.document import Cell, Field, Part
from obsgen.live.reports.periods import MINUTE
from obsgen.live.reports.view import View
from obsgen.matchers import Matcher, selector
from obsgen.model import Service
from obsgen.packs._annotations import FIRING, REAL
from obsgen.units import as_decimal

_MOST_MOMENTS: Final = 50_000
_SECOND: Final = 1000


@dataclass(frozen=True, slots=True)
class _Fired:
    """One time that an alert fired, in seconds; it may still."""

    start: int
    end: int
    is_over: bool

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class AlertsKind:
    """The alerts of each service, by name and severity."""

    title: str = "Alerts"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield a table of what fired; a sentence where nothing did."""
        if not any(
            file.service == service.name and file.alerts for file in view.compiled.rule_files
        ):
            return
        every = _times(view, service)
        rows = [
            (*key, *_figures(times))
            for key, times in sorted(every.items(), key=lambda one: (-len(one[1]), one[0]))
        ]
        lines = () if rows else (_nothing(view),)
        if rows:
            rows.append(("all", "", *_figures([t for times in every.values() for t in times])))
        yield Part(
            service=service.name,
            key="alerts",
            title="Alerts",
            fields=_FIELDS if rows else (),
            rows=tuple(rows),
            lines=lines,
            is_headline=True,
        )


_FIELDS: Final = (
    Field("alert", "Alert"),
    Field("severity", "Severity"),
    Field("fired", "Fired", "count"),
    Field("firing", "Still firing", "count"),
    Field("mean", "MTTR", "seconds"),
    Field("longest", "Longest", "seconds"),
    Field("total", "In all", "seconds"),
)


def _nothing(view: View) -> str:
    """Say why there is nothing: no alert fired, or nobody evaluates any."""
    series = selector("ALERTS", view.identity())
    span = view.span
    known = (view.data.first(each, span.start, span.end) for each in (series, "up"))
    if any(since is not None for since in known):
        return "No alert fired."
    return "no data: neither alerts nor targets are known of this time."


def _times(view: View, service: Service) -> Mapping[tuple[str, str], list[_Fired]]:
    """Return when alerts fired, by name and severity, each label set for itself."""
    step = _step(view)
    matchers: tuple[Matcher, ...] = (FIRING, *REAL, *view.identity(service=service.name))
    query = selector("ALERTS", matchers)
    start, end = view.span.start, view.span.end
    found: dict[tuple[str, str], list[_Fired]] = {}
    for line in view.data.over(query, start + step, end, step):
        key = (line.labels.get("alertname", ""), line.labels.get("severity", ""))
        if times := tuple(_of_line(line, step, start, end)):
            found.setdefault(key, []).extend(times)
    return found


def _step(view: View) -> int:
    """Return the distance of the moments that are asked about: that of evaluations, if it can."""
    evaluation = max(1, view.project.evaluation_interval.ms // _SECOND)
    length = view.span.end - view.span.start
    least = -(-length // _MOST_MOMENTS)
    step = max(evaluation, least)
    return step if step <= MINUTE else -(-step // MINUTE) * MINUTE


def _of_line(line: Line, step: int, start: int, end: int) -> Iterator[_Fired]:
    """Yield each time without a gap; the first evaluation that is seen ends the step before it."""
    began = last = None
    for at in sorted(line.points):
        if began is None or last is None:
            began = at
        elif at - last > step:
            yield _Fired(max(began - step, start), last, is_over=True)
            began = at
        last = at
    if began is not None and last is not None:
        yield _Fired(max(began - step, start), last, is_over=last + step <= end)


def _figures(times: list[_Fired]) -> tuple[Cell, ...]:
    return (
        Decimal(len(times)),
        Decimal(sum(not one.is_over for one in times)),
        _mean(times) or "still firing",
        Decimal(max(one.length for one in times)),
        Decimal(sum(one.length for one in times)),
    )


def _mean(times: list[_Fired]) -> Decimal | None:
    """Return how long it took on average until an alert was resolved; None where none was."""
    over = [one.length for one in times if one.is_over]
    return as_decimal(Fraction(sum(over), len(over))) if over else None


KIND: Final = AlertsKind()
