"""Lengths of time in whole milliseconds."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_MS_READ: Final = {**_MS, "w": 604_800_000, "y": 31_536_000_000}
_DURATION: Final = re.compile(
    r"(?:(?P<y>\d+)y)?(?:(?P<w>\d+)w)?(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?"
    r"(?:(?P<m>\d+)m(?!s))?(?:(?P<s>\d+)s)?(?:(?P<ms>\d+)ms)?",
    re.ASCII,
)
_MAX_DURATION_MS: Final = 100 * _MS_READ["y"]
_MAX_LENGTH: Final = 40


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole milliseconds, written as Prometheus writes it."""

    ms: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a Prometheus duration: `5m`, `1h30m`, `250ms`, `7d`, `1w`, `1y`.

        Raises:
            ValueError: for anything else, zero-length text and more than a hundred years.

        >>> Duration.parse("1h30m").ms
        5400000
        """
        match = _DURATION.fullmatch(text)
        if not text or match is None or len(text) > _MAX_LENGTH:
            raise ValueError(text)
        ms = sum(int(n) * _MS_READ[unit] for unit, n in match.groupdict().items() if n)
        if ms > _MAX_DURATION_MS:
            raise ValueError(text)
        return cls(ms)

    @property
    def seconds(self) -> Decimal:
        """The length in seconds."""
        return Decimal(self.ms) / 1000

    def __str__(self) -> str:
        """
        Write the duration with days as the largest unit, as in the names of windows.

        >>> str(Duration.parse("65s")), str(Duration.parse("4w"))
        ('1m5s', '28d')
        """
        return _text(self.ms)

    def minus_a_millisecond(self) -> Duration:
        """
        Return the range that holds the same tiles in Prometheus 2.x and 3.x.

        Ranges are closed on the left in 2.x and open in 3.x; one millisecond short, both see
        `length / tile` samples of a ledger (measured; Prometheus 3.0 migration guide).
        """
        return Duration(self.ms - 1)


@functools.lru_cache(maxsize=1024)
def _text(ms: int) -> str:
    rest, parts = ms, []
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, _MS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
