"""`stats`: calls, how many succeeded, how long they took and what they cost, by what tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.live.reports import roles
from obsgen.live.reports.calls import Calls
from obsgen.live.reports.document import Cell, Chart, Field, Part
from obsgen.live.reports.view import View
from obsgen.model import Service


@dataclass(frozen=True, slots=True)
class StatsKind:
    """The calls of each service, in all and by each label that tells them apart."""

    title: str = "Statistics"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield a row of all calls of each sort, then tables by agent, route, provider, model."""
        subjects = roles.subjects(service)
        several = len(subjects) > 1
        for subject in subjects:
            calls = Calls(view, service, subject, view.whole)
            name = f" of {subject.title}" if several else ""
            yield _all(calls, f"All calls{name}")
            for one in roles.dimensions(subject.calls):
                yield _by(calls, one, f"Calls by {one.title.lower()}{name}")


def _all(calls: Calls, title: str) -> Part:
    return Part(
        service=calls.service.name,
        key=f"all_{calls.subject.title}",
        title=title,
        fields=calls.fields(),
        rows=tuple(calls.by("").values()),
        is_headline=True,
    ).without(calls.absent(""))


def _by(calls: Calls, one: roles.Dimension, title: str) -> Part:
    rows: list[tuple[Cell, ...]] = [(value, *cells) for value, cells in calls.by(one.label).items()]
    rows.sort(key=_dearest)
    return Part(
        service=calls.service.name,
        key=f"by_{one.key}_{calls.subject.title}",
        title=title,
        fields=(Field(one.key, one.title), *calls.fields()),
        rows=tuple(rows),
        chart=Chart("bars", one.key, ("calls", "p95", "cost")),
    ).without(calls.absent(one.label))


def _dearest(row: tuple[Cell, ...]) -> tuple[Decimal, Decimal, str]:
    """Order by cost, then by calls, the most first."""
    name, calls, *_, cost = row
    amounts = [-x if isinstance(x, Decimal) else Decimal(1) for x in (cost, calls)]
    return amounts[0], amounts[1], str(name)


KIND: Final = StatsKind()
