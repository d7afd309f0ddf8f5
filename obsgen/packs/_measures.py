"""Measures as an author would write them, and panels of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Panel, Target, Threshold
from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE
from obsgen.matchers import Matcher
from obsgen.measures import increase as increase_kind
from obsgen.measures import mean as mean_kind
from obsgen.measures import rate as rate_kind
from obsgen.measures._aggregate import Aggregated
from obsgen.measures.expr import RawMeasure
from obsgen.measures.max import MAX
from obsgen.measures.quantile import Quantile
from obsgen.measures.ratio import Ratio
from obsgen.measures.share import Share
from obsgen.measures.sum import SUM
from obsgen.model import DashboardContext, Measure, Modifiers, PanelBody, PanelSpec
from obsgen.packs._looks import AREAS
from obsgen.panels.gauge import Gauge
from obsgen.panels.stat import Stat
from obsgen.panels.table import Table
from obsgen.panels.timeseries import Timeseries
from obsgen.units import Unit

RECORDED_WINDOW: Final = "1h"

TODAY: Final = "now/d"
THIS_MONTH: Final = "now/M"
RANGE: Final = "$__range"
"""The window of what happened within the time of a panel."""

DAY: Final = 86_400
HOUR: Final = 3600
MINUTE: Final = 60


def rate(
    metric: Metric,
    *,
    by: tuple[str, ...] = (),
    where: tuple[Matcher, ...] = (),
    per: int = 1,
    window: str = "",
    offset: str = "",
    top: int = 0,
    legend: str = "",
) -> Measure:
    """
    Return how fast a counter grows; of a distribution, how often something is observed.

    What rules record has a rhythm of its own, and is asked over a window that holds many samples.
    """
    window = window or (RECORDED_WINDOW if metric.recorded else "")
    modifiers = Modifiers(
        by=by, where=where, per=per, window=window, offset=offset, top=top, legend=legend
    )
    return rate_kind.KIND.make(metric=metric, modifiers=modifiers, origin=NOWHERE)


def increase(
    metric: Metric,
    *,
    by: tuple[str, ...] = (),
    where: tuple[Matcher, ...] = (),
    window: str = "",
    offset: str = "",
    top: int = 0,
    legend: str = "",
) -> Measure:
    """Return by how much a counter grew."""
    modifiers = Modifiers(by=by, where=where, window=window, offset=offset, top=top, legend=legend)
    return increase_kind.KIND.make(metric=metric, modifiers=modifiers, origin=NOWHERE)


def share(
    metric: Metric,
    matching: tuple[Matcher, ...],
    *,
    by: tuple[str, ...] = (),
    top: int = 0,
    legend: str = "",
) -> Measure:
    """Return the part of a counter that matches."""
    return Share(
        metric=metric, matching=matching, modifiers=Modifiers(by=by, top=top, legend=legend)
    )


def quantile(
    metric: Metric, of: Decimal, *, by: tuple[str, ...] = (), top: int = 0, legend: str = ""
) -> Measure:
    """Return a quantile of a histogram."""
    return Quantile(metric=metric, quantile=of, modifiers=Modifiers(by=by, top=top, legend=legend))


def mean(metric: Metric, *, by: tuple[str, ...] = (), top: int = 0, legend: str = "") -> Measure:
    """Return the mean of a distribution."""
    modifiers = Modifiers(by=by, top=top, legend=legend)
    return mean_kind.KIND.make(metric=metric, modifiers=modifiers, origin=NOWHERE)


def total(
    metric: Metric,
    *,
    by: tuple[str, ...] = (),
    where: tuple[Matcher, ...] = (),
    top: int = 0,
    legend: str = "",
) -> Measure:
    """Return the sum of a gauge."""
    modifiers = Modifiers(by=by, where=where, top=top, legend=legend)
    return Aggregated(metric=metric, modifiers=modifiers, how=SUM)


def highest(
    metric: Metric,
    *,
    by: tuple[str, ...] = (),
    where: tuple[Matcher, ...] = (),
    top: int = 0,
    legend: str = "",
) -> Measure:
    """Return the largest value of a gauge."""
    modifiers = Modifiers(by=by, where=where, top=top, legend=legend)
    return Aggregated(metric=metric, modifiers=modifiers, how=MAX)


def quotient(part: Measure, whole: Measure, *, top: int = 0, legend: str = "") -> Measure:
    """Return one measure over another that has the same labels."""
    return Ratio(part=part, whole=whole, pairing=None, legend=legend, top=top, named="")


def summed(metric: Metric) -> Metric:
    """Return the sum of what a distribution observed, as the counter that it is."""
    return replace(metric, name=f"{metric.name}_sum", type="counter", buckets=(), quantiles=())


class Panels:
    """Makes panels of measures, in the clothes of the panel kinds."""

    def __init__(self, context: DashboardContext) -> None:
        self._context = context

    def shared(self, *metrics: Metric) -> Panels:
        """
        Return the panels with the variables alone that filter all of these metrics.

        One measure over another says nothing where a variable narrows only one of them.
        """
        names = self._context.variables
        kept = tuple(name for name in names if all(name in m.all_labels for m in metrics))
        return Panels(replace(self._context, variables=kept))

    def stat(
        self,
        title: str,
        description: str,
        *measures: Measure,
        colors: tuple[Threshold, ...] = (),
        unit: Unit | None = None,
        no_value: str = "",
        time: str = "",
    ) -> Panel:
        """
        Return current values, large.

        Args:
            unit: Shown instead of the measure's own, without conversion.
        """
        return self._made(Stat(measures=measures), title, description, colors, unit, no_value, time)

    def graph(
        self,
        title: str,
        description: str,
        *measures: Measure,
        colors: tuple[Threshold, ...] = (),
        unit: Unit | None = None,
        no_value: str = "",
        stacked: bool = False,
        time: str = "",
    ) -> Panel:
        """Return lines over time, or areas; *colors* are lines across."""
        body = Timeseries(measures=measures)
        panel = self._made(body, title, description, colors, unit, no_value, time)
        custom = {**panel.custom, **(AREAS if stacked else {})}
        if colors:
            custom["thresholdsStyle"] = {"mode": "dashed"}
        return replace(panel, custom=custom)

    def gauge(
        self,
        title: str,
        description: str,
        *measures: Measure,
        colors: tuple[Threshold, ...],
    ) -> Panel:
        """Return ratios on a dial."""
        body = Gauge(measures=measures)
        return self._made(body, title, description, colors, None, "", "")

    def table(self, title: str, description: str, *measures: Measure) -> Panel:
        """Return current values by label, a column for each measure."""
        body = Table(measures=measures)
        return self._made(body, title, description, (), None, "", "")

    def raw(self, text: str, unit: Unit, *, legend: str = "") -> Measure:
        """Return a measure of PromQL that no kind of measure says; it is within its scope."""
        catalogue = self._context.catalogue
        return RawMeasure(
            text=text, unit=unit, catalogue=catalogue, legend=legend, top=0, named=_NAMELESS
        )

    def _made(
        self,
        body: PanelBody,
        title: str,
        description: str,
        colors: tuple[Threshold, ...],
        unit: Unit | None,
        no_value: str,
        time: str,
    ) -> Panel:
        spec = PanelSpec(body=body, title=title, description=description, time=time)
        panel = body.panel(spec, self._context)
        return replace(
            panel,
            targets=tuple(_called(target, title) for target in panel.targets),
            thresholds=colors or panel.thresholds,
            unit=unit or panel.unit,
            no_value=no_value,
        )


_NAMELESS: Final = "value"


def _called(target: Target, title: str) -> Target:
    """Return a query whose only series is called as its panel, where it has no other name."""
    return replace(target, legend=title) if target.legend == _NAMELESS else target
