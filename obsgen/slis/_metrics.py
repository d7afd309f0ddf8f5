"""What SLIs that read metrics, and no other SLOs, have in common."""

from __future__ import annotations

from collections.abc import Iterable

from obsgen.matchers import Matcher
from obsgen.model import Promise, Rhythm, SloPart


def of_those(where: Iterable[Matcher]) -> str:
    """Say which series count, behind the words of what is bad; nothing where all do."""
    shown = " and ".join(map(str, where))
    return f", of those with {shown}" if shown else ""


class OfMetrics:
    """Counts every event when it has settled, in any number, kept apart by any label."""

    __slots__ = ()

    @property
    def groups(self) -> frozenset[str] | None:
        """Whatever labels the metrics have."""
        return None

    @property
    def parts(self) -> tuple[SloPart, ...]:
        """None."""
        return ()

    @property
    def promises(self) -> tuple[Promise, ...]:
        """None: events are counted, not measured."""
        return ()

    @property
    def caveats(self) -> tuple[str, ...]:
        """None of its own."""
        return ()

    @property
    def rhythm(self) -> Rhythm:
        """Any number of events in every tile."""
        return Rhythm()
