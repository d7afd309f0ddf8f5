"""
How long a burn-rate alert takes to fire, and to clear when the failure is over.

Of even traffic that fails at an error ratio r from some moment on, a window W has the ratio
r × t ÷ W after a time t, until it is full: it passes the limit after t = W × limit ÷ r. When the
failure is over, it has r × (W − u) ÷ W after a time u, and is down at the limit after
u = W × (1 − limit ÷ r). An alert fires when both of its windows are above, so the slower of them
decides; it clears when one of them is no longer, so the faster does.

What happens is counted late: by the settle time at least, and at most by one scrape (or one slice)
that sees it, and by one evaluation of each group that it goes through. `for` and `keep_firing_for`
end with an evaluation, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.compile.services import BUDGET_INTERVAL
from obsgen.model import Slo, Tier
from obsgen.units import Duration

COARSE_STEP: Final = Duration(names.COARSE_TILE.ms + BUDGET_INTERVAL.ms)
"""A coarse tile is written, and then summed by the slower group, before an alert reads it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A length of time in seconds, between two bounds."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    How late an SLO's events are counted.

    Attributes:
        tile: How often the ledger, its fast windows and the alerts are evaluated.
        settle: How far back evaluations look.
        grain: How far apart the samples, or the slices, are that tell events.
    """

    tile: Duration
    settle: Duration
    grain: Duration

    @classmethod
    def of(cls, slo: Slo, scrape_interval: Duration) -> Pace:
        """Return the pace of an SLO whose metrics are scraped so often."""
        return cls(
            tile=slo.tile.length,
            settle=slo.tile.settle if slo.sli.rhythm.settles else Duration(0),
            grain=_grain(slo, scrape_interval),
        )

    def step(self, window: Duration) -> Duration:
        """Return how long the newest events may wait until a window of that length has them."""
        if window <= names.COARSE_FROM:
            return self.tile
        return Duration(COARSE_STEP.ms + self.tile.ms)

    def counted_after(self, passed: Fraction, window: Duration) -> Wait:
        """Return when a window shows what is so many seconds old."""
        least = passed + _seconds(self.settle)
        return Wait(least, least + _seconds(self.grain) + _seconds(self.step(window)))

    def evaluated(self, duration: Duration) -> Fraction:
        """Return the seconds until an evaluation after which a duration has passed."""
        return _seconds(Duration(-(-duration.ms // self.tile.ms) * self.tile.ms))


def _grain(slo: Slo, scrape_interval: Duration) -> Duration:
    """Return how far apart the events of an SLO are told, those of its parts included."""
    parts = (_grain(part.slo, scrape_interval) for part in slo.sli.parts)
    return max((slo.sli.rhythm.unit or scrape_interval, *parts))


def limit(tier: Tier, slo: Slo) -> Fraction:
    """Return the error ratio that trips a tier: factor × error budget."""
    return tier.factor * Fraction(slo.error_budget)


def until_firing(tier: Tier, slo: Slo, ratio: Fraction, pace: Pace) -> Wait | None:
    """
    Return how long after a failure began its alert fires; None where it never does.

    Args:
        ratio: The error ratio from then on, at least the limit: at the limit itself, and no more
            than just above it, the whole window is needed.
    """
    share = limit(tier, slo) / ratio
    if share > 1:
        return None
    windows = (tier.long, tier.short)
    waits = [pace.counted_after(_seconds(w) * share, w) for w in windows]
    pending = pace.evaluated(tier.for_)
    return Wait(
        max(wait.least for wait in waits) + pending, max(wait.most for wait in waits) + pending
    )


def until_clear(tier: Tier, slo: Slo, ratio: Fraction, pace: Pace) -> Wait | None:
    """Return how long after such a failure was over its alert clears; None if it never fired."""
    share = limit(tier, slo) / ratio
    if share > 1:
        return None
    windows = (tier.long, tier.short)
    waits = [pace.counted_after(_seconds(w) * (1 - share), w) for w in windows]
    keeps = pace.evaluated(tier.keep_firing_for)
    return Wait(min(wait.least for wait in waits) + keeps, min(wait.most for wait in waits) + keeps)


def _seconds(duration: Duration) -> Fraction:
    return Fraction(duration.ms, 1000)
