"""Panels of measures: what the kinds that ask queries have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Link, Panel, Target
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import DashboardContext, Measure, PanelSpec
from obsgen.names import COLUMNS, counted_word, dashboard_uid_of
from obsgen.panels._sums import check_parts
from obsgen.panels._thresholds import thresholds_of
from obsgen.panels._unit_hints import is_no_unit, unit_hint
from obsgen.panels._words import column_of, description_of, legends_of, title_of
from obsgen.promql.build import Expr, binary, number
from obsgen.schema.shared import OWN_KEYS, Schema, ref
from obsgen.units import COUNT, Quantity, Unit, number_text

PANEL_UNIT: Final = Code(
    "DSH608",
    "panel-unit",
    why="a panel's unit shows the same amount on another scale; it cannot turn bytes into seconds",
    fix="Name a unit of the measure's own kind, as `unit: ms` for seconds, or leave it out.",
)
CODES: Final = (PANEL_UNIT,)


def measures_schema(
    description: str, *examples: object, own: Mapping[str, Schema] | None = None
) -> Mapping[str, Any]:
    """
    Return the fragment of a kind that takes a measure, a name, or a list of them.

    Args:
        own: The kind's own keys, which stand beside those of a measure, or beside `measures`.
    """
    schema = {**ref("measures", description), "examples": list(examples)}
    return {**schema, OWN_KEYS: own} if own else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """
    How a kind of panel asks its measures, and how large it stands.

    Attributes:
        window: The range of measures that set none.
        width: Of the dashboard, where the author says nothing.
        height: In grid rows.
    """

    window: str
    width: Fraction
    height: int
    instant: bool = True
    as_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredBody:
    """The measures of a panel."""

    measures: tuple[Measure, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Everything that the measures read, once each."""
        found = {metric.name: metric for measure in self.measures for metric in measure.metrics}
        return tuple(found.values())

    def framed(
        self, type_: str, common: PanelSpec, context: DashboardContext, asking: Asking
    ) -> Panel:
        """Return the panel with everything but the options of its type."""
        if common.style.is_stacked:
            place = (common.origin / "stacked").key()
            check_parts(self.measures, "`stacked`", place, context.report)
        measures = self.measures
        shown = tuple(_shown(measure, measures, common, context) for measure in measures)
        unit = shown[0][0]
        spoken = str(unit) if unit.per_seconds not in _SPOKEN else ""
        made = description_of(self.measures, asking.window, spoken, has_time=bool(common.time))
        return Panel(
            type=type_,
            title=common.title or title_of(self.measures),
            description=common.description or made,
            width=columns_of(common.width or asking.width),
            height=common.height or asking.height,
            targets=self._targets(common, context, asking, shown),
            unit=unit,
            decimals=_RATIO_DECIMALS if asking.instant and unit.dimension == "ratio" else None,
            thresholds=thresholds_of(common, unit, context.report),
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )

    def _targets(
        self,
        common: PanelSpec,
        context: DashboardContext,
        asking: Asking,
        shown: tuple[tuple[Unit, Decimal | Fraction], ...],
    ) -> tuple[Target, ...]:
        legends = legends_of(self.measures, common.legend)
        query = context.query(asking.window)
        return tuple(
            Target(
                expr=_scaled(measure.expr(query), factor).text,
                legend=legend,
                instant=asking.instant,
                as_table=asking.as_table,
                unit=None if unit == shown[0][0] else unit,
                column=column_of(measure),
                origin=measure.origin,
            )
            for measure, legend, (unit, factor) in zip(self.measures, legends, shown, strict=True)
        )


# By itself Grafana shows 99.95% as 100%.
_RATIO_DECIMALS: Final = 2

_SPOKEN: Final = frozenset({0, 1})
"""Per nothing and per second: what Grafana's own units say."""


def columns_of(width: Fraction) -> int:
    """Return a share of the dashboard's width in columns, at least one."""
    return max(1, round(width * COLUMNS))


def links_of(common: PanelSpec, context: DashboardContext) -> tuple[Link, ...]:
    """Return a panel's links; those to dashboards by their uid."""
    return tuple(
        Link(
            title=link.title,
            url=link.url,
            dashboard=dashboard_uid_of(link.dashboard, context.service.name),
            written=link.dashboard,
            origin=link.origin,
        )
        for link in common.links
    )


def _shown(
    measure: Measure,
    beside: tuple[Measure, ...],
    common: PanelSpec,
    context: DashboardContext,
) -> tuple[Unit, Decimal | Fraction]:
    """Return the unit that a measure is shown in, and what its values are multiplied with."""
    if common.unit is None:
        return _named(measure, beside), Decimal(1)
    factor = Quantity(Decimal(1), measure.unit, "").converted_to(common.unit)
    if factor is not None:
        return common.unit, factor
    message = f"unit `{common.unit}` cannot show `{measure.title}`, which is in `{measure.unit}`"
    if is_no_unit(common.unit) and measure.unit.dimension != "count":
        message = f"there is no unit `{common.unit.name}`"
    hint = unit_hint(common.unit, measure.unit)
    context.report(finding(PANEL_UNIT, common.origin / "unit", message, hint))
    return measure.unit, Decimal(1)


def _named(measure: Measure, beside: tuple[Measure, ...]) -> Unit:
    """
    Return the measure's unit, named after what all counters of the panel count: requests, jobs.

    Of several words none is taken: Grafana draws each unit on a scale of its own.
    """
    unit = measure.unit
    words = {counted_word(metric.name) for each in beside for metric in each.metrics}
    if unit.name == COUNT.name and unit.per_seconds and len(words) == 1:
        return replace(unit, name=words.pop() or COUNT.name)
    return unit


def _scaled(expr: Expr, factor: Decimal | Fraction) -> Expr:
    return expr if factor == 1 else binary(expr, "*", number(number_text(factor)))
