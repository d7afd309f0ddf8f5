"""`panel`: a panel in Grafana's own words, for what no other kind shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Panel
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._looks import LOOKS, PLAIN
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._raw import RawPanel, read_raw
from obsgen.panels._takes import ANYTHING
from obsgen.panels._thresholds import thresholds_of
from obsgen.promql import PromqlError, parse, selectors, substitute_variables
from obsgen.schema.shared import text
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT

NO_TYPE: Final = Code(
    "DSH651",
    "raw-without-type",
    why="without a type Grafana shows nothing",
    fix="Write the type as Grafana's JSON has it: `panel: {type: barchart, …}`.",
)
CODES: Final = (NO_TYPE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaPanel:
    """A panel that its author wrote as Grafana has it, over the whole options of its type."""

    raw: RawPanel
    catalogue: Catalogue

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that its PromQL names."""
        targets = self.raw.targets.own if self.raw.targets is not None else ()
        found = {}
        for target in targets:
            for metric in _metrics(target.expr, self.catalogue):
                found[metric.name] = metric
        return tuple(found.values())

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel; what every panel takes may be said in either words."""
        kind = self.raw.text("type")
        unit = common.unit
        look = LOOKS.get(kind, PLAIN)
        plain = Panel(
            type=kind,
            title=common.title or self.raw.text("title") or kind.capitalize(),
            description=common.description
            or self.raw.text("description")
            or f"A panel of the type {kind}, in Grafana's own words.",
            width=columns_of(common.width or Fraction(1, 2)),
            height=common.height or 8,
            unit=unit,
            thresholds=thresholds_of(common, unit or COUNT, context.report)
            if common.thresholds
            else (),
            options=look.options,
            custom=look.custom,
            color=look.color,
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )
        return self.raw.applied(plain, context.report)


def _metrics(expr: str, catalogue: Catalogue) -> tuple[Metric, ...]:
    try:
        root = parse(substitute_variables(expr))
    except PromqlError:
        return ()
    found = (catalogue.metric_of(each.metric_name or "") for each in selectors(root))
    return tuple(metric for metric in found if metric is not None)


class PanelKind:
    """Reads `panel: {type: …, options: …, fieldConfig: …, targets: […]}`."""

    key: Final = "panel"
    takes: Final = ANYTHING
    schema: Final[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "type": text("Grafana's type of panel.", examples=["barchart"]),
            "targets": {
                "description": "The queries: `expr` in PromQL, or `datasource` and its own words.",
            },
            "options": {"description": "The type's own options."},
            "fieldConfig": {"description": "`defaults` and `overrides`."},
            "transformations": {"description": "What is done to the answers."},
        },
        "additionalProperties": {},
        "description": "A panel in Grafana's own JSON, for what no other kind shows.",
        "examples": [
            {
                "type": "barchart",
                "targets": [{"expr": "sum by (route) (http_requests_total)", "instant": True}],
            }
        ],
    }

    def read(self, node: Node, reader: Reader) -> GrafanaPanel | None:
        """Read Grafana's words."""
        raw = read_raw(node, reader)
        if raw is None:
            return None
        if not raw.text("type"):
            place = node.origin if isinstance(node, MappingNode) else raw.origin
            message = "the panel has no `type`"
            reader.report(finding(NO_TYPE, place, message, "write `type: barchart`"))
            return None
        return GrafanaPanel(raw=raw, catalogue=reader.catalogue)


KIND: Final = PanelKind()
