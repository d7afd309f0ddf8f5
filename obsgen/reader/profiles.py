"""Alert profiles: which burn rates alert whom, and which of their tiers can work for an SLO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.diagnostics import NOWHERE, Code, Origin, finding
from obsgen.model import Project, Reports, SeverityScheme, Tier, Tile, burn_rate_factor
from obsgen.reader.merge import named_items
from obsgen.reader.names import twice
from obsgen.reader.severities import unknown_severity
from obsgen.reader.shape import missing_key
from obsgen.reader.tiers import SHIPPED, Profile, TierSpec
from obsgen.reader.values import (
    read_duration,
    read_number,
    read_share,
    read_text,
    read_wait,
)
from obsgen.source import MappingNode, Node
from obsgen.units import Duration, number_text

UNKNOWN_PROFILE: Final = Code(
    "REF208",
    "unknown-profile",
    why="the SLO would have no alerts",
    fix="Write `standard`, `page-only`, `tickets` or `none`, or declare it in the Project under "
    "`alert_profiles:`.",
)
CAN_NEVER_FIRE: Final = Code(
    "SLO304",
    "tier-can-never-fire",
    why="an error ratio cannot exceed 1: factor × error budget of 1 or more is never reached",
    fix="Spend less of the budget in that window, or raise the objective.",
)
INSIDE_BUDGET: Final = Code(
    "SLO305",
    "tier-inside-budget",
    why="a burn rate below 1 never spends the whole budget: it would alert on a healthy service",
    fix="Spend more of the budget in that window, or take a shorter one.",
)
TIER_WINDOWS: Final = Code(
    "SLO306",
    "tier-windows",
    why="the short window shows that it still burns, the long one that it matters; both are sums "
    "of whole tiles and hold at least four scrapes",
    fix="Take a short window of about a twelfth of the long one, both shorter than the period and "
    "multiples of the tile; above 6h multiples of 5m.",
)
TIER_AMOUNT: Final = Code(
    "SLO307",
    "tier-amount",
    why="a tier is defined by the share of the budget that it spends, or by its factor",
    fix="Write `spends: 2%`, or `factor: 14.4`, not both.",
)
CODES: Final = (
    UNKNOWN_PROFILE,
    CAN_NEVER_FIRE,
    INSIDE_BUDGET,
    TIER_WINDOWS,
    TIER_AMOUNT,
)

_LEAST_TILES: Final = 4


def read_profiles(node: Node | None, report: Reports) -> Mapping[str, Profile]:
    """Read `alert_profiles:` of the Project; they stand beside the shipped ones."""
    profiles = dict(SHIPPED)
    if not isinstance(node, MappingNode):
        return profiles
    for name, entry in node.entries.items():
        if name.startswith("x-"):
            continue
        profiles[name] = Profile(name=name, lists=_lists(entry.value, report))
    return profiles


def _lists(node: Node, report: Reports) -> Mapping[Duration | None, tuple[TierSpec, ...]]:
    if not isinstance(node, MappingNode):
        return {None: _tiers(node, report)}
    periods = node.get("periods")
    lists: dict[Duration | None, tuple[TierSpec, ...]] = {}
    if isinstance(periods, MappingNode):
        for entry in periods.entries.values():
            period = read_duration(replace(entry.key, style=""), report)
            if period is not None:
                lists[period] = _tiers(entry.value, report)
    return lists or {None: ()}


def _tiers(node: Node, report: Reports) -> tuple[TierSpec, ...]:
    found: dict[str, TierSpec] = {}
    for item in named_items(node):
        tier = _read_tier(item, report)
        if tier is None:
            continue
        if tier.name in found:
            first = found[tier.name].origin / "tier"
            report(twice(f"tier `{tier.name}`", item.origin / "tier", first))
        found.setdefault(tier.name, tier)
    return tuple(found.values())


def _read_tier(node: MappingNode, report: Reports) -> TierSpec | None:
    for key in ("tier", "long", "short", "severity"):
        if key not in node.entries:
            report(missing_key(node.origin, key))
            return None
    spends, factor = node.get("spends"), node.get("factor")
    if (spends is None) == (factor is None):
        message = "a tier takes exactly one of `spends` and `factor`"
        report(finding(TIER_AMOUNT, node.origin, message, "write `spends: 2%`"))
        return None
    share = read_share(spends, report)
    number = read_number(factor, report)
    long, short = (read_duration(node.get(k), report) for k in ("long", "short"))
    if long is None or short is None or (share is None and number is None):
        return None
    return TierSpec(
        name=read_text(node.get("tier"), report),
        spends=None if share is None else Fraction(share),
        factor=None if number is None else Fraction(number),
        long=long,
        short=short,
        severity=read_text(node.get("severity"), report),
        for_=read_wait(node.get("for"), report),
        keep_firing_for=read_wait(node.get("keep_firing_for"), report),
        min_events=_least_events(node.get("min_events"), report),
        origin=node.origin,
    )


def _least_events(node: Node | None, report: Reports) -> Decimal | None:
    number = read_number(node, report)
    if number is None or node is None or number > 0:
        return number
    message = f"`min_events` is {number}, not a number of events"
    report(finding(TIER_AMOUNT, node.origin, message, "write `min_events: 50`"))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChoice:
    """
    How one SLO takes its profile.

    Attributes:
        severities: Severities that replace a tier's own.
    """

    profile: Profile
    without: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SloNumbers:
    """
    What decides whether a tier works: objective, period and tile of an SLO.

    Attributes:
        unit: The length of its slices, or None where tiles count as many events as happened.
        each: In how long there is one event, or None where there may be any number.
    """

    name: str
    error_budget: Decimal
    period: Duration
    tile: Tile
    unit: Duration | None = None
    each: Duration | None = None

    def holds(self, window: Duration) -> bool:
        """Say whether a window is made of whole slices."""
        return self.unit is None or window.ms % self.unit.ms == 0


def tiers_for(
    choice: TierChoice, slo: SloNumbers, project: Project, report: Reports
) -> tuple[tuple[Tier, ...], tuple[tuple[str, str], ...]]:
    """
    Return the tiers that alert for an SLO, and those left out, each with its reason.

    A shipped profile leaves out what cannot work; in one of the author's own it is an error.
    """
    specs, written_for = choice.profile.for_period(slo.period)
    tiers, left_out = [], []
    for spec in specs:
        if spec.name in choice.without:
            left_out.append((spec.name, "left out by `without`"))
            continue
        tier = _resolved(spec, choice, written_for, project.severities, report)
        if tier is None:
            continue
        problem = _problem(tier, slo, project)
        if problem is None:
            tiers.append(tier)
        elif choice.profile.shipped and _is_left_out(tier, slo, problem[0]):
            left_out.append((spec.name, problem[1]))
        else:
            code, reason, hint = problem
            origin = tier.origin if tier.origin.file else choice.origin
            report(finding(code, origin, f"tier `{tier.name}` of SLO `{slo.name}`: {reason}", hint))
    fastest_first = sorted(tiers, key=lambda tier: tier.factor, reverse=True)
    return tuple(fastest_first), tuple(left_out)


def _is_left_out(tier: Tier, slo: SloNumbers, code: Code) -> bool:
    """Say whether a shipped tier has no place with an SLO; else the scrapes are too seldom."""
    is_too_long = tier.long >= slo.period
    return code is not TIER_WINDOWS or is_too_long or not slo.holds(tier.short)


def _resolved(
    spec: TierSpec,
    choice: TierChoice,
    written_for: Duration,
    scheme: SeverityScheme,
    report: Reports,
) -> Tier | None:
    severity = scheme.resolve(choice.severities.get(spec.name, spec.severity))
    if severity is None:
        report(unknown_severity(spec.severity, spec.origin / "severity", scheme))
        return None
    spends, factor = spec.spends, spec.factor
    if spends is not None:
        factor = burn_rate_factor(spends, written_for, spec.long)
    assert factor is not None
    return Tier(
        name=spec.name,
        factor=factor,
        long=spec.long,
        short=spec.short,
        severity=severity,
        for_=spec.for_,
        keep_firing_for=spec.keep_firing_for,
        min_events=spec.min_events,
        origin=spec.origin,
    )


def _problem(tier: Tier, slo: SloNumbers, project: Project) -> tuple[Code, str, str] | None:
    factor = number_text(tier.factor)
    limit = tier.factor * Fraction(slo.error_budget)
    if tier.long >= slo.period:
        reason = f"its window {tier.long} is not shorter than the period {slo.period}"
        return TIER_WINDOWS, reason, "take a shorter window"
    if limit >= 1:
        reason = (
            f"{factor} × {number_text(slo.error_budget)} is {number_text(limit)}, and an error "
            "ratio never exceeds 1"
        )
        return CAN_NEVER_FIRE, reason, "spend less of the budget in that window"
    if tier.factor < 1:
        reason = f"a burn rate of {factor} stays inside the budget"
        return INSIDE_BUDGET, reason, "spend more of the budget in that window"
    if slo.each is not None and tier.min_events is not None:
        most = tier.long.ms // slo.each.ms
        if tier.min_events > most:
            reason = f"its window {tier.long} holds {most} events, fewer than `min_events`"
            return CAN_NEVER_FIRE, reason, f"write `min_events: {most}` or less"
    return _window_problem(tier, slo, project)


def _window_problem(tier: Tier, slo: SloNumbers, project: Project) -> tuple[Code, str, str] | None:
    least = max(project.shortest_window, Duration(_LEAST_TILES * slo.tile.length.ms))
    if tier.short >= tier.long:
        reason = f"its short window {tier.short} is not shorter than {tier.long}"
        return TIER_WINDOWS, reason, "take about a twelfth of the long window"
    if tier.short < least:
        reason = f"its short window {tier.short} holds fewer than four scrapes or tiles"
        return TIER_WINDOWS, reason, f"take at least {least}"
    for window in (tier.long, tier.short):
        if not slo.holds(window):
            reason = f"its window {window} is not made of whole slices of {slo.unit}"
            return TIER_WINDOWS, reason, f"take a multiple of {slo.unit}"
        tile = names.COARSE_TILE if window > names.COARSE_FROM else slo.tile.length
        if window.ms % tile.ms:
            reason = f"its window {window} is not a multiple of {tile}"
            return TIER_WINDOWS, reason, f"take a multiple of {tile}"
    return None
