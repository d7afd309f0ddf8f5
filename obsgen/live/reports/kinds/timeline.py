"""`timeline`: calls, errors, latency and cost, hour by hour or day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.live.reports import roles
from obsgen.live.reports.calls import Calls
from obsgen.live.reports.document import Cell, Chart, Field, Part
from obsgen.live.reports.periods import HOUR
from obsgen.live.reports.view import View
from obsgen.model import Service

_MOST_HOURS: Final = 48


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """A row for each hour or each day."""

    title: str = "Timeline"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield a table for each sort of calls."""
        length = view.span.end - view.span.start
        every = view.every or ("hour" if length <= _MOST_HOURS * HOUR else "day")
        edges = view.span.hours() if every == "hour" else view.span.days()
        form = "%Y-%m-%d %H:%M" if every == "hour" else "%Y-%m-%d"
        subjects = roles.subjects(service)
        for subject in subjects:
            calls = Calls(view, service, subject, edges)
            rows: tuple[tuple[Cell, ...], ...] = tuple(
                (view.span.local(at).strftime(form), *cells)
                for at, cells in zip(edges, calls.parts(), strict=False)
            )
            name = f" of {subject.title}" if len(subjects) > 1 else ""
            part = Part(
                service=service.name,
                key=f"timeline_{subject.title}",
                title=f"Calls by {every}{name}",
                fields=(Field(every, every.capitalize()), *calls.fields()),
                rows=rows,
                chart=Chart("columns", every, _DRAWN),
            )
            yield part.without(calls.absent(""))


_DRAWN: Final = ("calls", "failed", "p95", "cost")

KIND: Final = TimelineKind()
