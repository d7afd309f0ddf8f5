"""`slo`: objectives, what was kept of them, what is left of budgets, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.live.reports.counting import without_noise
from obsgen.live.reports.document import Cell, Field, Part
from obsgen.live.reports.periods import MINUTE
from obsgen.live.reports.view import View
from obsgen.matchers import selector
from obsgen.model import Service, Slo
from obsgen.units import as_decimal

_FIELDS: Final = (
    Field("slo", "SLO"),
    Field("group", "Group"),
    Field("objective", "Objective", "share"),
    Field("period", "Period"),
    Field("sli", "SLI", "share"),
    Field("sli_in_report", "SLI in this time", "share"),
    Field("budget_seconds", "Budget", "seconds"),
    Field("left", "Budget left", "share"),
    Field("left_seconds", "Left", "seconds"),
    Field("burn_rate", "Burn rate, 1h", "rate"),
    Field("exhausted_in", "Exhausted in", "seconds"),
)
Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SloKind:
    """What the rules of SLOs have recorded."""

    title: str = "SLOs"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield a table of the service's SLOs."""
        rows = tuple(row for slo in service.slos for row in _rows(view, service, slo))
        if rows:
            absent = set() if any(slo.by for slo in service.slos) else {"group"}
            part = Part(
                service=service.name,
                key="slos",
                title="SLOs",
                fields=_FIELDS,
                rows=rows,
                is_headline=True,
            )
            yield part.without(absent)


def _rows(view: View, service: Service, slo: Slo) -> Iterator[tuple[Cell, ...]]:
    numbers = {name: _recorded(view, service, slo, name) for name in _NOW}
    within = _within(view, service, slo)
    groups = sorted({*within, *(group for found in numbers.values() for group in found)})
    budget = Decimal(slo.error_budget)
    seconds = budget * as_decimal(Fraction(_period_seconds(slo, view)) * slo.sli.rhythm.share)
    for group in groups or [("",) * len(slo.by)]:
        error = numbers[names.PERIOD_ERROR_RATIO].get(group)
        left = numbers[names.BUDGET_REMAINING].get(group)
        burns = numbers[names.BURN_RATE].get(group)
        yield (
            slo.name,
            ", ".join(f"{k}={v}" for k, v in zip(slo.by, group, strict=True)),
            slo.objective / 100,
            str(slo.period),
            None if error is None else 1 - error,
            within.get(group),
            seconds,
            left,
            None if left is None else left * seconds,
            burns,
            "never" if burns == 0 else numbers[names.EXHAUSTION].get(group),
        )


_NOW: Final = (
    names.PERIOD_ERROR_RATIO,
    names.BUDGET_REMAINING,
    names.BURN_RATE,
    names.EXHAUSTION,
)


def _period_seconds(slo: Slo, view: View) -> int:
    """Return the length of the period: of a calendar one, of the one that the time ends in."""
    if slo.period.calendar is None:
        return int(slo.period.seconds)
    first, following = slo.period.bounds(view.span.end - 1)
    return following - first


def _recorded(view: View, service: Service, slo: Slo, name: str) -> Mapping[Group, Decimal]:
    series = selector(name, view.identity(service=service.name, slo=slo.name))
    return _by_group(view, slo, series, view.span.end)


def _within(view: View, service: Service, slo: Slo) -> Mapping[Group, Decimal]:
    """Return the share of good events in the time of the report, from the ledger of events."""
    tile = slo.tile.length
    is_long = (view.span.end - view.span.start) * 1000 > names.COARSE_FROM.ms
    tile = names.COARSE_TILE if is_long else tile
    # A coarse tile is recorded in the minute after it ends: one that ends with midnight is of the
    # day before, as the rules of calendar periods have it.
    end = view.span.end + (MINUTE if is_long else 0)
    total = _summed(view, service, slo, names.total_events(tile), end)
    bad = _summed(view, service, slo, names.bad_events(tile), end)
    return {
        group: as_decimal(1 - Fraction(bad[group]) / Fraction(events))
        for group, events in total.items()
        if events > 0 and group in bad
    }


def _summed(view: View, service: Service, slo: Slo, name: str, end: int) -> Mapping[Group, Decimal]:
    """Return the sum of a ledger over as long as the report is about, until *end*."""
    series = selector(name, view.identity(service=service.name, slo=slo.name))
    length = (view.span.end - view.span.start) * 1000
    return _by_group(view, slo, f"sum_over_time({series}[{length - 1}ms])", end)


def _by_group(view: View, slo: Slo, query: str, at: int) -> Mapping[Group, Decimal]:
    """Return what a query says at a moment, by the groups of an SLO."""
    return {
        tuple(line.labels.get(label, "") for label in slo.by): without_noise(value)
        for line in view.data.at(query, at)
        for value in line.points.values()
    }


KIND: Final = SloKind()
