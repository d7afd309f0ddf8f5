"""Service level objectives, what they count, and the severities and tiers of their alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLevel:
    """One step of the severity scheme."""

    name: str
    respond_within: Duration
    page: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeverityScheme:
    """The severities, most urgent first."""

    levels: tuple[SeverityLevel, ...]

    def resolve(self, word: str) -> str | None:
        """Return the name that *word* means: a name, an alias, `page` or `ticket`; else None."""
        for level in self.levels:
            if word == level.name or word in level.aliases:
                return level.name
        if word in {"page", "ticket"}:
            wanted = [level for level in self.levels if level.page == (word == "page")]
            return (wanted or list(self.levels))[0].name
        return None

    def at_least(self, name: str) -> tuple[str, ...]:
        """Return the severities that are as urgent as *name* or more."""
        names = self.names
        return names[: names.index(name) + 1]

    def capped(self, name: str, maximum: str | None) -> str:
        """Return *name*, or *maximum* where that is less urgent."""
        if maximum is None:
            return name
        names = self.names
        return names[max(names.index(name), names.index(maximum))]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, most urgent first."""
        return tuple(level.name for level in self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """
    The parameters of a ledger (see `slis`): all of them lengths of time.

    Attributes:
        length: The tile `T`; the interval of the rule group too.
        bridge: How far back `W` a series' previous value may lie.
        settle: How long `d` a scrape may take to be stored.
    """

    length: Duration
    bridge: Duration
    settle: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerScope:
    """For whom a ledger is written: the groups and the labels of its own series."""

    by: tuple[str, ...]
    identity: tuple[Matcher, ...]
    tile: Tile


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """
    The raw parts of one SLO's ledger: PromQL that counts one tile.

    Attributes:
        total_seen, bad_seen: Increases of series that were there before.
        bad_born: What bad series had counted when they first appeared.
        total_born: The births that the total counts; None where it adds exactly those of bad.
    """

    total_seen: str
    bad_seen: str
    bad_born: str
    total_born: str | None = None


class Sli(Protocol):
    """A service level indicator: which events count, and which of them are bad."""

    @property
    def kind(self) -> str:
        """The word of the kind: `events`."""
        ...

    @property
    def words(self) -> str:
        """What is counted as bad, in words, for descriptions."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it reads."""
        ...

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """
    One tier of an alert profile.

    Attributes:
        factor: The burn rate that trips it (see `burn_rate_factor`).
        severity: A name of the scheme.
        min_events: Fewer events than that within *long* do not alert.
    """

    name: str
    factor: Fraction
    long: Duration
    short: Duration
    severity: str
    for_: Duration = Duration(0)
    keep_firing_for: Duration = Duration(0)
    min_events: Decimal | None = None
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetAlert:
    """An alert when a share of the error budget is spent."""

    spent: Decimal
    text: str
    severity: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


RECORDED_ALWAYS: Final = tuple(map(Duration.parse, ("5m", "1h", "6h")))
"""Windows whose error ratio every SLO has, whatever its alerts read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """
    A service level objective.

    Attributes:
        objective: Percent of good events, 0 < objective < 100.
        left_out: Tiers of a shipped profile that cannot work here, each with the reason.
    """

    name: str
    objective: Decimal
    period: Duration
    sli: Sli
    by: tuple[str, ...]
    tile: Tile
    tiers: tuple[Tier, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    budget_alerts: tuple[BudgetAlert, ...] = ()
    team: str = ""
    description: str = ""
    runbook: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def error_budget(self) -> Decimal:
        """The share of events that may be bad, exact: 99.9 percent leave 0.001."""
        return (100 - self.objective) / 100

    @property
    def windows(self) -> tuple[Duration, ...]:
        """The windows whose error ratios are recorded, shortest first."""
        asked = {w for tier in self.tiers for w in (tier.long, tier.short)}
        return tuple(sorted({*RECORDED_ALWAYS, *asked}))


def burn_rate_factor(spends: Fraction, period: Duration, long: Duration) -> Fraction:
    """
    Return the burn rate that spends a share of the error budget within a window.

    Google SRE Workbook, chapter 5, "Alerting on Burn Rate".

    Args:
        spends: Share of the budget, 0 < spends <= 1.
        period: SLO period; longer than *long*.
        long: The alert's long window.

    >>> burn_rate_factor(Fraction("0.02"), Duration.parse("30d"), Duration.parse("1h"))
    Fraction(72, 5)
    """
    return spends * period.ms / long.ms
