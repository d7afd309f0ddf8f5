"""Panels of alerts: what fires, since when, what to read about it, and what is only noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from obsgen import names
from obsgen.artefacts import Link, Panel
from obsgen.matchers import Matcher
from obsgen.model import Project
from obsgen.packs._alert_queries import AlertQueries
from obsgen.packs._annotations import page_severities
from obsgen.packs._looks import ALERT_STATES, COMING, PAGING, WAITING
from obsgen.packs._panels import Column, Line, graph, range_map, stat, table
from obsgen.packs._panels import color_override as in_color
from obsgen.packs._shapes import alert_list, bars, state_timeline
from obsgen.packs._ways import cell_links, way, with_uids
from obsgen.units import COUNT, SECONDS

LABELS: Final = ("service", "alertname", "severity", "slo", "tier")
"""What tells alerts apart for people; what else an alert carries says where it fires."""

# An alert is evaluated every 30s to 2m: a finer step shows nothing more.
_STEP: Final = "1m"
_MOST: Final = 15
_DAY: Final = 86400
_HALF: Final = 12
_TABLE_WIDTH: Final = 16
_LIST_HEIGHT: Final = 12
_SEVERITY_COLORS: Final = ("dark-red", "red", "orange", "yellow", "blue")
_SHOWN: Final = tuple(
    range_map(Decimal(s.value), Decimal(f"{s.value}.99"), s.text, s.color) for s in ALERT_STATES
)
"""Behind the point stands how severe an alert is (`AlertQueries.ranked_state`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """
    Where the rows of alerts lead.

    Attributes:
        homes: By service, the uid of the dashboard that tells most of it.
        own: By alert, the uid of the dashboard that its author names.
        slo: By service, the uid of its dashboard of SLOs.
        runbooks: The URL of the folder of all runbooks, or empty.
    """

    homes: Mapping[str, str]
    slo: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    runbooks: str = ""


class AlertPanels:
    """The panels, of the alerts within *scope*."""

    def __init__(self, project: Project, scope: Sequence[Matcher], ways: Ways) -> None:
        self._pages = page_severities(project)
        self._severities = project.severities.names
        self._scope = tuple(scope)
        self._queries = AlertQueries(scope)
        self._ways = ways

    def stats(self, links: tuple[Link, ...] = ()) -> tuple[Panel, ...]:
        """Return what fires and what is about to."""
        paging = stat(
            "Paging",
            "Alerts that fire and wake somebody. Begin with the oldest; its runbook says how.",
            self._queries.paging(self._pages),
            COUNT,
            thresholds=PAGING,
            links=links,
        )
        waiting = stat(
            "Other alerts",
            "Alerts that fire and can wait for working hours.",
            self._queries.waiting(self._pages),
            COUNT,
            thresholds=WAITING,
            links=links,
        )
        pending = stat(
            "Pending",
            "Alerts whose condition holds, but not yet for long enough to fire.",
            self._queries.coming(),
            COUNT,
            thresholds=COMING,
            links=links,
        )
        return (*((paging,) if self._pages else ()), waiting, pending)

    def oldest(self) -> Panel:
        """Return since when something has been wrong."""
        return stat(
            "Oldest alert",
            "For how long the oldest alert has been pending or firing. One that is older than a "
            "day is either not looked at or not worth an alert.",
            f"max({self._queries.age(LABELS)})",
            SECONDS,
            decimals=0,
            no_value="none",
        )

    def begun(self) -> Panel:
        """Return how often alerts have begun."""
        return stat(
            "Fired, 24h",
            "How often an alert began to fire in the last day.",
            f"sum({self._queries.beginnings(('alertname',), '1d')}) or vector(0)",
            COUNT,
            decimals=0,
        )

    def list(self) -> Panel:
        """Return the alerts as Grafana knows them."""
        matchers = ",".join(str(m) for m in self._scope if m.op == "=")
        return alert_list(
            "Alerts in Grafana",
            "What fires or is pending, of Prometheus and of Grafana's own rules; to silence one, "
            "open it here.",
            f"{{{matchers}}}" if matchers else "",
            group_by="service",
            width=names.COLUMNS - _TABLE_WIDTH,
            height=_LIST_HEIGHT,
        )

    def table(self, *, width: int = _TABLE_WIDTH, height: int = _LIST_HEIGHT) -> Panel:
        """Return a row for each alert: how old it is, and where to go from there."""
        found = table(
            "Active alerts",
            "What fires or is pending, firing first, the most severe on top. The alert's name "
            "leads to its runbook or to the service, the SLO to where its budget goes.",
            self._columns(),
            labels=(*LABELS, "dashboard", "slo_dashboard"),
            invisible=("dashboard", "slo_dashboard"),
            sort_by="State",
            width=width,
            height=height,
        )
        ways = self._ways
        links = [("Dashboard", way("dashboard"))] if ways.homes or ways.own else []
        if ways.runbooks:
            page = names.runbook_page("${__data.fields.service}", "${__data.fields.alertname}")
            links.insert(0, ("Runbook", f"{ways.runbooks}/{page}"))
        more = [cell_links("alertname", links)] if links else []
        if ways.slo:
            more.append(cell_links("slo", [("Open the SLO", way("slo_dashboard", slo="slo"))]))
        return replace(found, overrides=(*found.overrides, *more), no_value="nothing fires")

    def _columns(self) -> tuple[Column, ...]:
        ranked = self._queries.ranked_state(LABELS, self._severities)
        state = with_uids(ranked, "dashboard", self._ways.homes)
        state = with_uids(state, "dashboard", self._ways.own, of="alertname")
        return (
            Column(
                header="State",
                expr=with_uids(state, "slo_dashboard", self._ways.slo),
                thresholds=COMING,
                mappings=_SHOWN,
            ),
            Column(header="For", expr=self._queries.age(LABELS), unit=SECONDS, decimals=0),
            Column(header="Series", expr=self._queries.series(LABELS), decimals=0),
        )

    def timeline(self, *, height: int = 9) -> Panel:
        """Return when each alert fired."""
        by = LABELS if self._is_of_all else LABELS[1:]
        legend = " ".join(f"{{{{{label}}}}}" for label in by if label != "severity")
        return state_timeline(
            "Alerts over time",
            "When each alert was pending and when it fired. What comes and goes needs a longer "
            "`for`, or its cause removed; what never ends needs an owner.",
            (Line(self._queries.state_over_time(by), legend),),
            ALERT_STATES,
            min_interval=_STEP,
            height=height,
        )

    @property
    def _is_of_all(self) -> bool:
        return all(matcher.op != "=" for matcher in self._scope)

    def by_severity(self) -> Panel:
        """Return how many alerts fired, by severity."""
        found = graph(
            "Firing by severity",
            "How many alerts fired, most in each step.",
            (Line(self._queries.count_over_time("severity"), "{{severity}}"),),
            COUNT,
            decimals=0,
            min_interval=_STEP,
            overrides=tuple(
                in_color(name, color)
                for name, color in zip(self._severities, _SEVERITY_COLORS, strict=False)
            ),
        )
        return replace(found, no_value="nothing fired")

    def noise(self) -> Panel:
        """Return which alerts fire most often."""
        begun = self._queries.beginnings(("alertname",), "$__range")
        return bars(
            "Fired per day",
            f"How often each alert began to fire, a day, over the dashboard's time range; the "
            f"{_MOST} with most. What fires daily and is never acted upon is noise: raise its "
            "limit, lengthen its `for`, or drop it.",
            Line(f"sort_desc(topk({_MOST}, {begun}) / ($__range_s / {_DAY}))", "{{alertname}}"),
            COUNT,
            decimals=1,
            no_value="nothing fired",
            width=_HALF,
        )
