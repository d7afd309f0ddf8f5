"""How an SLO alerts: its tiers, its budget, and what tells that there is nothing to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Absence, AbsenceMode, BudgetAlert, Reports, Sli, Tier
from obsgen.reader.merge import named_items
from obsgen.reader.names import twice
from obsgen.reader.profiles import (
    UNKNOWN_PROFILE,
    SloNumbers,
    TierChoice,
    tiers_for,
)
from obsgen.reader.project import ProjectSpec
from obsgen.reader.severities import resolved_severity
from obsgen.reader.shape import missing_key, words
from obsgen.reader.tiers import SHIPPED
from obsgen.reader.values import read_list, read_share
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import number_text

TARGETS_UNTOLD: Final = Code(
    "SLO312",
    "targets-untold",
    why="`absent: target_down` asks whether all targets of the SLI are down; without a matcher on "
    "a target label that would be every target of the server",
    fix="Say which targets in the service's `where: {job: …}`, or write `absent: series_lost`.",
)
SPENT_RANGE: Final = Code(
    "SLO309",
    "spent-range",
    why="a budget is spent from 0 to 100 percent and, overspent, beyond; no more can be spent than "
    "when every event is bad",
    fix="Write `spent: 20%`.",
)
NO_TIER_LEFT: Final = Code(
    "SLO310",
    "no-tier-left",
    why="the SLO is recorded, and nobody is told when its budget burns",
    fix="Take another profile, or write `alerts: none` if that is what is meant.",
    severity=Severity.WARNING,
)
NOT_MISSED: Final = Code(
    "SLO336",
    "slices-not-missed",
    why="slices that count `during` certain hours are gone outside of them, which is no outage; "
    "and with `no_data: bad` what is missing burns the budget itself",
    fix="Write `absent: none`, or watch the targets: `absent: target_down`.",
)
CODES: Final = (NOT_MISSED, NO_TIER_LEFT, SPENT_RANGE, TARGETS_UNTOLD)

_OFF: Final = frozenset({"off", "no", "false", "never"})
_ABSENCES: Final[Mapping[str, AbsenceMode]] = {
    "series_lost": "series_lost",
    "target_down": "target_down",
    "none": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SloAlerts:
    """
    What alerts for an SLO.

    Attributes:
        left_out: Tiers of the profile that do not, each with the reason.
    """

    tiers: tuple[Tier, ...]
    left_out: tuple[tuple[str, str], ...]
    budget: tuple[BudgetAlert, ...]
    absence: Absence


class SloAlertsReader:
    """Reads `alerts` of SLOs."""

    def __init__(self, spec: ProjectSpec, report: Reports) -> None:
        self.spec = spec
        self.report = report

    def read(self, slo: MappingNode, numbers: SloNumbers, sli: Sli) -> SloAlerts:
        """Read what alerts for an SLO whose other parts are known."""
        node = slo.get("alerts")
        choice = self._choice(node, slo)
        tiers, left_out = tiers_for(choice, numbers, self.spec.project, self.report)
        if left_out and len(left_out) == len(choice.profile.for_period(numbers.period)[0]):
            reasons = "; ".join(f"`{tier}`: {reason}" for tier, reason in left_out)
            message = f"no tier of profile `{choice.profile.name}` is left for SLO `{numbers.name}`"
            self.report(finding(NO_TIER_LEFT, choice.origin, message, reasons))
        return SloAlerts(
            tiers=tiers,
            left_out=left_out,
            budget=self._budget_alerts(node, numbers.error_budget),
            absence=self._absence(node, sli, has_tiers=bool(tiers)),
        )

    def _choice(self, node: Node | None, slo: MappingNode) -> TierChoice:
        if isinstance(node, Scalar) and not node.is_null:
            return self._profile(node, slo)
        if not isinstance(node, MappingNode):
            return TierChoice(profile=SHIPPED["standard"], origin=slo.origin)
        named = node.get("profile")
        choice = (
            self._profile(named, slo)
            if isinstance(named, Scalar)
            else TierChoice(profile=SHIPPED["standard"], origin=slo.origin)
        )
        tiers = {t.name for tiers in choice.profile.lists.values() for t in tiers}
        without = self._known_tiers(read_list(node.get("without")), tiers)
        severities = self._severities(node.get("severity"), tiers)
        return TierChoice(
            profile=choice.profile,
            without=without,
            severities=severities,
            origin=node.origin,
        )

    def _profile(self, node: Scalar, slo: MappingNode) -> TierChoice:
        profile = self.spec.profiles.get(node.text)
        if profile is not None:
            return TierChoice(profile=profile, origin=node.origin)
        guess = near(node.text, self.spec.profiles)
        known = words(list(self.spec.profiles))
        if node.text.lower() in _OFF:
            guess = "none"
        hint = f"did you mean `{guess}`?" if guess else f"it has {known}"
        message = f"alert profile {node.word} is not defined"
        self.report(finding(UNKNOWN_PROFILE, node.origin, message, hint))
        return TierChoice(profile=SHIPPED["none"], origin=slo.origin)

    def _known_tiers(self, items: tuple[Node, ...], tiers: set[str]) -> tuple[str, ...]:
        found = []
        for item in items:
            if not isinstance(item, Scalar):
                continue
            if item.text in tiers:
                found.append(item.text)
                continue
            guess = near(item.text, tiers)
            hint = f"did you mean `{guess}`?" if guess else f"it has {words(sorted(tiers))}"
            message = f"the profile has no tier {item.word}"
            self.report(finding(UNKNOWN_PROFILE, item.origin, message, hint))
        return tuple(found)

    def _severities(self, node: Node | None, tiers: set[str]) -> Mapping[str, str]:
        if not isinstance(node, MappingNode):
            return {}
        keys = tuple(entry.key for entry in node.entries.values())
        known = self._known_tiers(keys, tiers)
        found = {}
        for tier in known:
            value = node.entries[tier].value
            if isinstance(value, Scalar) and self._severity(value):
                found[tier] = value.text
        return found

    def _severity(self, node: Scalar) -> str:
        return resolved_severity(node, self.spec.project.severities, self.report) or ""

    def _budget_alerts(self, node: Node | None, error_budget: Decimal) -> tuple[BudgetAlert, ...]:
        if not isinstance(node, MappingNode):
            return ()
        budget = node.get("budget")
        found: list[BudgetAlert] = []
        for item in named_items(budget if isinstance(budget, Sequence) else None):
            share, severity = item.get("spent"), item.get("severity")
            for key in ("spent", "severity"):
                if key not in item.entries:
                    self.report(missing_key(item.origin, key))
            spent = read_share(share, self.report)
            if spent is None or not isinstance(share, Scalar) or not isinstance(severity, Scalar):
                continue
            problem = ""
            if spent <= 0:
                problem = "is not above 0"
            elif spent * error_budget >= 1:
                most = number_text(100 / error_budget)
                problem = f"is never exceeded: when every event is bad, {most}% of it is spent"
            if problem:
                message = f"`spent` {share.word} {problem}"
                self.report(finding(SPENT_RANGE, share.origin, message, "write `spent: 20%`"))
                continue
            name = self._severity(severity)
            same = [b for b in found if (b.spent, b.severity) == (spent, name)]
            if same:
                subject = f"budget alert at {share.text} for `{name}`"
                self.report(twice(subject, item.origin, same[0].origin))
            elif name:
                found.append(
                    BudgetAlert(spent=spent, text=share.text, severity=name, origin=item.origin)
                )
        return tuple(found)

    def _absence(self, node: Node | None, sli: Sli, *, has_tiers: bool) -> Absence:
        """Read `absent`; where nothing alerts, nothing does so by default."""
        asked = node.get("absent") if isinstance(node, MappingNode) else None
        is_missed = sli.rhythm.is_missed
        mode: AbsenceMode = "series_lost" if has_tiers and is_missed else "none"
        if isinstance(asked, Scalar):
            mode = _ABSENCES.get(asked.text, "none")
        targets = {m.label for metric in sli.metrics for m in metric.target_scope}
        if mode == "target_down" and asked is not None and not targets:
            message = "`absent: target_down` does not know the targets of the SLI"
            hint = "add `where: {job: …}` to the service, or write `absent: series_lost`"
            self.report(finding(TARGETS_UNTOLD, asked.origin, message, hint))
            mode = "none"
        if mode == "series_lost" and not is_missed and asked is not None:
            message = "`absent: series_lost` tells no outage from what these slices do anyway"
            hint = "write `absent: none`, or `target_down`"
            self.report(finding(NOT_MISSED, asked.origin, message, hint))
            mode = "none"
        ticket = self.spec.project.severities.resolve("ticket")
        assert ticket is not None
        return Absence(mode=mode, severity=ticket)
