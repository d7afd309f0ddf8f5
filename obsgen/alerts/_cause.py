"""What alerts have in common that are causes and have no one limit of a measure."""

from __future__ import annotations

from obsgen.model import UNWATCHED, AlertRole, Watched


class Cause:
    """A condition that nothing else tells, whatever its limits are."""

    __slots__ = ()

    @property
    def role(self) -> AlertRole:
        """A cause."""
        return AlertRole.CAUSE

    @property
    def threshold(self) -> None:
        """It has no one limit of a measure."""

    @property
    def watched(self) -> Watched:
        """Nothing that can be told."""
        return UNWATCHED
