"""`alertlist`: the alerts that fire or are about to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import PROMETHEUS, Json, Panel
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._questions import read_count, read_word
from obsgen.panels._takes import NOTHING
from obsgen.schema.shared import LABEL_PATTERN, listed, mapping, one_of_words, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence

# Shape: Grafana's alert list, `UnifiedAlertListOptions`; there is no published schema of it.
_STATES: Final = {
    "firing": "firing",
    "pending": "pending",
    "recovering": "recovering",
    "no_data": "noData",
    "error": "error",
    "normal": "normal",
}
_SHOWN: Final = ("firing", "pending", "recovering", "error")
# Grafana's `SortOrder`; its `TimeAsc` puts the alert on top that has been active longest.
_ORDERS: Final = {"importance": 3, "name": 1, "oldest": 4, "newest": 5}
_SOURCES: Final = ("all", "prometheus", "grafana")
_OF_GRAFANA: Final = "-- Grafana --"
"""The name under which Grafana lists its own alerts."""

_LIMIT: Final = 20
_MOST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertList:
    """
    Alerts of Prometheus and of Grafana itself.

    Attributes:
        where: Matchers of their labels; None for those of the dashboard's service.
        by: Labels that they are grouped by; none groups them by rule.
        source: `all`, `prometheus` or `grafana`.
    """

    states: tuple[str, ...]
    where: tuple[Matcher, ...] | None
    by: tuple[str, ...]
    name: str
    source: str
    order: str
    limit: int

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: Grafana asks for rules, not for series."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        spoken = ", ".join(state.replace("_", " ") for state in self.states)
        return Panel(
            type="alertlist",
            title=common.title or "Alerts",
            description=common.description
            or f"Alerts in the state {spoken}; each leads to its rule and its runbook.",
            width=columns_of(common.width or Fraction(1, 2)),
            height=common.height or 8,
            options=self._options(context),
            links=links_of(common, context),
            origin=common.origin,
        )

    def _options(self, context: DashboardContext) -> dict[str, Json]:
        groups: list[Json] = [*self.by]
        return {
            "viewMode": "list",
            "groupMode": "custom" if groups else "default",
            "groupBy": groups,
            "maxItems": self.limit,
            "sortOrder": _ORDERS[self.order],
            "dashboardAlerts": False,
            "alertName": self.name,
            "alertInstanceLabelFilter": self._filter(context),
            **self._datasource(context),
            "showInactiveAlerts": False,
            "stateFilter": {word: state in self.states for state, word in _STATES.items()},
        }

    def _filter(self, context: DashboardContext) -> str:
        where = self.where
        if where is None:
            where = (Matcher("service", "=", context.service.name),)
        return "{" + ", ".join(map(str, where)) + "}" if where else ""

    def _datasource(self, context: DashboardContext) -> dict[str, Json]:
        """Return whose rules; Grafana knows a datasource here by its name alone."""
        if self.source == "grafana":
            return {"datasource": _OF_GRAFANA}
        named = (each.name for each in context.project.datasources if each.type == PROMETHEUS)
        name = next(named, "")
        return {"datasource": name} if self.source == PROMETHEUS and name else {}


class AlertListKind:
    """Reads `alertlist: {states: [firing, pending], where: {…}, by: [severity]}`."""

    key: Final = "alertlist"
    takes: Final = NOTHING
    schema: Final[Mapping[str, Any]] = mapping(
        {
            "states": listed(
                {"enum": list(_STATES)},
                description=f"Which alerts; {', '.join(_SHOWN[:-1])} and {_SHOWN[-1]} unless said.",
                examples=[["firing", "pending"]],
            ),
            "where": {
                "type": "object",
                "propertyNames": {"pattern": LABEL_PATTERN},
                "description": "Matchers of their labels; those of the service unless said.",
                "examples": [{"team": "backend"}],
            },
            "by": ref("label_names", "Labels that they are grouped by; by rule unless said."),
            "name": text("Only alerts whose name holds this."),
            "source": one_of_words(
                _SOURCES, "Whose rules: Prometheus's, Grafana's own, or `all` unless said."
            ),
            "sort": one_of_words(tuple(_ORDERS), "Which come first; `importance` unless said."),
            "limit": text(f"At most so many; {_LIMIT} unless said.", examples=[_LIMIT]),
        },
        description="The alerts that fire or are about to; `{}` for those of the service.",
        examples=[{"states": ["firing"], "where": {"team": "backend"}, "by": ["severity"]}],
    )

    def read(self, node: Node, reader: Reader) -> AlertList | None:
        """Read which alerts, and in which order."""
        if not isinstance(node, MappingNode):
            return None
        where = node.get("where")
        return AlertList(
            states=_texts(node.get("states")) or _SHOWN,
            where=None if where is None else reader.matchers(where, ()),
            by=reader.labels(node.get("by"), ()),
            name=reader.text(node.get("name")),
            source=read_word(node.get("source"), _SOURCES),
            order=read_word(node.get("sort"), tuple(_ORDERS)),
            limit=read_count(node.get("limit"), _LIMIT, _MOST, reader),
        )


def _texts(node: Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(item.text for item in items if isinstance(item, Scalar) and item.text in _STATES)


KIND: Final = AlertListKind()
