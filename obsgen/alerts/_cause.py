"""What alerts have in common that have no one limit of a measure, the causes among them."""

from __future__ import annotations

from obsgen.model import UNWATCHED, AlertRole, Watched


class Unlimited:
    """A condition of which no limit can be told."""

    __slots__ = ()

    @property
    def threshold(self) -> None:
        """It has no one limit of a measure."""

    @property
    def watched(self) -> Watched:
        """Nothing that can be told."""
        return UNWATCHED


class Cause(Unlimited):
    """A condition that nothing else tells, whatever its limits are."""

    __slots__ = ()

    @property
    def role(self) -> AlertRole:
        """A cause."""
        return AlertRole.CAUSE
