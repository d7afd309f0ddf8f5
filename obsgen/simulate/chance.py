"""
Chance that falls the same on every machine and in every Python.

Of the generator of `random`, Python promises the sequence of `random()` for a seed, and nothing of
the methods built on it ("Notes on Reproducibility"); so all draws here are made from that one, and
all else is whole numbers.
"""

from __future__ import annotations

import random
from typing import Final

PPM: Final = 1_000_000
"""Shares are parts per million."""


class Chance:
    """A stream of draws for each name, so that one more draw here moves nothing there."""

    def __init__(self, seed: int, *name: object) -> None:
        self._random = random.Random("/".join(map(str, (seed, *name)))).random

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to *bound* - 1, all alike; *bound* is at least 1."""
        return int(self._random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*, both included."""
        return low + int(self._random() * (high - low + 1))

    def rounded(self, millionths: int) -> int:
        """Round to a neighbour, each as likely as it is near: on average nothing is lost."""
        whole, rest = divmod(millionths, PPM)
        return whole + (int(self._random() * PPM) < rest)

    def around(self, millionths: int) -> int:
        """Return a whole number near a mean: from half of it to half more."""
        return self.rounded(millionths * (500 + int(self._random() * 1_001)) // 1_000)
