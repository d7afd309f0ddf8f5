"""
From an alert to its dashboard: which one it is, what is chosen there, and which time is shown.

A link is made of what was compiled, so it cannot lead astray: the dashboard is built, it has each
variable that the link sets, and a label that an alert may lack is left out where it is lacking.
The time is that of the alert, not that of the click: whoever looks the next morning sees it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from urllib.parse import quote

from obsgen import names
from obsgen.artefacts import AlertingRule, Dashboard, RuleFile, RuleGroup, Variable
from obsgen.catalogue import Catalogue, near
from obsgen.compile.dashboard_checks import uid_in
from obsgen.diagnostics import Code, finding
from obsgen.model import Alert, Reports, Service
from obsgen.promql import (
    MatrixSelector,
    Node,
    PromqlError,
    Subquery,
    VectorSelector,
    parse,
    walk,
)
from obsgen.units import Duration

DEAD_DASHBOARD_URL: Final = Code(
    "REF282",
    "dead-dashboard-url",
    why="the link leads into the Grafana of these specs, to a dashboard that they do not build",
    fix="Name the dashboard instead of its address: `dashboard: gateway/red`.",
)
CODES: Final = (DEAD_DASHBOARD_URL,)

_PREFERRED: Final = ("red", "use", "llm", "cost", "security", "probes", "slo", "alerts", "overview")
"""Of ready dashboards that show as much of what an alert reads."""
_LAST_RESORT: Final = ("alerts", "overview", "red", "use", "slo")
"""Where an alert leads of which no dashboard shows anything."""

_WORD: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL_OF: Final = re.compile(r",\s*(\w+)\s*\)\s*\Z", re.ASCII)
_DEFAULT_TIME: Final = re.compile(r"now-(\w+)", re.ASCII)
_LEAST: Final = Duration.parse("1h")
_USUAL: Final = Duration.parse("6h")
_MOST: Final = Duration.parse("30d")


class AlertLinks:
    """Leads the alerts of rule files to their dashboards."""

    def __init__(
        self,
        dashboards: tuple[Dashboard, ...],
        services: Iterable[Service],
        grafana_url: str,
    ) -> None:
        """
        Know where an alert can lead.

        Args:
            grafana_url: Where people reach Grafana; without it, no alert gets a link.
        """
        board = _Board(dashboards, grafana_url)
        is_wanted = bool(grafana_url and dashboards)
        self._of = {s.name: _Links(board, s) for s in services} if is_wanted else {}

    def on(self, files: Iterable[RuleFile]) -> tuple[RuleFile, ...]:
        """Return the rules with `dashboard_url` on each alert that leads to a dashboard."""
        return tuple(
            _linked(file, self._of[file.service]) if file.service in self._of else file
            for file in files
        )


def check_alert_urls(
    services: Iterable[Service],
    dashboards: tuple[Dashboard, ...],
    grafana_url: str,
    report: Reports,
) -> None:
    """Report each alert whose own URL leads to a dashboard of this Grafana that is not built."""
    known = {dashboard.uid for dashboard in dashboards}
    for service in services:
        for alert in service.alerts:
            uid = uid_of(alert.dashboard, grafana_url)
            if uid and uid not in known:
                guess = near(uid, known)
                hint = f"did you mean `{guess}`?" if guess else "write the dashboard's name"
                message = f"alert `{alert.name}` leads to dashboard `{uid}`, which is not built"
                report(finding(DEAD_DASHBOARD_URL, alert.origin / "dashboard", message, hint))


def uid_of(url: str, grafana_url: str) -> str:
    """Return the uid in a link to a dashboard of this Grafana; empty for any other URL."""
    if not grafana_url or not url.startswith(f"{grafana_url}/d/"):
        return ""
    return uid_in(url.removeprefix(grafana_url))


def _linked(file: RuleFile, links: _Links) -> RuleFile:
    def linked(group: RuleGroup) -> RuleGroup:
        rules = tuple(
            links.on(rule) if isinstance(rule, AlertingRule) else rule for rule in group.rules
        )
        return replace(group, rules=rules)

    return replace(file, groups=tuple(linked(group) for group in file.groups))


@dataclass(frozen=True)
class _Board:
    """All dashboards, and the words that stand in the queries of each."""

    dashboards: tuple[Dashboard, ...]
    url: str

    @cached_property
    def by_uid(self) -> Mapping[str, Dashboard]:
        return {dashboard.uid: dashboard for dashboard in self.dashboards}

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        return {d.uid: frozenset(_words(d)) for d in self.dashboards}

    @cached_property
    def by_service(self) -> Mapping[str, list[Dashboard]]:
        found: dict[str, list[Dashboard]] = {}
        for dashboard in self.dashboards:
            found.setdefault(dashboard.service, []).append(dashboard)
        return found

    def ranked(self, service: str, order: tuple[str, ...]) -> tuple[Dashboard, ...]:
        """Return a service's dashboards in an order of ready words, others at the end."""

        def rank(dashboard: Dashboard) -> int:
            return order.index(dashboard.kind) if dashboard.kind in order else len(order)

        return tuple(sorted(self.by_service.get(service, ()), key=rank))


