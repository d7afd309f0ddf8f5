"""
What stands beside a panel's kind, put on the panel that the kind has made.

A key that the kind cannot show was reported when the panel was read. Shapes: Grafana's
`FieldConfig` and `GraphFieldConfig`, and the `VizLegendOptions` of every panel with a legend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json, Panel
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import DashboardContext, PanelSpec, PanelStyle, Reports
from obsgen.names import COLUMNS
from obsgen.panels._alert_limits import with_alert_limits
from obsgen.panels._data_links import data_links_of
from obsgen.panels._legends import check_legends
from obsgen.panels._measured import columns_of
from obsgen.panels._overrides import with_overrides
from obsgen.panels._texts import mappings_of
from obsgen.panels._thresholds import amount_in, example_of
from obsgen.panels.timeseries import STACKED
from obsgen.source import Scalar
from obsgen.units import COUNT, Unit

SCALE_END: Final = Code(
    "DSH683",
    "panel-scale-end",
    why="the ends of a scale are amounts of what it shows, and the lower one is the smaller",
    fix="Write the unit: `min: 0s`, `max: 100%`. A logarithmic scale begins above 0.",
)
NO_EXEMPLARS: Final = Code(
    "DSH684",
    "panel-without-exemplars",
    why="exemplars hang on counters and on the buckets of histograms, on nothing else",
    fix="Remove `exemplars`, or show a rate, a quantile or a mean.",
    severity=Severity.WARNING,
)
CODES: Final = (SCALE_END, NO_EXEMPLARS)

_STACKED_FILL: Final = 25
"""Percent: bare lines on top of each other are read as lines beside each other."""

_HAVE_EXEMPLARS: Final = frozenset({"counter", "histogram", "native_histogram"})


def panel_of(spec: PanelSpec, context: DashboardContext) -> Panel:
    """Return the panel of a spec: what its kind makes of it, and all that stands beside."""
    spec = with_alert_limits(spec, context)
    panel = _with_custom(spec.body.panel(spec, context), spec.style)
    panel = _with_options(panel, spec, context.report)
    panel = _with_ends(panel, spec, context.report)
    panel = with_overrides(panel, spec, context)
    transformed: tuple[Mapping[str, Json], ...] = tuple(
        {"id": id_, "options": dict(options)} for id_, options in spec.transformations
    )
    texts = mappings_of(spec.style.texts, _unit(panel), context.report)
    # What the author called it may hold the variable; a title that is made has to.
    is_made = spec.repeat and not spec.title
    styled = replace(
        panel,
        title=f"{panel.title}: ${spec.repeat}" if is_made else panel.title,
        mappings=(*panel.mappings, *texts),
        transformations=(*panel.transformations, *transformed),
        data_links=(*panel.data_links, *data_links_of(spec, panel, context)),
        repeat=spec.repeat,
        most_in_a_row=spec.per_row or _beside(spec),
    )
    check_legends(spec, styled, context)
    return styled if spec.raw is None else spec.raw.applied(styled, context.report)


def _beside(spec: PanelSpec) -> int:
    """Return how many repetitions of the width that the author wants stand side by side."""
    return COLUMNS // columns_of(spec.width) if spec.repeat and spec.width is not None else 0


def _unit(panel: Panel) -> Unit:
    return panel.unit or COUNT


def _with_custom(panel: Panel, style: PanelStyle) -> Panel:
    """Return the panel with lines, areas and axis as the author wants them."""
    custom: dict[str, Json] = dict(panel.custom)
    if style.is_stacked:
        custom |= {**STACKED, "fillOpacity": _STACKED_FILL}
    if style.fill is not None:
        custom["fillOpacity"] = style.fill
    if style.log_base:
        custom["scaleDistribution"] = {"type": "log", "log": style.log_base}
        custom.pop("axisSoftMin", None)
    if style.axis_label:
        custom["axisLabel"] = style.axis_label
    if style.axis_place:
        custom["axisPlacement"] = style.axis_place
    return replace(panel, custom=custom)


def _with_options(panel: Panel, spec: PanelSpec, report: Reports) -> Panel:
    """Return the panel with numbers, legend and queries as the author wants them."""
    style = spec.style
    options: dict[str, Json] = dict(panel.options)
    if style.legend is not None:
        own = options.get("legend")
        options["legend"] = {
            **(own if isinstance(own, dict) else {}),
            "displayMode": style.legend.display,
            "placement": style.legend.placement,
            "showLegend": style.legend.display != "hidden",
            "calcs": list(style.legend.calcs),
        }
    if style.has_exemplars and not any(m.type in _HAVE_EXEMPLARS for m in spec.body.metrics):
        message = f"nothing that `{panel.title}` shows has exemplars"
        place = (spec.origin / "exemplars").key()
        report(finding(NO_EXEMPLARS, place, message))
    targets = panel.targets
    if style.has_exemplars:
        targets = tuple(replace(target, exemplar=True) for target in targets)
    return replace(
        panel,
        options=options,
        targets=targets,
        decimals=panel.decimals if style.decimals is None else style.decimals,
        no_value=style.no_value or panel.no_value,
        min_interval=style.min_step or panel.min_interval,
    )


def _with_ends(panel: Panel, spec: PanelSpec, report: Reports) -> Panel:
    """Return the panel with the ends of its scale."""
    style, unit = spec.style, _unit(panel)
    if style.minimum is None and style.maximum is None:
        return panel
    low = _end(style.minimum, unit, report)
    high = _end(style.maximum, unit, report)
    low = panel.minimum if low is None else low
    high = panel.maximum if high is None else high
    place = spec.origin / ("min" if style.minimum is not None else "max")
    if low is not None and high is not None and low >= high:
        report(finding(SCALE_END, place, "the scale ends where it begins, or before"))
    if style.log_base and style.minimum is not None and low is not None and low <= 0:
        hint = "write a `min` above 0, or leave it out"
        report(finding(SCALE_END, place, "a logarithmic scale has no 0", hint))
    return replace(panel, minimum=low, maximum=high)


def _end(amount: Scalar | None, unit: Unit, report: Reports) -> Decimal | None:
    if amount is None:
        return None
    value = amount_in(amount.text, unit)
    if value is None:
        message = f"{amount.word} is not an amount in `{unit}`, which the panel shows"
        report(finding(SCALE_END, amount.origin, message, f"write it as in `{example_of(unit)}`"))
    return value
