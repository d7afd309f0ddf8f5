"""What a kind of report is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from obsgen.artefacts import Compiled
from obsgen.live.reports.asking import Data
from obsgen.live.reports.counting import Counting
from obsgen.live.reports.document import Part
from obsgen.live.reports.periods import Span
from obsgen.matchers import Matcher
from obsgen.model import Environment, Project, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    What is looked at, and how.

    Attributes:
        slow: From how many seconds on a call is slow.
        every: The parts of a timeline; empty for what suits the time.
        kind: Another kind by name: a summary is made of them.
    """

    data: Data
    project: Project
    environment: Environment
    compiled: Compiled
    span: Span
    slow: Decimal
    every: Literal["", "hour", "day"]
    kind: Callable[[str], Kind]
    _counted: dict[str, Counting] = field(default_factory=dict, compare=False, repr=False)

    def counting(self, service: Service) -> Counting:
        """Return what counts the counters of a service; what it has counted once, it knows."""
        if service.name not in self._counted:
            tile = self.project.scraped_every(service.scrape_interval).tile
            self._counted[service.name] = Counting(self.data, tile)
        return self._counted[service.name]

    @property
    def whole(self) -> tuple[int, int]:
        """The time as one part."""
        return (self.span.start, self.span.end)

    def identity(self, **labels: str) -> tuple[Matcher, ...]:
        """Return matchers of recorded series, where environments share a Prometheus, too."""
        every = {**self.environment.labels, **labels}
        return tuple(Matcher(label, "=", value) for label, value in every.items())


class Kind(Protocol):
    """A kind of report."""

    @property
    def title(self) -> str:
        """What its reports are called."""
        ...

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield what is told of a service: nothing, where it declares nothing of the sort."""
        ...