def _words(dashboard: Dashboard) -> Iterator[str]:
    for panel in dashboard.panels:
        for target in panel.targets:
            yield from _WORD.findall(target.expr)


@dataclass(frozen=True)
class _Links:
    """The links of one service's alerts."""

    board: _Board
    service: Service

    @cached_property
    def own(self) -> tuple[Dashboard, ...]:
        """The dashboards of the service, the preferred ones first."""
        return self.board.ranked(self.service.name, _PREFERRED)

    @cached_property
    def alerts(self) -> Mapping[str, Alert]:
        return {alert.name: alert for alert in self.service.alerts}

    def on(self, rule: AlertingRule) -> AlertingRule:
        """Return the rule with its link; one of its author's own is kept."""
        if "dashboard_url" in rule.annotations or names.WATCHDOG_LABEL in rule.labels:
            return rule
        dashboard = self._dashboard(rule)
        if dashboard is None:
            return rule
        url = f"{self.board.url}/d/{dashboard.uid}?{_time(rule, dashboard)}"
        chosen = "".join(_choice(variable, rule) for variable in dashboard.variables)
        return replace(rule, annotations={**rule.annotations, "dashboard_url": url + chosen})

    def _dashboard(self, rule: AlertingRule) -> Dashboard | None:
        alert = self.alerts.get(rule.alert)
        if alert is not None and alert.dashboard:
            # One that is not built was reported.
            uid = names.dashboard_uid_of(alert.dashboard, self.service.name)
            return self.board.by_uid.get(uid)
        if rule.labels.get("slo") in {slo.name for slo in self.service.slos}:
            found = self.board.by_uid.get(names.uid("slo", self.service.name))
            if found is not None:
                return found
        return self._showing(rule) or self._anywhere

    def _showing(self, rule: AlertingRule) -> Dashboard | None:
        """Return the dashboard that shows most of what the alert reads; None if none does."""
        read = [frozenset(group) for group in _read(rule, self.service.catalogue)]
        category = rule.labels.get("category")

        def shown(dashboard: Dashboard) -> tuple[int, bool]:
            words = self.board.words[dashboard.uid]
            return sum(1 for group in read if group & words), dashboard.kind == category

        best = max(self.own, key=shown, default=None)
        return best if best is not None and shown(best)[0] else None

    @cached_property
    def _anywhere(self) -> Dashboard | None:
        """Return the dashboard that says most about all: of the service, else of the project."""
        own = self.board.ranked(self.service.name, _LAST_RESORT)
        of_all = self.board.ranked("", _LAST_RESORT)
        told = (d for d in of_all if d.kind in _LAST_RESORT)
        return next(iter((*own, *told)), None)


def _read(rule: AlertingRule, catalogue: Catalogue) -> Iterator[Iterable[str]]:
    """Yield for each metric that an alert reads all names of its series."""
    nodes = _nodes(rule)
    series = {n.name for n in nodes if isinstance(n, VectorSelector) and n.name}
    for name in sorted(series):
        metric = catalogue.metric_of(name)
        yield (name,) if metric is None else metric.series()


def _choice(variable: Variable, rule: AlertingRule) -> str:
    """
    Return what a link says of a variable: the value of the label that fills it.

    `$labels` holds the labels of the query; what the rule sets is known now. A label that an
    alert lacks leaves the variable as the dashboard has it.
    """
    match = _LABEL_OF.search(variable.query)
    label = match[1] if match else variable.name
    fixed = rule.labels.get(label)
    if fixed is not None:
        # A template of the author's own may hold anything.
        return f"&var-{variable.name}={quote(fixed, safe='')}" if "{{" not in fixed else ""
    if rule.carries is not None and label not in rule.carries:
        return ""
    return f"{{{{ with $labels.{label} }}}}&var-{variable.name}={{{{ . | urlquery }}}}{{{{ end }}}}"


def _time(rule: AlertingRule, dashboard: Dashboard) -> str:
    """Return the time range: twice as far back as the alert looks, and on until now."""
    seconds = -(-_before(rule, dashboard).ms // 1000)
    asked = f'{{{{ with query "time() - {seconds}" }}}}'
    shown = '{{ . | first | value | printf "%.0f" }}'
    return f"from={asked}{shown}000{{{{ end }}}}&to=now"


def _before(rule: AlertingRule, dashboard: Dashboard) -> Duration:
    ranges = [n.range_ms for n in _nodes(rule) if isinstance(n, MatrixSelector | Subquery)]
    long = _duration(rule.labels.get("long_window", ""))
    if ranges:
        looked = Duration(2 * max(ranges) + rule.for_.ms)
    elif long is not None:
        looked = Duration(2 * long.ms)
    else:
        match = _DEFAULT_TIME.fullmatch(dashboard.time)
        looked = _duration(match[1] if match else "") or _USUAL
    return min(_MOST, max(_LEAST, looked))


def _nodes(rule: AlertingRule) -> tuple[Node, ...]:
    """Return the parts of a rule's query; none of what is no PromQL, which was reported."""
    try:
        return tuple(walk(parse(rule.expr)))
    except PromqlError:
        return ()


def _duration(text: str) -> Duration | None:
    try:
        return Duration.parse(text)
    except ValueError:
        return None
