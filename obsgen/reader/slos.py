"""SLOs: objective, period, SLI, and how they alert."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from obsgen import names
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Calendar, Period, Sli, Slo, Tile
from obsgen.reader.alerts import check_team
from obsgen.reader.categories import read_category
from obsgen.reader.label_values import read_label_values
from obsgen.reader.measures import ServiceReader
from obsgen.reader.profiles import SloNumbers
from obsgen.reader.project import ProjectSpec, read_tile
from obsgen.reader.runbooks import read_runbook
from obsgen.reader.shape import missing_key
from obsgen.reader.slo_alerts import SloAlertsReader
from obsgen.reader.values import read_list, read_text, read_words
from obsgen.reader.wording import means
from obsgen.source import MappingNode, Node, Scalar
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
GROUP_LABEL: Final = Code(
    "SLO308",
    "group-label",
    why="these labels identify the SLO and its alerts, so a group of that name would be lost",
    fix="Group by another label.",
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
EMPTY_TILES: Final = Code(
    "SLO333",
    "empty-tiles",
    why="tiles in which nothing is scraped have no events: windows of few of them come and go, "
    "and series seem to be gone",
    fix="Scrape at least once a tile, or take the longer tile: `ledger: {tile: 1m}`.",
    severity=Severity.WARNING,
)
CODES: Final = (
    EMPTY_TILES,
    LOST_GROUP_OF_SLI,
    OTHER_TILE,
    OBJECTIVE_RANGE,
    PERIOD_BEYOND_RETENTION,
    PERIOD_FORM,
    GROUP_LABEL,
)

_TAKEN: Final = names.RESERVED_LABELS | {
    *("category", "kind", "long_window", "objective", "period", "runbook", "short_window", "spent")
}
_CALENDARS: Final[Mapping[str, Calendar]] = {w: w for w in ("week", "month", "quarter")}
_DAY: Final = Duration.parse("1d")
_LONGEST_TILE: Final = Duration.parse("1m")
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
            each=None if sli.rhythm.is_weighable else sli.rhythm.unit or tile.length,
        )
        alerts = SloAlertsReader(self.spec, self.report).read(node, numbers, sli)
        return Slo(
            name=name,
            objective=objective,
            period=period,
            sli=sli,
            by=by,
            tile=tile,
            tiers=alerts.tiers,
            left_out=alerts.left_out,
            budget_alerts=alerts.budget,
            absence=alerts.absence,
            team=check_team(node.get("team"), self.spec.project, self.report) or self.team,
            description=read_text(node.get("description"), self.report),
            runbook=read_runbook(node.get("runbook"), self.report),
            category=read_category(node.get("category"), self.spec.project, self.report) or "slo",
            impact=read_text(node.get("impact"), self.report),
            steps=read_words(node.get("steps")),
            labels=read_label_values(node.get("labels"), self.report, taken=_TAKEN.union(by)),
            refs=read_words(node.get("refs")),
            origin=node.origin,
        )

    def _tile(self, node: MappingNode) -> Tile:
        scrape = self.spec.project.scrape_interval
        tile = read_tile(node.get("ledger"), scrape, self.spec.project.tile, self.report)
        if tile.length < scrape:
            given = node.get("ledger")
            place = node.origin / "name" if given is None else given.origin
            message = f"a tile of {tile.length} is shorter than the scrape interval {scrape}"
            hint = (
                "write `tile: 1m`" if scrape <= _LONGEST_TILE else "scrape every 1m or more often"
            )
            self.report(finding(EMPTY_TILES, place, message, hint))
        return tile

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
        elif isinstance(node, Scalar) and (word := near(node.text.lower(), _CALENDARS)):
            message = f"period {node.word} is not a part of the calendar"
            self.report(finding(PERIOD_FORM, node.origin, message, f"did you mean `{word}`?"))
            return None
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


_EXAMPLES: Final = {
    "objective": "add `objective: 99.9`",
    "sli": 'add `sli: {events: {total: http_requests_total, bad: {code: "5.."}}}`',
}
