"""Service level objectives, what they count, and the tiers of their alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, Protocol

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.model.measures import Limit
from obsgen.model.periods import Period
from obsgen.model.proofs import Flow, Played, Rhythm, Stage, Unprovable
from obsgen.units import Duration


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

    def scraped_every(self, interval: Duration) -> Tile:
        """Return the tile with a bridge that is long enough for a scrape interval."""
        least = max(4 * interval.ms, self.length.ms + interval.ms)
        return replace(self, bridge=max(self.bridge, Duration(least)))


USUAL_TILE: Final = Tile(
    length=Duration.parse("1m"), bridge=Duration.parse("2m"), settle=Duration.parse("5s")
)
"""Exact for ordinary scraping."""


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
        total_seen, bad_seen: Increases of series that were there before; where there are no
            births, all events of the tile.
        bad_born: What bad series had counted when they first appeared; None where what is counted
            has no past to speak of.
        total_born: The births that the total counts; None where it adds exactly those of bad.
        measured: What of the total was measured, where it counts what is missing, too.
        has_bad: The total counts the births of bad events already, in a counter of its own: it is
            raised only to as many as are bad.
    """

    total_seen: str
    bad_seen: str
    bad_born: str | None = None
    total_born: str | None = None
    measured: str | None = None
    has_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """That values of a metric stay below a limit, for those of its series that *where* takes."""

    metric: Metric
    limit: Limit
    where: tuple[Matcher, ...] = ()


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

    @property
    def groups(self) -> frozenset[str] | None:
        """The labels that `by` may name; None for every label that all of the metrics have."""
        ...

    @property
    def parts(self) -> tuple[SloPart, ...]:
        """The other SLOs that it is made of."""
        ...

    @property
    def promises(self) -> tuple[Promise, ...]:
        """What it promises of a metric's own values, in the unit of the metric."""
        ...

    @property
    def caveats(self) -> tuple[str, ...]:
        """What keeps its counts from being exact, a sentence each; nothing where they are."""
        ...

    @property
    def rhythm(self) -> Rhythm:
        """When its events fall, and how many there can be."""
        ...

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile."""
        ...

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return series that give this traffic, with a decoy for each matcher."""
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


AbsenceMode = Literal["series_lost", "target_down", "none"]
"""What tells that an SLI can no longer be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How an SLO alerts when its events are gone, which no ratio can see."""

    mode: AbsenceMode
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """
    A service level objective.

    Attributes:
        objective: Percent of good events, 0 < objective < 100.
        absence: How it alerts when its events are gone.
        left_out: Tiers of a shipped profile that cannot work here, each with the reason.
        impact: What it means for people when the objective is missed.
        steps: What to do first when one of its alerts fires.
    """

    name: str
    objective: Decimal
    period: Period
    sli: Sli
    by: tuple[str, ...]
    tile: Tile
    tiers: tuple[Tier, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    budget_alerts: tuple[BudgetAlert, ...] = ()
    absence: Absence
    team: str = ""
    description: str = ""
    runbook: str = ""
    category: str = "slo"
    impact: str = ""
    steps: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SloPart:
    """
    An SLO that another one is made of.

    Attributes:
        service: Whose it is.
        weight: How much it counts; the sum of all weights is of no importance.
        labels: What an environment adds to its series.
    """

    service: str
    slo: Slo
    weight: Decimal = Decimal(1)
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def identity(self) -> tuple[Matcher, ...]:
        """Matchers of its own series, where environments share a Prometheus, too."""
        own = {**self.labels, "service": self.service, "slo": self.slo.name}
        return tuple(Matcher(label, "=", value) for label, value in own.items())

    def __str__(self) -> str:
        """Name the SLO as specs do: `gateway/availability`."""
        return f"{self.service}/{self.slo.name}"


def burn_rate_factor(spends: Fraction, period: Duration, long: Duration) -> Fraction:
    """
    Return the burn rate that spends a share of the error budget within a window.

    Google SRE Workbook, chapter 5, "Alerting on Burn Rate".

    Args:
        spends: Share of the budget, 0 < spends <= 1.
        period: Length of the SLO's period; longer than *long*.
        long: The alert's long window.

    >>> burn_rate_factor(Fraction("0.02"), Duration.parse("30d"), Duration.parse("1h"))
    Fraction(72, 5)
    """
    return spends * period.ms / long.ms
