"""What SLIs that read metrics, and no other SLOs, have in common."""

from __future__ import annotations

from obsgen.model import Rhythm, SloPart


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
    def caveats(self) -> tuple[str, ...]:
        """None: every event is counted."""
        return ()

    @property
    def rhythm(self) -> Rhythm:
        """Any number of events in every tile."""
        return Rhythm()
