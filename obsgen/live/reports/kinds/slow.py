"""`slow`: how many calls took longer than a limit, by what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.live.reports import roles
from obsgen.live.reports.document import Cell, Chart, Field, Part
from obsgen.live.reports.figures import seconds
from obsgen.live.reports.latency import Buckets, Latency
from obsgen.live.reports.view import View
from obsgen.model import Service
from obsgen.units import as_decimal


@dataclass(frozen=True, slots=True)
class SlowKind:
    """Calls above a bound of the histogram, counted exactly."""

    title: str = "Slow calls"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield a table for each histogram of durations and each label that tells it apart."""
        for subject in roles.subjects(service):
            if subject.duration is not None:
                yield from _Slow(view, service, subject).parts()


@dataclass(frozen=True, slots=True)
class _Slow:
    view: View
    service: Service
    subject: roles.Subject

    def parts(self) -> Iterator[Part]:
        metric = self.subject.duration
        assert metric is not None
        told = roles.dimensions(metric)
        labels = tuple(one.label for one in told)
        latency = Latency.of(self.view.counting(self.service), metric, self.view.whole, labels)
        limit, note = self._limit(latency, metric.buckets)
        name = metric.name.removesuffix("_seconds")
        for key, title, label in (
            *((one.key, one.title, one.label) for one in told),
            *(() if told else (("", "", ""),)),
        ):
            rows = _rows(latency, label, limit)
            of = f", by {title.lower()}" if label else ""
            field = (Field(key, title),) if label else ()
            yield Part(
                service=self.service.name,
                key=f"slow_{name}_by_{key}" if label else f"slow_{name}",
                title=f"{name}, longer than {seconds(limit * latency.scale)}{of}",
                fields=(
                    *field,
                    Field("slow", "Slow calls", "count"),
                    Field("calls", "Calls", "count"),
                    Field("share", "Share", "share"),
                ),
                rows=rows,
                lines=note,
                chart=Chart("bars", key, ("slow",)) if label else None,
                is_headline=not label,
            )

    def _limit(
        self, latency: Latency, declared: tuple[Decimal, ...]
    ) -> tuple[Decimal, tuple[str, ...]]:
        """Return the bound that is counted by, in the histogram's unit, and what is to be said."""
        wanted = as_decimal(Fraction(self.view.slow) / Fraction(latency.scale))
        parts = (part for parts in latency.buckets.values() for part in parts)
        bounds = sorted({b for part in parts for b in part if b is not None}) or sorted(declared)
        if wanted in bounds or not bounds:
            return wanted, ()
        above = [bound for bound in bounds if bound > wanted]
        limit, which = (above[0], "next") if above else (bounds[-1], "largest")
        note = (
            f"The histogram has no bound at {seconds(self.view.slow)}: calls longer than "
            f"{seconds(limit * latency.scale)} are counted, its {which} one."
        )
        return limit, (note,)


def _rows(latency: Latency, label: str, limit: Decimal) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Decimal, tuple[Cell, ...]]] = []
    for group, buckets in latency.along((label,) if label else ()).items():
        slow, calls, part = _slow(buckets, limit)
        rows.append((-(slow or Decimal(0)), (*group, slow, calls, part)))
    rows.sort(key=lambda row: (row[0], str(row[1][0])))
    return tuple(row for _, row in rows)


def _slow(
    buckets: Buckets, limit: Decimal
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    calls, quick = buckets.get(None), buckets.get(limit)
    if calls is None or quick is None:
        return None, calls, None
    slow = max(calls - quick, Decimal(0))
    return slow, calls, as_decimal(Fraction(slow) / Fraction(calls)) if calls else None


KIND: Final = SlowKind()
