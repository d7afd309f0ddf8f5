"""The Project document: versions, intervals, severities, teams, outputs; and its defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import TARGET_LABELS, near
from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.model import Project, Reports, Team, Tile
from obsgen.reader.categories import read_categories
from obsgen.reader.checks import read_checks
from obsgen.reader.datasources import Around, read_datasources
from obsgen.reader.grafana import read_grafana
from obsgen.reader.label_values import read_label_values
from obsgen.reader.loki import read_loki
from obsgen.reader.profiles import read_profiles
from obsgen.reader.runbooks import read_runbook
from obsgen.reader.scrape import read_target
from obsgen.reader.severities import read_severities
from obsgen.reader.shape import words
from obsgen.reader.tiers import Profile
from obsgen.reader.values import read_duration, read_list, read_text, read_words
from obsgen.schema.shared import is_label
from obsgen.secrets import LITERAL_SECRET, looks_secret
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration
from obsgen.versions import version_text

UNREADABLE_VERSION: Final = Code(
    "SCH113",
    "unreadable-version",
    why="what is written depends on what the target understands",
    fix='Write the version as a text: `version: "2.42"` (2.40 unquoted is read as it stands too).',
)
UNKNOWN_OUTPUT: Final = Code(
    "OUT921",
    "unknown-output",
    why="an output that is not known would silently not be written",
    fix="Write one of the outputs that the hint lists.",
)
LEDGER_PARAMETER: Final = Code(
    "SLO331",
    "ledger-parameter",
    why="the ledger is exact only within these bounds: a tile of 30s or 1m, a bridge that spans "
    "at least two minutes, four scrapes and a tile with a scrape",
    fix="Leave `ledger:` out, or keep to the bounds in the hint.",
)
UTC_OFFSET: Final = Code(
    "SCH115",
    "utc-offset",
    why="calendar periods begin at midnight of a place that is always as far from UTC; PromQL "
    "knows no time zones",
    fix='Write the offset in hours and minutes: `utc_offset: "+09:00"`.',
)
OLD_ALERTMANAGER: Final = Code(
    "ALR662",
    "old-alertmanager",
    why="what is written has `matchers`, which Alertmanager reads from 0.22 on; an older "
    "one refuses to start",
    fix='Raise the target: `alertmanager: {version: "0.25"}`.',
)
UNKNOWN_ALERTMANAGER: Final = Code(
    "ALR663",
    "unknown-alertmanager",
    why="what is new in it is not known here, and neither is what it no longer takes",
    fix="Check the version; a release that is newer than this obsgen will usually do.",
    severity=Severity.WARNING,
)
CODES: Final = (
    UNREADABLE_VERSION,
    UNKNOWN_OUTPUT,
    LEDGER_PARAMETER,
    UTC_OFFSET,
    OLD_ALERTMANAGER,
    UNKNOWN_ALERTMANAGER,
)

_ALERTMANAGERS: Final = ((0, 22), (0, 34))
"""The first version that reads what is written, and the last that is known."""

OUTPUTS: Final = ("prometheus", "alertmanager", "grafana", "docs")
"""What is written where a Project says nothing."""
_MORE_OUTPUTS: Final = ("configmaps", "grafana_import", "loki")

# From -12:00 to +14:00, as far as places on Earth go; minutes in fives, as tiles.
_OFFSET: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<hours>0?\d|1[0-4])(?::?(?P<minutes>[0-5][05]))?", re.ASCII
)
_S: Final = Duration.parse
DEFAULT_BLACKBOX: Final = "blackbox-exporter:9115"
DEFAULT_RETENTION: Final = _S("60d")
_TILES: Final = (_S("30s"), _S("1m"))
_LEAST_BRIDGE: Final = _S("2m")
_DEFAULT_SETTLE: Final = _S("5s")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSpec:
    """The Project with what only reading needs."""

    project: Project
    profiles: Mapping[str, Profile]


def read_project(
    node: MappingNode | None, environment_labels: tuple[str, ...], report: Reports
) -> ProjectSpec:
    """Read the Project; without a document the defaults hold."""
    reader = _ProjectReader(node, report)
    return reader.read(environment_labels)


class _ProjectReader:
    """Reads one Project document."""

    def __init__(self, node: MappingNode | None, report: Reports) -> None:
        origin = Origin("")
        self.node = node or MappingNode(entries={}, origin=origin, start=(0, 0), end=(0, 0))
        self.report = report

    def read(self, environment_labels: tuple[str, ...]) -> ProjectSpec:
        prometheus = self._section("prometheus")
        scrape = self._duration(prometheus, "scrape_interval", _S("15s"))
        external = self._texts(prometheus, "external_labels")
        version = self._version(prometheus, (2, 42))
        extra = read_words(self.node.get("target_labels"))
        tile = read_tile(self.node.get("ledger"), scrape, None, self.report)
        project = Project(
            name=read_text(self.node.get("name"), self.report),
            prometheus_version=version,
            scrape_interval=scrape,
            evaluation_interval=self._duration(prometheus, "evaluation_interval", _S("30s")),
            retention=self._duration(prometheus, "retention", DEFAULT_RETENTION),
            external_labels=external,
            # A label of another form was reported, and would make PromQL that cannot be read.
            target_labels=tuple(
                filter(
                    is_label,
                    dict.fromkeys((*TARGET_LABELS, *extra, *external, *environment_labels)),
                )
            ),
            alertmanager_version=self._alertmanager(),
            alertmanagers=read_words(self._section("alertmanager").get("targets"))
            or ("alertmanager:9093",),
            datasources=read_datasources(
                self.node.get("datasources"),
                Around(scrape_interval=scrape, prometheus_version=version),
                self.report,
            ),
            grafana=read_grafana(self.node.get("grafana"), self.report),
            severities=read_severities(self.node.get("severities"), self.report),
            teams=self._teams(),
            team_details=self._team_details(),
            categories=read_categories(self.node.get("categories"), self.report),
            outputs=self._outputs(),
            runbook_base=read_runbook(self._section("runbooks").get("base_url"), self.report),
            repository=self._address("repository"),
            ready_dashboards=read_words(self.node.get("dashboards")),
            utc_offset_seconds=self._utc_offset(self.node.get("utc_offset")),
            blackbox_version=self._version(self._section("blackbox"), (0, 23)),
            blackbox_address=read_target(self._section("blackbox").get("address"), self.report)
            or DEFAULT_BLACKBOX,
            tile=tile,
            loki=read_loki(self.node.get("loki"), self.report),
            checks=read_checks(self.node.get("checks"), self.report),
            sources=(self.node.origin.file,) if self.node.origin.file else (),
            origin=self.node.origin,
        )
        return ProjectSpec(
            project=project,
            profiles=read_profiles(self.node.get("alert_profiles"), self.report),
        )

    def _section(self, key: str) -> MappingNode:
        node = self.node.get(key)
        if isinstance(node, MappingNode):
            return node
        origin = self.node.origin / key
        return MappingNode(entries={}, origin=origin, start=(0, 0), end=(0, 0))

    def _address(self, key: str) -> str:
        """Read a URL that everybody may see."""
        url = read_text(self.node.get(key), self.report)
        if reason := looks_secret(url):
            message = f"`{key}` holds a secret: {reason}"
            hint = "leave it out: whoever reads the dashboards would read it, too"
            self.report(finding(LITERAL_SECRET, self.node.origin / key, message, hint))
            return ""
        return url

    def _duration(self, section: MappingNode, key: str, default: Duration) -> Duration:
        return read_duration(section.get(key), self.report) or default

    def _texts(self, section: MappingNode, key: str) -> Mapping[str, str]:
        return read_label_values(section.get(key), self.report)

    def _version(self, section: MappingNode, default: tuple[int, int]) -> tuple[int, int]:
        node = section.get("version")
        if not isinstance(node, Scalar):
            return default
        match = re.fullmatch(r"v?(\d{1,4})\.(\d{1,4})(\.\d+)?", node.text, re.ASCII)
        if match:
            return int(match[1]), int(match[2])
        if re.fullmatch(r"v?\d{1,4}", node.text, re.ASCII):
            return int(node.text.lstrip("v")), 0
        message = f"version {node.word} is not like `{default[0]}.{default[1]}`"
        self.report(finding(UNREADABLE_VERSION, node.origin, message))
        return default

    def _alertmanager(self) -> tuple[int, int]:
        version = self._version(self._section("alertmanager"), (0, 25))
        first, last = _ALERTMANAGERS
        place = self._section("alertmanager").origin / "version"
        shown = version_text(version)
        if version < first:
            message = f"Alertmanager {shown} does not read `matchers`; 0.22 is the first that does"
            self.report(finding(OLD_ALERTMANAGER, place, message, 'write `version: "0.25"`'))
            return first
        if version > last:
            message = (
                f"Alertmanager {shown} is not known; the last that is known is {version_text(last)}"
            )
            self.report(finding(UNKNOWN_ALERTMANAGER, place, message, "check the version"))
        return version

    def _teams(self) -> tuple[str, ...] | None:
        node = self.node.get("teams")
        if isinstance(node, MappingNode):
            return tuple(k for k in node.entries if not k.startswith("x-"))
        return read_words(node) if node is not None else None

    def _team_details(self) -> tuple[Team, ...]:
        node = self.node.get("teams")
        entries = node.entries if isinstance(node, MappingNode) else {}
        return tuple(
            Team(name=name, lead=_name(entry.value, "lead"), channel=_name(entry.value, "channel"))
            for name, entry in entries.items()
            if not name.startswith("x-")
        )

    def _utc_offset(self, node: Node | None) -> int:
        if not isinstance(node, Scalar) or node.is_null:
            return 0
        match = _OFFSET.fullmatch(node.text)
        if match is None:
            message = f"UTC offset {node.word} is not of the form `+09:00`"
            self.report(finding(UTC_OFFSET, node.origin, message, 'write `"+09:00"` or `"-05:30"`'))
            return 0
        seconds = int(match["hours"]) * 3600 + int(match["minutes"] or 0) * 60
        return -seconds if match["sign"] == "-" else seconds

    def _outputs(self) -> tuple[str, ...]:
        node = self.node.get("outputs")
        if node is None:
            return OUTPUTS
        found = []
        for item in read_list(node):
            if not isinstance(item, Scalar):
                continue
            known = (*OUTPUTS, *_MORE_OUTPUTS)
            if item.text in known:
                found.append(item.text)
                continue
            guess = near(item.text, known)
            hint = f"did you mean `{guess}`?" if guess else f"it has {words(list(known))}"
            self.report(
                finding(UNKNOWN_OUTPUT, item.origin, f"output {item.word} is not known", hint)
            )
        return tuple(dict.fromkeys(found))


def _name(node: Node, key: str) -> Scalar | None:
    found = node.get(key) if isinstance(node, MappingNode) else None
    return found if isinstance(found, Scalar) and not found.is_null else None


def read_tile(node: Node | None, scrape: Duration, default: Tile | None, report: Reports) -> Tile:
    """Read `ledger: {tile, bridge, settle}` and hold it to the bounds of exactness."""
    given = node if isinstance(node, MappingNode) else None
    length = default.length if default else _S("1m")
    settle = default.settle if default else _DEFAULT_SETTLE
    if given is not None:
        length = read_duration(given.get("tile"), report) or length
        settle = read_duration(given.get("settle"), report) or settle
    least = max(_LEAST_BRIDGE, Duration(4 * scrape.ms), Duration(length.ms + scrape.ms))
    bridge = max(least, default.bridge) if default else least
    if given is not None:
        bridge = read_duration(given.get("bridge"), report) or bridge
        if length not in _TILES:
            place, message = given.origin / "tile", f"a tile of {length} is not 30s or 1m"
            report(finding(LEDGER_PARAMETER, place, message, "write `tile: 1m`"))
            length = _S("1m")
        if bridge < least:
            place = given.origin / "bridge"
            message = f"a bridge of {bridge} is shorter than {least}"
            report(finding(LEDGER_PARAMETER, place, message, f"write `bridge: {least}` or more"))
            bridge = least
    return Tile(length=length, bridge=bridge, settle=settle)
