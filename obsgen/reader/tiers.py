"""
Tiers of alert profiles, and the profiles that are shipped.

Shares and windows of `standard`: Google SRE Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate
Alerts", scaled to 28 and 7 days. Factors are always derived (`burn_rate_factor`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration

_D: Final = Duration.parse


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSpec:
    """A tier before it meets an SLO: a share of the budget, or a factor."""

    name: str
    spends: Fraction | None
    factor: Fraction | None
    long: Duration
    short: Duration
    severity: str
    for_: Duration = Duration(0)
    keep_firing_for: Duration = Duration(0)
    min_events: Decimal | None = None
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    Tiers, for some periods apart.

    Attributes:
        lists: Tiers by the period that they were written for; None for any period.
        shipped: Tiers that cannot work for an SLO are left out instead of refused.
    """

    name: str
    lists: Mapping[Duration | None, tuple[TierSpec, ...]]
    shipped: bool = False

    def for_period(self, period: Duration) -> tuple[tuple[TierSpec, ...], Duration]:
        """Return the tiers for an SLO's period, and the period that their shares speak of."""
        if None in self.lists:
            return self.lists[None], period
        written = {p: tiers for p, tiers in self.lists.items() if p is not None}
        if period in written:
            return written[period], period
        if self.shipped:
            nearest = _D("30d") if period >= _D("28d") else _D("7d")
        else:
            shorter = [p for p in written if p <= period]
            nearest = max(shorter) if shorter else min(written)
        return written[nearest], nearest


def _tier(name: str, severity: str, spends: str, long: str, short: str) -> TierSpec:
    return TierSpec(
        name=name,
        spends=Fraction(spends) / 100,
        factor=None,
        long=_D(long),
        short=_D(short),
        severity=severity,
    )


def _standard(shares: tuple[str, str, str, str]) -> tuple[TierSpec, ...]:
    return (
        _tier("fast", "page", shares[0], "1h", "5m"),
        _tier("medium", "page", shares[1], "6h", "30m"),
        _tier("slow", "ticket", shares[2], "1d", "2h"),
        _tier("creep", "ticket", shares[3], "3d", "6h"),
    )


_STANDARD: Final[Mapping[Duration | None, tuple[TierSpec, ...]]] = {
    _D("30d"): _standard(("2", "5", "10", "10")),
    _D("28d"): _standard(("2", "5", "10", "11")),
    _D("7d"): _standard(("8", "12.5", "20", "43")),
}


def _only(name: str, severity: str) -> Profile:
    lists = {
        period: tuple(tier for tier in tiers if tier.severity == severity)
        for period, tiers in _STANDARD.items()
    }
    return Profile(name=name, lists=lists, shipped=True)


SHIPPED: Final[Mapping[str, Profile]] = {
    "standard": Profile(name="standard", lists=_STANDARD, shipped=True),
    "page-only": _only("page-only", "page"),
    "tickets": _only("tickets", "ticket"),
    "none": Profile(name="none", lists={None: ()}, shipped=True),
}
