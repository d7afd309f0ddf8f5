"""SLOs: objective, period, SLI, and how they alert."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from obsgen import names
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Absence, AbsenceMode, BudgetAlert, Calendar, Period, Sli, Slo, Tile
from obsgen.reader.label_values import read_label_values
from obsgen.reader.measures import ServiceReader
from obsgen.reader.merge import named_items
from obsgen.reader.profiles import (
    UNKNOWN_PROFILE,
    SloNumbers,
    TierChoice,
    tiers_for,
    unknown_severity,
)
from obsgen.reader.project import ProjectSpec, read_tile
from obsgen.reader.shape import missing_key, words
from obsgen.reader.tiers import SHIPPED
from obsgen.reader.values import read_list, read_share, read_text, read_words
from obsgen.reader.wording import means
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration, parse_number

OBJECTIVE_RANGE: Final = Code(
    "SLO301",
    "objective-range",
    why="an objective is the percentage of good events, from 1 to below 100: 100 leaves no "
    "budget, and a number below 1 is usually a ratio",
    fix="Write `objective: 99.9` for 99.9 percent.",
)
PERIOD_BEYOND_RETENTION: Final = Code(
    "SLO302",
    "period-beyond-retention",
    why="what is no longer stored cannot be summed, so the budget would be wrong; a day more "
    "than the period keeps its oldest tiles until they have left it",
    fix="Shorten the period, or raise the Project's `prometheus: {retention: …}` (and the "
    "server's `--storage.tsdb.retention.time`).",
)
PERIOD_FORM: Final = Code(
    "SLO303",
    "period-form",
    why="a period is a rolling length of whole 5m tiles, longer than an hour, or a part of the "
    "calendar",
    fix="Write `period: 30d`, `28d`, `7d`, or `week`, `month`, `quarter`.",
)
TARGETS_UNTOLD: Final = Code(
    "SLO312",
    "targets-untold",
    why="`absent: target_down` asks whether all targets of the SLI are down; without a matcher on "
    "a target label that would be every target of the server",
    fix="Say which targets in the service's `where: {job: …}`, or write `absent: series_lost`.",
)
GROUP_LABEL: Final = Code(
    "SLO308",
    "group-label",
    why="these labels identify the SLO and its alerts, so a group of that name would be lost",
    fix="Group by another label.",
)
SPENT_RANGE: Final = Code(
    "SLO309",
    "spent-range",
    why="a budget is spent from 0 to 100 percent and, overspent, beyond",
    fix="Write `spent: 20%`.",
)
NO_TIER_LEFT: Final = Code(
    "SLO310",
    "no-tier-left",
    why="the SLO is recorded, and nobody is told when its budget burns",
    fix="Take another profile, or write `alerts: none` if that is what is meant.",
    severity=Severity.WARNING,
)
LOST_GROUP_OF_SLI: Final = Code(
    "SLO319",
    "lost-group-of-sli",
    why="the SLI sums the label away, so there is nothing to keep a budget for each of its values",
    fix="Keep the label in the measure, or in the SLOs, that the SLI is made of.",
)
OTHER_TILE: Final = Code(
    "SLO332",
    "other-tile",
    why="a composite reads its parts tile by tile, so all of them have tiles of one length",
    fix="Give all of them the same `ledger: {tile: …}`.",
)
CODES: Final = (
    LOST_GROUP_OF_SLI,
    OTHER_TILE,
    NO_TIER_LEFT,
    OBJECTIVE_RANGE,
    PERIOD_BEYOND_RETENTION,
    PERIOD_FORM,
    GROUP_LABEL,
    SPENT_RANGE,
    TARGETS_UNTOLD,
)

_TAKEN: Final = names.RESERVED_LABELS | {
    *("category", "kind", "long_window", "objective", "period", "runbook", "short_window", "spent")
}
_CALENDARS: Final[Mapping[str, Calendar]] = {w: w for w in ("week", "month", "quarter")}
_DAY: Final = Duration.parse("1d")
_OFF: Final = frozenset({"off", "no", "false", "never"})
_LEAST_PERIOD: Final = Duration.parse("1h")
_MAX_OBJECTIVE_DIGITS: Final = 12


class SloReader:
    """Reads the SLOs of one service."""

    def __init__(self, reader: ServiceReader, spec: ProjectSpec, team: str) -> None:
        self.reader = reader
        self.spec = spec
        self.team = team
        self.report = reader.report

    def read(self, node: MappingNode, name: str) -> Slo | None:
        """Read one SLO; None where it cannot be compiled."""
        for key in ("objective", "sli"):
            if key not in node.entries and not means(node, key):
                subject = f"SLO `{name}`"
                self.report(missing_key(node.origin, key, _EXAMPLES[key], subject=subject))
        objective = self._objective(node.get("objective"))
        period = self._period(node)
        sli = self.reader.sli(node.get("sli"))
        if objective is None or period is None or sli is None:
            return None
        by = self._by(node.get("by"), sli)
        tile = self._tile(node)
        self._check_parts(sli, tile)
        numbers = SloNumbers(
            name=name,
            error_budget=(100 - objective) / 100,
            period=period.length,
            tile=tile,
            unit=sli.rhythm.unit,
        )
        choice = self._choice(node.get("alerts"), node)
        tiers, left_out = tiers_for(choice, numbers, self.spec.project, self.report)
        if left_out and len(left_out) == len(choice.profile.for_period(period.length)[0]):
            reasons = "; ".join(f"`{tier}`: {reason}" for tier, reason in left_out)
            message = f"no tier of profile `{choice.profile.name}` is left for SLO `{name}`"
            self.report(finding(NO_TIER_LEFT, choice.origin, message, reasons))
        return Slo(
            name=name,
            objective=objective,
            period=period,
            sli=sli,
            by=by,
            tile=tile,
            tiers=tiers,
            left_out=left_out,
            budget_alerts=self._budget_alerts(node.get("alerts")),
            absence=self._absence(node.get("alerts"), sli, has_tiers=bool(tiers)),
            team=read_text(node.get("team"), self.report) or self.team,
            description=read_text(node.get("description"), self.report),
            runbook=read_text(node.get("runbook"), self.report),
            labels=read_label_values(node.get("labels"), self.report, taken=_TAKEN.union(by)),
            refs=read_words(node.get("refs")),
            origin=node.origin,
        )

    def _tile(self, node: MappingNode) -> Tile:
        scrape = self.spec.project.scrape_interval
        return read_tile(node.get("ledger"), scrape, self.spec.tile, self.report)

    def _objective(self, node: Node | None) -> Decimal | None:
        if not isinstance(node, Scalar) or node.is_null:
            return None
        text = node.text.strip().removesuffix("%").strip()
        hint = "write the share of good events in percent, e.g. `objective: 99.9`"
        try:
            value = parse_number(text)
        except ValueError:
            message = f"objective {node.word} is not a number"
            self.report(finding(OBJECTIVE_RANGE, node.origin, message, hint))
            return None
        if 1 <= value < 100 and len(text) <= _MAX_OBJECTIVE_DIGITS:  # noqa: PLR2004 - percent
            return value
        message = f"objective {node.text} is not a percentage from 1 to below 100"
        if len(text) > _MAX_OBJECTIVE_DIGITS:
            message = f"objective {node.text} has more than {_MAX_OBJECTIVE_DIGITS} characters"
        if 0 < value < 1:
            hint = f"{node.text}? write {(value * 100).normalize():f}: an objective is in percent"
        self.report(finding(OBJECTIVE_RANGE, node.origin, message, hint))
        return None

    def _period(self, slo: MappingNode) -> Period | None:
        node = slo.get("period")
        if node is None:
            period: Period | None = Period(Duration.parse("30d"))
        elif isinstance(node, Scalar) and node.text in _CALENDARS:
            period = Period.of_calendar(_CALENDARS[node.text], self.spec.project.utc_offset_seconds)
        else:
            length = self.reader.duration(node)
            period = None if length is None else Period(length)
        if period is None:
            return None
        place = node.origin if node is not None else slo.origin
        if period.ms % names.COARSE_TILE.ms or period.length <= _LEAST_PERIOD:
            message = f"period {period} is not a multiple of 5m longer than an hour"
            self.report(finding(PERIOD_FORM, place, message, "write `30d` or `7d`"))
            return None
        retention = self.spec.project.retention
        needed = Duration(period.longest.ms + _DAY.ms)
        if needed > retention:
            what = "period" if node is not None else "the default period"
            message = f"{what} {period} needs samples of {needed}, and the retention is {retention}"
            hint = f"raise `prometheus: {{retention: {needed}}}`, or take a shorter period"
            self.report(finding(PERIOD_BEYOND_RETENTION, place, message, hint))
            return None
        return period

    def _by(self, node: Node | None, sli: Sli) -> tuple[str, ...]:
        by = self.reader.labels(node, sli.metrics)
        by = self._kept(node, by, sli)
        for item in read_list(node):
            if isinstance(item, Scalar) and item.text in names.RESERVED_LABELS:
                message = f"label `{item.text}` cannot be a group of an SLO"
                self.report(finding(GROUP_LABEL, item.origin, message))
        return tuple(label for label in by if label not in names.RESERVED_LABELS)

    def _kept(self, node: Node | None, by: tuple[str, ...], sli: Sli) -> tuple[str, ...]:
        """Return the groups that the SLI keeps apart, reporting others."""
        lost = [label for label in by if sli.groups is not None and label not in sli.groups]
        for item in read_list(node):
            if isinstance(item, Scalar) and item.text in lost:
                message = f"{sli.words} are not told apart by `{item.text}`"
                hint = f"add `by: [{item.text}]` to what the SLI is made of"
                self.report(finding(LOST_GROUP_OF_SLI, item.origin, message, hint))
        return tuple(label for label in by if label not in lost)

    def _check_parts(self, sli: Sli, tile: Tile) -> None:
        for part in sli.parts:
            if part.slo.tile.length != tile.length:
                message = (
                    f"`{part}` counts tiles of {part.slo.tile.length}, this SLO of {tile.length}"
                )
                hint = f"write `ledger: {{tile: {part.slo.tile.length}}}`"
                self.report(finding(OTHER_TILE, part.origin, message, hint))

    # --- alerts --------------------------------------------------------------------------

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
        scheme = self.spec.project.severities
        name = scheme.resolve(node.text)
        if name is None:
            self.report(unknown_severity(node.text, node.origin, scheme))
        return name or ""

    def _budget_alerts(self, node: Node | None) -> tuple[BudgetAlert, ...]:
        if not isinstance(node, MappingNode):
            return ()
        budget = node.get("budget")
        found = []
        for item in named_items(budget if isinstance(budget, Sequence) else None):
            share, severity = item.get("spent"), item.get("severity")
            for key in ("spent", "severity"):
                if key not in item.entries:
                    self.report(missing_key(item.origin, key))
            spent = read_share(share, self.report)
            if spent is None or not isinstance(share, Scalar) or not isinstance(severity, Scalar):
                continue
            if spent <= 0:
                message = f"`spent` {share.word} is not above 0"
                self.report(finding(SPENT_RANGE, share.origin, message, "write `spent: 20%`"))
                continue
            name = self._severity(severity)
            if name:
                found.append(
                    BudgetAlert(spent=spent, text=share.text, severity=name, origin=item.origin)
                )
        return tuple(found)

    def _absence(self, node: Node | None, sli: Sli, *, has_tiers: bool) -> Absence:
        """Read `absent`; where nothing alerts, nothing does so by default."""
        asked = node.get("absent") if isinstance(node, MappingNode) else None
        mode: AbsenceMode = "series_lost" if has_tiers else "none"
        if isinstance(asked, Scalar):
            mode = _ABSENCES.get(asked.text, "none")
        targets = {m.label for metric in sli.metrics for m in metric.target_scope}
        if mode == "target_down" and asked is not None and not targets:
            message = "`absent: target_down` does not know the targets of the SLI"
            hint = "add `where: {job: …}` to the service, or write `absent: series_lost`"
            self.report(finding(TARGETS_UNTOLD, asked.origin, message, hint))
            mode = "none"
        ticket = self.spec.project.severities.resolve("ticket")
        assert ticket is not None
        return Absence(mode=mode, severity=ticket)


_ABSENCES: Final[Mapping[str, AbsenceMode]] = {
    "series_lost": "series_lost",
    "target_down": "target_down",
    "none": "none",
}
_EXAMPLES: Final = {
    "objective": "add `objective: 99.9`",
    "sli": 'add `sli: {events: {total: http_requests_total, bad: {code: "5.."}}}`',
}
