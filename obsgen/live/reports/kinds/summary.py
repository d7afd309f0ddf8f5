"""`summary`: the headlines of all other kinds on one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.live.reports.document import Part
from obsgen.live.reports.view import View
from obsgen.model import Service

_OF: Final = ("slo", "stats", "cost", "alerts")


@dataclass(frozen=True, slots=True)
class SummaryKind:
    """What matters of each service."""

    title: str = "Summary"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield the headlines."""
        for name in _OF:
            parts = view.kind(name).parts(view, service)
            yield from (part for part in parts if part.is_headline)


KIND: Final = SummaryKind()
