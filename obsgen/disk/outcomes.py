"""What writing a folder did, and what it would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    A file that is not as it would be generated.

    Attributes:
        text: A unified diff from what stands there to what belongs there.
    """

    path: str
    kind: Literal["changed", "missing", "stale"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a run did, as paths relative to the output folder."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
